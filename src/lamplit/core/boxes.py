"""Arithmetic of boxes: (N, 4) arrays of (x1, y1, x2, y2) in pixels, half-open, x1 < x2 and y1 < y2."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray, IntArray

_AT_ONCE = 24
"""Boxes that are compared with all others at once: rows of few numbers take longer to begin than to do."""


def area(boxes: AnyArray) -> FloatArray:
    """Return the area of each box.

    Parameters
    ----------
    boxes : ndarray of shape (N, 4)
        Edges (x1, y1, x2, y2).

    Returns
    -------
    ndarray of shape (N,), float32
        Areas in square pixels.

    Examples
    --------
    >>> area(np.array([[0, 0, 2, 3]])).tolist()
    [6.0]
    """
    boxes = np.asarray(boxes, dtype=np.float32)
    size: FloatArray = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return size


def intersection(first: AnyArray, second: AnyArray) -> FloatArray:
    """Return the area that each pair of boxes shares.

    Parameters
    ----------
    first : ndarray of shape (N, 4)
        Edges (x1, y1, x2, y2).
    second : ndarray of shape (M, 4)
        Edges (x1, y1, x2, y2).

    Returns
    -------
    ndarray of shape (N, M), float32
        Shared areas in square pixels; 0 where boxes only touch.

    Examples
    --------
    >>> intersection(np.array([[0, 0, 2, 2]]), np.array([[1, 1, 3, 3], [2, 0, 4, 2]])).tolist()
    [[1.0, 0.0]]
    """
    a, b = np.asarray(first, dtype=np.float32), np.asarray(second, dtype=np.float32)
    low = np.maximum(a[:, None, :2], b[None, :, :2])  # (N, M, 2)
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])  # (N, M, 2)
    shared: FloatArray = np.clip(high - low, 0.0, None).prod(axis=2)
    return shared


def iou(first: AnyArray, second: AnyArray) -> FloatArray:
    """Return intersection over union of each pair of boxes.

    Parameters
    ----------
    first : ndarray of shape (N, 4)
        Edges (x1, y1, x2, y2).
    second : ndarray of shape (M, 4)
        Edges (x1, y1, x2, y2).

    Returns
    -------
    ndarray of shape (N, M), float32
        From 0 (apart) to 1 (the same).

    References
    ----------
    Everingham et al. (2010), section 4.2.2, doi:10.1007/s11263-009-0275-4.

    Examples
    --------
    >>> iou(np.array([[0, 0, 2, 2]]), np.array([[0, 0, 2, 1]])).tolist()
    [[0.5]]
    """
    shared = intersection(first, second)
    union = area(first)[:, None] + area(second)[None, :] - shared  # (N, M)
    ratio: FloatArray = shared / union
    return ratio


def nms(boxes: AnyArray, scores: AnyArray, *, overlap: float = 0.3, nested: float = 0.7) -> IntArray:
    """Choose the best of boxes that show the same thing (non-maximum suppression).

    Parameters
    ----------
    boxes : ndarray of shape (N, 4)
        Edges (x1, y1, x2, y2).
    scores : ndarray of shape (N,)
        Higher is better. Of equal scores the first box wins.
    overlap : float
        A box is dropped when its intersection over union with a better one exceeds this.
    nested : float
        A box is dropped, too, when more than this share of the smaller box lies within the larger: detectors
        like to find a small face inside a large one.

    Returns
    -------
    ndarray of shape (M,), int64
        Positions of the boxes kept, best first.

    Examples
    --------
    >>> nms(np.array([[0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30]]), np.array([1.0, 2.0, 0.5])).tolist()
    [1, 2]
    """
    boxes = np.asarray(boxes, dtype=np.float32).reshape(-1, 4)
    kept: list[int] = []
    left = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    while len(left):  # all pairs of thousands of boxes would not fit into memory
        best = left[:_AT_ONCE]
        same = _same(boxes[best], boxes[left], overlap=overlap, nested=nested)  # (_AT_ONCE, M)
        free = np.ones(len(left), bool)
        for row, number in enumerate(best.tolist()):
            if free[row]:
                kept.append(number)
                free &= ~same[row]
        left = left[len(best) :][free[len(best) :]]
    return np.array(kept, dtype=np.int64)


def _same(first: FloatArray, second: FloatArray, *, overlap: float, nested: float) -> AnyArray:
    """Say which pairs of boxes show the same thing; (N, M)."""
    shared = intersection(first, second)
    areas, others = area(first)[:, None], area(second)[None]
    union, smaller = areas + others - shared, np.minimum(areas, others)
    same: AnyArray = (shared > overlap * union) | (shared > nested * smaller)
    return same
