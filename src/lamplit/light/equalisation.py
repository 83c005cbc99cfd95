"""Equalisation of the grey histogram: of the whole picture, and of tiles with limited contrast (CLAHE)."""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.checks import check_integer, check_number
from lamplit.light.histogram import LEVELS, count_levels


def equalise_histogram(x: FloatArray) -> FloatArray:
    """Spread the grey levels so that each range of tones holds as many pixels.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1]; they are counted on 256 levels.

    Returns
    -------
    ndarray of shape (H, W), float32
        Grey levels in [0, 1], from 0 for the darkest level to 1 for the brightest. A picture of one level
        stays as it is. No change of tone that keeps the order of the levels makes a difference.

    Notes
    -----
    With c(g) the number of pixels at or below level g and c0 that of the darkest level that occurs:
    (c(g) - c0) / (c(255) - c0). OpenCV's `equalizeHist` is this, rounded to bytes.

    References
    ----------
    Hummel (1977), doi:10.1016/S0146-664X(77)80011-7.

    Examples
    --------
    >>> equalise_histogram(np.array([[0.2, 0.2, 0.4], [0.4, 0.6, 0.6]], np.float32)).tolist()
    [[0.0, 0.0, 0.5], [0.5, 1.0, 1.0]]
    """
    grey = _bytes(x)
    counts = count_levels(grey)
    below = np.cumsum(counts)
    darkest = counts[np.flatnonzero(counts)[0]]
    if darkest == grey.size:
        return x.copy()
    shares = np.maximum(below - darkest, 0) / (grey.size - darkest)  # (256,)
    equalised: FloatArray = cv2.LUT(grey, shares.astype(np.float32))
    return equalised


def clahe(x: FloatArray, *, clip_limit: float = 2.0, tiles: int = 8) -> FloatArray:
    """Equalise the histogram of tiles with limited contrast, and interpolate between the tiles.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1]; they are counted on 256 levels.
    clip_limit : float
        Most pixels at one level, in multiples of what an even histogram has; above 0. More is more contrast.
    tiles : int
        Tiles along each side of the picture.

    Returns
    -------
    ndarray of shape (H, W), float32
        Grey levels in [0, 1], on 256 levels.

    Notes
    -----
    OpenCV's `createCLAHE` does the work. In tiles of few pixels a picture of one level turns white.

    References
    ----------
    Zuiderveld (1994), doi:10.1016/B978-0-12-336156-1.50061-6.

    Examples
    --------
    >>> x = np.linspace(0.4, 0.6, 64 * 64, dtype=np.float32).reshape(64, 64)
    >>> bool(clahe(x).std() > x.std())
    True
    """
    check_number("clip_limit", clip_limit, above=0.0)
    check_integer("tiles", tiles, low=1, high=LEVELS)
    equaliser = cv2.createCLAHE(clipLimit=clip_limit, tileGridSize=(tiles, tiles))
    equalised: ByteArray = equaliser.apply(_bytes(x))
    return equalised.astype(np.float32) / np.float32(255)


def _bytes(x: FloatArray) -> ByteArray:
    """Round to the levels that are counted."""
    levels: ByteArray = np.rint(x * np.float32(255)).astype(np.uint8)
    return levels
