"""Whether two pictures are one: laid over each other as well as can be, their details agree."""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray

STEPS = 25
LEAST_GAIN = 1e-3
"""The alignment ends after so many steps, or when a step gains less."""

BLUR = 3
"""Side of the Gaussian that is laid over both pictures for the alignment."""

SURROUND = 3.0
"""Standard deviation in pixels of the neighbourhood whose mean and contrast are taken out."""

NOISE = 4.0
"""Grey levels that are added to the contrast, or flat skin would count by its noise."""

SOFTEN = 0.7
"""Pixels that both are blurred by: the one that was moved is blurred by the moving already."""

LEAST_OVERLAP = 0.5
"""Share of the picture that both must cover."""


def aligned_correlation(picture: ByteArray, other: ByteArray, start: AnyArray) -> float:
    """Correlate two pictures after laying one over the other, whatever light and contrast each has.

    Parameters
    ----------
    picture, other : ndarray of shape (H, W), uint8
        Grey pictures of one size.
    start : ndarray of shape (2, 3), float
        Affine map from places (x, y) in `picture` to places in `other` to begin with.

    Returns
    -------
    float
        Correlation of the details, from -1 to 1: 1 for the same picture, 0 where no alignment was found.

    Notes
    -----
    An affine alignment that raises the correlation of the two pictures (ECC), then the correlation of both
    after the mean and the contrast of each pixel's surround are taken out. Two faces that are lit and framed
    alike correlate as wholes; their details agree only if they are one picture.

    References
    ----------
    Evangelidis and Psarakis (2008), doi:10.1109/TPAMI.2008.113.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 256, (48, 48), dtype=np.uint8)
    >>> face = cv2.GaussianBlur(noise, (0, 0), 1)
    >>> darker = np.roll(face, 1, axis=1) // 2
    >>> aligned_correlation(face, darker, np.eye(2, 3)) > 0.9
    True
    """
    warp = np.array(start, dtype=np.float32)  # a copy, because OpenCV writes into it
    criteria = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, STEPS, LEAST_GAIN)
    try:
        _, warp = cv2.findTransformECC(picture, other, warp, cv2.MOTION_AFFINE, criteria, None, BLUR)
    except cv2.error:  # how OpenCV says that the alignment does not settle
        return 0.0
    height, width = picture.shape
    flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
    moved = cv2.warpAffine(other, warp, (width, height), flags=flags)
    covered = cv2.warpAffine(np.full_like(other, 255), warp, (width, height), flags=flags)
    both = cv2.erode(covered, np.ones((3, 3), np.uint8), borderValue=0) == 255
    if both.mean() < LEAST_OVERLAP:
        return 0.0
    first, second = _details(picture)[both], _details(moved)[both]
    first, second = first - first.mean(), second - second.mean()
    length = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / length if length > 0 else 0.0


def _details(picture: ByteArray) -> FloatArray:
    """Return a picture without the mean and contrast of each pixel's surround."""
    smooth = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), SOFTEN)
    detail = smooth - cv2.GaussianBlur(smooth, (0, 0), SURROUND)
    contrast = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), SURROUND))
    details: FloatArray = detail / (contrast + NOISE)
    return details
