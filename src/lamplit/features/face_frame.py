"""The frame of a face: eyes level, their distance the unit, the midpoint between them the origin.

Faces of any size and tilt are brought into one small picture in which the eyes always lie at the same two
pixels. Regions that are given in eye distances are then the same pixels in every face.
"""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import InvalidArgumentError

UNIT = 64
"""Pixels between the centres of the eyes."""

WIDTH, HEIGHT = 144, 192
"""Size of the framed face in pixels: 2.25 by 3 eye distances, from above the brows to below the chin."""

ORIGIN = (72.0, 64.0)
"""The midpoint between the eyes (x, y) in pixels of the framed face."""

_LEAST_PIXELS_APART = 4.0


def check_eyes(eyes: AnyArray, name: str = "eyes") -> FloatArray:
    """Return the centres of two eyes as float32.

    Parameters
    ----------
    eyes : ndarray of shape (2, 2)
        Centres (x, y) in pixels, the subject's right eye first: the left one in the picture.
    name : str
        What errors call the argument.

    Returns
    -------
    ndarray of shape (2, 2), float32
        The centres.

    Raises
    ------
    InvalidArgumentError
        If they are no such points, less than 4 pixels apart, or in the wrong order.

    Examples
    --------
    >>> check_eyes([[10, 20], [50, 20]]).dtype
    dtype('float32')
    """
    points = np.asarray(eyes, dtype=np.float32)
    required = "two points (x, y), the eye at the left of the picture first, at least 4 pixels apart"
    if points.shape != (2, 2) or not np.isfinite(points).all():
        raise InvalidArgumentError(name, required, f"shape {points.shape}: {points.tolist()}")
    right, left = points
    if left[0] <= right[0] or np.hypot(*(left - right)) < _LEAST_PIXELS_APART:
        raise InvalidArgumentError(name, required, str(points.tolist()))
    return points


def frame_transform(eyes: AnyArray) -> FloatArray:
    """Return the similarity that takes pixels of a picture to pixels of the framed face.

    Parameters
    ----------
    eyes : ndarray of shape (2, 2)
        Centres (x, y) in pixels, the subject's right eye first.

    Returns
    -------
    ndarray of shape (2, 3), float32
        [[a, -b, tx], [b, a, ty]], for columns (x, y, 1).

    Raises
    ------
    InvalidArgumentError
        If `check_eyes` refuses the points.

    Examples
    --------
    >>> frame_transform([[20.0, 50.0], [52.0, 50.0]]).tolist()
    [[2.0, 0.0, 0.0], [-0.0, 2.0, -36.0]]
    """
    right, left = check_eyes(eyes).astype(np.float64)
    across = left - right
    a, b = UNIT * np.array([across[0], -across[1]]) / (across @ across)
    turn = np.array([[a, -b], [b, a]])
    shift = np.array(ORIGIN) - turn @ ((right + left) / 2)
    return np.column_stack([turn, shift]).astype(np.float32)


def framed(image: ByteArray, transform: AnyArray) -> ByteArray:
    """Bring a face into the frame.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8
        Grey picture.
    transform : ndarray of shape (2, 3)
        From its pixels to those of the frame, as `frame_transform` gives it.

    Returns
    -------
    ndarray of shape (192, 144), uint8
        The face; beyond the picture its edge pixels are repeated.

    Examples
    --------
    >>> framed(np.full((240, 200), 9, np.uint8), frame_transform([[60, 90], [140, 90]])).shape
    (192, 144)
    """
    matrix = np.asarray(transform, dtype=np.float64)
    shrink = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    # Bilinear sampling of a picture that shrinks by more than two skips pixels: smooth it before.
    smooth = cv2.GaussianBlur(image, (0, 0), 0.4 / shrink) if shrink < 0.5 else image
    face: ByteArray = cv2.warpAffine(smooth, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return face


def pixels_from_units(points: AnyArray) -> FloatArray:
    """Turn coordinates in eye distances into pixels of the framed face.

    Parameters
    ----------
    points : ndarray of shape (..., 2)
        (x, y) in eye distances from the midpoint of the eyes; x to the right of the picture, y downwards.

    Returns
    -------
    ndarray of the same shape, float32
        (x, y) in pixels.

    Examples
    --------
    >>> pixels_from_units(np.array([[-0.5, 0.0], [0.5, 0.0], [0.0, 1.0]])).tolist()
    [[40.0, 64.0], [104.0, 64.0], [72.0, 128.0]]
    """
    pixels: FloatArray = np.asarray(points, dtype=np.float32) * np.float32(UNIT) + np.array(
        ORIGIN, np.float32
    )
    return pixels
