"""The error of relighting as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.table import Table


def relighting_table(error: Mapping[str, Any]) -> Table:
    """Build a table with a row for each light, nearest to the camera first.

    Parameters
    ----------
    error : mapping
        `people`, and `lights`: rows with `azimuth`, `elevation`, `angle` in degrees and the errors `relit`,
        `exposed`, `nothing` in grey levels of 255.

    Returns
    -------
    rich.table.Table
        The table.

    Examples
    --------
    >>> row = {"azimuth": 35, "elevation": 0, "angle": 35, "relit": 10, "exposed": 20, "nothing": 30}
    >>> relighting_table({"people": 38, "lights": [row]}).row_count
    1
    """
    title = f"error on {error['people']} people left out in turn, grey levels of 255 (RMS)"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("azimuth", "elevation", "angle", "relit", "best exposure", "nothing"):
        table.add_column(heading, justify="right")
    for row in sorted(error["lights"], key=lambda row: (row["angle"], row["azimuth"])):
        directions = (f"{row[key]:.0f}°" for key in ("azimuth", "elevation", "angle"))
        errors = (f"{row[key]:.1f}" for key in ("relit", "exposed", "nothing"))
        table.add_row(*directions, *errors)
    return table
