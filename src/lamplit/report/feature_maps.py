"""Features as pictures: what each pixel of a window counts for."""

from __future__ import annotations

import numpy as np

from lamplit.boosting.cascade_features import HaarRectangles, LBPRectangles
from lamplit.core.arrays import AnyArray, FloatArray

DOTS = 4
"""Points along a pixel's side at which turned rectangles are sampled."""


def feature_map(features: HaarRectangles | LBPRectangles, number: int, window: tuple[int, int]) -> FloatArray:
    """Draw a feature on its window.

    Parameters
    ----------
    features : HaarRectangles or LBPRectangles
        The features of a cascade.
    number : int
        Which of them.
    window : (int, int)
        Height and width of the window in pixels.

    Returns
    -------
    ndarray of shape (4 * height, 4 * width), float32
        From -1 to 1. Haar-like: the weight of each point, over the largest of the feature. Local binary
        patterns: the middle block -1, those around it 0.5 and 1 in turn. 0 outside the feature.

    Examples
    --------
    >>> edge = HaarRectangles([[[0, 0, 4, 4], [0, 2, 4, 2], [0, 0, 0, 0]]], [[-1, 2, 0]], [False])
    >>> feature_map(edge, 0, (4, 4))[::4, 0].tolist()
    [-1.0, -1.0, 1.0, 1.0]
    """
    points = _points(window)
    if isinstance(features, LBPRectangles):
        x, y, w, h = features.rectangles[number].tolist()
        blocks = [
            ((column + row) % 2, (x + column * w, y + row * h, w, h))
            for row in range(3)
            for column in range(3)
        ]
        values = [(-1.0 if block == 4 else 1.0 - 0.5 * odd, r) for block, (odd, r) in enumerate(blocks)]
        drawn = sum(value * _inside(points, rectangle, tilted=False) for value, rectangle in values)
        return np.asarray(drawn, dtype=np.float32)
    tilted = bool(features.tilted[number])
    weights = zip(features.weights[number].tolist(), features.rectangles[number].tolist(), strict=True)
    total = sum(weight * _inside(points, rectangle, tilted=tilted) for weight, rectangle in weights)
    return np.asarray(total / np.abs(total).max(), dtype=np.float32)


def _points(window: tuple[int, int]) -> tuple[AnyArray, AnyArray]:
    """Return x (1, 4 W) and y (4 H, 1) of the points of a window, in pixels."""
    height, width = window
    x, y = ((np.arange(DOTS * side) + 0.5) / DOTS for side in (width, height))
    return x[np.newaxis], y[:, np.newaxis]


def _inside(
    points: tuple[AnyArray, AnyArray], rectangle: tuple[int, ...] | list[int], *, tilted: bool
) -> AnyArray:
    """Return which points (4 H, 4 W) lie in a rectangle."""
    (x, y), (left, top, width, height) = points, rectangle
    right, down = x - left, y - top
    if tilted:
        right = right + 0.5  # the topmost pixel of a turned rectangle is the one to the left of its corner
        right, down = (right + down) / 2, (down - right) / 2
    return (right >= 0) & (right < width) & (down >= 0) & (down < height)
