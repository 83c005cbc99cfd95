"""Reliability: how often a classifier is right when it says that it is sure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.evaluation.checks import DoubleArray, checked_classes, checked_probabilities
from lamplit.report.scores import BinsDict


@dataclass(frozen=True, slots=True, eq=False)
class ReliabilityBins:
    """Faces grouped by the probability of their most likely label.

    Parameters
    ----------
    confidence : ndarray of shape (n_bins,), float64
        Mean top probability in each bin; NaN where a bin is empty.
    accuracy : ndarray of shape (n_bins,), float64
        Share of right answers in each bin; NaN where a bin is empty.
    count : ndarray of shape (n_bins,), int64
        Number of faces in each bin.

    Examples
    --------
    >>> bins = ReliabilityBins(np.array([np.nan, 0.8]), np.array([np.nan, 0.5]), np.array([0, 4]))
    >>> round(bins.calibration_error, 3), bins.as_dict()["accuracy"]
    (0.3, [None, 0.5])
    """

    confidence: DoubleArray
    accuracy: DoubleArray
    count: IntArray

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: mean distance of accuracy and confidence, weighted by count."""
        distance = np.abs(self.accuracy - self.confidence)
        return float(np.nansum(self.count * distance) / self.count.sum())

    def as_dict(self) -> BinsDict:
        """Return plain lists in which None stands for the means of an empty bin."""
        return {
            "confidence": _plain(self.confidence),
            "accuracy": _plain(self.accuracy),
            "count": [int(count) for count in self.count],
        }


def reliability_bins(probabilities: AnyArray, classes: AnyArray, n_bins: int = 15) -> ReliabilityBins:
    """Group faces by top probability into bins of equal width.

    Parameters
    ----------
    probabilities : ndarray of shape (n_faces, n_labels)
        Probabilities that sum to 1 in each row.
    classes : ndarray of shape (n_faces,), integer
        The true class of each face.
    n_bins : int
        Number of bins over [0, 1]; bin m, counted from 1, holds top probabilities in
        ((m - 1) / n_bins, m / n_bins].

    Returns
    -------
    ReliabilityBins
        Mean confidence, accuracy and number of faces of each bin.

    Raises
    ------
    InvalidArgumentError
        If shapes, ranges or sums are wrong, there is no face or no bin.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017), On calibration of modern neural networks,
    equations 2 and 3, arXiv:1706.04599.

    Examples
    --------
    >>> import numpy as np
    >>> bins = reliability_bins(np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([0, 0]), n_bins=2)
    >>> bins.count.tolist(), bins.accuracy.tolist()
    ([0, 2], [nan, 0.5])
    """
    if n_bins < 1:
        raise InvalidArgumentError("n_bins", "at least one bin", str(n_bins))
    n_labels = np.shape(probabilities)[-1] if np.ndim(probabilities) == 2 else 0
    rows = checked_probabilities(probabilities, n_labels=n_labels, subject="probabilities")
    true = checked_classes(classes, n_faces=len(rows), n_labels=n_labels)
    top = rows.max(axis=1)
    right = rows.argmax(axis=1) == true
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    # Clipped because a row of one label may sum to a hair above 1.
    index = np.clip(np.searchsorted(edges, top, side="left") - 1, 0, n_bins - 1)
    count = np.bincount(index, minlength=n_bins).astype(np.int64)
    return ReliabilityBins(_bin_means(top, index, count), _bin_means(right, index, count), count)


def pooled_bins(parts: Iterable[ReliabilityBins]) -> ReliabilityBins:
    """Put faces together that were grouped apart, such as those of several lights.

    Parameters
    ----------
    parts : iterable of ReliabilityBins
        At least one, all with the same bins.

    Returns
    -------
    ReliabilityBins
        The same as if all faces had been grouped at once.

    Examples
    --------
    >>> one = ReliabilityBins(np.array([np.nan, 0.8]), np.array([np.nan, 1.0]), np.array([0, 1]))
    >>> other = ReliabilityBins(np.array([0.4, 0.6]), np.array([0.5, 0.0]), np.array([2, 1]))
    >>> both = pooled_bins([one, other])
    >>> both.count.tolist(), both.accuracy.tolist(), round(float(both.confidence[1]), 2)
    ([2, 2], [0.5, 0.5], 0.7)
    """
    every = list(parts)
    count = np.sum([part.count for part in every], axis=0)
    means = []
    for values in ([part.confidence for part in every], [part.accuracy for part in every]):
        sums = sum(np.nan_to_num(value) * part.count for value, part in zip(values, every, strict=True))
        mean = np.full(len(count), np.nan)
        np.divide(sums, count, out=mean, where=count > 0)
        means.append(mean)
    return ReliabilityBins(means[0], means[1], count)


def _bin_means(values: AnyArray, index: AnyArray, count: IntArray) -> DoubleArray:
    """Mean of the values in each bin, NaN in empty ones."""
    sums = np.bincount(index, weights=values, minlength=len(count))
    means = np.full(len(count), np.nan)
    np.divide(sums, count, out=means, where=count > 0)
    return means


def _plain(means: DoubleArray) -> list[float | None]:
    return [None if np.isnan(mean) else float(mean) for mean in means]
