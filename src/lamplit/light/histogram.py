"""The light reading: statistics of the grey histogram."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, IntArray
from lamplit.core.values import LightReading
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image

LEVELS = 256


def measure(image: AnyArray) -> LightReading:
    """Measure the light of a picture from its grey histogram.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), path, bytes, file object or PIL image
        Grey or RGB uint8, or anything else that `lamplit.imaging.images.read_image` takes.

    Returns
    -------
    LightReading
        Mean, contrast, percentiles, entropy and clipped shares.

    Raises
    ------
    InvalidArgumentError
        If an array has another shape or type.
    InvalidImageError
        If it has no pixels, holds NaN, or cannot be read; the subclass says which.

    Notes
    -----
    With h(g) the share of pixels at grey level g: mean = sum g h(g), contrast = sqrt(sum (g - mean)^2 h(g))
    (Peli 1990), entropy = -sum h log2 h (Shannon 1948). A percentile is the smallest level at or below
    which at least that share of the pixels lies.

    References
    ----------
    Peli (1990), doi:10.1364/JOSAA.7.002032; Jiang (2023), section 4.1 (pixel-histogram statistics).

    Examples
    --------
    >>> reading = measure(np.array([[0, 255], [0, 255]], dtype=np.uint8))
    >>> reading.mean, reading.contrast, reading.entropy, reading.clipped_dark
    (0.5, 0.5, 1.0, 0.5)
    """
    return reading_from_histogram(grey_histogram(image))


def grey_histogram(image: AnyArray) -> IntArray:
    """Count the pixels at each of the 256 grey levels.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3)
        Grey or RGB picture.

    Returns
    -------
    ndarray of shape (256,), int64
        Number of pixels at level 0 to 255.

    Raises
    ------
    InvalidArgumentError
        If the array has another shape or type.
    EmptyImageError
        If it has no pixels.
    NotFiniteImageError
        If it holds NaN or infinity.

    Examples
    --------
    >>> int(grey_histogram(np.full((2, 3), 7, dtype=np.uint8))[7])
    6
    """
    return np.bincount(_as_grey(image).ravel(), minlength=LEVELS)


def _as_grey(image: AnyArray) -> ByteArray:
    """Return grey uint8; what has been read already is not checked against the pixel limit again."""
    read = isinstance(image, np.ndarray) and image.dtype == np.uint8 and image.size
    if read and (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)):
        return grey_from_rgb(image)
    return grey_from_rgb(read_image(image))


def reading_from_histogram(histogram: IntArray) -> LightReading:
    """Compute the light reading from a grey histogram.

    Parameters
    ----------
    histogram : ndarray of shape (256,), integer
        Number of pixels at each level; at least one pixel in all.

    Returns
    -------
    LightReading
        The statistics; see `measure` for the formulas.
    """
    share = histogram / histogram.sum()  # (256,)
    level = np.arange(LEVELS) / (LEVELS - 1)  # (256,)
    mean = float(share @ level)
    filled = share[share > 0]
    below = np.cumsum(histogram)
    # Whole counts keep the percentile exact where a sum of floats would fall just short of the share.
    p01, p05, p50, p95, p99 = (
        float(level[np.searchsorted(below, np.ceil(q * below[-1] / 100))]) for q in (1, 5, 50, 95, 99)
    )
    return LightReading(
        mean=mean,
        contrast=float(np.sqrt(share @ (level - mean) ** 2)),
        p01=p01,
        p05=p05,
        p50=p50,
        p95=p95,
        p99=p99,
        entropy=float(max(0.0, -(filled @ np.log2(filled)))),
        clipped_dark=float(share[0]),
        clipped_bright=float(share[-1]),
    )
