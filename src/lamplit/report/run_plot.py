"""The figures of a run over its epochs, whatever they are: a panel for each."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.report.figures import BLUE, INK, finish_figure, new_figure, plain_axes

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")

_NO_FIGURES = ("epoch", "learning_rate", "seconds")
_PANELS_A_ROW = 3


def curves_of(row: Mapping[str, float]) -> list[str]:
    """Return the figures in a row of a log that say how good a network has become.

    Parameters
    ----------
    row : mapping of str to float
        One epoch.

    Returns
    -------
    list of str
        Its keys but epoch, learning_rate and seconds.

    Examples
    --------
    >>> curves_of({"epoch": 1, "learning_rate": 0.1, "train_loss": 2.0, "error": 0.5, "seconds": 60})
    ['train_loss', 'error']
    """
    return [name for name in row if name not in _NO_FIGURES]


def plot_run_curves(
    history: Sequence[Mapping[str, float]], path: str | os.PathLike[str] | None = None
) -> bytes:
    """Plot each figure of a log over the epochs.

    Parameters
    ----------
    history : sequence of mapping
        One mapping per epoch with the key epoch and the figures of `curves_of`; NaN leaves a gap.
    path : path-like, optional
        Where to write the PNG; nowhere by default.

    Returns
    -------
    bytes
        The PNG, a panel for each figure with its last value.

    Raises
    ------
    InvalidArgumentError
        If there is no epoch or no figure.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> plot_run_curves([{"epoch": 1, "train_loss": 1.2}, {"epoch": 2, "train_loss": 0.9}])[1:4]
    b'PNG'
    """
    names = curves_of(history[0]) if history else []
    if not names:
        raise InvalidArgumentError("history", "at least one epoch with a figure", repr(list(history)))
    epochs = [row["epoch"] for row in history]
    columns = min(len(names), _PANELS_A_ROW)
    rows = -(-len(names) // columns)
    figure = new_figure(4.2 * columns, 3.4 * rows)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(panels, names, strict=False):
        values = np.array([row[name] for row in history], dtype=np.float64)
        axes.plot(epochs, np.where(np.isfinite(values), values, np.nan), color=BLUE, marker="o", markersize=3)
        axes.set_title(f"{name.replace('_', ' ')}: {values[-1]:.4g}", fontsize=11, color=INK, loc="left")
        axes.set_xlabel("epoch", fontsize=10)
        axes.xaxis.set_major_locator(_ticker.MaxNLocator(integer=True))
        plain_axes(axes)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    return finish_figure(figure, path)
