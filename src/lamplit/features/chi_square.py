"""The chi-square distance between histograms."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.errors import InvalidArgumentError

_BINS_AT_A_TIME = 256


def chi_square_distances(first: AnyArray, second: AnyArray) -> FloatArray:
    """Compute the chi-square distance of each pair of histograms.

    Parameters
    ----------
    first : ndarray of shape (N, D)
        Histograms, row by row; no number below 0.
    second : ndarray of shape (M, D)
        Histograms to compare with.

    Returns
    -------
    ndarray of shape (N, M), float32
        sum (a - b)^2 / (a + b) over the bins that either fills; 0 for equal histograms, else right to
        rounding in float32, however large the counts and however near each other.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not fit, or a number is below 0 or not finite.

    Notes
    -----
    Every term is at least 0, so that nothing cancels. Bins that a histogram of `first` leaves empty add b, by
    one matrix product; the others are looked at some at a time, so that they stay in the processor's cache.
    Numbers that float32 does not hold (counts above 2^24, shares in double precision) are taken as float64,
    which takes twice as long.

    References
    ----------
    Ahonen, Hadid, Pietikaeinen (2006), equation 8, doi:10.1109/TPAMI.2006.244.

    Examples
    --------
    >>> chi_square_distances(np.array([[1, 3, 0]]), np.array([[1, 1, 0], [1, 3, 0], [0, 0, 4]])).tolist()
    [[1.0, 0.0, 8.0]]
    """
    a, b = _checked(first, "first"), _checked(second, "second")
    if a.shape[1] != b.shape[1]:
        raise InvalidArgumentError("second", f"{a.shape[1]} bins as the first have", f"{b.shape[1]} bins")
    wide = np.promote_types(a.dtype, b.dtype)
    a, bins = a.astype(wide, copy=False), b.T.astype(wide, order="C")  # (D, M): a bin's counts lie together
    distances = (a == 0).astype(wide) @ bins  # (N, D) @ (D, M)
    for row, histogram in zip(distances, a, strict=True):
        filled = np.flatnonzero(histogram)
        for start in range(0, len(filled), _BINS_AT_A_TIME):
            part = filled[start : start + _BINS_AT_A_TIME]
            row += _terms(histogram[part, np.newaxis], bins[part]).sum(axis=0)
    rounded: FloatArray = distances.astype(np.float32, copy=False)
    return rounded


def _terms(a: AnyArray, b: AnyArray) -> AnyArray:
    """Return (a - b)^2 / (a + b) of (F, 1) and (F, M), in place of b; a is above 0."""
    both = a + b
    b -= a
    np.divide(b, both, out=both)
    b *= both
    return b


def _checked(histograms: AnyArray, name: str) -> AnyArray:
    """Return histograms as float32 where that holds all their numbers, else as float64."""
    rows = np.asarray(histograms)
    if rows.dtype.kind not in "buif":
        raise InvalidArgumentError(name, "finite numbers of at least 0", f"dtype {rows.dtype}")
    if rows.ndim != 2:
        raise InvalidArgumentError(name, "shape (histograms, bins)", f"shape {rows.shape}")
    if rows.size and not (rows.min() >= 0 and np.isfinite(rows).all()):
        raise InvalidArgumentError(name, "finite numbers of at least 0", f"a minimum of {rows.min()}")
    with np.errstate(over="ignore"):  # what overflows is not held
        narrow = rows.astype(np.float32)
    return narrow if np.array_equal(narrow, rows) else rows.astype(np.float64)
