"""The inner loops of the search, for numba, and the same in whole arrays where it is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from lamplit.core.arrays import AnyArray

Loop: TypeAlias = Callable[[AnyArray, AnyArray, AnyArray, float], tuple[float, int, int]]
"""Takes order, sums, features and the gain to beat; gives the best gain, its feature (or -1) and n_left."""

_BLOCK_VALUES = 1 << 18

LEAST_SHARE = 1e-12
"""Share of the weight on either side below which rounding decides, not the samples."""

CLEARLY = 1.0 + 1e-9
"""Gains within this factor are equal, so that not the rounding of sums chooses but the order of features."""


def most_squared(order: AnyArray, sums: AnyArray, features: AnyArray, floor: float) -> tuple[float, int, int]:
    """Find the threshold with the largest D^2 / (w (W - w)), D^2 summed over the outputs.

    Parameters
    ----------
    order : ndarray of shape (n_features, n_samples), uint16 or uint32
        Of `SortedFeatures`.
    sums : ndarray of shape (n_samples, 1 + n_outputs), float64
        What runs up from the left: the weight, then weight x (target - mean) for each output.
    features : ndarray of shape (n,), int64
        Features to look at, in this order.
    floor : float
        What has to be exceeded.

    Returns
    -------
    gain : float
        The largest value; `floor` if there is no larger one.
    feature, n_left : int
        Where it is: the feature, or -1, and the number of samples on the left.
    """
    n_samples, n_columns = sums.shape
    bits = 0x7FFF if order.itemsize == 2 else 0x7FFFFFFF
    total = sums[:, 0].sum()
    least = LEAST_SHARE * total * total
    left = np.zeros(n_columns)
    best, where, n_left = floor, -1, 0
    bar = floor * CLEARLY
    for feature in features:
        row = order[feature]
        weight, only = 0.0, 0.0
        left[:] = 0.0
        for place in range(n_samples):
            code = row[place]
            sample = code & bits
            weight += sums[sample, 0]
            if n_columns == 2:
                only += sums[sample, 1]
                squared = only * only
            else:
                squared = 0.0
                for column in range(1, n_columns):
                    left[column] += sums[sample, column]
                    squared += left[column] * left[column]
            # Multiplied out: only a threshold that beats the best pays for a division.
            both = weight * (total - weight)
            if squared > bar * both and both > least and code <= bits:
                best, where, n_left = squared / both, feature, place + 1
                bar = best * CLEARLY
    return best, where, n_left


def most_signed(order: AnyArray, sums: AnyArray, features: AnyArray, floor: float) -> tuple[float, int, int]:
    """Find the threshold with the largest |S - 2 D|, D the signed weight on the left and S the whole.

    Parameters
    ----------
    order : ndarray of shape (n_features, n_samples), uint16 or uint32
        Of `SortedFeatures`.
    sums : ndarray of shape (n_samples, 2), float64
        The weight, and weight x sign of the class.
    features : ndarray of shape (n,), int64
        Features to look at, in this order.
    floor : float
        What has to be exceeded.

    Returns
    -------
    gain : float
        The largest value, by how much more weight is right than wrong; `floor` if there is no larger one.
    feature, n_left : int
        Where it is: the feature, or -1, and the number of samples on the left.
    """
    bits = 0x7FFF if order.itemsize == 2 else 0x7FFFFFFF
    total = sums[:, 1].sum()
    best, where, n_left = floor, -1, 0
    bar = floor * CLEARLY
    for feature in features:
        row = order[feature]
        left = 0.0
        for place in range(len(row)):
            code = row[place]
            left += sums[code & bits, 1]
            edge = abs(total - 2.0 * left)
            if edge > bar and code <= bits:
                best, where, n_left = edge, feature, place + 1
                bar = best * CLEARLY
    return best, where, n_left


def most_squared_vectorised(
    order: AnyArray, sums: AnyArray, features: AnyArray, floor: float
) -> tuple[float, int, int]:
    """Do what `most_squared` does, in whole arrays.

    Parameters
    ----------
    order, sums, features : ndarray
        As for `most_squared`.
    floor : float
        What has to be exceeded.

    Returns
    -------
    gain : float
        As from `most_squared`.
    feature, n_left : int
        Where it is.
    """
    total = sums[:, 0].sum()

    def gains(samples: AnyArray, shut: AnyArray) -> AnyArray:
        weight = np.cumsum(sums[samples, 0], axis=1)
        squared = np.zeros_like(weight)
        for column in range(1, sums.shape[1]):
            squared += np.cumsum(sums[samples, column], axis=1) ** 2
        both = weight * (total - weight)
        shut |= both <= LEAST_SHARE * total * total
        ratio: AnyArray = np.divide(squared, both, out=np.zeros_like(both), where=~shut)
        return ratio

    return _best(order, features, floor, gains)


def most_signed_vectorised(
    order: AnyArray, sums: AnyArray, features: AnyArray, floor: float
) -> tuple[float, int, int]:
    """Do what `most_signed` does, in whole arrays.

    Parameters
    ----------
    order, sums, features : ndarray
        As for `most_signed`.
    floor : float
        What has to be exceeded.

    Returns
    -------
    gain : float
        As from `most_signed`.
    feature, n_left : int
        Where it is.
    """
    total = sums[:, 1].sum()

    def gains(samples: AnyArray, shut: AnyArray) -> AnyArray:
        edges = np.abs(total - 2.0 * np.cumsum(sums[samples, 1], axis=1))
        return np.where(shut, 0.0, edges)

    return _best(order, features, floor, gains)


def _best(
    order: AnyArray, features: AnyArray, floor: float, gains: Callable[[AnyArray, AnyArray], AnyArray]
) -> tuple[float, int, int]:
    """Return the first of the largest gains over all features."""
    bits = np.iinfo(order.dtype).max >> 1
    best, where, n_left = floor, -1, 0
    for part in _blocks(features, order.shape[1]):
        codes = order[part]
        values = gains(codes & order.dtype.type(bits), codes > bits)
        highest = values.max()
        if highest > best * CLEARLY:
            row, place = np.unravel_index(np.argmax(values * CLEARLY >= highest), values.shape)
            best, where, n_left = float(values[row, place]), int(part[row]), int(place) + 1
    return best, where, n_left


def _blocks(features: AnyArray, n_samples: int) -> Iterator[AnyArray]:
    """Part the features so that the temporary arrays stay small."""
    step = max(1, _BLOCK_VALUES // n_samples)
    for start in range(0, len(features), step):
        yield features[start : start + step]
