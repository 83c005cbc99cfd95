"""Faces of FER+ put into the same place: the narrower the class, the fewer stumps tell it from all else.

Crops of FER+ vary in size by a fifth either way and in turn by 12 degrees (standard deviation). A sliding
window tries places and sizes by itself, so a cascade need not learn them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.datasets.landmarks import eyes_and_mouth
from lamplit.faces.framing import EYE_DISTANCE_IN_CROP, EYE_HEIGHT_IN_CROP

MOUTH_BELOW_EYES = 0.38
"""From the eyes down to the mouth, as a share of the side of FER+ crops."""

MOST_TURNED = 12.0
"""Degrees up to which a face keeps its own turn in the plane."""


SIZES = (0.7, 1.3)
"""Sides of faces, as shares of the crop's, between which a face can be framed from its crop."""

MOST_ASIDE = 0.55
"""Least ratio between a face's side by its eyes and by its mouth: below, the head is turned far aside."""


def are_frontal(points: FloatArray) -> NDArray[np.bool_]:
    """Tell which faces look near enough at the camera and fill their crops as usual.

    Parameters
    ----------
    points : ndarray of shape (N, 68, 2), float32
        Landmarks in fractions of the side; NaN for none.

    Returns
    -------
    ndarray of shape (N,), bool
        False where there are no landmarks, too.

    Examples
    --------
    >>> points = np.full((2, 68, 2), 0.5, np.float32)
    >>> points[:, 36:42], points[:, 42:48], points[:, 48:] = (0.3125, 0.39), (0.6875, 0.39), (0.5, 0.77)
    >>> points[1, 42:48] = (0.45, 0.39)  # an eye behind the nose
    >>> are_frontal(points).tolist()
    [True, False]
    """
    by_eyes, by_mouth = _sides(points)
    side = (by_eyes + by_mouth) / 2
    frontal: NDArray[np.bool_] = (side > SIZES[0]) & (side < SIZES[1])
    return frontal & (np.minimum(by_eyes, by_mouth) > MOST_ASIDE * np.maximum(by_eyes, by_mouth))


def framed_alike(faces: ByteArray, points: FloatArray) -> ByteArray:
    """Move, scale and turn faces so that all have their eyes in the same place.

    Parameters
    ----------
    faces : ndarray of shape (N, S, S), uint8
        Crops.
    points : ndarray of shape (N, 68, 2), float32
        Their landmarks, in fractions of the side.

    Returns
    -------
    ndarray of shape (N, S, S), uint8
        The middle between the eyes at 50 % of the width and 39 % of the height; the mean of the eyes'
        distance over 0.375 and the way from eyes to mouth over 0.38 is the side, so that heads turned aside
        are not enlarged. Beyond the crops, pixels are mirrored.

    Examples
    --------
    >>> points = np.full((1, 68, 2), 0.5, np.float32)
    >>> points[0, 36:42], points[0, 42:48], points[0, 48:] = (0.3125, 0.39), (0.6875, 0.39), (0.5, 0.77)
    >>> face = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    >>> bool((framed_alike(face, points) == face).all())
    True
    """
    side = faces.shape[1]
    marks = eyes_and_mouth(points) * side  # (N, 3, 2)
    eyes = marks[:, :2].mean(axis=1)
    across = marks[:, 1] - marks[:, 0]
    by_eyes, by_mouth = _sides(points)
    sizes = (by_eyes + by_mouth) / 2 * side
    angles = np.degrees(np.arctan2(across[:, 1], across[:, 0]))
    back = angles - angles.clip(-MOST_TURNED, MOST_TURNED)
    framed = np.empty_like(faces)
    for number, face in enumerate(faces):
        turn, scale = np.radians(back[number]), side / sizes[number]
        cos, sin = scale * np.cos(turn), scale * np.sin(turn)
        linear = np.array([[cos, sin], [-sin, cos]])
        # cv2 counts from pixel centres, fractions from the edge.
        target = np.array([0.5, EYE_HEIGHT_IN_CROP]) * side - 0.5
        shift = target - linear @ (eyes[number] - 0.5)
        matrix = np.hstack([linear, shift[:, None]])
        framed[number] = cv2.warpAffine(face, matrix, (side, side), borderMode=cv2.BORDER_REFLECT_101)
    return framed


def _sides(points: FloatArray) -> tuple[AnyArray, AnyArray]:
    """Return the side of each face's frame by its eyes and by its mouth, as shares of the crop's."""
    marks = eyes_and_mouth(points)
    across, down = marks[:, 1] - marks[:, 0], marks[:, 2] - marks[:, :2].mean(axis=1)
    by_eyes: AnyArray = np.linalg.norm(across, axis=1) / EYE_DISTANCE_IN_CROP
    by_mouth: AnyArray = np.linalg.norm(down, axis=1) / MOUTH_BELOW_EYES
    return by_eyes, by_mouth
