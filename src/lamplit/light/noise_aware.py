"""Normalisation of very dark pictures: noise first, then tones, then contrast."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.checks import check_number
from lamplit.light.denoising import denoise
from lamplit.light.equalisation import clahe

_LEAST_GAMMA = 1 / 3
"""Beyond the cube root, shadows would be lifted out of nothing."""


def noise_aware(
    x: FloatArray, *, strength: float = 1.2, middle: float = 0.4, clip_limit: float = 1.0
) -> FloatArray:
    """Bring a dark, noisy picture to good light without bringing its noise along.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    strength : float
        How many times the estimated noise is taken off, above 0.
    middle : float
        Where the median grey level goes if it lies below, between 0 and 1.
    clip_limit : float
        Limit of the local contrast, above 0; see `lamplit.light.equalisation.clahe`.

    Returns
    -------
    ndarray of shape (H, W), float32
        Grey levels in [0, 1].

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.

    Notes
    -----
    A strong gamma makes the most of a dark picture and of its noise, so the order matters: `denoise`, which
    smooths as far as the noise asks for it; `open_tones`, which only brightens; CLAHE on 4 x 4 tiles. This is
    lamplit's own chain; for features that want the shading removed let `tan_triggs` follow.

    References
    ----------
    Those of `lamplit.light.denoising.denoise` and `lamplit.light.equalisation.clahe`.

    Examples
    --------
    >>> dark = np.random.default_rng(0).poisson(4.0, (64, 64)).clip(0, 255).astype(np.float32) / 255
    >>> bool(dark.mean() < 0.02), bool(noise_aware(dark).mean() > 0.3)
    (True, True)
    """
    check_number("middle", middle, above=0.0, below=1.0)
    calm = denoise(x, strength=strength)
    return clahe(open_tones(calm, middle=middle), clip_limit=clip_limit, tiles=4)


def open_tones(x: FloatArray, *, middle: float = 0.4) -> FloatArray:
    """Brighten a dark picture: first the exposure, then the shadows.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    middle : float
        Where the median grey level goes if it lies below, between 0 and 1.

    Returns
    -------
    ndarray of shape (H, W), float32
        Grey levels in [0, 1], nowhere darker than before. Black stays.

    Notes
    -----
    The gain brings the 99th percentile to white and undoes a short exposure; the gamma then brings the median
    to `middle`, and is at least 1/3.

    Examples
    --------
    >>> open_tones(np.array([[0.0, 0.04, 0.16]], np.float32), middle=0.5).round(2)
    array([[0. , 0.5, 1. ]], dtype=float32)
    """
    white = float(np.percentile(x, 99))
    if white <= 0:
        return x.copy()
    exposed: FloatArray = np.minimum(x / np.float32(white), 1)
    median = float(np.median(exposed))
    if not 0 < median < middle:
        return exposed
    gamma = max(np.log(middle) / np.log(median), _LEAST_GAMMA)
    bent: FloatArray = exposed ** np.float32(gamma)
    return bent
