"""Sums over every rectangle from the picture's corner: what Haar-like features are read from."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import ByteArray


class WindowSums(NamedTuple):
    """Flat integral images of one picture, `stride` numbers to a row.

    `sums` holds the upright one and, from `tilted_at` on, the one turned by 45 degrees where that was asked
    for; `squares` is that of the squared levels.
    """

    sums: NDArray[np.int32]
    squares: NDArray[np.int32]
    stride: int
    tilted_at: int


def window_sums(grey: ByteArray, *, tilted: bool) -> WindowSums:
    """Compute the integral images that a cascade needs.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        The picture.
    tilted : bool
        Whether features turned by 45 degrees are wanted.

    Returns
    -------
    WindowSums
        Of (H + 1, W + 1) numbers each. Above eight million pixels numbers overflow, which cancels out in the
        sum over any window.

    References
    ----------
    Viola, Jones (2004), doi:10.1023/B:VISI.0000013087.49260.fb; Lienhart, Maydt (2002),
    doi:10.1109/ICIP.2002.1038171.

    Examples
    --------
    >>> window_sums(np.full((2, 2), 3, np.uint8), tilted=False).sums.tolist()
    [0, 0, 0, 0, 3, 6, 0, 6, 12]
    """
    stride = grey.shape[1] + 1
    if not tilted:
        sums, squares = cv2.integral2(grey, sdepth=cv2.CV_32S, sqdepth=cv2.CV_32S)
        return WindowSums(sums.reshape(-1), squares.reshape(-1), stride, 0)
    sums, squares, turned = cv2.integral3(grey, sdepth=cv2.CV_32S, sqdepth=cv2.CV_32S)
    both = np.concatenate([sums.reshape(-1), turned.reshape(-1)])
    return WindowSums(both, squares.reshape(-1), stride, sums.size)
