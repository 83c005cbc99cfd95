"""The risk-coverage curve: what refusing the doubtful answers is worth, in good light and in bad."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import cycle

from lamplit.core.extras import require
from lamplit.report.figures import BLUE, INK, VERMILLION, finish_figure, new_figure, plain_axes
from lamplit.report.scores import RiskCurveDict

GOOD_LIGHT = "good light"

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")

_COLOURS = (
    BLUE,
    VERMILLION,
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#6A3D9A",
    "#8B4513",
    "#888888",
    "#B8C400",
)
"""As many as the gauntlet has conditions, with the ten directions; good light is black beside them."""


def plot_risk_coverage(
    curves: Mapping[str, RiskCurveDict],
    path: str | os.PathLike[str] | None = None,
    *,
    most_risk: float = 0.2,
) -> bytes:
    """Plot the share of wrong answers over the share of faces that are answered.

    Parameters
    ----------
    curves : mapping of str to dict
        For each condition `threshold`, `coverage` and `risk`, as lists with falling threshold; a ring stands
        at `answered` and `wrong`, where the thresholds in use lead (two, by the light on the face, so that
        it may lie beside the curve).
    path : path-like, optional
        Where to write the PNG; nowhere by default.
    most_risk : float
        The risk that is allowed, drawn as a dashed line.

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
    >>> curve = {"threshold": [0.9, 0.5], "coverage": [0.5, 1.0], "risk": [0.0, 0.2],
    ...          "answered": 0.5, "wrong": 0.0}
    >>> plot_risk_coverage({"good light": curve})[1:4]
    b'PNG'
    """
    figure = new_figure(8.4, 5.0)
    axes = figure.subplots()
    for (name, curve), colour in zip(curves.items(), _colours(curves), strict=True):
        style = "-" if name == GOOD_LIGHT else (0, (5, 1.5))
        axes.plot(curve["coverage"], curve["risk"], color=colour, linewidth=1.8, linestyle=style, label=name)
        if curve["wrong"] is not None:
            x, y = curve["answered"], curve["wrong"]
            axes.plot([x], [y], marker="o", markersize=8, markerfacecolor="white", color=colour, linewidth=0)
    axes.axhline(most_risk, color=INK, linestyle=":", linewidth=1.2)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_ticker.PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.set_xlim(0.0, 1.02)
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("faces answered", fontsize=11)
    axes.set_ylabel("wrong among the answers", fontsize=11)
    axes.set_title(
        "rings: where the thresholds in use lead", loc="left", fontsize=12, fontweight="bold", color=INK
    )
    axes.legend(frameon=False, fontsize=9.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    plain_axes(axes)
    return finish_figure(figure, path)


def _colours(names: Iterable[str]) -> list[str]:
    """Return a colour for each curve: black for good light, the others in turn."""
    others = cycle(_COLOURS)
    return [INK if name == GOOD_LIGHT else next(others) for name in names]
