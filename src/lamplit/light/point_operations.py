"""Normalisation of each pixel from statistics of the whole picture: z-score, logarithm, adaptive gamma."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.checks import check_number

GREY_LEVEL = 1 / 255
"""One level of an 8-bit picture: what is added before logarithms, so that black has one."""

_FLAT = 1e-6
"""A standard deviation below this is rounding, not contrast."""


def z_score(x: FloatArray) -> FloatArray:
    """Subtract the mean and divide by the standard deviation.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].

    Returns
    -------
    ndarray of shape (H, W), float32
        Mean 0, standard deviation 1, unbounded; 0 everywhere for a picture of one level. Gain and offset of
        the light (`a x + b`, a > 0) make no difference.

    References
    ----------
    Jiang (2023), section 4.1: (x - mu) / sigma.

    Examples
    --------
    >>> z_score(np.array([[0.25, 0.75]], np.float32)).tolist()
    [[-1.0, 1.0]]
    """
    mean, deviation = float(x.mean(dtype=np.float64)), float(x.std(dtype=np.float64))
    if deviation < _FLAT:
        return np.zeros_like(x)
    return (x - np.float32(mean)) / np.float32(deviation)


def logarithm(x: FloatArray, *, strength: float = 255.0) -> FloatArray:
    """Compress bright tones and open dark ones by the logarithm.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    strength : float
        How much; above 0. Near 0 the curve is straight.

    Returns
    -------
    ndarray of shape (H, W), float32
        log(1 + strength x) / log(1 + strength), in [0, 1]; black and white stay.

    References
    ----------
    Adini, Moses, Ullman (1997), doi:10.1109/34.598229: logarithmic intensities against changes of light.

    Examples
    --------
    >>> logarithm(np.array([[0, 0.2, 1]], np.float32), strength=15).tolist()
    [[0.0, 0.5, 1.0]]
    """
    check_number("strength", strength, above=0.0)
    bent: FloatArray = np.log1p(np.float32(strength) * x) / np.log1p(np.float32(strength))
    return bent


def log_grey(x: FloatArray) -> FloatArray:
    """Return the natural logarithm of the light, with one grey level added.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].

    Returns
    -------
    ndarray of shape (H, W), float32
        log(x + 1/255), from -5.54 for black to 0.004 for white.

    Examples
    --------
    >>> log_grey(np.array([[0.0]], np.float32)).round(2)
    array([[-5.54]], dtype=float32)
    """
    log: FloatArray = np.log(x + np.float32(GREY_LEVEL))
    return log


def adaptive_gamma(x: FloatArray) -> FloatArray:
    """Bend the tones by a gamma that follows from mean and contrast of the picture.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].

    Returns
    -------
    ndarray of shape (H, W), float32
        Grey levels in [0, 1]. The order of the tones stays.

    Notes
    -----
    With mean mu and standard deviation sigma: gamma = -log2(sigma) where 4 sigma <= 1/3 (low contrast), else
    exp((1 - (mu + sigma)) / 2). Bright pictures (mu >= 0.5) become x^gamma, dark ones
    x^gamma / (x^gamma + (1 - x^gamma) mu^gamma). Sigma counts as at least one grey level of 255.

    References
    ----------
    Rahman, Rahman, Abdullah-Al-Wadud, Al-Quaderi, Shoyaib (2016), doi:10.1186/s13640-016-0138-1.

    Examples
    --------
    >>> adaptive_gamma(np.array([[0.0, 1.0]], np.float32)).tolist()
    [[0.0, 1.0]]
    """
    mean = float(x.mean(dtype=np.float64))
    deviation = max(float(x.std(dtype=np.float64)), GREY_LEVEL)
    gamma = -np.log2(deviation) if 4 * deviation <= 1 / 3 else np.exp((1 - (mean + deviation)) / 2)
    bent: FloatArray = x ** np.float32(gamma)
    if mean >= 0.5:
        return bent
    lift = np.float32(mean**gamma)
    whole = bent + (1 - bent) * lift
    lifted: FloatArray = np.divide(bent, whole, out=np.zeros_like(bent), where=whole > 0)
    return lifted
