"""Crops brought upright by their landmarks: a second view of faces that somebody else has cut out."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.landmarks import trusted
from lamplit.core.values import Box
from lamplit.faces.alignment import align_face
from lamplit.faces.framing import face_box
from lamplit.faces.landmarks import LandmarkModel
from lamplit.imaging.geometry import resize_faces


def upright_crops(crops: ByteArray, *, size: int, marks: LandmarkModel) -> ByteArray:
    """Bring faces to where those of FER+ lie in the mean, as an Analyzer brings those that it finds.

    Parameters
    ----------
    crops : ndarray of shape (N, S, S), uint8
        Grey squares around faces, framed as `lamplit.faces.framing` does.
    size : int
        Side of the new crops in pixels, from 1 to 4096.
    marks : LandmarkModel
        What finds the landmarks.

    Returns
    -------
    ndarray of shape (N, size, size), uint8
        A crop in which no landmarks are found keeps its framing.

    Raises
    ------
    InvalidArgumentError
        If the crops are no such squares, or the size is out of range.

    Notes
    -----
    Aligning takes tilt away and costs sharpness, so that a network errs otherwise than on the crop itself:
    the mean of both answers is better than either (docs/training.md has figures).

    Examples
    --------
    >>> nobody = np.zeros((1, 96, 96), np.uint8)
    >>> upright_crops(nobody, size=48, marks=LandmarkModel(threads=1)).shape
    (1, 48, 48)
    """
    if crops.dtype != np.uint8 or crops.ndim != 3 or not crops.shape[1] == crops.shape[2] > 0:
        required = "uint8 squares of shape (N, S, S)"
        raise InvalidArgumentError("crops", required, f"{crops.dtype} of shape {crops.shape}")
    turned = resize_faces(crops, size).copy()
    for new, crop in zip(turned, crops, strict=True):
        found = trusted(marks.locate(crop, face_box(Box(0, 0, len(crop), len(crop)))))
        if found is not None:
            with suppress(InvalidArgumentError):  # points that lie in one place, or far outside
                new[:] = align_face(crop, found.points, size=size)
    return turned
