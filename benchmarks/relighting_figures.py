"""The table of the page about relighting, from `benchmarks/results`."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from stored import result, table


def relighting() -> str:
    """Return the error of relighting, by angle."""
    figures = result("relighting")
    rows = [("angle of the light", "lights", "relit", "best exposure", "left as it is")]
    bounds = (0.5, 12.5, 26.5, 51.5, 77.5, 181.0)
    for low, high in itertools.pairwise(bounds):
        inside = [row for row in figures["lights"] if low <= row["angle"] < high]
        means = (sum(row[k] for row in inside) / len(inside) for k in ("relit", "exposed", "nothing"))
        angle = f"up to {high - 0.5:.0f}°" if high < 180 else "beyond"
        rows.append((angle, str(len(inside)), *(f"{mean:.1f}" for mean in means)))
    every = figures["summary"]
    whole = ("all", str(every["lights"]), *(f"{every[k]:.1f}" for k in ("relit", "exposed", "nothing")))
    better = f"{every['lights_better_than_nothing']} and {every['lights_better_than_exposed']}"
    tail = f"\nRelit is nearer than left as it is and than the best exposure under {better} of the lights.\n"
    return table([*rows, whole]) + tail


TABLES: dict[str, Callable[[], str]] = {
    "relighting": relighting,
}
