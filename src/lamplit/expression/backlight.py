"""Exposure for the face: what a photographer does when the light stands behind the head.

A bright background takes nearly all of the grey levels, and normalisation over the whole crop leaves the face
flat. Crops that are much brighter than their middle on both sides are exposed for the middle; all others stay
as they are to the last bit. (One bright side alone is a side light, where this does harm.)
"""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray

BORDER = 1 / 12
"""Width of the strips at the left and right edge, as a share of the side: background in most FER+ crops."""

MIDDLE = (slice(5, 20), slice(7, 17))
"""Rows and columns of the middle in 24ths of the side: brow to chin, between the cheeks."""

LEAST_STOPS = 2.5
"""How much brighter both strips must be than the middle, in factors of two of grey levels.
`benchmarks/face_correction.py` compares several."""

WANTED = 0.45
"""Where the median of the middle goes; about that of FER+ in good light."""


def expose_for_face(crops: FloatArray, *, least_stops: float = LEAST_STOPS) -> FloatArray:
    """Brighten faces with the light behind them.

    Parameters
    ----------
    crops : ndarray of shape (N, S, S), float32
        Grey faces in [0, 1], framed like those of FER+.
    least_stops : float
        How much brighter both strips must be than the middle, in factors of two of grey levels.

    Returns
    -------
    ndarray of shape (N, S, S), float32
        The same array where no crop is backlit; else a copy, with the backlit ones multiplied by the gain
        that brings the median of their middle to 0.45 and clipped at 1.

    Examples
    --------
    >>> backlit = np.ones((1, 24, 24), np.float32)
    >>> backlit[:, 3:22, 5:19] = 0.1
    >>> bright = expose_for_face(backlit)
    >>> round(float(bright[0, 12, 12]), 2), round(float(bright[0, 0, 0]), 2)
    (0.45, 1.0)
    """
    if not len(crops):
        return crops
    middle = _median_of_middle(crops)
    chosen = _darker_side(crops) > middle * 2.0**least_stops
    if not chosen.any():
        return crops
    exposed = crops.copy()
    gain = np.maximum(WANTED / np.maximum(middle[chosen], 1 / 255), 1.0).astype(np.float32)
    exposed[chosen] = np.minimum(crops[chosen] * gain[:, None, None], np.float32(1))
    return exposed


def middle_of(crops: AnyArray) -> AnyArray:
    """Cut out the middle of crops: brow to chin, between the cheeks.

    Parameters
    ----------
    crops : ndarray of shape (N, S, S)
        Faces framed like those of FER+.

    Returns
    -------
    ndarray of shape (N, 15 S / 24, 10 S / 24)
        A view of the crops.

    Examples
    --------
    >>> middle_of(np.zeros((2, 48, 48))).shape
    (2, 30, 20)
    """
    side = crops.shape[1]
    rows, columns = (slice(part.start * side // 24, part.stop * side // 24) for part in MIDDLE)
    return crops[:, rows, columns]


def _median_of_middle(crops: FloatArray) -> AnyArray:
    """Return the median grey level of each crop's middle; shape (N,)."""
    median: AnyArray = np.median(middle_of(crops), axis=(1, 2))
    return median


def _darker_side(crops: FloatArray) -> AnyArray:
    """Return the mean grey level of each crop's left or right strip, whichever is darker; shape (N,)."""
    width = max(round(crops.shape[2] * BORDER), 1)
    left, right = crops[:, :, :width].mean(axis=(1, 2)), crops[:, :, -width:].mean(axis=(1, 2))
    darker: AnyArray = np.minimum(left, right)
    return darker
