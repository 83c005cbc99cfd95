"""Putting together the windows that show one face: OpenCV's rule, and one face where boxes overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, IntArray
from lamplit.core.boxes import nms
from lamplit.core.checks import check_integer
from lamplit.core.values import Box, Detection
from lamplit.faces.candidate_windows import CandidateWindows

TOLERANCE = 0.2
"""Edges of windows that belong together differ by no more than this share of their sides."""

FEW = 3
"""A group of up to so many windows within a larger one is dropped only for a group with more than these."""

_ROWS_AT_A_TIME = 256


@dataclass(frozen=True, slots=True)
class WindowGroups:
    """Groups of windows.

    Parameters
    ----------
    boxes : ndarray of shape (G, 4), int64
        Mean x, y, width and height of the windows of each, in pixels.
    counts : ndarray of shape (G,), int64
        Number of windows.
    sums : ndarray of shape (G,), float64
        The highest sum of the last stage among them.

    Examples
    --------
    >>> WindowGroups(np.zeros((0, 4), np.int64), np.zeros(0, np.int64), np.zeros(0)).counts.size
    0
    """

    boxes: IntArray
    counts: IntArray
    sums: NDArray[np.float64]


def group_windows(windows: CandidateWindows, *, least: int) -> WindowGroups:
    """Put windows together whose edges are near each other, directly or through others.

    Parameters
    ----------
    windows : CandidateWindows
        Windows of one picture.
    least : int
        How many windows a group needs to stay, at least 1.

    Returns
    -------
    WindowGroups
        In the order of their first windows. Small groups within larger ones are left out.

    Raises
    ------
    InvalidArgumentError
        If `least` is out of range.

    Notes
    -----
    The rule of OpenCV's `groupRectangles` with groupThreshold = least - 1 and eps = 0.2.

    Examples
    --------
    >>> xywh = np.array([[0, 0, 20, 20], [2, 0, 20, 20], [60, 60, 20, 20]], np.int32)
    >>> group_windows(CandidateWindows(xywh, np.array([1.0, 2.0, 3.0])), least=2).boxes.tolist()
    [[1, 0, 20, 20]]
    """
    check_integer("least", least, low=1)
    labels = _labels(windows.xywh.astype(np.float64))
    n_groups = int(labels.max(initial=-1)) + 1
    counts = np.bincount(labels, minlength=n_groups)
    total = np.zeros((n_groups, 4), dtype=np.float64)
    np.add.at(total, labels, windows.xywh)
    best = np.full(n_groups, -np.inf)
    np.maximum.at(best, labels, windows.sums)
    share = np.float32(1.0) / counts.astype(np.float32)  # OpenCV multiplies by it in single precision
    boxes = np.rint(total.astype(np.float32) * share[:, np.newaxis]).astype(np.int64)
    stays = counts >= least
    boxes, counts, best = boxes[stays], counts[stays], best[stays]
    alone = ~_within_larger(boxes, counts)
    return WindowGroups(boxes[alone], counts[alone], best[alone])


def best_detections(boxes: AnyArray, scores: AnyArray) -> list[Detection]:
    """Return one detection for each face.

    Parameters
    ----------
    boxes : ndarray of shape (N, 4)
        Left and upper edge, width and height in pixels; boxes may overlap.
    scores : ndarray of shape (N,)
        Higher is better.

    Returns
    -------
    list of Detection
        Best first; of boxes that show the same (`lamplit.core.boxes.nms`) the best one.

    Examples
    --------
    >>> found = best_detections(np.array([[0, 0, 20, 20], [1, 0, 20, 20]]), np.array([3.0, 5.0]))
    >>> [(d.box.x1, d.score) for d in found]
    [(1.0, 5.0)]
    """
    xywh = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    xyxy = np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]])
    return [Detection(box=Box(*xyxy[i].tolist()), score=float(scores[i])) for i in nms(xyxy, scores)]


def _labels(xywh: NDArray[np.float64]) -> IntArray:
    """Return the group of each window (N,), numbered by their first windows."""
    labels = np.full(len(xywh), -1, dtype=np.int64)
    group = 0
    for seed in range(len(xywh)):
        if labels[seed] >= 0:
            continue
        front = np.array([seed])
        labels[seed] = group
        while len(front):
            rest = np.flatnonzero(labels < 0)
            near = np.zeros(len(rest), dtype=bool)
            for start in range(0, len(front), _ROWS_AT_A_TIME):
                near |= _similar(xywh[front[start : start + _ROWS_AT_A_TIME]], xywh[rest]).any(axis=0)
            front = rest[near]
            labels[front] = group
        group += 1
    return labels


def _similar(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which windows (N, 4) and (M, 4) belong together; shape (N, M)."""
    a, b = first[:, np.newaxis], second[np.newaxis]  # (N, 1, 4), (1, M, 4)
    reach = TOLERANCE * (np.minimum(a[..., 2], b[..., 2]) + np.minimum(a[..., 3], b[..., 3])) * 0.5  # (N, M)
    corners = np.abs(a[..., :2] - b[..., :2]).max(axis=2)
    far_corners = np.abs(a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]).max(axis=2)
    together: NDArray[np.bool_] = np.maximum(corners, far_corners) <= reach
    return together


def _within_larger(boxes: IntArray, counts: IntArray) -> NDArray[np.bool_]:
    """Return which groups (G,) lie within another that has more windows, or have next to none themselves."""
    inner, outer = boxes[:, np.newaxis], boxes[np.newaxis]  # (G, 1, 4), (1, G, 4)
    room = np.rint(outer[..., 2:] * TOLERANCE)  # (1, G, 2)
    begins = (inner[..., :2] >= outer[..., :2] - room).all(axis=2)
    ends = (inner[..., :2] + inner[..., 2:] <= outer[..., :2] + outer[..., 2:] + room).all(axis=2)
    more = (counts > np.maximum(FEW, counts[:, np.newaxis])) | (counts[:, np.newaxis] < FEW)  # (G, G)
    within = begins & ends & more
    np.fill_diagonal(within, False)
    dropped: NDArray[np.bool_] = within.any(axis=1)
    return dropped
