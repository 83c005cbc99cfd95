"""From a detector's box to the square that frames a face as the training pictures do.

FER+ crops have the eyes at 39 % of their height and 0.375 of their side apart (medians over 3,579 validation
pictures with landmarks). In boxes of the cascade the eyes are 0.443 of the side apart at 38.8 % of the height
(medians over 4,147 faces; `benchmarks/results/face_framing.json`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.values import Box
from lamplit.imaging.geometry import crop_square

EYE_DISTANCE_IN_CROP = 0.375
EYE_HEIGHT_IN_CROP = 0.39
EYE_DISTANCE_IN_BOX = 0.443
EYE_HEIGHT_IN_BOX = 0.388

LANDMARK_SIDE, LANDMARK_LOWER = 1.25, 0.06
"""Side of the square that landmarks are read in, and how far its middle lies below that of the square around
the face, in sides of the latter: jaw and forehead are inside, with room to turn."""


VERIFIER_SIDE = 1.6
"""Side of the square in which a face is verified, in sides of that around the face: what a face stands before
tells it from what only looks like one."""


def face_square(box: Box) -> Box:
    """Return the square around a detection that frames the face as the training pictures do.

    Parameters
    ----------
    box : Box
        A detection, in pixels.

    Returns
    -------
    Box
        The square, in pixels; it may reach beyond the picture.

    Examples
    --------
    >>> square = face_square(Box(100, 100, 200, 200))
    >>> round(square.width), round(square.height), round(square.y1)
    (118, 118, 93)
    """
    box_side = (box.width + box.height) / 2
    side = box_side * EYE_DISTANCE_IN_BOX / EYE_DISTANCE_IN_CROP
    middle = (box.x1 + box.x2) / 2
    top = box.y1 + EYE_HEIGHT_IN_BOX * box.height - EYE_HEIGHT_IN_CROP * side
    return Box(middle - side / 2, top, middle + side / 2, top + side)


def face_box(square: Box) -> Box:
    """Return the box that the detector gives a face in a crop: the inverse of `face_square`.

    Parameters
    ----------
    square : Box
        A crop framed as the training pictures are, in pixels.

    Returns
    -------
    Box
        The detection, in pixels.

    Examples
    --------
    >>> box = face_box(face_square(Box(100, 100, 200, 200)))
    >>> [round(edge) for edge in box.xyxy.tolist()]
    [100, 100, 200, 200]
    """
    side = square.width * EYE_DISTANCE_IN_CROP / EYE_DISTANCE_IN_BOX
    middle = (square.x1 + square.x2) / 2
    top = square.y1 + EYE_HEIGHT_IN_CROP * square.height - EYE_HEIGHT_IN_BOX * side
    return Box(middle - side / 2, top, middle + side / 2, top + side)


def landmark_square(square: Box) -> Box:
    """Return the square that landmarks are read in.

    Parameters
    ----------
    square : Box
        A crop framed as FER+ frames faces (`face_square`), in any unit.

    Returns
    -------
    Box
        The larger square around the same face, in that unit.

    Examples
    --------
    >>> landmark_square(Box(0, 0, 100, 100)).xyxy.tolist()
    [-12.5, -6.5, 112.5, 118.5]
    """
    side = square.width
    middle, height = (square.x1 + square.x2) / 2, (square.y1 + square.y2) / 2 + LANDMARK_LOWER * side
    half = LANDMARK_SIDE * side / 2
    return Box(middle - half, height - half, middle + half, height + half)


def verifier_square(box: Box) -> Box:
    """Return the square in which the verifier looks at a detection.

    Parameters
    ----------
    box : Box
        A detection, in pixels.

    Returns
    -------
    Box
        The square, in pixels; it may reach beyond the picture.

    Examples
    --------
    >>> round(verifier_square(Box(100, 100, 200, 200)).width)
    189
    """
    square = face_square(box)
    half = VERIFIER_SIDE * square.width / 2
    middle, height = (square.x1 + square.x2) / 2, (square.y1 + square.y2) / 2
    return Box(middle - half, height - half, middle + half, height + half)


def crop_face(image: ByteArray, box: Box, *, size: int) -> ByteArray:
    """Cut a face out as the networks want it.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), uint8
        The picture.
    box : Box
        A detection in it, in pixels.
    size : int
        Side of the crop in pixels.

    Returns
    -------
    ndarray of shape (size, size) or (size, size, 3), uint8
        The crop; edge pixels are repeated where the square leaves the picture.

    Raises
    ------
    InvalidArgumentError
        If the box lies outside the picture.

    Examples
    --------
    >>> import numpy as np
    >>> crop_face(np.zeros((90, 90), dtype=np.uint8), Box(20, 20, 70, 70), size=48).shape
    (48, 48)
    """
    return crop_square(image, face_square(box), size)


def crop_squares(grey: ByteArray, squares: Sequence[Box], size: int) -> ByteArray:
    """Cut several squares out of a grey picture.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        The picture.
    squares : sequence of Box
        In pixels; there may be none.
    size : int
        Side of the crops in pixels.

    Returns
    -------
    ndarray of shape (N, size, size), uint8
        The crops; edge pixels are repeated where a square leaves the picture.

    Raises
    ------
    InvalidArgumentError
        If a square lies outside the picture.

    Examples
    --------
    >>> crop_squares(np.zeros((90, 90), dtype=np.uint8), [Box(20, 20, 70, 70)] * 2, 48).shape
    (2, 48, 48)
    """
    crops = np.zeros((len(squares), size, size), np.uint8)
    for crop, square in zip(crops, squares, strict=True):
        crop[:] = crop_square(grey, square, size)
    return crops
