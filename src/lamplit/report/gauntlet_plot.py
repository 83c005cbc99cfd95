"""The light gauntlet in one picture: accuracy over strength, a panel for each condition."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.report.figures import BLUE, FAINT, INK, VERMILLION, finish_figure, new_figure, plain_axes
from lamplit.report.scores import GauntletDict, LightScoresDict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")

_LINES = ((BLUE, "o"), (VERMILLION, "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#E69F00", "v"))
"""Colours of Okabe and Ito (2008) and markers, so that lines differ in print, too."""

_COLUMNS = 3


def plot_gauntlet(gauntlets: Mapping[str, GauntletDict], path: str | os.PathLike[str] | None = None) -> bytes:
    """Plot the accuracy of one or several models over the strength of each condition.

    Parameters
    ----------
    gauntlets : mapping of str to dict
        Figures in the form of `lamplit.report.scores.GauntletDict`, by the name of the model; at most five
        models, over the same lights.
    path : path-like, optional
        Where to write the PNG; nowhere by default.

    Returns
    -------
    bytes
        The PNG: dashed lines are good light, bars the 95 % bootstrap intervals.

    Raises
    ------
    InvalidArgumentError
        If there is no model or more than five.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> row = {"name": "dim", "condition": "dim", "strength": 0.5, "unit": "", "accuracy": 0.8,
    ...        "accuracy_interval": {"low": 0.7, "high": 0.9, "level": 0.95}, "relative": 1.0,
    ...        "macro_f1": 0.7, "log_loss": 0.5, "calibration_error": 0.02}
    >>> good = row | {"name": "good light", "condition": "good light"}
    >>> figures = {"seed": 0, "faces": 9, "mean_of_six_bad_lights": None, "seven_lights": [],
    ...            "lights": [good, row]}
    >>> plot_gauntlet({"model": figures})[1:4]
    b'PNG'
    """
    if not 1 <= len(gauntlets) <= len(_LINES):
        raise InvalidArgumentError("gauntlets", f"1 to {len(_LINES)} models", str(len(gauntlets)))
    first = next(iter(gauntlets.values()))
    conditions = _conditions(first)
    n_rows = -(-len(conditions) // _COLUMNS)
    figure = new_figure(10.5, 2.75 * n_rows + 0.9)
    panels = figure.subplots(n_rows, _COLUMNS, sharey=True, squeeze=False)
    for condition, axes in zip(conditions, panels.flat, strict=False):
        for (name, gauntlet), (colour, marker) in zip(gauntlets.items(), _LINES, strict=False):
            _draw_condition(axes, condition, gauntlet, name=name, colour=colour, marker=marker)
        plain_axes(axes)
        axes.yaxis.set_major_formatter(_ticker.PercentFormatter(1.0, decimals=0, symbol=" %"))
        axes.yaxis.grid(visible=True, color="#e6e6e6", linewidth=0.8)
    for axes in list(panels.flat)[len(conditions) :]:
        axes.set_visible(False)
    figure.suptitle(_title(gauntlets), fontsize=12.5, fontweight="bold", color=INK, x=0.01, ha="left")
    if len(gauntlets) > 1:
        panels[0, 0].legend(frameon=False, fontsize=9.5, loc="lower left")
    return finish_figure(figure, path)


def _conditions(gauntlet: GauntletDict) -> list[str]:
    """Return the conditions that stand there at more than nothing, in order; good light is none."""
    named = [row["condition"] for row in gauntlet["lights"]]
    many = [name for name in dict.fromkeys(named) if name != "good light"]
    whole = [name for name in many if named.count(name) > 1]
    return whole or many


def _draw_condition(
    axes: Axes, condition: str, gauntlet: GauntletDict, *, name: str, colour: str, marker: str
) -> None:
    """Draw one model in one panel."""
    rows = sorted(_rows(gauntlet, condition), key=lambda row: -row["accuracy"])
    rows.sort(key=lambda row: row["strength"], reverse=_falls(rows))
    places = range(len(rows))
    accuracy = [row["accuracy"] for row in rows]
    below = [row["accuracy"] - row["accuracy_interval"]["low"] for row in rows]
    above = [row["accuracy_interval"]["high"] - row["accuracy"] for row in rows]
    axes.errorbar(
        places,
        accuracy,
        yerr=[below, above],
        color=colour,
        marker=marker,
        markersize=5,
        linewidth=1.7,
        label=name,
    )
    good = next((row["accuracy"] for row in gauntlet["lights"] if row["condition"] == "good light"), None)
    if good is not None:
        axes.axhline(good, color=colour, linestyle="--", linewidth=1.0, alpha=0.7)
    axes.set_xticks(list(places), [f"{row['strength']:g}" for row in rows], fontsize=9.5)
    axes.set_xlabel(rows[0]["unit"], fontsize=10, color=FAINT if not rows[0]["unit"] else INK)
    axes.set_title(condition, loc="left", fontsize=11.5, fontweight="bold", color=INK)


def _rows(gauntlet: GauntletDict, condition: str) -> list[LightScoresDict]:
    """Return the rows of one condition, as they stand."""
    return [row for row in gauntlet["lights"] if row["condition"] == condition]


def _falls(rows: list[LightScoresDict]) -> bool:
    """Say whether a condition is worse the smaller its strength is: shares below 1 that are left over."""
    return rows[0]["unit"] in {"of full scale", "of the contrast"}


def _title(gauntlets: Mapping[str, GauntletDict]) -> str:
    """Return what stands above the panels."""
    first = next(iter(gauntlets.values()))
    faces = f"accuracy by light, {first['faces']:,} faces; dashed: good light"
    if len(gauntlets) > 1:
        return faces
    mean = first["mean_of_six_bad_lights"]
    short = "" if mean is None else f"; mean of the six bad lights {100 * mean:.1f} %"
    return f"{next(iter(gauntlets))}: {faces}{short}"
