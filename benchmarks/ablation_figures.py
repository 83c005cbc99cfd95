"""The tables of the page about the paper's experiment that come from ablations, from `benchmarks/results`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stored import machine, result, table, where_measured

GOOD_LIGHT, BAD_LIGHTS = "good light", "mean of the six bad lights"


def normalisations() -> str:
    """Return what normalisation between the layers brings, a table for each network."""
    parts = []
    for title, figures in result("normalization_ablation")["networks"].items():
        rows = [("normalisation", *_heads(figures))]
        rows += [(way["way"], *_cells(way)) for way in figures["ways"].values()]
        parts.append(f"{title}:\n\n{table(rows)}\n{_protocol(figures)}\n")
    return "\n".join(parts) + _tail("normalization_ablation")


def fusions() -> str:
    """Return what fusion over scales and regions brings at equal cost."""
    figures = result("fusion_ablation")
    rows = [("what is fused", "widths", "multiply-adds", "parameters", *_heads(figures))]
    for way in figures["ways"].values():
        widths = ", ".join(str(width) for width in way["settings"]["widths"])
        cost = (f"{way['multiply_adds'] / 1e6:.1f} M", f"{way['parameters'] / 1e6:.2f} M")
        rows.append((way["way"], widths, *cost, *_cells(way)))
    return f"{table(rows)}\n{_protocol(figures)}\n{_tail('fusion_ablation')}"


def _heads(figures: dict[str, Any]) -> tuple[str, ...]:
    """Return the heads of what `_cells` gives."""
    reach = (f"epochs to {accuracy:.2f}" for accuracy in figures["reach"])
    return (*reach, "good light", "six bad lights")


def _cells(way: dict[str, Any]) -> tuple[str, ...]:
    """Return epochs and accuracies of one way."""
    accuracies = (way["accuracy"][light] for light in (GOOD_LIGHT, BAD_LIGHTS))
    return (
        *(epochs(found) for found in way["epochs_to_reach"].values()),
        *(f"{accuracy['mean']:.3f} ± {accuracy['spread']:.3f}" for accuracy in accuracies),
    )


def epochs(found: list[int | None]) -> str:
    """Return the epochs of all seeds as text; seeds that never got there are named as such."""
    reached = sorted(epoch for epoch in found if epoch is not None)
    missing = len(found) - len(reached)
    if not reached:
        return "not reached"
    text = ", ".join(str(epoch) for epoch in reached)
    return text if not missing else f"{text}; {missing} not reached"


def _protocol(figures: dict[str, Any]) -> str:
    """Return how the runs of a table were made."""
    return (
        f"{figures['training_faces']:,} training faces, {figures['epochs']} epochs of one schedule for all, "
        f"{figures['validation_faces']:,} validation faces."
    )


def _tail(name: str) -> str:
    """Return what holds for all tables of a result."""
    seeds = len(result(name)["seeds"])
    return (
        f"{seeds} seeds: epochs one by one, accuracies as mean ± standard deviation; majority, single pass.\n"
        f"Machine: {machine(name)}.\n\n![Validation accuracy over the epochs]"
        f"(images/{name.replace('_', '-')}.png)\n"
    )


TABLES: dict[str, Callable[[], str]] = {
    "fusions": where_measured("fusion_ablation", fusions),
    "normalisations": where_measured("normalization_ablation", normalisations),
}
