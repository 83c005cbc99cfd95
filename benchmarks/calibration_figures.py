"""The tables of the page about calibration, from `benchmarks/results`."""

from __future__ import annotations

from collections.abc import Callable

from stored import machine, result, table, where_measured


def ways() -> str:
    """Return the ways to fit temperatures: chosen by the second column, measured by the others."""
    figures = result("calibration")
    rows = [
        (
            "temperature",
            "log loss, held-out folds",
            "log loss",
            "good light",
            "all pooled",
            "mean of lights",
            "mean of conditions",
            "worst light",
        )
    ]
    for name, way in figures["ways"].items():
        on = way["validation"]
        errors = (
            f"{on[key]:.3f}" for key in ("good_light", "pooled", "mean_of_lights", "mean_of_conditions")
        )
        losses = (f"{way['held_out_folds']['log_loss']:.4f}", f"{on['log_loss']:.4f}")
        rows.append((name, *losses, *errors, f"{on['worst']:.3f} ({on['worst_light']})"))
    way = next(iter(figures["ways"].values()))
    faces = f"{way['held_out_folds']['faces']:,} held-out and {way['validation']['faces']:,} validation faces"
    return table(rows) + f"\n{faces}, each in {figures['lights']} lights; {figures['bins']} bins.\n"


def numbers() -> str:
    """Return the three numbers that were fitted, and what using them costs."""
    figures = result("calibration")
    fitted, cost = figures["ways"]["by both"]["numbers"], figures["microseconds_per_face"]
    lost = f"{fitted['noise']:.3f} N - {fitted['surround']:.4f} S^2"
    return (
        f"    1 / temperature = 1 / {fitted['good']:.3f} - {lost}\n\n"
        f"To look at the light costs {cost['one_at_a_time']:.0f} microseconds for one face and "
        f"{cost['of_64']:.0f} for each of 64 (one thread).\nMachine: {machine('calibration')}.\n"
    )


def perfect() -> str:
    """Return the error of a network that is right as often as it says."""
    figures = result("calibration")
    least, n = figures["perfect"], figures["ways"]["by both"]["validation"]["faces"]
    good, mean, most = (f"{least[key]:.3f}" for key in ("good_light", "mean_of_lights", "largest"))
    return (
        f"Over {n:,} faces it is {good} in good light for a network that is right just as often as it says,\n"
        f"{mean} in the mean of the {figures['lights']} lights below and {most} in the worst of them "
        f"(mean of {least['draws']} draws, with the\nprobabilities of the default).\n"
    )


def by_light() -> str:
    """Return the error in each light, before and after."""
    figures = result("calibration")["by_light"]
    rows = [("light", "one temperature, fitted in good light", "by both")]
    rows += [(name, f"{row['before']:.3f}", f"{row['after']:.3f}") for name, row in figures.items()]
    return table(rows)


TABLES: dict[str, Callable[[], str]] = {
    "calibration_by_light": where_measured("calibration", by_light),
    "calibration_numbers": where_measured("calibration", numbers),
    "calibration_perfect": where_measured("calibration", perfect),
    "calibration_ways": where_measured("calibration", ways),
}
