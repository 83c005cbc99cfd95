"""Weberfaces: local differences relative to the light at the place, after Weber's law."""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.checks import check_number
from lamplit.light.cosine_transform import gaussian_blur

_ROUNDING = 3e-7
"""Relative differences below this are rounding of float32."""


def weberfaces(x: FloatArray, *, sigma: float = 1.0, alpha: float = 2.0) -> FloatArray:
    """Divide the difference of each pixel from its eight neighbours by its light.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    sigma : float
        Smoothing before, the standard deviation of a Gaussian in pixels, above 0.
    alpha : float
        Magnification before the arc tangent limits the range, above 0.

    Returns
    -------
    ndarray of shape (H, W), float32
        In [-pi / 2, pi / 2]: above 0 where a pixel is brighter than its neighbours, 0 everywhere for a
        picture of one level. The gain of the light makes no difference (`a x`, a > 0).

    Notes
    -----
    arctan(alpha sum_i (s - s_i) / s), over the eight neighbours s_i of the smoothed pixel s; black (s = 0)
    takes the limit.

    References
    ----------
    Wang, Li, Yang, Liao (2011), doi:10.1109/LSP.2011.2158998.

    Examples
    --------
    >>> weberfaces(np.full((4, 4), 0.3, np.float32)).max()
    np.float32(0.0)
    """
    check_number("sigma", sigma, above=0.0)
    check_number("alpha", alpha, above=0.0)
    smooth = gaussian_blur(x, sigma)
    around = cv2.boxFilter(smooth, -1, (3, 3), normalize=False, borderType=cv2.BORDER_REFLECT)
    difference = 9 * smooth - around  # the pixel itself drops out
    difference[np.abs(difference) < 9 * np.float32(_ROUNDING) * smooth] = 0
    angle: FloatArray = np.arctan2(np.float32(alpha) * difference, smooth)
    return angle
