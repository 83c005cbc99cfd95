"""The scales at which a cascade looks at a picture, and the pictures at these scales."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray

STRIPE_WIDTH = 32
"""OpenCV makes as many stripes as windows of the first size have columns to begin in, over this."""


@dataclass(frozen=True, slots=True)
class Scale:
    """One size at which a cascade looks at a picture.

    Parameters
    ----------
    factor : float
        How many pixels of the picture make one of the window's.
    size : (int, int)
        Height and width of the picture at this scale.
    window : (int, int)
        Height and width of the window in pixels of the picture.
    step : int
        Pixels of the scaled picture from one window to the next.
    reach : (int, int)
        Windows begin in this many first rows and columns of the scaled picture.
    """

    factor: float
    size: tuple[int, int]
    window: tuple[int, int]
    step: int
    reach: tuple[int, int]


def pyramid_scales(
    shape: tuple[int, int], window: tuple[int, int], *, ratio: float, smallest: int, largest: int
) -> list[Scale]:
    """Return the scales at which OpenCV 4 looks at a picture.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the picture.
    window : (int, int)
        Height and width of the cascade's window.
    ratio : float
        From one scale to the next, above 1.
    smallest, largest : int
        Sides of the smallest and largest windows in pixels of the picture: both sides of a window lie between
        them.

    Returns
    -------
    list of Scale
        From small windows to large; empty where no window fits.

    Notes
    -----
    Factors are powers of the ratio, rounded to float32; sizes are rounded half to even; windows move by two
    pixels below the factor 2 and by one from there on. OpenCV cuts pictures into stripes of whole steps, so
    that now and then the last row of windows is left out. All of it as measured on OpenCV 4.

    Examples
    --------
    >>> [s.window for s in pyramid_scales((60, 80), (24, 24), ratio=1.5, smallest=24, largest=60)]
    [(24, 24), (36, 36), (54, 54)]
    """
    scales: list[Scale] = []
    factor = 1.0
    while True:
        if round(window[0] * factor) > shape[0] or round(window[1] * factor) > shape[1]:
            return scales
        single = np.float32(factor)
        side = _rounded(window[0] * single), _rounded(window[1] * single)
        if max(side) > largest:
            return scales
        if min(side) >= smallest:
            size = _rounded(shape[0] / single), _rounded(shape[1] / single)
            step = 1 if single >= 2 else 2
            columns = size[1] + 1 - window[1]
            n_stripes = -(-(scales[0].reach[1] if scales else columns) // STRIPE_WIDTH)
            rows = _rows_looked_at(size[0] + 1 - window[0], step, n_stripes)
            scales.append(Scale(float(single), size, side, step, (rows, columns)))
        factor *= ratio


def scaled(grey: ByteArray, scale: Scale) -> ByteArray:
    """Return a picture at a scale.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        The picture.
    scale : Scale
        One of `pyramid_scales`.

    Returns
    -------
    ndarray of shape (height, width), uint8
        The picture itself where the size is the same.

    Examples
    --------
    >>> scaled(np.zeros((60, 80), np.uint8), Scale(2.0, (30, 40), (48, 48), 1, (7, 17))).shape
    (30, 40)
    """
    if scale.size == grey.shape:
        return grey
    size = scale.size[::-1]
    small: ByteArray = cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR_EXACT)
    return small


def _rows_looked_at(rows: int, step: int, n_stripes: int) -> int:
    """Return how many of the rows in which a window has room lie in a stripe."""
    steps = -(-(rows // step) // n_stripes)
    return min(rows, n_stripes * max(steps, 1) * step)


def _rounded(number: np.float32) -> int:
    """Return the nearest whole number, the even one of two."""
    return round(float(number))
