"""How fast networks learn: validation accuracy over the epochs, for each way to build or train one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.report.figures import BLUE, FAINT, INK, VERMILLION, finish_figure, new_figure, plain_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")

_LINES = (
    (INK, "o"),
    (BLUE, "s"),
    (VERMILLION, "^"),
    ("#009E73", "D"),
    ("#CC79A7", "v"),
    ("#E69F00", "P"),
)
"""Colours of Okabe and Ito (2008) and markers, so that lines differ in print, too; the first is black."""

Curves = Mapping[str, Sequence[Sequence[float]]]
"""For each way, by its name, one curve per seed: the accuracy after each epoch."""


def plot_learning(
    panels: Mapping[str, Curves],
    path: str | os.PathLike[str] | None = None,
    *,
    marks: Sequence[float] = (),
) -> bytes:
    """Plot validation accuracy over the epochs, mean and spread over seeds, a panel for each network.

    Parameters
    ----------
    panels : mapping of str to mapping
        For each panel, by its title, one to six ways with a curve per seed.
    path : path-like, optional
        Where to write the PNG; nowhere by default.
    marks : sequence of float
        Accuracies that are drawn as dotted lines: those whose epoch is asked for.

    Returns
    -------
    bytes
        The PNG: lines are means, bands one standard deviation (of a sample) to either side.

    Raises
    ------
    InvalidArgumentError
        If there is no panel, a panel has no way or more than six, or the curves of a way differ in length.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> plot_learning({"small": {"none": [[0.3, 0.5], [0.4, 0.5]], "batch": [[0.4, 0.6]]}})[1:4]
    b'PNG'
    """
    if not panels:
        raise InvalidArgumentError("panels", "at least one panel", "none")
    figure = new_figure(5.4 * len(panels) + 0.4, 5.0)
    row = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, ways) in zip(row, panels.items(), strict=True):
        if not 1 <= len(ways) <= len(_LINES):
            raise InvalidArgumentError(f"panels: {title}", f"1 to {len(_LINES)} ways", str(len(ways)))
        for (name, curves), (colour, marker) in zip(ways.items(), _LINES, strict=False):
            _draw_way(axes, name, _checked(f"{title}: {name}", curves), colour=colour, marker=marker)
        _finish_panel(axes, title, marks)
    row[0].set_ylabel("validation accuracy", fontsize=11)
    return finish_figure(figure, path)


def _checked(where: str, curves: Sequence[Sequence[float]]) -> AnyArray:
    """Return the curves as float64 of shape (n_seeds, n_epochs)."""
    lengths = sorted({len(curve) for curve in curves})
    if len(lengths) != 1 or not lengths[0]:
        raise InvalidArgumentError(where, "curves of one length", f"lengths {lengths}")
    return np.array(curves, dtype=np.float64)


def _draw_way(axes: Axes, name: str, curves: AnyArray, *, colour: str, marker: str) -> None:
    """Draw the mean of a way as a line, and its spread as a band."""
    epochs, mean = np.arange(1, curves.shape[1] + 1), curves.mean(axis=0)
    label = f"{name}, at the end {100 * mean[-1]:.1f} %"
    axes.plot(epochs, mean, color=colour, marker=marker, markersize=5, linewidth=1.7, label=label)
    if len(curves) > 1:
        spread = curves.std(axis=0, ddof=1)
        axes.fill_between(epochs, mean - spread, mean + spread, color=colour, alpha=0.14, linewidth=0)


def _finish_panel(axes: Axes, title: str, marks: Sequence[float]) -> None:
    """Add marks, title and names."""
    for mark in marks:
        axes.axhline(mark, color=FAINT, linestyle=":", linewidth=1.4)
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", color=INK)
    axes.set_xlabel("epoch", fontsize=11)
    axes.xaxis.set_major_locator(_ticker.MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
    axes.yaxis.set_major_formatter(_ticker.PercentFormatter(xmax=1.0, decimals=0, symbol=" %"))
    # Below the panel: inside it, long names would cover curves.
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.12), frameon=False, fontsize=10)
    plain_axes(axes)
