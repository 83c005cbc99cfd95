"""Calibration errors on two cards, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from lamplit.weights.cards import WeightsCard


def calibration_table(before: WeightsCard, after: WeightsCard) -> Table:
    """Build a table of calibration errors by condition, before and after, with what divides the logits."""
    columns = [_errors(card) for card in (before, after)]
    table = Table(
        title="expected calibration error, mean over strengths",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("light", no_wrap=True)
    for heading in ("before", "after"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name in columns[1]:
        last = name == list(columns[1])[-1]
        table.add_row(name, *(_mean(column.get(name, [])) for column in columns), end_section=last)
    every = [[error for errors in column.values() for error in errors] for column in columns]
    table.add_row("all lights", *(_mean(errors) for errors in every))
    table.add_row("the worst light", *(_mean([max(errors)] if errors else []) for errors in every))
    for name in ("good", "noise", "surround"):
        values = (f"{getattr(card.light_temperature, name):.4f}" for card in (before, after))
        table.add_row(f"temperature: {name}", *values)
    return table


def _errors(card: WeightsCard) -> dict[str, list[float]]:
    """Return the errors in each light of a card by condition, which is the name up to the comma."""
    errors: dict[str, list[float]] = {}
    for row in card.light:
        name = str(row["light"])
        condition = name if name.startswith("side light, ten") else name.partition(",")[0]
        errors.setdefault(condition, []).append(float(row["calibration_error"]))
    return errors


def _mean(errors: Sequence[float]) -> str:
    """Return the mean as text; a dash where nothing was measured."""
    return f"{sum(errors) / len(errors):.4f}" if errors else "-"
