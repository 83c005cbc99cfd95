"""Tan and Triggs' chain: gamma, difference of Gaussians, contrast equalisation in two stages."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.checks import check_number
from lamplit.core.errors import InvalidArgumentError
from lamplit.light.cosine_transform import gaussian_blur

_ROUNDING = 1e-6
"""Differences below this are rounding of float32; the contrast equalisation would make a pattern of them."""


def tan_triggs(
    x: FloatArray,
    *,
    gamma: float = 0.2,
    inner: float = 1.0,
    outer: float = 2.0,
    alpha: float = 0.1,
    tau: float = 10.0,
) -> FloatArray:
    """Remove shading and keep local contrast, alike in light and shadow.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    gamma : float
        Exponent of the tone curve, above 0. It lifts the shadows, and their noise with them: see
        `lamplit.light.noise_aware` for dark pictures.
    inner, outer : float
        Standard deviations of the two Gaussians in pixels, 0 <= inner < outer. The paper's 1 and 2 belong to
        faces of about 120 pixels; they scale with the face.
    alpha : float
        Exponent that keeps strong edges from dominating the estimate of contrast, above 0.
    tau : float
        Where values level off, above 0.

    Returns
    -------
    ndarray of shape (H, W), float32
        In (-tau, tau), around 0; 0 everywhere for a picture of one level. The gain of the light makes no
        difference (`a x`, a > 0).

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.

    Notes
    -----
    I = G(inner) * x^gamma - G(outer) * x^gamma; I / mean(|I|^alpha)^(1/alpha);
    I / mean(min(tau, |I|)^alpha)^(1/alpha); tau tanh(I / tau).

    References
    ----------
    Tan, Triggs (2010), doi:10.1109/TIP.2010.2042645.

    Examples
    --------
    >>> x = np.random.default_rng(0).random((32, 32), dtype=np.float32)
    >>> bool(np.allclose(tan_triggs(x), tan_triggs(x / 4), atol=1e-3))
    True
    """
    check_number("gamma", gamma, above=0.0)
    check_number("outer", outer, above=0.0)
    check_number("alpha", alpha, above=0.0)
    check_number("tau", tau, above=0.0)
    if not 0 <= inner < outer:
        raise InvalidArgumentError("inner", f"a number from 0 to below outer = {outer:g}", repr(inner))
    bent = x ** np.float32(gamma)
    band = gaussian_blur(bent, inner) - gaussian_blur(bent, outer)
    band[np.abs(band) < _ROUNDING] = 0
    return equalise_contrast(band, alpha=alpha, tau=tau)


def equalise_contrast(band: FloatArray, *, alpha: float, tau: float) -> FloatArray:
    """Scale a band-passed picture by its typical size, twice, and level off what stands out.

    Parameters
    ----------
    band : ndarray of shape (H, W), float32
        Values around 0.
    alpha, tau : float
        As for `tan_triggs`.

    Returns
    -------
    ndarray of shape (H, W), float32
        In (-tau, tau); 0 stays 0.

    Examples
    --------
    >>> equalise_contrast(np.array([[-3, 3]], np.float32), alpha=0.1, tau=10.0).round(3)
    array([[-0.997,  0.997]], dtype=float32)
    """
    for limit in (np.inf, tau):
        size = np.minimum(np.abs(band), np.float32(limit)) ** np.float32(alpha)
        typical = float(size.mean(dtype=np.float64)) ** (1 / alpha)
        if typical < np.finfo(np.float32).tiny:
            return np.zeros_like(band)
        band = band / np.float32(typical)
    levelled: FloatArray = np.float32(tau) * np.tanh(band / np.float32(tau))
    return levelled
