"""Plots as PNG: training curves, confusion matrix, reliability diagram."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.report.figures import BLUE, FAINT, INK, VERMILLION, finish_figure, new_figure, plain_axes
from lamplit.report.scores import BinsDict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ticker = require("matplotlib.ticker", extra="train", purpose="plots")

# In drawing order: dashes on top of a line leave both visible where the curves meet.
_PHASES = {"validation": ("validation", VERMILLION, "-"), "train": ("training", BLUE, "--")}

_BEST: dict[str, Callable[[AnyArray], np.intp]] = {"loss": np.nanargmin, "accuracy": np.nanargmax}


def plot_training_curves(
    history: Sequence[Mapping[str, float]], path: str | os.PathLike[str] | None = None
) -> bytes:
    """Plot loss and accuracy over the epochs, training against validation.

    Parameters
    ----------
    history : sequence of mapping
        One mapping per epoch with the keys epoch, train_loss, train_accuracy, validation_loss and
        validation_accuracy; NaN leaves a gap. Where the last row has a best_epoch, that one is marked as the
        result. Further keys are ignored.
    path : path-like, optional
        Where to write the PNG; nowhere by default.

    Returns
    -------
    bytes
        The PNG.

    Raises
    ------
    InvalidArgumentError
        If there is no epoch, or an epoch lacks a key.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> epoch = {"epoch": 1, "train_loss": 1.2, "train_accuracy": 0.5,
    ...          "validation_loss": 1.1, "validation_accuracy": 0.6}
    >>> plot_training_curves([epoch])[1:4]
    b'PNG'
    """
    columns = _history_columns(history)
    figure = new_figure(10.0, 4.0)
    for axes, (quantity, best) in zip(figure.subplots(1, 2), _BEST.items(), strict=True):
        _draw_curves(axes, columns, quantity=quantity, best=best)
    return finish_figure(figure, path)


def plot_training_curve(
    history: Sequence[Mapping[str, float]], quantity: str, path: str | os.PathLike[str] | None = None
) -> bytes:
    """Plot loss or accuracy over the epochs, training against validation.

    Parameters
    ----------
    history : sequence of mapping
        As for `plot_training_curves`.
    quantity : str
        "loss" or "accuracy".
    path : path-like, optional
        Where to write the PNG; nowhere by default.

    Returns
    -------
    bytes
        The PNG.

    Raises
    ------
    InvalidArgumentError
        If there is no epoch, an epoch lacks a key, or there is no such quantity.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> epoch = {"epoch": 1, "train_loss": 1.2, "train_accuracy": 0.5,
    ...          "validation_loss": 1.1, "validation_accuracy": 0.6}
    >>> plot_training_curve([epoch], "loss")[1:4]
    b'PNG'
    """
    if quantity not in _BEST:
        raise InvalidArgumentError("quantity", f"one of {list(_BEST)}", repr(quantity))
    columns = _history_columns(history)
    figure = new_figure(7.0, 4.2)
    _draw_curves(figure.subplots(), columns, quantity=quantity, best=_BEST[quantity])
    return finish_figure(figure, path)


def plot_confusion(
    matrix: AnyArray, labels: Sequence[str], path: str | os.PathLike[str] | None = None
) -> bytes:
    """Plot a confusion matrix, coloured by the share of each row, with counts and per cent in the cells.

    Parameters
    ----------
    matrix : ndarray of shape (n_labels, n_labels), integer
        Number of faces; rows are the true labels, columns the predicted ones.
    labels : sequence of str
        The labels, in order.
    path : path-like, optional
        Where to write the PNG; nowhere by default.

    Returns
    -------
    bytes
        The PNG.

    Raises
    ------
    InvalidArgumentError
        If the matrix is not one row and one column per label, or holds something else than counts.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> plot_confusion([[8, 2], [1, 9]], ["no", "yes"])[1:4]
    b'PNG'
    """
    counts = _checked_counts(matrix, n_labels=len(labels))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)  # (n, n) / (n, 1)
    side = max(4.2, 1.6 + 0.95 * len(labels))
    figure = new_figure(side + 0.9, side)
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    _draw_cells(axes, counts, shares)
    _label_cells(axes, labels)
    bar = figure.colorbar(
        image, ax=axes, fraction=0.04, pad=0.02, format=_ticker.PercentFormatter(1.0, symbol=" %")
    )
    bar.set_label("share of the faces with this true label", fontsize=10)
    bar.outline.set_visible(False)
    return finish_figure(figure, path)


def plot_reliability(bins: BinsDict, path: str | os.PathLike[str] | None = None) -> bytes:
    """Plot a reliability diagram over the number of faces in each bin.

    Parameters
    ----------
    bins : dict
        Lists `confidence`, `accuracy` (None where a bin is empty) and `count`, over bins of equal width.
    path : path-like, optional
        Where to write the PNG; nowhere by default.

    Returns
    -------
    bytes
        The PNG.

    Raises
    ------
    InvalidArgumentError
        If the lists differ in length, or no bin holds a face.
    OutputError
        If the file cannot be written.

    Notes
    -----
    Whiskers show one standard error of the accuracy, sqrt(p (1 - p) / n): bins of few faces say little.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017), On calibration of modern neural networks,
    figure 1, arXiv:1706.04599.

    Examples
    --------
    >>> plot_reliability({"confidence": [None, 0.8], "accuracy": [None, 0.75], "count": [0, 4]})[1:4]
    b'PNG'
    """
    count, confidence, accuracy = checked_bins(bins)
    figure = new_figure(5.6, 6.2)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    filled = count > 0
    _draw_reliability(upper, confidence[filled], accuracy[filled], count[filled])
    edges = np.linspace(0.0, 1.0, len(count) + 1)
    lower.bar(edges[:-1], count / count.sum(), width=np.diff(edges), align="edge", color=BLUE, edgecolor="w")
    lower.set_xlim(0.0, 1.0)
    lower.set_xlabel("probability of the label that was named", fontsize=11)
    lower.set_ylabel("faces", fontsize=11)
    lower.yaxis.set_major_formatter(_ticker.PercentFormatter(1.0, decimals=0, symbol=" %"))
    lower.yaxis.set_major_locator(_ticker.MaxNLocator(3))
    plain_axes(lower)
    return finish_figure(figure, path)


def _history_columns(history: Sequence[Mapping[str, float]]) -> dict[str, AnyArray]:
    """Return the history as one float64 array per key."""
    keys = ["epoch", *(f"{phase}_{quantity}" for phase in _PHASES for quantity in ("loss", "accuracy"))]
    if history and "best_epoch" in history[-1]:
        keys.append("best_epoch")
    if not history:
        raise InvalidArgumentError("history", "at least one epoch", "none")
    for number, row in enumerate(history, start=1):
        missing = [key for key in keys if key not in row]
        if missing:
            raise InvalidArgumentError("history", f"the keys {missing}", f"row {number} with {sorted(row)}")
    columns = {key: np.array([row[key] for row in history], dtype=np.float64) for key in keys}
    return {key: np.where(np.isfinite(column), column, np.nan) for key, column in columns.items()}


def _draw_curves(
    axes: Axes, columns: Mapping[str, AnyArray], *, quantity: str, best: Callable[[AnyArray], np.intp]
) -> None:
    """One panel: two curves, their last values beside them, the best validation value above."""
    epochs = columns["epoch"]
    ends: list[tuple[float, str, str]] = []
    for phase, (word, colour, style) in _PHASES.items():
        values = columns[f"{phase}_{quantity}"]
        marker = "o" if len(epochs) <= 12 else ""
        axes.plot(epochs, values, color=colour, linestyle=style, linewidth=1.9, marker=marker, markersize=5)
        if np.isfinite(values).any():
            last = float(values[np.isfinite(values)][-1])
            ends.append((last, f"{word}\n{last:.3f}", colour))
    plain_axes(axes)
    axes.xaxis.set_major_locator(_ticker.MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
    axes.set_xlabel("epoch", fontsize=11)
    axes.set_title(quantity, loc="left", fontsize=13, fontweight="bold", color=INK)
    validation = columns[f"validation_{quantity}"]
    if np.isfinite(validation).any():
        at = best(validation)
        text = f"best validation {validation[at]:.3f}, epoch {epochs[at]:.0f}"
        axes.set_title(text, loc="right", fontsize=10, color=INK)
    _label_ends(axes, ends)
    _mark_result(axes, columns)


def _mark_result(axes: Axes, columns: Mapping[str, AnyArray]) -> None:
    """Where the held-out faces have chosen an epoch, mark it."""
    if "best_epoch" not in columns:
        return
    epoch = float(columns["best_epoch"][-1])
    axes.axvline(epoch, color=INK, linestyle=":", linewidth=1.2, zorder=0)
    axes.set_xlabel(f"epoch (dotted: {epoch:.0f}, the result, chosen by held-out faces)", fontsize=11)


def _label_ends(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Write the last values to the right of the panel, moved apart where they would touch."""
    low, high = axes.get_ylim()
    heights = _spread([(value - low) / (high - low) for value, _, _ in ends], gap=0.14)
    for height, (_, text, colour) in zip(heights, ends, strict=True):
        axes.text(
            1.02,
            height,
            text,
            transform=axes.transAxes,
            color=colour,
            fontsize=10.5,
            va="center",
            linespacing=1.1,
        )


