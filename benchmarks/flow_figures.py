"""The tables of the page about optical flow, from `benchmarks/results`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stored import machine, result, table, where_measured

NAME = "optical_flow"


def protocols() -> str:
    """Return accuracy by protocol."""
    rows = [("protocol", "pairs", "accuracy", "95 % bootstrap")]
    for name, row in result(NAME)["protocols"].items():
        rows.append((name, str(row["pairs"]), f"{row['accuracy']:.3f}", _interval(row)))
    network = result("yale_leave_one_out")["ways"]["recipe"]
    pictures = str(result("yale_leave_one_out")["pictures"])
    words = "the network, fine-tuned: six, no picture to start from"
    rows.append((words, pictures, f"{network['accuracy']:.3f}", _interval(network)))
    left_out = f"Yale Faces, {result(NAME)['people']} people, leave one person out"
    about = f"{left_out}; intervals of the flow draw whole people."
    return table(rows) + f"\n{about}\n"


def confusion(protocol: str) -> str:
    """Return the recall and the answers of each state."""
    figures = result(NAME)["protocols"][protocol]
    labels = figures["labels"]
    rows = [("state", "recall", *labels)]
    for label, counts in zip(labels, figures["confusion"], strict=True):
        rows.append((label, f"{figures['recall'][label]:.2f}", *(str(count) for count in counts)))
    return table(rows) + "\nColumns: how often each state was answered.\n"


def ways() -> str:
    """Return what changing one thing does."""
    figures = result(NAME)
    six = figures["ways_six"] | {"as fixed beforehand": figures["protocols"]["six"]}
    rows = [("way", "five", "95 % bootstrap", "six")]
    for name, row in figures["ways_five"].items():
        other = next((value["accuracy"] for key, value in six.items() if name.startswith(key)), None)
        shown = "-" if other is None else f"{other:.3f}"
        rows.append((name, f"{row['accuracy']:.3f}", _interval(row), shown))
    return table(rows)


def alignments() -> str:
    """Return how far alignments can be relied on."""
    rows = [
        (
            "alignment",
            "failed",
            "apart, median",
            "apart, 90th percentile",
            "noses agree, median",
            "accuracy, five",
        )
    ]
    for name, row in result(NAME)["alignments"].items():
        apart = (f"{row[f'apart_{key}']:.1f}" for key in ("median", "90th_percentile"))
        agree = f"{row['nose_correlation_median']:.3f}"
        rows.append((name, f"{100 * row['failed']:.0f} %", *apart, agree, f"{row['accuracy']:.3f}"))
    return table(rows)


def lights() -> str:
    """Return accuracy by the light on the expressive face."""
    figures = result(NAME)["lights"]
    rows = [("light on the expressive face", "local normalisation", "none")]
    for name in figures["local"]:
        rows.append((name, f"{figures['local'][name]:.3f}", f"{figures['none'][name]:.3f}"))
    return table(rows)


def strengths() -> str:
    """Return how strong motion is, and where there should be none."""
    rows = [("from normal to", "pairs", "median", "90th percentile")]
    for name, row in result(NAME)["strengths"].items():
        rows.append((name, str(row["pairs"]), f"{row['median']:.0f}", f"{row['90th_percentile']:.0f}"))
    return table(rows)


def times() -> str:
    """Return what a pair costs."""
    rows = [("one pair of pictures", "milliseconds of one core")]
    rows += [(name, f"{value:.0f}") for name, value in result(NAME)["milliseconds"].items()]
    return table(rows) + f"\nMachine: {machine(NAME)}.\n"


def _interval(row: dict[str, Any]) -> str:
    low, high = (row["accuracy_interval"][key] for key in ("low", "high"))
    return f"{low:.3f} to {high:.3f}"


_TABLES: dict[str, Callable[[], str]] = {
    "flow_alignments": alignments,
    "flow_five": lambda: confusion("five"),
    "flow_lights": lights,
    "flow_protocols": protocols,
    "flow_six": lambda: confusion("six"),
    "flow_strengths": strengths,
    "flow_times": times,
    "flow_ways": ways,
}
TABLES = {name: where_measured(NAME, write) for name, write in _TABLES.items()}
