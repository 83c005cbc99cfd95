"""The strength of noise, from one picture."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, IntArray
from lamplit.light.histogram import LEVELS, count_levels

# Applied along rows and columns it makes Immerkaer's mask, the difference of two Laplacians: blind to any sum
# of a function of x and one of y, so that smooth shading and upright edges leave no trace.
_SECOND_DIFFERENCE = np.array([1.0, -2.0, 1.0])
_GAIN = float((_SECOND_DIFFERENCE**2).sum())  # 6: what the mask makes of noise with a standard deviation of 1
_MEDIAN_OF_NORMAL = 0.6744897501960817  # of the absolute value of a standard normal number
_PIXELS_AT_ONCE = 1 << 20


def noise_sigma(grey: ByteArray) -> float:
    """Estimate the standard deviation of the noise of a picture.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        The picture.

    Returns
    -------
    float
        In grey levels from 0 to 1 (8 levels of 255 are 0.031), in steps of 0.001; more than 0.247 reads as
        0.247. 0 where there is nothing to tell it from: below 3 x 3 pixels, or where all is clipped.

    Notes
    -----
    Response of the mask [[1, -2, 1], [-2, 4, -2], [1, -2, 1]] at every pixel (Immerkaer 1996), and of its
    absolute values the median over 0.6745 (Donoho and Johnstone 1994) over the mask's gain of 6. The median
    in place of Immerkaer's mean keeps hair, lashes and edges from passing for noise while they fill less than
    half of the picture. Pixels at level 0 or 255 are left out: clipping hides their noise. What is measured
    is fine-grained noise; compression and enlarging smooth that away, and then the estimate is small although
    the picture was noisy once.

    References
    ----------
    Immerkaer (1996), doi:10.1006/cviu.1996.0060; Donoho, Johnstone (1994), doi:10.1093/biomet/81.3.425.

    Examples
    --------
    >>> noisy = np.random.default_rng(0).normal(128, 8, (64, 64)).astype(np.uint8)
    >>> round(255 * noise_sigma(noisy))
    8
    """
    if min(grey.shape) < 3:
        return 0.0
    counts = sum(map(_response_counts, _strips(grey)), start=np.zeros(LEVELS, dtype=np.int64))
    below = np.cumsum(counts)
    if not below[-1]:
        return 0.0
    median = int(np.searchsorted(below, (below[-1] + 1) // 2))
    return median / (_GAIN * _MEDIAN_OF_NORMAL * 255)


def noise_sigmas(grey: ByteArray) -> AnyArray:
    """Estimate the noise of many small pictures at once.

    Parameters
    ----------
    grey : ndarray of shape (N, H, W), uint8
        The pictures.

    Returns
    -------
    ndarray of shape (N,), float64
        What `noise_sigma` says of each.

    Examples
    --------
    >>> pictures = np.random.default_rng(0).integers(0, 256, (3, 30, 20), dtype=np.uint8)
    >>> noise_sigmas(pictures).tolist() == [noise_sigma(picture) for picture in pictures]
    True
    """
    if min(grey.shape[1:]) < 3 or not len(grey):
        return np.zeros(len(grey))
    inner = grey[:, 1:-1, 1:-1].reshape(len(grey), -1)
    rows = np.diff(grey.astype(np.int16), n=2, axis=1)
    response = np.abs(np.diff(rows, n=2, axis=2)).reshape(len(grey), -1)
    unclipped = (inner > 0) & (inner < LEVELS - 1)
    ordered = np.sort(np.where(unclipped, np.minimum(response, LEVELS - 1), LEVELS), axis=1)
    counted = unclipped.sum(axis=1)
    median = ordered[np.arange(len(grey)), np.maximum((counted + 1) // 2 - 1, 0)]
    sigmas: AnyArray = np.where(counted > 0, median, 0) / (_GAIN * _MEDIAN_OF_NORMAL * 255)
    return sigmas


def _strips(grey: ByteArray) -> Iterator[ByteArray]:
    """Cut a large picture into strips, which overlap as the mask needs; the response takes twice the room."""
    height, width = grey.shape
    step = max(1, _PIXELS_AT_ONCE // width)
    for top in range(0, height - 2, step):
        yield grey[top : top + step + 2]


def _response_counts(grey: ByteArray) -> IntArray:
    """Count absolute responses, 255 standing for more, wherever the mask fits around an unclipped pixel."""
    response = cv2.sepFilter2D(grey, cv2.CV_16S, _SECOND_DIFFERENCE, _SECOND_DIFFERENCE)[1:-1, 1:-1]
    unclipped = cv2.inRange(grey[1:-1, 1:-1], 1, 254)
    return count_levels(cv2.convertScaleAbs(response), where=unclipped)
