"""Statistics of the grey histogram."""

from __future__ import annotations

from typing import TypedDict

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, IntArray
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from lamplit.light.stops import LINEAR_LIGHT, stops_between

LEVELS = 256

_PERCENTILES = (1, 5, 50, 95, 99)
_LEVEL = np.arange(LEVELS) / (LEVELS - 1)
# OpenCV hands counts over as float32, which is exact to 2 ** 24.
_MOST_AT_ONCE = 1 << 24


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
    return count_levels(as_grey(image))


def as_grey(image: AnyArray) -> ByteArray:
    """Return the grey of anything that holds a picture.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), path, bytes, file object or PIL image
        Grey or RGB uint8, or anything else that `lamplit.imaging.images.read_image` takes.

    Returns
    -------
    ndarray of shape (H, W), uint8
        The grey; the picture itself if it is that already.

    Raises
    ------
    InvalidArgumentError
        If an array has another shape or type.
    InvalidImageError
        If it has no pixels, holds NaN, or cannot be read; the subclass says which.

    Examples
    --------
    >>> as_grey(np.full((2, 2, 3), 9, dtype=np.uint8)).tolist()
    [[9, 9], [9, 9]]
    """
    # What has been read already is not checked against the pixel limit again.
    return grey_from_rgb(image if is_read(image) else read_image(image))


def is_read(image: object) -> bool:
    """Tell whether this is a picture in the form that `read_image` gives, or its grey.

    Parameters
    ----------
    image : object
        Anything.

    Returns
    -------
    bool
        True for a uint8 array of shape (H, W) or (H, W, 3) with at least one pixel.

    Examples
    --------
    >>> is_read(np.zeros((4, 4), dtype=np.uint8)), is_read("photo.jpg")
    (True, False)
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or not image.size:
        return False
    return image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)


def count_levels(grey: ByteArray, *, where: ByteArray | None = None) -> IntArray:
    """Count the pixels at each level of a grey picture that has been checked.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        The picture; without pixels all counts are 0.
    where : ndarray of shape (H, W), uint8, optional
        Only pixels where this is not 0 are counted; by default all.

    Returns
    -------
    ndarray of shape (256,), int64
        Number of pixels at level 0 to 255.

    Examples
    --------
    >>> count_levels(np.array([[0, 2, 2]], dtype=np.uint8))[:4].tolist()
    [1, 0, 2, 0]
    """
    counts = np.zeros(LEVELS, dtype=np.int64)
    if not grey.size:
        return counts
    height, width = grey.shape
    rows, columns = max(1, _MOST_AT_ONCE // width), _MOST_AT_ONCE
    for top in range(0, height, rows):
        for left in range(0, width, columns):
            part = slice(top, top + rows), slice(left, left + columns)
            mask = None if where is None else where[part]
            part_counts = cv2.calcHist([grey[part]], [0], mask, [LEVELS], [0, LEVELS])
            counts += part_counts.ravel().astype(np.int64)
    return counts


class HistogramStatistics(TypedDict):
    """What a light reading takes from the histogram alone; see `lamplit.core.light.LightReading`."""

    mean: float
    median: float
    p01: float
    p05: float
    p95: float
    p99: float
    contrast: float
    contrast_range: float
    dynamic_range: float
    entropy: float
    clipped_dark: float
    clipped_bright: float


def histogram_statistics(histogram: IntArray) -> HistogramStatistics:
    """Compute what a light reading takes from the histogram alone.

    Parameters
    ----------
    histogram : ndarray of shape (256,), integer
        Number of pixels at each level; at least one pixel in all.

    Returns
    -------
    HistogramStatistics
        A dictionary of numbers by name.

    Notes
    -----
    With h(g) the share of pixels at grey level g: mean = sum g h(g), contrast = sqrt(sum (g - mean)^2 h(g))
    (Peli 1990), entropy = -sum h log2 h (Shannon 1948). A percentile is the smallest level at or below which
    at least that share of the pixels lies. The dynamic range is log2 of the light at p99 over that at p01,
    each taken as one level at least.

    References
    ----------
    Peli (1990), doi:10.1364/JOSAA.7.002032; Shannon (1948), doi:10.1002/j.1538-7305.1948.tb01338.x;
    Jiang (2023), section 4.1 (pixel-histogram statistics).

    Examples
    --------
    >>> statistics = histogram_statistics(grey_histogram(np.array([[0, 255]], dtype=np.uint8)))
    >>> statistics["mean"], statistics["contrast"], statistics["entropy"], statistics["clipped_dark"]
    (0.5, 0.5, 1.0, 0.5)
    """
    below = np.cumsum(histogram)
    share = histogram / below[-1]  # (256,)
    mean = float(share @ _LEVEL)
    filled = share[share > 0]
    # Whole counts keep the percentile exact where a sum of floats would fall just short of the share.
    wanted = np.ceil(np.multiply(_PERCENTILES, below[-1]) / 100)
    ranks = np.searchsorted(below, wanted)
    p01, p05, p50, p95, p99 = _LEVEL[ranks].tolist()
    return {
        "mean": mean,
        "median": p50,
        "p01": p01,
        "p05": p05,
        "p95": p95,
        "p99": p99,
        "contrast": float(np.sqrt(share @ (_LEVEL - mean) ** 2)),
        "contrast_range": p95 - p05,
        "dynamic_range": stops_between(LINEAR_LIGHT[ranks[-1]], LINEAR_LIGHT[ranks[0]]),
        "entropy": float(max(0.0, -(filled @ np.log2(filled)))),
        "clipped_dark": float(share[0]),
        "clipped_bright": float(share[-1]),
    }
