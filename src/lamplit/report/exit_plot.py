"""Accuracy against mean milliseconds: a cascade of classifiers beside each of them alone."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from lamplit.core.extras import require
from lamplit.report.figures import BLUE, INK, VERMILLION, finish_figure, new_figure, plain_axes

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")


def plot_exits(
    figures: Mapping[str, Any],
    names: Sequence[str],
    path: str | os.PathLike[str] | None = None,
    *,
    title: str = "",
) -> bytes:
    """Plot the curve of a cascade, the classifiers alone, and the thresholds that were chosen.

    Parameters
    ----------
    figures : mapping
        `curve`, `singles` and `reported`, as `lamplit.evaluation.early_exit.ExitChoice.as_dict` gives them.
    names : sequence of str
        What to call each classifier, cheapest first.
    path : path-like, optional
        Where to write the PNG; nowhere by default.
    title : str
        Which faces; stands above the plot.

    Returns
    -------
    bytes
        The PNG.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> points = [{"milliseconds": 1.0, "accuracy": 0.8}, {"milliseconds": 3.0, "accuracy": 0.9}]
    >>> plot_exits({"curve": points, "singles": points, "reported": points[1]}, ["a", "b"])[1:4]
    b'PNG'
    """
    figure = new_figure(7.6, 4.6)
    axes = figure.subplots()
    curve, chosen = figures["curve"], figures["reported"]
    axes.plot(*_axes_of(curve), color=BLUE, linewidth=1.8, marker=".", markersize=5, label="cascade")
    axes.plot(
        *_axes_of([chosen]), "o", markersize=12, markerfacecolor="none", color=BLUE, label="chosen", zorder=4
    )
    axes.plot(*_axes_of(figures["singles"]), "s", markersize=7, color=VERMILLION, label="one network alone")
    for name, point in zip(names, figures["singles"], strict=True):
        axes.annotate(
            name,
            (point["milliseconds"], point["accuracy"]),
            xytext=(0, -9),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=9.5,
            color=INK,
        )
    axes.yaxis.set_major_formatter(_ticker.PercentFormatter(1.0, decimals=None, symbol=" %"))
    axes.margins(x=0.16, y=0.22)
    axes.set_xlim(left=0.0)
    axes.set_xlabel("mean milliseconds per face", fontsize=11)
    axes.set_ylabel("accuracy", fontsize=11)
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", color=INK)
    axes.legend(frameon=False, fontsize=9.5, loc="upper left")
    plain_axes(axes)
    return finish_figure(figure, path)


def _axes_of(points: Sequence[Mapping[str, Any]]) -> tuple[list[float], list[float]]:
    """Return the times and the accuracies of points."""
    return [point["milliseconds"] for point in points], [point["accuracy"] for point in points]
