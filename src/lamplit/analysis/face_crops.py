"""Faces cut out for the expression network, by the surest points that are known of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.landmarks import Landmarks
from lamplit.core.values import Detection
from lamplit.faces.alignment import align_face
from lamplit.faces.framing import crop_face


def face_crops(
    pixels: ByteArray, detections: Sequence[Detection], marks: Sequence[Landmarks | None], *, size: int
) -> ByteArray:
    """Cut faces out of a picture as the expression network wants them.

    Parameters
    ----------
    pixels : ndarray of shape (H, W) or (H, W, 3), uint8
        The picture.
    detections : sequence of Detection
        Its faces.
    marks : sequence of (Landmarks or None)
        Their landmarks, as far as they are trusted.
    size : int
        Side of the crops in pixels.

    Returns
    -------
    ndarray of shape (N, size, size, 3), uint8
        Aligned by the mean of the detector's five points and those of the landmarks, or by what there is of
        them; where there is neither, or they lie in one place or outside the picture, framed by the box.

    Raises
    ------
    InvalidArgumentError
        If a box lies outside the picture.

    Examples
    --------
    >>> from lamplit.core.values import Box
    >>> one = Detection(box=Box(10, 10, 60, 60), score=1.0)
    >>> face_crops(np.zeros((90, 90, 3), np.uint8), [one], [None], size=48).shape
    (1, 48, 48, 3)
    """
    crops = np.empty((len(detections), size, size, 3), dtype=np.uint8)
    for crop, detection, found in zip(crops, detections, marks, strict=True):
        crop[:] = _in_three_channels(_framed(pixels, detection, _points_of(detection, found), size))
    return crops


def _points_of(detection: Detection, found: Landmarks | None) -> AnyArray | None:
    """Return the points that a face is aligned by: two networks do not err alike, so their mean is better."""
    if found is None:
        return detection.points
    if detection.points is None:
        return found.points
    mean: AnyArray = (found.five + detection.points) / 2
    return mean


def _framed(pixels: ByteArray, detection: Detection, points: AnyArray | None, size: int) -> ByteArray:
    """Cut one face out."""
    if points is not None:
        try:
            return align_face(pixels, points, size=size)
        except InvalidArgumentError:
            pass  # points that lie in one place, or far outside
    return crop_face(pixels, detection.box, size=size)


def _in_three_channels(crop: ByteArray) -> ByteArray:
    """Return a crop that broadcasts to (H, W, 3)."""
    return crop if crop.ndim == 3 else crop[..., None]
