"""What the numbers of the detector network mean: a grid of cells per level, and boxes and points in cells.

Each cell answers with 15 numbers: the logit of a face, the way from the cell's middle to the box's (x, y) in
cells, the logarithms of the box's width and height in cells, and the way from the cell's middle to each of
the five points (x, y) in cells.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray

STRIDES = (8, 16, 32)
"""Sides of the cells in pixels, from the finest level to the coarsest."""

STEP = 32
"""Height and width of the network's input are multiples of this."""

NUMBERS = 15
"""Numbers of each cell's answer."""

MOST_LOGARITHM = 5.0
"""Sides lie between e^-5 and e^5 cells: no answer of a cell overflows, and every box has an area."""


@lru_cache(maxsize=16)
def cells_of(height: int, width: int) -> tuple[FloatArray, FloatArray]:
    """Return middles and strides of all cells of an input, in the order of the network's answers.

    All who ask for the same size share the arrays.

    Parameters
    ----------
    height, width : int
        Size of the input in pixels, multiples of 32.

    Returns
    -------
    middles : ndarray of shape (P, 2), float32
        x and y in pixels: level by level, row by row.
    strides : ndarray of shape (P,), float32
        Side of each cell in pixels.

    Examples
    --------
    >>> middles, strides = cells_of(32, 64)
    >>> len(middles), middles[0].tolist(), middles[-1].tolist(), strides[-1]
    (42, [4.0, 4.0], [48.0, 16.0], np.float32(32.0))
    """
    middles, sides = [], []
    for stride in STRIDES:
        rows, columns = (np.arange(length // stride) * stride + stride / 2 for length in (height, width))
        y, x = np.meshgrid(rows, columns, indexing="ij")
        middles.append(np.stack([x.ravel(), y.ravel()], axis=1))
        sides.append(np.full(x.size, stride))
    return np.concatenate(middles).astype(np.float32), np.concatenate(sides).astype(np.float32)


def decode(answers: FloatArray, middles: FloatArray, strides: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the boxes and points that cells answer with.

    Parameters
    ----------
    answers : ndarray of shape (P, 15)
        Of P cells.
    middles : ndarray of shape (P, 2)
        From `cells_of`.
    strides : ndarray of shape (P,)
        From `cells_of`.

    Returns
    -------
    boxes : ndarray of shape (P, 4), float32
        Edges (x1, y1, x2, y2) in pixels.
    points : ndarray of shape (P, 5, 2), float32
        In pixels.

    Examples
    --------
    >>> boxes, points = decode(np.zeros((1, 15)), np.array([[20.0, 12.0]]), np.array([8.0]))
    >>> boxes.tolist(), points[0, 0].tolist()
    ([[16.0, 8.0, 24.0, 16.0]], [20.0, 12.0])
    """
    side = np.asarray(strides, np.float32)[:, None]
    centres = middles + answers[:, 1:3] * side
    halves = np.exp(np.clip(answers[:, 3:5], -MOST_LOGARITHM, MOST_LOGARITHM)) * side / 2
    boxes = np.concatenate([centres - halves, centres + halves], axis=1)
    points = middles[:, None] + answers[:, 5:].reshape(-1, 5, 2) * side[:, None]
    return boxes.astype(np.float32), points.astype(np.float32)


def encode(boxes: AnyArray, points: AnyArray, middles: FloatArray, strides: FloatArray) -> FloatArray:
    """Return what cells must answer, the inverse of `decode`.

    Parameters
    ----------
    boxes : ndarray of shape (P, 4)
        For each cell its box, in pixels.
    points : ndarray of shape (P, 5, 2)
        Its points in pixels; NaN stays NaN.
    middles : ndarray of shape (P, 2)
        From `cells_of`.
    strides : ndarray of shape (P,)
        From `cells_of`.

    Returns
    -------
    ndarray of shape (P, 15), float32
        With 0 for the logit, which no box decides.

    Examples
    --------
    >>> cell = np.array([[20.0, 12.0]]), np.array([8.0])
    >>> encode(np.array([[16, 8, 24, 16]]), np.full((1, 5, 2), 12), *cell)[0, :6].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, -1.0]
    """
    boxes = np.asarray(boxes, np.float32)
    side = np.asarray(strides, np.float32)[:, None]
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    sizes = np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-3)
    ways = (np.asarray(points, np.float32) - middles[:, None]) / side[:, None]
    logit = np.zeros((len(boxes), 1), np.float32)
    parts = [logit, (centres - middles) / side, np.log(sizes / side), ways.reshape(-1, 10)]
    return np.concatenate(parts, axis=1).astype(np.float32)
