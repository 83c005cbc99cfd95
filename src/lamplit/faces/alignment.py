"""Faces turned, scaled and shifted by their landmarks, so that they stand as in the training pictures.

The five points are the middles of the eyes, the tip of the nose and the corners of the mouth. Two eyes alone
would make a face that turns aside too large, because they come nearer to each other.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.landmarks import FIVE
from lamplit.faces.similarity import apply_transform, similarity
from lamplit.features.registration import inverted
from lamplit.imaging.pixels import check_bytes

FRAMING = np.array(
    [[0.3078, 0.386], [0.6922, 0.386], [0.5, 0.594], [0.3528, 0.776], [0.6472, 0.776]], dtype=np.float64
)
"""Where the five points are to stand, (x, y) in shares of the side of the crop: the mean face of the training
split of FER+, in such a place that after alignment the eyes of those faces are 0.375 of the side apart and at
39 % of its height, in the median."""

_MOST_PIXELS = 4096  # a side, before the means are taken
_LARGEST_FACE = 16384
_AT_ONCE = 2**20  # pixels in float, so that a large face takes no more memory for its means
_LEAST_SCALE = 1e-9


def five_points(points: AnyArray) -> AnyArray:
    """Return the five points that faces are aligned by.

    Parameters
    ----------
    points : ndarray of shape (68, 2) or (5, 2)
        Landmarks (x, y) in the iBUG order, or the five points themselves: the subject's right eye, left eye,
        tip of the nose, right and left corner of the mouth.

    Returns
    -------
    ndarray of shape (5, 2), float64
        In the unit of the points.

    Raises
    ------
    InvalidArgumentError
        If the points are no such array or not finite, or all at one place.

    Examples
    --------
    >>> five_points(np.arange(136.0).reshape(68, 2))[0].tolist()
    [77.0, 78.0]
    """
    marks = np.asarray(points, dtype=np.float64)
    required = "68 or 5 finite points (x, y), not all at one place"
    if marks.shape not in ((68, 2), (5, 2)):
        raise InvalidArgumentError("points", required, f"shape {marks.shape}")
    five = marks if len(marks) == 5 else np.array([marks[part].mean(axis=0) for part in FIVE])
    if not np.isfinite(five).all() or np.ptp(five, axis=0).max() <= 0:
        raise InvalidArgumentError("points", required, str(five.round(3).tolist()))
    return five


def face_transform(points: AnyArray, *, size: int, upright: float = 1.0) -> AnyArray:
    """Return the similarity that takes a face in a picture to its place in a crop.

    Parameters
    ----------
    points : ndarray of shape (68, 2) or (5, 2)
        Landmarks (x, y) in pixels of the picture, as for `five_points`.
    size : int
        Side of the crop in pixels, from 1 to 4096.
    upright : float
        How much of the tilt is undone, from 0 (none) to 1 (all of it). The face keeps its size, and stays
        where it is about the middle of its five points.

    Returns
    -------
    ndarray of shape (2, 3), float64
        [[a, -b, tx], [b, a, ty]], takes (x, y, 1) in the picture to the crop.

    Raises
    ------
    InvalidArgumentError
        If an argument is not of this form.

    References
    ----------
    Umeyama (1991), doi:10.1109/34.88573.

    Examples
    --------
    >>> face_transform(100 * FRAMING + (20, 30), size=50).round(6).tolist()
    [[0.5, 0.0, -10.0], [0.0, 0.5, -15.0]]
    """
    check_integer("size", size, low=1, high=_MOST_PIXELS)
    if not isinstance(upright, int | float) or not 0 <= upright <= 1:
        raise InvalidArgumentError("upright", "a number from 0 to 1", repr(upright))
    five = five_points(points)
    goal = FRAMING * size
    whole = similarity(five, goal)
    if not np.abs(whole[:, :2]).max() > _LEAST_SCALE:
        required = "points in the order of a face, the subject's right eye first"
        raise InvalidArgumentError("points", required, str(five.round(3).tolist()))
    back = math.atan2(whole[1, 0], whole[0, 0]) * (1 - upright)
    turn = np.array([[math.cos(back), math.sin(back)], [-math.sin(back), math.cos(back)]])
    middle = goal.mean(axis=0)
    matrix: AnyArray = turn @ whole
    matrix[:, 2] += middle - turn @ middle
    return matrix + 0.0


def align_face(image: ByteArray, points: AnyArray, *, size: int, upright: float = 1.0) -> ByteArray:
    """Cut a face out, brought to the place that it has in the training pictures.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), uint8
        The picture.
    points : ndarray of shape (68, 2) or (5, 2)
        Landmarks of the face (x, y) in pixels of the picture, as for `five_points`.
    size : int
        Side of the crop in pixels, from 1 to 4096.
    upright : float
        How much of the tilt is undone, from 0 to 1.

    Returns
    -------
    ndarray of shape (size, size) or (size, size, 3), uint8
        The crop; where it leaves the picture, the nearest pixel of the edge is repeated.

    Raises
    ------
    InvalidArgumentError
        If an argument is not of this form, or the face lies outside the picture.

    Notes
    -----
    Shrinking averages: each new pixel is the mean of k x k places, near enough to each other in the picture
    that none of its pixels is left out. Enlarging interpolates linearly.

    Examples
    --------
    >>> align_face(np.full((90, 90), 7, np.uint8), 60 * FRAMING + 10, size=48).shape
    (48, 48)
    """
    check_bytes(image)
    return warp_face(image, face_transform(points, size=size, upright=upright), size=size)


def warp_face(image: ByteArray, transform: AnyArray, *, size: int) -> ByteArray:
    """Bring a picture to a square by a similarity.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), uint8
        The picture.
    transform : ndarray of shape (2, 3)
        Takes (x, y, 1) in the picture to the square; (0, 0) is the outer corner of the first pixel in both.
    size : int
        Side of the square in pixels.

    Returns
    -------
    ndarray of shape (size, size) or (size, size, 3), uint8
        As for `align_face`.

    Raises
    ------
    InvalidArgumentError
        If the square lies outside the picture, or shows more than 16,384 pixels of it across.

    Examples
    --------
    >>> warp_face(np.arange(4, dtype=np.uint8).reshape(2, 2), np.eye(2, 3), size=2).tolist()
    [[0, 1], [2, 3]]
    """
    matrix = np.array(transform, dtype=np.float64)
    part, matrix[:, 2] = _part(image, matrix, size)
    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    finer = min(math.ceil(1 / scale - 1e-9) if scale < 1 else 1, max(_MOST_PIXELS // size, 1))
    matrix *= finer  # to a square of finer * size pixels, whose blocks are averaged
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5  # OpenCV counts from the middle of the first pixel
    # Repeated edges are smears; mirrored ones can show a third eye.
    sides, border = (size * finer, size * finer), cv2.BORDER_REPLICATE
    large: ByteArray = cv2.warpAffine(part, matrix, sides, flags=cv2.INTER_LINEAR, borderMode=border)
    if finer == 1:
        return large
    small = np.empty((size, size, *image.shape[2:]), np.uint8)
    rows = max(_AT_ONCE // (finer * finer * size), 1)
    for top in range(0, size, rows):
        # In float: means of bytes would be rounded half up, and what follows expects halves to the even.
        band = large[finer * top : finer * (top + rows)].astype(np.float32)
        sides = (size, len(band) // finer)
        small[top : top + rows] = np.rint(cv2.resize(band, sides, interpolation=cv2.INTER_AREA))
    return small


def _part(image: ByteArray, matrix: AnyArray, size: int) -> tuple[ByteArray, AnyArray]:
    """Cut out what the square shows, and return it with the shift that it needs."""
    height, width = image.shape[:2]
    corners = apply_transform(inverted(matrix), np.array([[0, 0], [0, size], [size, 0], [size, size]]))
    low, high = corners.min(axis=0), corners.max(axis=0)
    if (high <= 0).any() or (low >= (width, height)).any() or (high - low).max() > _LARGEST_FACE:
        required = f"a face in the picture of {width} x {height}, of at most {_LARGEST_FACE} pixels"
        came = f"({low[0]:g}, {low[1]:g}) to ({high[0]:g}, {high[1]:g})"
        raise InvalidArgumentError("points", required, came)
    left, top = np.maximum(np.floor(low) - 2, 0).astype(int).tolist()
    right, bottom = (np.ceil(high) + 2).astype(int).tolist()
    return image[top:bottom, left:right], matrix[:, 2] + matrix[:, :2] @ (left, top)
