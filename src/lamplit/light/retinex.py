"""Retinex: the light of each pixel relative to that of its surround."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.checks import check_number
from lamplit.core.errors import InvalidArgumentError
from lamplit.light.cosine_transform import gaussian_blur
from lamplit.light.point_operations import log_grey


def single_scale_retinex(x: FloatArray, *, sigma: float = 16.0) -> FloatArray:
    """Compare each pixel with the average of its surround.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    sigma : float
        Width of the surround, the standard deviation of a Gaussian in pixels, above 0. Retinex for viewing
        takes about 80; for faces a smaller surround follows the shading better.

    Returns
    -------
    ndarray of shape (H, W), float32
        Natural logarithm of the ratio, in [-5.55, 5.55]; 0 everywhere for a picture of one level. A gain of
        the light drops out where one grey level is little.

    Notes
    -----
    log(x + 1/255) - log(G(sigma) * x + 1/255).

    References
    ----------
    Jobson, Rahman, Woodell (1997), doi:10.1109/83.557356.

    Examples
    --------
    >>> abs(single_scale_retinex(np.full((4, 4), 0.3, np.float32)).round(5)).max()
    np.float32(0.0)
    """
    check_number("sigma", sigma, above=0.0)
    return log_grey(x) - _log_surround(x, sigma)


def multi_scale_retinex(x: FloatArray, *, sigmas: Sequence[float] = (4.0, 16.0, 64.0)) -> FloatArray:
    """Average the single-scale Retinex over surrounds of several widths.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    sigmas : sequence of float
        Widths of the surrounds in pixels, each above 0.

    Returns
    -------
    ndarray of shape (H, W), float32
        As `single_scale_retinex`, in [-5.55, 5.55].

    Raises
    ------
    InvalidArgumentError
        If there is no width, or one is not above 0.

    Notes
    -----
    All scales weigh the same, as in the paper; its colour restoration has no meaning for grey.

    References
    ----------
    Jobson, Rahman, Woodell (1997), doi:10.1109/83.597272.

    Examples
    --------
    >>> x = np.random.default_rng(0).random((32, 32), dtype=np.float32)
    >>> bool(np.allclose(multi_scale_retinex(x, sigmas=[9.0]), single_scale_retinex(x, sigma=9.0)))
    True
    """
    if not isinstance(sigmas, Sequence) or not sigmas:
        raise InvalidArgumentError("sigmas", "at least one width in pixels", repr(sigmas))
    for sigma in sigmas:
        check_number("sigmas", sigma, above=0.0)
    surrounds = sum(_log_surround(x, sigma) for sigma in sigmas)
    return log_grey(x) - surrounds / np.float32(len(sigmas))


def _log_surround(x: FloatArray, sigma: float) -> FloatArray:
    """Logarithm of the blurred picture; a wide blur may undershoot black by rounding."""
    return log_grey(np.maximum(gaussian_blur(x, sigma), 0))
