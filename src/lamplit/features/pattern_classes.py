"""Classes of local binary patterns: uniform ones, and those that a turned picture shares.

Ojala, Pietikaeinen, Maeenpaeae (2002), doi:10.1109/TPAMI.2002.1017623; the numbers are scikit-image's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.features.local_binary_pattern import MOST_POINTS, POINTS

UNIFORM_PATTERNS = 59
"""Of eight points: 58 patterns with at most two changes between 0 and 1 around the circle, and all others."""

_MOST_POINTS_IN_A_TABLE = 16


def uniform_patterns(patterns: AnyArray, *, points: int = POINTS) -> NDArray[Any]:
    """Map patterns to classes: each uniform one to its own, all others to one.

    Parameters
    ----------
    patterns : ndarray of unsigned integers
        As `local_binary_pattern` gives them.
    points : int
        Pixels on the circle, 1 to 24.

    Returns
    -------
    ndarray of the same shape, uint8, above 16 points uint16
        0 where no bit is set; then, for each number of set bits, its `points` rotations; then the pattern of
        set bits alone; and points (points - 1) + 2 for all others: 58 with eight points.

    Raises
    ------
    InvalidArgumentError
        If the patterns are no unsigned integers or one has a higher bit than the circle has points.

    Notes
    -----
    scikit-image calls this method "nri_uniform".

    References
    ----------
    Ahonen, Hadid, Pietikaeinen (2006), doi:10.1109/TPAMI.2006.244.

    Examples
    --------
    >>> uniform_patterns(np.array([0, 1, 255, 0b01010101], np.uint8)).tolist()
    [0, 1, 57, 58]
    """
    return _classes(patterns, points, _uniform)


def rotation_invariant_uniform_patterns(patterns: AnyArray, *, points: int = POINTS) -> NDArray[Any]:
    """Map patterns to classes: uniform ones to their number of set bits, all others to one.

    Parameters
    ----------
    patterns : ndarray of unsigned integers
        As `local_binary_pattern` gives them.
    points : int
        Pixels on the circle, 1 to 24.

    Returns
    -------
    ndarray of the same shape, uint8
        0 to `points` for uniform patterns, points + 1 for the others: the paper's riu2.

    Raises
    ------
    InvalidArgumentError
        If the patterns are no unsigned integers or one has a higher bit than the circle has points.

    Notes
    -----
    scikit-image calls this method "uniform".

    References
    ----------
    Ojala, Pietikaeinen, Maeenpaeae (2002), equation 9, doi:10.1109/TPAMI.2002.1017623.

    Examples
    --------
    >>> rotation_invariant_uniform_patterns(np.array([0b00000110, 0b10000001, 0b01010101], np.uint8)).tolist()
    [2, 2, 9]
    """
    return _classes(patterns, points, _turned_uniform)


def rotation_invariant_patterns(patterns: AnyArray, *, points: int = POINTS) -> NDArray[Any]:
    """Map each pattern to the smallest number among its rotations.

    Parameters
    ----------
    patterns : ndarray of unsigned integers
        As `local_binary_pattern` gives them.
    points : int
        Pixels on the circle, 1 to 24.

    Returns
    -------
    ndarray of the same shape and of `local_binary_pattern`'s type
        36 different numbers with eight points.

    Raises
    ------
    InvalidArgumentError
        If the patterns are no unsigned integers or one has a higher bit than the circle has points.

    Notes
    -----
    scikit-image calls this method "ror".

    References
    ----------
    Ojala, Pietikaeinen, Maeenpaeae (2002), equation 8, doi:10.1109/TPAMI.2002.1017623.

    Examples
    --------
    >>> rotation_invariant_patterns(np.array([0b00000110, 0b10000001], np.uint8)).tolist()
    [3, 3]
    """
    return _classes(patterns, points, _smallest_rotation)


def _classes(patterns: AnyArray, points: int, classify: Callable[..., AnyArray]) -> NDArray[Any]:
    """Look classes up, or compute them where the table would be larger than pictures are."""
    check_integer("points", points, low=1, high=MOST_POINTS)
    values = np.asarray(patterns)
    if values.dtype.kind != "u":
        raise InvalidArgumentError("patterns", "unsigned integers", str(values.dtype))
    highest = int(values.max(initial=0))
    if highest >> points:
        raise InvalidArgumentError("patterns", f"{points} bits at most", str(highest))
    if points > _MOST_POINTS_IN_A_TABLE:
        return classify(values.astype(np.uint32), points)
    # take is much faster than an index in brackets
    looked_up: NDArray[Any] = _table(points, classify).take(values)
    return looked_up


@lru_cache(maxsize=48)
def _table(points: int, classify: Callable[..., AnyArray]) -> AnyArray:
    """Return the class of every pattern; shape (2^points,)."""
    table = classify(np.arange(1 << points, dtype=np.uint32), points)
    table.flags.writeable = False
    return table


def _uniform(patterns: AnyArray, points: int) -> AnyArray:
    n_set = _n_set(patterns)
    first_set, first_clear = _lowest(patterns), _lowest(~patterns)
    # How often the pattern whose set bits are the lowest ones was turned to become this one.
    turned = np.where(first_set == 0, n_set - first_clear, points - first_set)
    classes = 1 + (n_set - 1) * points + turned
    classes = np.where(n_set == 0, 0, np.where(n_set == points, points * (points - 1) + 1, classes))
    classes = np.where(_n_changes(patterns, points) > 2, points * (points - 1) + 2, classes)
    return classes.astype(np.uint8 if points <= 16 else np.uint16)


def _turned_uniform(patterns: AnyArray, points: int) -> AnyArray:
    uniform = _n_changes(patterns, points) <= 2
    return np.where(uniform, _n_set(patterns), points + 1).astype(np.uint8)


def _smallest_rotation(patterns: AnyArray, points: int) -> AnyArray:
    turned, smallest = patterns, patterns.copy()
    for _ in range(points - 1):
        turned = _turn(turned, points)
        np.minimum(smallest, turned, out=smallest)
    return smallest.astype(np.uint8 if points <= 8 else np.uint16 if points <= 16 else np.uint32)


def _turn(patterns: AnyArray, points: int) -> AnyArray:
    """Turn patterns by one point."""
    return patterns >> np.uint32(1) | (patterns & np.uint32(1)) << np.uint32(points - 1)


def _n_changes(patterns: AnyArray, points: int) -> AnyArray:
    """Count the changes between 0 and 1 around the circle."""
    return _n_set(patterns ^ _turn(patterns, points))


def _n_set(patterns: AnyArray) -> AnyArray:
    """Count set bits: of pairs, then of fours, then of eights, then of all 32; int64."""
    pairs = patterns - (patterns >> np.uint32(1) & np.uint32(0x55555555))
    fours = (pairs & np.uint32(0x33333333)) + (pairs >> np.uint32(2) & np.uint32(0x33333333))
    eights = fours + (fours >> np.uint32(4)) & np.uint32(0x0F0F0F0F)
    counts: AnyArray = (eights * np.uint32(0x01010101) >> np.uint32(24)).astype(np.int64)
    return counts


def _lowest(patterns: AnyArray) -> AnyArray:
    """Return the position of the lowest set bit; 32 where there is none."""
    # What lies below it, as ones: 0b1000 gives 0b0111.
    return _n_set(~patterns & (patterns - np.uint32(1)))
