"""Normalisation by frequency: light changes slowly over a face, what tells people apart changes fast."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.checks import check_integer, check_number
from lamplit.light.cosine_transform import cosine_transform, gaussian_blur, inverse_cosine_transform
from lamplit.light.point_operations import log_grey


def remove_low_frequencies(x: FloatArray, *, discarded: int = 20) -> FloatArray:
    """Drop the lowest frequencies of the logarithm's cosine transform.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    discarded : int
        Number of coefficients that become 0, along the zigzag that begins with the mean; at least 1.

    Returns
    -------
    ndarray of shape (H, W), float32
        Natural logarithms of relative reflectance: mean 0, within about -5 to 5; 0 everywhere for a picture
        of one level. Slow shading drops out, and a gain of the light does where one grey level is little.

    Notes
    -----
    The paper leaves the mean at that of a chosen uniform light; here it is 0, so that pictures compare.

    References
    ----------
    Chen, Er, Wu (2006), doi:10.1109/TSMCB.2005.857353.

    Examples
    --------
    >>> x = np.tile(np.array([0.2, 0.8], np.float32), (4, 2))
    >>> flat = remove_low_frequencies(x, discarded=1)
    >>> bool(abs(flat.mean()) < 1e-6), bool(np.ptp(flat).round(2) == 1.37)
    (True, True)
    """
    check_integer("discarded", discarded, low=1)
    coefficients = cosine_transform(log_grey(x))
    coefficients[zigzag(*x.shape, count=discarded)] = 0
    return inverse_cosine_transform(coefficients)


def zigzag(height: int, width: int, *, count: int) -> tuple[AnyArray, AnyArray]:
    """Return rows and columns of coefficients from low to high frequency, diagonal by diagonal.

    Parameters
    ----------
    height, width : int
        Size of the transform.
    count : int
        How many are wanted.

    Returns
    -------
    tuple of two ndarrays of shape (count,), int64
        Rows and columns, fewer if the transform has fewer. Diagonals run up and down in turn, as in JPEG.

    Examples
    --------
    >>> [list(map(int, places)) for places in zigzag(2, 3, count=5)]
    [[0, 0, 1, 1, 0], [0, 1, 0, 1, 2]]
    """
    # The first n diagonals hold n (n + 1) / 2 places, or n per side once they meet the shorter side.
    diagonals = int(np.sqrt(2 * count)) + 1 + count // min(height, width)
    rows, columns = np.indices((min(height, diagonals), min(width, diagonals))).reshape(2, -1)
    diagonal = rows + columns
    along = np.where(diagonal % 2, rows, columns)
    order = np.lexsort((along, diagonal))[:count]
    return rows[order], columns[order]


def homomorphic_filter(
    x: FloatArray, *, sigma: float = 8.0, low_gain: float = 0.5, high_gain: float = 1.5
) -> FloatArray:
    """Weaken slow changes of the light and strengthen fast ones, in the logarithm.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    sigma : float
        Width in pixels of the Gaussian that parts slow from fast, above 0.
    low_gain, high_gain : float
        Factors of the slow and of the fast part of the logarithm, above 0.

    Returns
    -------
    ndarray of shape (H, W), float32
        Light above 0; where both gains are 1, x + 1/255. White under even light gives about 1, bright detail
        may give more.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.

    Notes
    -----
    exp(low_gain L + high_gain (log(x + 1/255) - L)), where L is the blurred logarithm: the Gaussian
    high-emphasis filter.

    References
    ----------
    Oppenheim, Schafer, Stockham (1968), doi:10.1109/PROC.1968.6570.

    Examples
    --------
    >>> homomorphic_filter(np.full((4, 4), 0.25, np.float32), low_gain=0.5)[0, 0].round(3)
    np.float32(0.504)
    """
    check_number("sigma", sigma, above=0.0)
    check_number("low_gain", low_gain, above=0.0)
    check_number("high_gain", high_gain, above=0.0)
    log = log_grey(x)
    slow = gaussian_blur(log, sigma)
    return np.exp(np.float32(low_gain) * slow + np.float32(high_gain) * (log - slow))
