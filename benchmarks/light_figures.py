"""The tables of the page about light readings, from `benchmarks/results`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from stored import machine, result, table

WORDS = ("good", "dim", "dark", "over-exposed", "flat", "noisy", "side-lit", "backlit")
FEW = 0.0005
"""A share that one decimal of per cent would show as nothing."""


def noise_estimators() -> str:
    """Return what three estimators say of added noise."""
    figures = result("noise_estimators")
    rows = [
        ("faces", "noise added", "Haar, median (Donoho)", "mask, mean (Immerkaer)", "mask, median (here)")
    ]
    for key, name in (("ferplus", "FER+, 48 x 48"), ("yale_b", "Extended Yale B, 168 x 192")):
        for strength, estimates in figures[key].items():
            values = (f"{estimates[e]:.1f}" for e in ("haar_median", "mask_mean", "mask_median"))
            rows.append((name if strength == "0" else "", strength, *values))
    return table(rows)


def reading_speed() -> str:
    """Return what a reading costs, as a sentence."""
    figures = result("light_reading")
    names = ("light_reading", "light_reading_with_surround", "light_reading_48x48", "plain_numpy")
    face, around, small, plain = (f"{figures[name]['milliseconds']:.2f} ms" for name in names)
    return (
        f"{face} for a 256 x 256 grey face on one thread, all of the above and the verdict included\n"
        f"({around} with its surround, {small} for 48 x 48); plain NumPy functions take {plain}.\n"
        f"Machine: {machine('light_reading')}.\n"
    )


def spread() -> str:
    """Return percentiles, in good light, of the numbers that decide."""
    figures = result("light_verdicts")
    rows = [("percentile", *(f"{percentile:g}" for percentile in figures["percentiles"]))]
    for name, values in figures["in_good_light"].items():
        rows.append((name, *(f"{value:.2f}" for value in values)))
    return table(rows)


def accuracy_by(key: str, *, per_cent: bool = False) -> str:
    """Return accuracy over ranges of a number."""
    ranges = result("light_verdicts")[f"accuracy_by_{key}"]
    head = tuple(_range(row["from"], row["to"], per_cent=per_cent) for row in ranges)
    values = tuple("-" if row["accuracy"] is None else f"{row['accuracy']:.2f}" for row in ranges)
    return table([head, values])


def _range(low: float, high: float | None, *, per_cent: bool) -> str:
    if per_cent:
        return f"{100 * low:.0f} % to {100 * min(high or 1.0, 1.0):.0f} %"
    return f"{low:g} to {'more' if high is None else f'{high:g}'}"


def usable() -> str:
    """Return how right answers on usable and on unusable faces are, as a sentence."""
    figures = result("light_verdicts")
    right, wrong = figures["accuracy_of_usable"], figures["accuracy_of_unusable"]
    return (
        f"Answers on usable faces are right in {right:.2f}, on unusable ones in {wrong:.2f} of cases, over\n"
        f"all these lights together ({figures['weights']}).\n"
    )


def verdicts_by_light() -> str:
    """Return the share of each word by light, with the accuracy."""
    rows = [("light", *_heads(), "accuracy")]
    for name, row in result("light_verdicts")["lights"].items():
        rows.append((name, *_shares(row), f"{row['accuracy']:.2f}"))
    return table(rows)


def verdicts_of_yale_b() -> str:
    """Return the share of each word on Extended Yale B, by the lamp's azimuth."""
    rows = [("azimuth", *_heads(), "pictures")]
    for name, row in result("light_verdicts")["yale_b_by_azimuth"].items():
        rows.append((f"{name}°", *_shares(row), str(row["n"])))
    return table(rows)


def _heads() -> Iterable[str]:
    return (*WORDS, "unusable")


def _shares(row: dict[str, Any]) -> Iterable[str]:
    return (_share(value) for value in (*(row["words"].get(word, 0.0) for word in WORDS), row["unusable"]))


def _share(value: float) -> str:
    if not value:
        return "-"
    return "<0.1" if value < FEW else f"{100 * value:.1f}"


TABLES: dict[str, Callable[[], str]] = {
    "accuracy_by_clipped": lambda: accuracy_by("clipped_share", per_cent=True),
    "accuracy_by_noise": lambda: accuracy_by("contrast_over_noise"),
    "accuracy_by_side": lambda: accuracy_by("left_right"),
    "noise_estimators": noise_estimators,
    "reading_speed": reading_speed,
    "reading_spread": spread,
    "usable": usable,
    "verdicts_by_light": verdicts_by_light,
    "verdicts_of_yale_b": verdicts_of_yale_b,
}