def _spread(heights: Sequence[float], *, gap: float) -> list[float]:
    """Two heights in [0, 1] with at least `gap` between them, their order kept; fewer stay as they are."""
    if len(heights) < 2 or abs(heights[0] - heights[1]) >= gap:
        return list(heights)
    middle = min(max(sum(heights) / 2, gap / 2), 1 - gap / 2)
    step = gap / 2 if heights[0] > heights[1] else -gap / 2
    return [middle + step, middle - step]


def _checked_counts(matrix: AnyArray, *, n_labels: int) -> AnyArray:
    """Return the confusion matrix as an array of counts."""
    counts = np.asarray(matrix)
    if n_labels == 0 or counts.shape != (n_labels, n_labels):
        raise InvalidArgumentError("matrix", f"shape ({n_labels}, {n_labels})", f"shape {counts.shape}")
    if not np.issubdtype(counts.dtype, np.integer) or counts.min() < 0:
        raise InvalidArgumentError("matrix", "counts", f"{counts.dtype} with a minimum of {counts.min()}")
    return counts


def _draw_cells(axes: Axes, counts: AnyArray, shares: AnyArray) -> None:
    """Write count and per cent into each cell that is not empty."""
    for row, column in np.ndindex(counts.shape):
        text = f"{counts[row, column]:,}"
        if counts[row, column]:
            text += f"\n{_per_cent(float(shares[row, column]))}"
        dark = shares[row, column] > 0.55
        colour = "white" if dark else INK if counts[row, column] else FAINT
        axes.text(column, row, text, ha="center", va="center", fontsize=10.5, color=colour, linespacing=1.25)


