"""How many faces detectors find, against how often they see one where there is none."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.report.figures import BLUE, FAINT, INK, VERMILLION, finish_figure, new_figure, plain_axes

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")

Curve: TypeAlias = tuple[Sequence[float], Sequence[float]]
"""False positives per picture, rising, and the recall at each."""

_STYLES = ((VERMILLION, "-"), (BLUE, "-"), (INK, "--"), (FAINT, "-."), (BLUE, ":"))


def plot_recall_curves(
    panels: Mapping[str, Mapping[str, Curve]],
    path: str | os.PathLike[str] | None = None,
    *,
    at: float = 0.1,
) -> bytes:
    """Plot recall over false positives per picture, a panel for each light.

    Parameters
    ----------
    panels : mapping
        Title of each panel; in it, for each detector, false positives per picture and recall.
    path : path-like, optional
        Where to write the PNG; nowhere by default.
    at : float
        False positives per picture at which detectors are compared; marked by a line.

    Returns
    -------
    bytes
        The PNG. The horizontal axis is logarithmic.

    Raises
    ------
    InvalidArgumentError
        If there is nothing to plot, or more detectors than can be told apart.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> plot_recall_curves({"good light": {"ours": ([0.01, 0.1, 1.0], [0.5, 0.8, 0.9])}})[1:4]
    b'PNG'
    """
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    if not names or len(names) > len(_STYLES):
        raise InvalidArgumentError("panels", f"1 to {len(_STYLES)} detectors", str(len(names)))
    figure = new_figure(4.4 * len(panels), 4.2)
    row = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for axes, (title, curves) in zip(row, panels.items(), strict=True):
        for name, (false, recall) in curves.items():
            colour, style = _STYLES[names.index(name)]
            axes.plot(false, recall, style, color=colour, linewidth=2.0, label=name)
        axes.axvline(at, color=FAINT, linewidth=1.0)
        axes.set_xscale("log")
        axes.set_xlim(0.005, 5)
        axes.set_ylim(0, 1)
        axes.xaxis.set_major_formatter(_ticker.StrMethodFormatter("{x:g}"))
        axes.set_xlabel("false positives per picture", color=INK)
        axes.set_title(title, fontsize=11, color=INK)
        plain_axes(axes)
    row[0].set_ylabel("share of the faces found", color=INK)
    row[-1].legend(frameon=False, fontsize=9, loc="lower right")
    return finish_figure(figure, path)
