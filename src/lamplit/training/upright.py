"""Faces brought upright, for teachers to see: a second view that they err at otherwise."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box
from lamplit.faces.alignment import align_face
from lamplit.faces.framing import face_box
from lamplit.faces.landmarks import LandmarkModel

LEAST_SCORE = 0.5
"""Below it the landmarks are those of no face."""


def upright_faces(images: Tensor, marks: LandmarkModel | None = None) -> Tensor:
    """Return faces with their landmarks where the training pictures have them, in the mean.

    Parameters
    ----------
    images : Tensor of shape (N, 1, S, S), uint8
        Grey faces, framed as FER+ frames them.
    marks : LandmarkModel, optional
        What finds the landmarks; by default the network that comes with lamplit.

    Returns
    -------
    Tensor of shape (N, 1, S, S), uint8
        On the same device. A face whose landmarks are not found stays as it is.

    Notes
    -----
    Aligning takes tilt away and costs sharpness; what a network says of both views in the mean is better than
    what it says of either (docs/training.md).

    Examples
    --------
    >>> nobody = torch.zeros(1, 1, 48, 48, dtype=torch.uint8)
    >>> torch.equal(upright_faces(nobody), nobody)
    True
    """
    network = marks or LandmarkModel()
    found = [_upright(face, network) for face in images[:, 0].cpu().numpy()]
    return torch.from_numpy(np.array(found)).reshape(images.shape).to(images.device)


def _upright(face: ByteArray, marks: LandmarkModel) -> ByteArray:
    """Return one face, aligned if it has landmarks that can be."""
    side = len(face)
    found = marks.locate(face, face_box(Box(0, 0, side, side)))
    if found.score < LEAST_SCORE:
        return face
    try:
        return align_face(face, found.points, size=side)
    except InvalidArgumentError:
        return face  # points that lie in one place, or far outside