def _per_cent(share: float) -> str:
    """Return whole per cent, except that few never read as none."""
    return "<1 %" if share < 0.005 else f"{100 * share:.0f} %"


def _label_cells(axes: Axes, labels: Sequence[str]) -> None:
    """Name rows and columns, and part the cells by white lines."""
    places = np.arange(len(labels))
    axes.set_xticks(places, labels, fontsize=11)
    axes.set_yticks(places, labels, fontsize=11)
    if max(map(len, labels)) > 9:
        for tick in axes.get_xticklabels():
            tick.set(rotation=35, ha="right", rotation_mode="anchor")
    axes.set_xlabel("predicted label", fontsize=12, labelpad=8)
    axes.set_ylabel("true label", fontsize=12, labelpad=8)
    axes.set_xticks(places[1:] - 0.5, minor=True)
    axes.set_yticks(places[1:] - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="both", length=0, labelcolor=INK)
    axes.spines[:].set_visible(False)


def checked_bins(bins: BinsDict) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Turn reliability bins into arrays.

    Parameters
    ----------
    bins : dict
        Lists `confidence`, `accuracy` (None where a bin is empty) and `count`.

    Returns
    -------
    count : ndarray of shape (n_bins,), int64
        Number of faces.
    confidence, accuracy : ndarray of shape (n_bins,), float64
        Means; NaN where a bin is empty.

    Raises
    ------
    InvalidArgumentError
        If the lists differ in length, or no bin holds a face.

    Examples
    --------
    >>> [column.tolist() for column in checked_bins({"confidence": [0.8], "accuracy": [0.75], "count": [4]})]
    [[4], [0.8], [0.75]]
    """
    lengths = {len(bins["count"]), len(bins["confidence"]), len(bins["accuracy"])}
    if len(lengths) != 1:
        raise InvalidArgumentError("bins", "lists of one length", f"lengths {sorted(lengths)}")
    count = np.array(bins["count"], dtype=np.int64)
    if count.sum() < 1:
        raise InvalidArgumentError("bins", "at least one face", "none")
    means = [
        np.array([math.nan if v is None else v for v in bins[key]]) for key in ("confidence", "accuracy")
    ]
    return count, means[0], means[1]


def _draw_reliability(axes: Axes, confidence: AnyArray, accuracy: AnyArray, count: AnyArray) -> None:
    """Accuracy over confidence for the bins that hold faces, against the diagonal."""
    axes.plot([0, 1], [0, 1], color=FAINT, linestyle="--", linewidth=1.2)
    axes.vlines(confidence, accuracy, confidence, color=VERMILLION, linewidth=5, alpha=0.35)
    error = np.sqrt(accuracy * (1.0 - accuracy) / count)
    axes.errorbar(
        confidence, accuracy, yerr=error, color=BLUE, marker="o", markersize=6, linewidth=1.6, elinewidth=1.2
    )
    calibration_error = float((count * np.abs(accuracy - confidence)).sum() / count.sum())
    title = f"expected calibration error {calibration_error:.3f}, {count.sum():,} faces"
    axes.set_title(title, loc="left", fontsize=11.5, fontweight="bold", color=INK, pad=24)
    hint = "above the dashed line: under-confident; below: over-confident"
    axes.text(0.0, 1.025, hint, transform=axes.transAxes, fontsize=10.5, color=INK)
    axes.set_ylim(0.0, 1.04)
    axes.set_ylabel("share that was right", fontsize=11)
    plain_axes(axes)
