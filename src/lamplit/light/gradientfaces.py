"""Gradientfaces: the direction of the grey gradient, which the light hardly turns."""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.checks import check_number
from lamplit.light.cosine_transform import gaussian_blur

_ROUNDING = 1e-6
"""Gradients below this are rounding of float32 and have no direction."""


def gradientfaces(x: FloatArray, *, sigma: float = 0.75) -> FloatArray:
    """Compute the direction of the gradient of the smoothed picture.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    sigma : float
        Smoothing before, the standard deviation of a Gaussian in pixels, above 0. More of it forgives more
        noise.

    Returns
    -------
    ndarray of shape (H, W), float32
        Angles in [0, 2 pi]: 0 where it gets brighter to the right, pi / 2 where it gets brighter downwards;
        0 where there is no gradient. Gain and offset of the light (`a x + b`, a > 0) make no difference.

    References
    ----------
    Zhang, Tang, Fang, Shang, Liu (2009), doi:10.1109/TIP.2009.2028255.

    Examples
    --------
    >>> ramp = np.tile(np.linspace(0, 1, 8, dtype=np.float32), (8, 1))
    >>> gradientfaces(ramp)[4, 4], gradientfaces(ramp.T)[4, 4].round(4)
    (np.float32(0.0), np.float32(1.5708))
    """
    check_number("sigma", sigma, above=0.0)
    smooth = gaussian_blur(x, sigma)
    # Central differences; at the border the mirror image makes them half of a one-sided one.
    across, down = (
        cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=1, borderType=cv2.BORDER_REFLECT)
        for dx, dy in ((1, 0), (0, 1))
    )
    flat = np.maximum(np.abs(across), np.abs(down)) < _ROUNDING
    angle: FloatArray = cv2.phase(across, down)
    angle[flat] = 0
    return angle
