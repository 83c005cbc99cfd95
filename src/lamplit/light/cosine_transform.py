"""The cosine transform of a picture, and the blur by any width that it makes cheap."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from lamplit.core.arrays import FloatArray

_WIDE = 6.0
"""Blurs wider than this are faster through the cosine transform."""


def cosine_transform(x: FloatArray) -> FloatArray:
    """Compute the orthonormal two-dimensional cosine transform (DCT-II).

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        The picture.

    Returns
    -------
    ndarray of shape (H, W), float32
        Coefficients; [0, 0] is the mean times sqrt(H W), frequencies grow to the right and downwards.

    References
    ----------
    Ahmed, Natarajan, Rao (1974), doi:10.1109/T-C.1974.223784.

    Examples
    --------
    >>> cosine_transform(np.full((2, 2), 0.5, np.float32)).round(6).tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """
    if _has_even_sides(x):
        coefficients: FloatArray = cv2.dct(x)
        return coefficients
    down, across = _cosines(x.shape[0]), _cosines(x.shape[1])
    rows: FloatArray = down @ x  # (H, H) @ (H, W)
    both: FloatArray = rows @ across.T  # (H, W) @ (W, W)
    return both


def inverse_cosine_transform(coefficients: FloatArray) -> FloatArray:
    """Compute the picture that has these coefficients.

    Parameters
    ----------
    coefficients : ndarray of shape (H, W), float32
        As `cosine_transform` gives them.

    Returns
    -------
    ndarray of shape (H, W), float32
        The picture.

    Examples
    --------
    >>> inverse_cosine_transform(np.array([[1, 0], [0, 0]], np.float32)).round(6).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    if _has_even_sides(coefficients):
        x: FloatArray = cv2.idct(coefficients)
        return x
    down, across = _cosines(coefficients.shape[0]), _cosines(coefficients.shape[1])
    rows: FloatArray = down.T @ coefficients  # (H, H) @ (H, W)
    both: FloatArray = rows @ across  # (H, W) @ (W, W)
    return both


def gaussian_blur(x: FloatArray, sigma: float) -> FloatArray:
    """Blur with a Gaussian; beyond its edges the picture goes on as its mirror image.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        The picture.
    sigma : float
        Standard deviation of the Gaussian in pixels; 0 leaves the picture as it is.

    Returns
    -------
    ndarray of shape (H, W), float32
        The blurred picture, with the same mean up to rounding.

    Notes
    -----
    Narrow Gaussians are summed up pixel by pixel. Wide ones multiply the coefficients of the cosine transform
    by exp(-(pi k sigma / n)^2 / 2), which takes the same time for every width.

    Examples
    --------
    >>> gaussian_blur(np.array([[0, 0, 1, 0, 0]], np.float32), 0.5).round(2)
    array([[0.  , 0.11, 0.79, 0.11, 0.  ]], dtype=float32)
    """
    if sigma == 0:
        return x
    if sigma <= _WIDE:
        blurred: FloatArray = cv2.GaussianBlur(x, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        return blurred
    down, across = (np.exp(-((np.pi * sigma * np.arange(n) / n) ** 2) / 2) for n in x.shape)
    passed = np.outer(down, across).astype(np.float32)  # (H, W)
    return inverse_cosine_transform(cosine_transform(x) * passed)


def _has_even_sides(x: FloatArray) -> bool:
    """Whether OpenCV's transform takes the picture in all of its builds."""
    return all(n % 2 == 0 for n in x.shape)


@lru_cache(maxsize=8)
def _cosines(n: int) -> FloatArray:
    """Return the orthonormal matrix that transforms a row of n numbers; shape (n, n)."""
    k, place = np.arange(n)[:, np.newaxis], np.arange(n) + 0.5
    matrix = np.cos(np.pi * k * place / n) * np.sqrt(2 / n)
    matrix[0] /= np.sqrt(2)
    cosines: FloatArray = matrix.astype(np.float32)
    cosines.flags.writeable = False  # the cache hands the same array to everybody
    return cosines
