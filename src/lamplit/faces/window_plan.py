"""A cascade laid out for the engine: flat tables, and features as places in the integral images."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lamplit.boosting.cascade import BoostedCascade
from lamplit.boosting.cascade_features import HaarRectangles, LBPRectangles
from lamplit.core.arrays import AnyArray, FloatArray

ROUNDING = np.float32(1e-5)
"""OpenCV lowers the thresholds of stages by this."""

LBP_CORNERS = 16
"""Corners of nine blocks."""


class Trees(NamedTuple):
    """The stages of a cascade one after the other, for kernels.

    `first` (S + 1,) says at which tree a stage begins, `node_at` (T + 1,) at which node a tree begins;
    `lowest` (S,) is what the sum of a stage must reach.
    """

    first: NDArray[np.int64]
    lowest: NDArray[np.float64]
    node_at: NDArray[np.int64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    feature: NDArray[np.int32]
    split: AnyArray
    leaves: FloatArray


def trees_of(cascade: BoostedCascade) -> Trees:
    """Return the trees of all stages as flat arrays.

    Parameters
    ----------
    cascade : BoostedCascade
        The cascade.

    Returns
    -------
    Trees
        The arrays.

    Examples
    --------
    >>> from lamplit.boosting import CascadeStage
    >>> stage = CascadeStage(0.5, [1, 1], [0, 0], [-1, -1], [0, 0], [[1] * 8] * 2, [-1.0, 1.0, -2.0, 2.0])
    >>> trees_of(BoostedCascade((24, 24), LBPRectangles([[0, 0, 2, 2]]), [stage])).node_at.tolist()
    [0, 1, 2]
    """
    stages = cascade.stages
    sizes = np.concatenate([stage.sizes for stage in stages])
    thresholds = np.array([stage.threshold for stage in stages], dtype=np.float32) - ROUNDING
    return Trees(
        first=np.cumsum([0, *(stage.n_trees for stage in stages)], dtype=np.int64),
        lowest=thresholds.astype(np.float64),
        node_at=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        left=np.concatenate([stage.left for stage in stages]),
        right=np.concatenate([stage.right for stage in stages]),
        feature=np.concatenate([stage.feature for stage in stages]),
        split=np.concatenate([stage.split for stage in stages]),
        leaves=np.concatenate([stage.leaves for stage in stages]),
    )


def haar_places(features: HaarRectangles, stride: int, tilted_at: int) -> NDArray[np.int32]:
    """Return where the corners of Haar-like features stand in flat integral images.

    Parameters
    ----------
    features : HaarRectangles
        N features.
    stride : int
        Numbers in a row of the integral images.
    tilted_at : int
        How far behind the upright integral image the tilted one begins.

    Returns
    -------
    ndarray of shape (N, 3, 4), int32
        From the window's corner, for each rectangle; its sum is the first minus the second minus the third
        plus the fourth. Those of unused rectangles are all 0, so that their sum is 0.

    References
    ----------
    Lienhart, Maydt (2002), section 2, doi:10.1109/ICIP.2002.1038171.

    Examples
    --------
    >>> one = HaarRectangles([[[2, 1, 4, 3]] + [[0] * 4] * 2], [[1, 0, 0]], [False])
    >>> haar_places(one, 10, 0)[0, 0].tolist()
    [12, 16, 42, 46]
    """
    x, y, w, h = np.moveaxis(features.rectangles.astype(np.int32), 2, 0)  # (N, 3) each
    upright = [x + stride * y, x + w + stride * y, x + stride * (y + h), x + w + stride * (y + h)]
    turned = [
        x + stride * y,
        x - h + stride * (y + h),
        x + w + stride * (y + w),
        x + w - h + stride * (y + w + h),
    ]
    tilted = features.tilted[:, np.newaxis, np.newaxis]  # (N, 1, 1)
    places = np.where(tilted, np.stack(turned, axis=2) + tilted_at, np.stack(upright, axis=2))  # (N, 3, 4)
    return np.where((features.weights == 0)[..., np.newaxis], 0, places).astype(np.int32)


def lbp_places(features: LBPRectangles, stride: int) -> NDArray[np.int32]:
    """Return where the corners of the nine blocks of local binary patterns stand in a flat integral image.

    Parameters
    ----------
    features : LBPRectangles
        N features.
    stride : int
        Numbers in a row of the integral image.

    Returns
    -------
    ndarray of shape (N, 16), int32
        From the window's corner, row by row.

    Examples
    --------
    >>> lbp_places(LBPRectangles([[1, 0, 2, 1]]), 10)[0].tolist()[:6]
    [1, 3, 5, 7, 11, 13]
    """
    x, y, w, h = features.rectangles.astype(np.int32).T[..., np.newaxis, np.newaxis]  # (N, 1, 1) each
    step = np.arange(4, dtype=np.int32)
    places = x + step * w + stride * (y + step[:, np.newaxis] * h)  # (N, 4, 4)
    flat: NDArray[np.int32] = places.reshape(len(features), LBP_CORNERS)
    return flat


def rim_places(window: tuple[int, int], stride: int) -> tuple[NDArray[np.int32], int]:
    """Return the corners and the area of the window without its rim of one pixel.

    Parameters
    ----------
    window : (int, int)
        Height and width.
    stride : int
        Numbers in a row of the integral images.

    Returns
    -------
    (ndarray of shape (4,), int)
        Places as for `haar_places`, and the area in pixels.

    Examples
    --------
    >>> rim_places((4, 5), 10)
    (array([11, 14, 31, 34], dtype=int32), 6)
    """
    height, width = window
    top, bottom = stride, stride * (height - 1)
    corners = np.array([top + 1, top + width - 1, bottom + 1, bottom + width - 1], dtype=np.int32)
    return corners, (height - 2) * (width - 2)
