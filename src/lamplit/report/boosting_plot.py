"""How a boosted classifier learns: its error on training and on held-out samples, round by round."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.report.figures import BLUE, INK, VERMILLION, finish_figure, new_figure, plain_axes

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")


def plot_boosting_errors(
    training: Sequence[float],
    validation: Sequence[float],
    path: str | os.PathLike[str] | None = None,
    *,
    title: str = "",
) -> bytes:
    """Plot the share of wrong answers after each round, on training and on validation samples.

    Parameters
    ----------
    training, validation : sequence of float
        Share of wrong answers after each round, 0 to 1; as many of one as of the other.
    path : path-like, optional
        Where to write the PNG; nowhere by default.
    title : str
        Which samples; stands above the plot.

    Returns
    -------
    bytes
        The PNG; the round with the least error on validation samples is marked.

    Raises
    ------
    InvalidArgumentError
        If there is no round, or not as many errors of both kinds, or one is not between 0 and 1.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> plot_boosting_errors([0.3, 0.2, 0.1], [0.3, 0.25, 0.2])[1:4]
    b'PNG'
    """
    learnt, held_out = _shares(training, "training"), _shares(validation, "validation")
    if len(learnt) != len(held_out):
        raise InvalidArgumentError("validation", f"{len(learnt)} errors as in training", str(len(held_out)))
    rounds = np.arange(1, len(learnt) + 1)
    figure = new_figure(7.6, 4.4)
    axes = figure.subplots()
    marker = "o" if len(rounds) <= 12 else ""
    for shares, word, colour, style in (
        (held_out, "validation", VERMILLION, "-"),
        (learnt, "training", BLUE, "--"),
    ):
        label = f"{word}, {_per_cent(shares[-1])} in the end"
        axes.plot(
            rounds, shares, style, color=colour, linewidth=1.8, marker=marker, markersize=5, label=label
        )
    best = int(np.argmin(held_out))
    label = f"least on validation: {_per_cent(held_out[best])} after {best + 1}"
    axes.plot(
        rounds[best],
        held_out[best],
        "o",
        markersize=10,
        markerfacecolor="none",
        color=VERMILLION,
        label=label,
    )
    axes.xaxis.set_major_locator(_ticker.MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
    axes.yaxis.set_major_formatter(_ticker.PercentFormatter(1.0, symbol=" %"))
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("round", fontsize=11)
    axes.set_ylabel("wrong answers", fontsize=11)
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", color=INK)
    axes.legend(frameon=False, fontsize=10)
    plain_axes(axes)
    return finish_figure(figure, path)


def _shares(errors: Sequence[float], name: str) -> AnyArray:
    """Return errors as an array of shares."""
    shares = np.asarray(errors, dtype=np.float64)
    if shares.ndim != 1 or not len(shares):
        raise InvalidArgumentError(name, "at least one round", "none")
    if not ((shares >= 0) & (shares <= 1)).all():
        raise InvalidArgumentError(name, "shares from 0 to 1", f"{shares.min():g} to {shares.max():g}")
    return shares


def _per_cent(share: float) -> str:
    """Return a share as people read it."""
    return f"{100 * share:.1f} %"
