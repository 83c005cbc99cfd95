"""The light gauntlet in one picture: accuracy over strength, a panel for each condition.

Where each condition was run at one strength only, as in the short protocol, one panel has a row for each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.report.figures import BLUE, INK, VERMILLION, finish_figure, new_figure, plain_axes
from lamplit.report.scores import GauntletDict, LightScoresDict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")

_LINES = ((BLUE, "o"), (VERMILLION, "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#E69F00", "v"))
"""Colours of Okabe and Ito (2008) and markers, so that lines differ in print, too."""

_COLUMNS = 3
_PER_CENT = {"xmax": 1.0, "decimals": 0, "symbol": " %"}


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
        If there is no model or more than five, or they were measured in other lights.
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
    _check_same_lights(gauntlets)
    conditions = _conditions(next(iter(gauntlets.values())))
    figure = _one_panel(gauntlets) if not conditions else _panels(gauntlets, conditions)
    figure.suptitle(_title(gauntlets), fontsize=12, fontweight="bold", color=INK, x=0.01, ha="left")
    if len(gauntlets) > 1:
        handles, names = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower left", ncols=3, frameon=False, fontsize=10)
    return finish_figure(figure, path)


def _check_same_lights(gauntlets: Mapping[str, GauntletDict]) -> None:
    """Refuse models of which one lacks a light that another has."""
    lights = [{row["name"] for row in gauntlet["lights"]} for gauntlet in gauntlets.values()]
    lacking = sorted(lights[0].union(*lights) - lights[0].intersection(*lights))
    if lacking:
        raise InvalidArgumentError("gauntlets", "the same lights for each model", f"{lacking} for some alone")


def _conditions(gauntlet: GauntletDict) -> list[str]:
    """Return the conditions that were run at several strengths, in order."""
    named = [row["condition"] for row in gauntlet["lights"]]
    return [name for name in dict.fromkeys(named) if named.count(name) > 1]


def _panels(gauntlets: Mapping[str, GauntletDict], conditions: list[str]) -> Figure:
    """Draw a panel for each condition."""
    n_rows = -(-len(conditions) // _COLUMNS)
    figure = new_figure(10.5, 2.85 * n_rows + 1.0)
    panels = figure.subplots(n_rows, _COLUMNS, sharey=True, squeeze=False)
    for condition, axes in zip(conditions, panels.flat, strict=False):
        for (name, gauntlet), (colour, marker) in zip(gauntlets.items(), _LINES, strict=False):
            _draw_condition(axes, condition, gauntlet, name=name, colour=colour, marker=marker)
        plain_axes(axes)
        axes.yaxis.set_major_formatter(_ticker.PercentFormatter(**_PER_CENT))
    for axes in list(panels.flat)[len(conditions) :]:
        axes.set_visible(False)
    return figure


def _one_panel(gauntlets: Mapping[str, GauntletDict]) -> Figure:
    """Draw a row for each light, the first on top."""
    lights = [row["name"] for row in next(iter(gauntlets.values()))["lights"]]
    figure = new_figure(9.0, 1.6 + 0.38 * len(lights))
    axes = figure.subplots()
    for (name, gauntlet), (colour, marker) in zip(gauntlets.items(), _LINES, strict=False):
        rows = sorted(gauntlet["lights"], key=lambda row: lights.index(row["name"]))
        accuracy, reach = _accuracies(rows)
        axes.errorbar(
            accuracy,
            range(len(rows)),
            xerr=reach,
            color=colour,
            marker=marker,
            markersize=6,
            linestyle="",
            label=name,
        )
        _draw_good_light(axes.axvline, rows, colour)
    axes.set_yticks(range(len(lights)), lights)
    axes.set_ylim(len(lights) - 0.5, -0.5)
    plain_axes(axes)
    axes.xaxis.set_major_formatter(_ticker.PercentFormatter(**_PER_CENT))
    axes.xaxis.grid(visible=True, color="#e6e6e6", linewidth=0.8)
    return figure


def _draw_condition(
    axes: Axes, condition: str, gauntlet: GauntletDict, *, name: str, colour: str, marker: str
) -> None:
    """Draw one model in one panel."""
    rows = [row for row in gauntlet["lights"] if row["condition"] == condition]
    rows.sort(key=lambda row: row["strength"], reverse=_falls(rows))
    places = range(len(rows))
    accuracy, reach = _accuracies(rows)
    axes.errorbar(
        places,
        accuracy,
        yerr=reach,
        color=colour,
        marker=marker,
        markersize=5,
        linewidth=1.7,
        label=name,
    )
    _draw_good_light(axes.axhline, gauntlet["lights"], colour)
    axes.set_xticks(list(places), [f"{row['strength']:g}" for row in rows], fontsize=9.5)
    axes.set_xlim(-0.3, len(rows) - 0.7)
    axes.set_xlabel(rows[0]["unit"], fontsize=10, color=INK)
    axes.set_title(condition, loc="left", fontsize=11.5, fontweight="bold", color=INK, pad=9)


def _accuracies(rows: Sequence[LightScoresDict]) -> tuple[list[float], tuple[list[float], list[float]]]:
    """Return the accuracies, and how far the intervals reach below and above them."""
    below = [row["accuracy"] - row["accuracy_interval"]["low"] for row in rows]
    above = [row["accuracy_interval"]["high"] - row["accuracy"] for row in rows]
    return [row["accuracy"] for row in rows], (below, above)


def _draw_good_light(line: Callable[..., object], rows: Sequence[LightScoresDict], colour: str) -> None:
    """Draw the accuracy in good light as a dashed line, where it was measured."""
    for row in rows:
        if row["condition"] == "good light":
            line(row["accuracy"], color=colour, linestyle="--", linewidth=1.0, alpha=0.7)


def _falls(rows: list[LightScoresDict]) -> bool:
    """Say whether a condition is worse the smaller its strength is: shares below 1 that are left over."""
    return rows[0]["unit"] in {"of full scale", "of the contrast"}


def _title(gauntlets: Mapping[str, GauntletDict]) -> str:
    """Return what stands above the panels."""
    first = next(iter(gauntlets.values()))
    faces = f"accuracy by light, {first['faces']:,} faces, dashed: good light"
    if len(gauntlets) > 1:
        return faces
    mean = first["mean_of_six_bad_lights"]
    short = "" if mean is None else f", mean of the six bad lights {100 * mean:.1f} %"
    return f"{next(iter(gauntlets))}\n{faces}{short}"
