"""Local divisive normalisation: subtract the mean of the surround, divide by its contrast."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.checks import check_number
from lamplit.light.cosine_transform import gaussian_blur

_FLAT = 1e-5
"""Contrast below this is rounding of float32."""


def divisive_normalisation(x: FloatArray, *, sigma: float = 4.0) -> FloatArray:
    """Give every neighbourhood mean 0 and contrast 1, except where it is flatter than the picture.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    sigma : float
        Width of the neighbourhood, the standard deviation of a Gaussian in pixels, above 0.

    Returns
    -------
    ndarray of shape (H, W), float32
        Around 0, unbounded, mostly within -3 to 3; 0 everywhere for a picture of one level. Gain and offset
        of the light (`a x + b`, a > 0) make no difference.

    Notes
    -----
    v = x - G * x; v / max(s, mean(s)), s = sqrt(G * v^2). The mean keeps flat parts, which hold nothing but
    noise, from being stretched to full contrast.

    References
    ----------
    Jarrett, Kavukcuoglu, Ranzato, LeCun (2009), section 2.3, doi:10.1109/ICCV.2009.5459469; after Heeger
    (1992), doi:10.1017/S0952523800009640.

    Examples
    --------
    >>> x = np.random.default_rng(0).random((32, 32), dtype=np.float32)
    >>> bool(np.allclose(divisive_normalisation(x), divisive_normalisation(0.5 * x + 0.1), atol=1e-4))
    True
    """
    check_number("sigma", sigma, above=0.0)
    difference = x - gaussian_blur(x, sigma)
    power = gaussian_blur(difference * difference, sigma)
    contrast = np.sqrt(np.maximum(power, 0))
    typical = float(contrast.mean(dtype=np.float64))
    if typical < _FLAT:
        return np.zeros_like(x)
    divisor: FloatArray = np.maximum(contrast, np.float32(typical))
    return difference / divisor
