"""What relighting is worth: its error for each light, beside the error of doing nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from lamplit.report.figures import BLUE, FAINT, INK, VERMILLION, finish_figure, new_figure, plain_axes

_LINES = (
    ("nothing", "left as it is", VERMILLION, "s"),
    ("exposed", "best exposure, known from the answer", FAINT, "^"),
    ("relit", "relit with other people's templates", BLUE, "o"),
)


def plot_relighting_error(error: Mapping[str, Any], path: str | os.PathLike[str] | None = None) -> bytes:
    """Plot the error of relighting over the angle between light and camera axis.

    Parameters
    ----------
    error : mapping
        `people`, and `lights`: rows with `angle` in degrees and the errors `relit`, `nothing`, `exposed` in
        grey levels of 255.
    path : path-like, optional
        Where to write the PNG; nowhere by default.

    Returns
    -------
    bytes
        The PNG: a mark for each light and kind of error.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> row = {"angle": 35.0, "relit": 10.0, "nothing": 30.0, "exposed": 20.0}
    >>> plot_relighting_error({"people": 38, "lights": [row]})[1:4]
    b'PNG'
    """
    figure = new_figure(8.0, 4.6)
    axes = figure.subplots()
    for key, words, colour, marker in _LINES:
        angles = [row["angle"] for row in error["lights"]]
        levels = [row[key] for row in error["lights"]]
        axes.scatter(angles, levels, color=colour, marker=marker, s=30, label=words, alpha=0.85)
    axes.set_xlabel("angle between light and camera axis, degrees", fontsize=11)
    axes.set_ylabel("error, grey levels of 255 (RMS)", fontsize=11)
    axes.set_ylim(bottom=0.0)
    title = (
        f"each of {error['people']} people predicted from the frontal picture, {len(error['lights'])} lights"
    )
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", color=INK)
    axes.legend(frameon=False, fontsize=10, loc="upper left")
    plain_axes(axes)
    return finish_figure(figure, path)
