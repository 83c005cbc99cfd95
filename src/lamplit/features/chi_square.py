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
        sum (a - b)^2 / (a + b) over the bins that either fills; 0 for equal histograms.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not fit, or a number is below 0 or not finite.

    Notes
    -----
    (a - b)^2 / (a + b) = b - 3 a + 4 a^2 / (a + b), whose last part is 0 where a is: only the bins that a
    histogram of `first` fills are looked at, some at a time, so that they stay in the processor's cache.

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
    bins = np.ascontiguousarray(b.T)  # (D, M): the rows of filled bins lie together
    distances = b.sum(axis=1) - 3 * a.sum(axis=1)[:, np.newaxis]  # (M,) - (N, 1)
    for row, histogram in zip(distances, a, strict=True):
        filled = np.flatnonzero(histogram)
        for start in range(0, len(filled), _BINS_AT_A_TIME):
            part = filled[start : start + _BINS_AT_A_TIME]
            height, both = histogram[part], bins[part]  # (F,), (F, M)
            both += height[:, np.newaxis]
            row += 4 * (height * height) @ np.reciprocal(both, out=both)
    positive: FloatArray = np.maximum(distances, 0)  # rounding may leave equal histograms just below
    return positive


def _checked(histograms: AnyArray, name: str) -> FloatArray:
    """Return histograms as float32."""
    rows = np.asarray(histograms, dtype=np.float32)
    if rows.ndim != 2:
        raise InvalidArgumentError(name, "shape (histograms, bins)", f"shape {rows.shape}")
    if rows.size and not (rows.min() >= 0 and np.isfinite(rows).all()):
        raise InvalidArgumentError(name, "finite numbers of at least 0", f"a minimum of {rows.min()}")
    return rows
