"""The search for the best threshold among all features: one pass over the sorted samples of each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from lamplit.boosting.compiling import can_compile, compiled
from lamplit.boosting.search_loops import (
    CLEARLY,
    Loop,
    most_signed,
    most_signed_vectorised,
    most_squared,
    most_squared_vectorised,
)
from lamplit.boosting.sorting import SortedFeatures
from lamplit.core.arrays import AnyArray, IntArray

_LEAST_GAIN = 1e-14
"""Share of what there is to gain below which rounding decides, not the samples."""

_SQUARED = (most_squared, most_squared_vectorised)
_SIGNED = (most_signed, most_signed_vectorised)


@dataclass(frozen=True, slots=True)
class Split:
    """A feature and how many samples have a lower value than its threshold.

    Parameters
    ----------
    feature : int
        Number of the feature.
    n_left : int
        Samples before the threshold, in the order of the feature.
    gain : float
        How much better two values describe the targets than one: by `squared_split` the fall of the weighted
        squared error, by `error_split` of the weighted classification error.
    """

    feature: int
    n_left: int
    gain: float


def squared_split(
    ordered: SortedFeatures, weights: AnyArray, targets: AnyArray, features: IntArray | None = None
) -> Split | None:
    """Find the split with the least weighted squared error.

    Parameters
    ----------
    ordered : SortedFeatures
        The samples in the order of each feature.
    weights : ndarray of shape (n_samples,), float64
        At least 0; samples of weight 0 do not count.
    targets : ndarray of shape (n_samples, n_outputs), float64
        What each side of the split is to describe by its mean. With one column per class, 1 for the sample's
        own and 0 else, the squared error is the Gini impurity (for two classes one column is enough).
    features : ndarray of int64, optional
        Features to look at; all by default.

    Returns
    -------
    Split or None
        The best one; of equal ones that of the first feature and there the lowest threshold. None if no
        threshold describes the targets better than their mean.

    Notes
    -----
    With w the weight on the left of a threshold, W the whole and D the sum of weight x (target - mean) on the
    left, the error falls by D^2 W / (w (W - w)): two running sums, and a division only where that beats the
    best so far.

    Examples
    --------
    >>> from lamplit.boosting.sorting import sort_features
    >>> ordered = sort_features(np.array([[0.0, 5.0], [1.0, 7.0], [2.0, 6.0]]))
    >>> split = squared_split(ordered, np.full(3, 1 / 3), np.array([[0.0], [1.0], [0.0]]))
    >>> split.feature, split.n_left, round(split.gain, 6)
    (1, 2, 0.222222)
    """
    total = float(weights.sum())
    mean = weights @ targets / total  # (n_outputs,)
    sums = np.column_stack([weights, weights[:, np.newaxis] * (targets - mean)])
    floor = _LEAST_GAIN * float(weights @ ((targets - mean) ** 2).sum(axis=1)) / total
    found = _search(ordered, np.ascontiguousarray(sums), features, floor, loops=_SQUARED)
    return None if found is None else Split(found.feature, found.n_left, found.gain * total)


def error_split(
    ordered: SortedFeatures, weights: AnyArray, signs: AnyArray, features: IntArray | None = None
) -> Split | None:
    """Find the split with the least weighted classification error of two classes, as Viola and Jones do.

    Parameters
    ----------
    ordered : SortedFeatures
        The samples in the order of each feature.
    weights : ndarray of shape (n_samples,), float64
        At least 0.
    signs : ndarray of shape (n_samples,), float64
        1 or -1, the class.
    features : ndarray of int64, optional
        Features to look at; all by default.

    Returns
    -------
    Split or None
        The best one, as for `squared_split`. None if no threshold errs less than the heavier class alone.

    References
    ----------
    Viola, Jones (2004), Robust Real-Time Face Detection, table 1 and section 3.1,
    doi:10.1023/B:VISI.0000013087.49260.fb.

    Examples
    --------
    >>> from lamplit.boosting.sorting import sort_features
    >>> ordered = sort_features(np.array([[0.0, 5.0], [1.0, 7.0], [2.0, 6.0]]))
    >>> error_split(ordered, np.full(3, 1 / 3), np.array([-1.0, -1.0, 1.0])).n_left
    2
    """
    sums = np.ascontiguousarray(np.column_stack([weights, weights * signs]))
    balance = abs(float(sums[:, 1].sum()))
    floor = balance + _LEAST_GAIN * float(weights.sum())
    found = _search(ordered, sums, features, floor, loops=_SIGNED)
    return None if found is None else Split(found.feature, found.n_left, (found.gain - balance) / 2)


def _search(
    ordered: SortedFeatures,
    sums: AnyArray,
    features: IntArray | None,
    floor: float,
    *,
    loops: tuple[Loop, Loop],
) -> Split | None:
    """Share the features among threads; the best of all, the first of equals."""
    loop = compiled(loops[0]) if can_compile() else loops[1]
    which = np.arange(len(ordered)) if features is None else np.sort(features)
    parts = [part for part in np.array_split(which, ordered.n_jobs) if len(part)]
    if len(parts) == 1:
        found = [loop(ordered.order, sums, parts[0], floor)]
    else:
        with ThreadPoolExecutor(len(parts)) as pool:
            found = list(pool.map(lambda part: loop(ordered.order, sums, part, floor), parts))
    highest = max(gain for gain, _, _ in found)
    gain, feature, n_left = next(triple for triple in found if triple[0] * CLEARLY >= highest)
    return Split(int(feature), int(n_left), float(gain)) if feature >= 0 else None
