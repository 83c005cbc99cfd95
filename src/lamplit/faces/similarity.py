"""The similarity between two sets of points: turn, size and shift, by least squares."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError


def similarity(source: AnyArray, target: AnyArray, weights: AnyArray | None = None) -> AnyArray:
    """Return the similarity that takes points next to others.

    Parameters
    ----------
    source, target : ndarray of shape (N, 2)
        Points (x, y), N at least 2; those of `source` are not all at one place.
    weights : ndarray of shape (N,), optional
        What each point counts for, at least 0; by default all the same.

    Returns
    -------
    ndarray of shape (2, 3), float64
        [[a, -b, tx], [b, a, ty]], takes (x, y, 1) of the source to the target; never mirrors.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not fit, a number is not finite, or the points that count are all at one place.

    References
    ----------
    Umeyama (1991), doi:10.1109/34.88573; in two dimensions his singular value decomposition is the product of
    complex numbers below.

    Examples
    --------
    >>> similarity([[0, 0], [1, 0]], [[5, 5], [5, 7]]).tolist()
    [[0.0, -2.0, 5.0], [2.0, 0.0, 5.0]]
    """
    first, second, heavy = _checked(source, target, weights)
    heavy = heavy / heavy.sum()
    from_middle, to_middle = heavy @ first, heavy @ second  # (2,) each
    x, y = (first - from_middle).T
    u, v = (second - to_middle).T
    variance = heavy @ (x**2 + y**2)
    if not variance > 0:
        raise InvalidArgumentError(
            "source", "points that are not all at one place", str(from_middle.tolist())
        )
    a = heavy @ (x * u + y * v) / variance
    b = heavy @ (x * v - y * u) / variance
    turn = np.array([[a, -b], [b, a]])
    return np.column_stack([turn, to_middle - turn @ from_middle]) + 0.0


def apply_transform(transform: AnyArray, points: AnyArray) -> AnyArray:
    """Return where points go.

    Parameters
    ----------
    transform : ndarray of shape (2, 3)
        Takes (x, y, 1) elsewhere.
    points : ndarray of shape (..., 2)
        Points (x, y).

    Returns
    -------
    ndarray of the same shape, float64
        Where they go.

    Examples
    --------
    >>> apply_transform(np.array([[2.0, 0.0, 1.0], [0.0, 2.0, 0.0]]), np.array([3.0, 4.0])).tolist()
    [7.0, 8.0]
    """
    matrix = np.asarray(transform, dtype=np.float64)
    moved: AnyArray = np.asarray(points, dtype=np.float64) @ matrix[:, :2].T + matrix[:, 2]
    return moved


def _checked(
    source: AnyArray, target: AnyArray, weights: AnyArray | None
) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Return the arguments as arrays of float64."""
    first, second = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if first.ndim != 2 or first.shape[1] != 2 or len(first) < 2 or first.shape != second.shape:
        came = f"shapes {first.shape} and {second.shape}"
        raise InvalidArgumentError("source", "as many points (x, y) as the target, at least two", came)
    heavy = np.ones(len(first)) if weights is None else np.asarray(weights, dtype=np.float64)
    if heavy.shape != (len(first),) or not (heavy >= 0).all() or not heavy.sum() > 0:
        came = f"{heavy.tolist()}"
        raise InvalidArgumentError("weights", f"{len(first)} numbers of at least 0, not all 0", came)
    if not (np.isfinite(first).all() and np.isfinite(second).all() and np.isfinite(heavy).all()):
        raise InvalidArgumentError("source", "finite points and weights", "NaN or infinity")
    return first, second, heavy
