"""Recognition rates after each normalisation in one picture."""

from __future__ import annotations

import os

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.report.figures import BLUE, FAINT, INK, VERMILLION, finish_figure, new_figure, plain_axes
from lamplit.report.normalization_scores import NormalizationDict, mean_rate

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")

_SERIES = (
    ("subset 1", "2-5", "gallery: 7 lights near the camera", BLUE, "o"),
    ("frontal", "2-5", "gallery: the frontal light alone", VERMILLION, "s"),
    ("subset 1", "night", "at night, gallery: 7 lights", INK, "x"),
)


def plot_normalization(figures: NormalizationDict, path: str | os.PathLike[str] | None = None) -> bytes:
    """Plot the share of people recognised for each chain of methods, best on top.

    Parameters
    ----------
    figures : dict
        Rates in the form of `lamplit.report.normalization_scores.NormalizationDict`.
    path : path-like, optional
        Where to write the PNG; nowhere by default.

    Returns
    -------
    bytes
        The PNG: over subsets 2 to 5 with both galleries, and at night.

    Raises
    ------
    InvalidArgumentError
        If there is no chain.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> rates = {"frontal": {"2-5": 0.75, "night": None}, "subset 1": {"2-5": 0.9, "night": 0.5}}
    >>> chain = {"name": "none", "steps": [], "all": rates, "others": rates, "people_for_choosing": rates}
    >>> figures = {"dataset": "", "people": 2, "people_for_choosing": [], "pictures": {}, "galleries": {},
    ...            "features": {}, "distance": "", "night": {}, "chains": [chain]}
    >>> plot_normalization(figures)[1:4]
    b'PNG'
    """
    chains = sorted(figures["chains"], key=lambda chain: mean_rate(chain, "frontal"))
    if not chains:
        raise InvalidArgumentError("chains", "at least one", "none")
    figure = new_figure(9.0, 1.5 + 0.32 * len(chains))
    axes = figure.subplots()
    for place, chain in enumerate(chains):
        shares = [chain["all"][gallery].get(key) for gallery, key, *_ in _SERIES]
        known = [share for share in shares if share is not None]
        axes.plot([min(known), max(known)], [place, place], color=FAINT, linewidth=1.0, zorder=1)
    for gallery, key, label, colour, marker in _SERIES:
        known_at = [
            (rate, n) for n, c in enumerate(chains) if (rate := c["all"][gallery].get(key)) is not None
        ]
        rates, places = [rate for rate, _ in known_at], [place for _, place in known_at]
        axes.scatter(rates, places, color=colour, marker=marker, s=44, label=label, zorder=2)
    axes.set_yticks(range(len(chains)), [chain["name"] for chain in chains])
    axes.set_ylim(-0.7, len(chains) - 0.3)
    axes.set_xlim(-0.01, 1.01)
    axes.xaxis.set_major_formatter(_ticker.PercentFormatter(1.0, decimals=0, symbol=" %"))
    plain_axes(axes)
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.8)
    axes.set_xlabel(f"{figures['people']} people of Extended Yale B recognised, subsets 2 to 5", fontsize=11)
    figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=10)
    return finish_figure(figure, path)
