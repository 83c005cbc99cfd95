"""Reliability in good and bad light: a small diagram for each condition, over where its faces are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.report.figures import BLUE, FAINT, INK, VERMILLION, finish_figure, new_figure, plain_axes
from lamplit.report.plots import checked_bins
from lamplit.report.scores import BinsDict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")

_COLUMNS = 3
_FIRST = ("good light", "dim", "night", "over-exposed", "side light", "backlight")
"""What a picture of few panels shows, where it was measured."""


def chosen_conditions(names: Sequence[str], *, most: int = 6) -> list[str]:
    """Choose conditions for a picture with few panels.

    Parameters
    ----------
    names : sequence of str
        What was measured.
    most : int
        Number of panels at most.

    Returns
    -------
    list of str
        Good light, dim, night, over-exposed, side light and backlight where they are among them, then others.

    Examples
    --------
    >>> chosen_conditions(["flat light", "night", "good light"], most=2)
    ['good light', 'night']
    """
    return [*(name for name in _FIRST if name in names), *(n for n in names if n not in _FIRST)][:most]


def plot_reliability_by_light(
    after: Mapping[str, BinsDict],
    path: str | os.PathLike[str] | None = None,
    *,
    before: Mapping[str, BinsDict] | None = None,
) -> bytes:
    """Plot reliability diagrams side by side, each over the share of faces in each bin.

    Parameters
    ----------
    after : mapping of str to dict
        For each condition the lists `confidence`, `accuracy` (None where a bin is empty) and `count`, over
        bins of equal width.
    path : path-like, optional
        Where to write the PNG; nowhere by default.
    before : mapping of str to dict, optional
        The same faces before they were calibrated, drawn dashed.

    Returns
    -------
    bytes
        The PNG.

    Raises
    ------
    InvalidArgumentError
        If there is no condition, lists differ in length, no bin holds a face, or `before` lacks a condition.
    OutputError
        If the file cannot be written.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017), On calibration of modern neural networks,
    figure 1, arXiv:1706.04599.

    Examples
    --------
    >>> bins = {"confidence": [None, 0.8], "accuracy": [None, 0.75], "count": [0, 4]}
    >>> plot_reliability_by_light({"good light": bins})[1:4]
    b'PNG'
    """
    lacking = [name for name in after if before is not None and name not in before]
    if not after or lacking:
        came = f"none for {lacking}" if lacking else "none"
        raise InvalidArgumentError("before" if lacking else "after", "bins of each condition", came)
    n_rows = -(-len(after) // _COLUMNS)
    n_columns = min(len(after), _COLUMNS)
    figure = new_figure(3.5 * n_columns + 0.3, 4.3 * n_rows + 0.3)
    axes = figure.subplots(2 * n_rows, n_columns, sharex=True, squeeze=False, height_ratios=[4, 1] * n_rows)
    for panel in axes.flat:
        panel.set_visible(False)
    for number, (name, bins) in enumerate(after.items()):
        row, column = divmod(number, _COLUMNS)
        upper, lower = axes[2 * row, column], axes[2 * row + 1, column]
        _draw_panel(upper, lower, name, bins, None if before is None else before[name])
        if column == 0:
            upper.set_ylabel("share that was right", fontsize=10.5)
            lower.set_ylabel("faces", fontsize=10.5)
        lower.set_xlabel("probability of the label that was named", fontsize=10)
        lower.tick_params(labelbottom=True)
    hint = "above the diagonal: under-confident; below: over-confident"
    earlier = "" if before is None else "; dashed, and the first figure: before"
    figure.suptitle(hint + earlier, fontsize=11, color=INK)
    return finish_figure(figure, path)


def _draw_panel(upper: Axes, lower: Axes, name: str, after: BinsDict, before: BinsDict | None) -> None:
    """Draw one condition: curves on top, the faces in each bin below."""
    errors = []
    upper.plot([0, 1], [0, 1], color=FAINT, linewidth=1.0)
    for bins, colour, style in ((before, VERMILLION, "--"), (after, BLUE, "-")):
        if bins is not None:
            errors.append(_draw_curve(upper, lower, bins, colour=colour, style=style))
    upper.set_title(name, loc="left", fontsize=11.5, fontweight="bold", color=INK)
    figures = "error " + " → ".join(f"{error:.3f}" for error in errors)
    upper.set_title(figures, loc="right", fontsize=10, color=INK)
    upper.set_ylim(0.0, 1.04)
    lower.set_xlim(0.0, 1.0)
    lower.set_ylim(bottom=0.0)
    lower.yaxis.set_major_formatter(_ticker.PercentFormatter(1.0, decimals=0, symbol=" %"))
    lower.yaxis.set_major_locator(_ticker.MaxNLocator(2))
    for axes in (upper, lower):
        axes.set_visible(True)
        plain_axes(axes)


def _draw_curve(upper: Axes, lower: Axes, bins: BinsDict, *, colour: str, style: str) -> float:
    """Draw accuracy over confidence with one standard error, and the faces; return the calibration error."""
    count, confidence, accuracy = checked_bins(bins)
    some = count > 0
    x, y, n = confidence[some], accuracy[some], count[some]
    whisker = np.sqrt(y * (1.0 - y) / n)
    upper.errorbar(
        x,
        y,
        yerr=whisker,
        color=colour,
        linestyle=style,
        marker="o",
        markersize=4,
        linewidth=1.5,
        elinewidth=1,
    )
    edges = np.linspace(0.0, 1.0, len(count) + 1)
    lower.stairs(count / count.sum(), edges, color=colour, linestyle=style, fill=style == "-", alpha=0.75)
    return float((n * np.abs(y - x)).sum() / n.sum())
