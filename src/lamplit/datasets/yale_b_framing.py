"""Faces of the cropped Extended Yale B in the frame of FER+."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.values import Box
from lamplit.datasets.yale_b import HEIGHT, WIDTH
from lamplit.imaging.geometry import crop_square

SIDE = 48

EYES = (82.0, 46.0)
"""Middle between the eyes of the cropped set, (x, y) in pixels, read off the mean of its 38 frontal
pictures."""

EYE_DISTANCE = 98.0
"""Distance between the eyes there, in pixels."""

FRAME = Box(
    EYES[0] - EYE_DISTANCE / 0.375 / 2,
    EYES[1] - 0.39 * EYE_DISTANCE / 0.375,
    EYES[0] + EYE_DISTANCE / 0.375 / 2,
    EYES[1] + 0.61 * EYE_DISTANCE / 0.375,
)
"""The square that frames these faces like those of FER+ (`lamplit.faces.framing`). It reaches beyond the
pictures, whose edge pixels are repeated there."""


def frame_like_ferplus(images: ByteArray, *, size: int = SIDE) -> ByteArray:
    """Frame faces of the cropped Extended Yale B as FER+ frames its own.

    Parameters
    ----------
    images : ndarray of shape (N, 192, 168), uint8
        Faces of the cropped set.
    size : int
        Side of the result, in pixels.

    Returns
    -------
    ndarray of shape (N, size, size), uint8
        Eyes at 39 % of the height, 0.375 of the side apart.

    Examples
    --------
    >>> frame_like_ferplus(np.zeros((2, 192, 168), np.uint8)).shape
    (2, 48, 48)
    """
    return np.stack([crop_square(image, FRAME, size) for image in images])


def pixels_inside(*, size: int = SIDE) -> AnyArray:
    """Say which pixels of the frame lie inside the cropped pictures; the others repeat their edge.

    Parameters
    ----------
    size : int
        Side of the frame, in pixels.

    Returns
    -------
    ndarray of shape (size, size), bool

    Examples
    --------
    >>> inside = pixels_inside()
    >>> bool(inside[24, 24]), bool(inside[0, 0])
    (True, False)
    """
    centres = (np.arange(size) + 0.5) / size
    x, y = FRAME.x1 + centres * FRAME.width, FRAME.y1 + centres * FRAME.height
    inside: AnyArray = ((y > 0) & (y < HEIGHT))[:, None] & ((x > 0) & (x < WIDTH))[None, :]
    return inside
