"""The centres of the eyes, found with OpenCV's boosted cascades inside a detected face.

A stand-in until lamplit has landmarks: whoever has better points gives those.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.errors import WeightsMissingError
from lamplit.core.values import Box
from lamplit.faces.framing import EYE_DISTANCE_IN_BOX, EYE_HEIGHT_IN_BOX
from lamplit.imaging.colour import grey_from_rgb

EYE_CASCADES = {"haarcascade_eye.xml": 1.0, "haarcascade_eye_tree_eyeglasses.xml": 2.0}
"""The cascades that come with OpenCV 4, and what a window of each counts: those of the second, which is for
eyes behind glasses too, lie closer about the pupil."""

_WINDOWS = (0.14, 0.42)  # of the side of the box: the smallest and the largest eye that is looked for
_REACH = 0.27
_KERNEL, _SPREAD = 0.025, 0.08
_LEAST_VOTES = 3.0
_MOST_TILT = 0.3
_DISTANCES = (0.3, 0.56)

_own = threading.local()


def usual_eyes(box: Box) -> FloatArray:
    """Return where the eyes of a detected face usually are.

    Parameters
    ----------
    box : Box
        A detection of the cascade, in pixels.

    Returns
    -------
    ndarray of shape (2, 2), float32
        Centres (x, y) in pixels, the subject's right eye first.

    Examples
    --------
    >>> usual_eyes(Box(0, 0, 100, 100)).round().tolist()
    [[28.0, 39.0], [72.0, 39.0]]
    """
    middle, half = (box.x1 + box.x2) / 2, EYE_DISTANCE_IN_BOX * (box.width + box.height) / 4
    height = box.y1 + EYE_HEIGHT_IN_BOX * box.height
    return np.array([[middle - half, height], [middle + half, height]], dtype=np.float32)


def find_eyes(image: ByteArray, box: Box) -> FloatArray | None:
    """Find the eyes of a detected face.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), uint8
        The picture.
    box : Box
        The face in it, in pixels.

    Returns
    -------
    ndarray of shape (2, 2), float32, or None
        Centres (x, y) in pixels, the subject's right eye first; None where no two windows make a pair of eyes
        (closed eyes, strong reflections on glasses, heavy shadow).

    Raises
    ------
    InvalidArgumentError
        If the picture has another form.
    WeightsMissingError
        If this OpenCV comes without the cascades (OpenCV 5 does).

    Notes
    -----
    Every window that a cascade finds around the place where an eye usually is counts as a vote at its centre.
    The eye lies where votes are densest (a Gaussian of 0.025 of the box), with a liking for the usual place;
    fewer than three votes there are none. The two must be 0.3 to 0.56 of the box apart and tilted by less
    than 17 degrees.

    References
    ----------
    Viola, Jones (2004), doi:10.1023/B:VISI.0000013087.49260.fb. The cascades are those of S. Hameed, in
    OpenCV's folder `haarcascades`.

    Examples
    --------
    >>> find_eyes(np.zeros((64, 64), np.uint8), Box(8, 8, 56, 56)) is None
    True
    """
    grey = grey_from_rgb(image)
    side = (box.width + box.height) / 2
    points = []
    for place in usual_eyes(box):
        centres, votes = _windows(grey, place, side)
        point = _densest(centres, votes, place, side)
        if point is None:
            return None
        points.append(point)
    right, left = points
    return np.array(points, dtype=np.float32) if _is_pair(right, left, side) else None


def _is_pair(right: FloatArray, left: FloatArray, side: float) -> bool:
    """Whether two points can be the eyes of one face."""
    across, down = left - right
    distance = float(np.hypot(across, down)) / side
    return _DISTANCES[0] < distance < _DISTANCES[1] and abs(down) < _MOST_TILT * across


def _windows(grey: ByteArray, place: FloatArray, side: float) -> tuple[FloatArray, FloatArray]:
    """Return the centres (N, 2) of all windows around a place, and the votes (N,) of their cascades."""
    reach = round(_REACH * side)
    left, top = (max(0, round(float(value)) - reach) for value in place)
    part = grey[top : top + 2 * reach, left : left + 2 * reach]
    smallest, largest = (max(8, int(share * side)) for share in _WINDOWS)
    centres, votes = [np.zeros((0, 2))], [np.zeros(0)]
    for classifier, vote in zip(_classifiers(), EYE_CASCADES.values(), strict=True):
        found = classifier.detectMultiScale(
            part, scaleFactor=1.05, minNeighbors=0, minSize=(smallest,) * 2, maxSize=(largest,) * 2
        )
        windows = np.asarray(found, dtype=np.float32).reshape(-1, 4)
        windows = windows[np.lexsort(windows.T)]  # OpenCV's threads list them in any order; sums differ by it
        centres.append(windows[:, :2] + windows[:, 2:] / 2 + np.array([left, top]))
        votes.append(np.full(len(windows), vote))
    return np.concatenate(centres).astype(np.float32), np.concatenate(votes).astype(np.float32)


def _densest(centres: FloatArray, votes: FloatArray, place: FloatArray, side: float) -> FloatArray | None:
    """Return the middle of the densest votes; None where there are too few."""
    if not len(centres):
        return None
    apart = ((centres[:, None] - centres[None]) ** 2).sum(axis=2)  # (N, N)
    near = np.exp(-apart / (2 * (_KERNEL * side) ** 2)) * votes  # (N, N) * (N,)
    density = near.sum(axis=1)
    prior = np.exp(-((centres - place) ** 2).sum(axis=1) / (2 * (_SPREAD * side) ** 2))
    best = int((density * prior).argmax())
    if density[best] < _LEAST_VOTES:
        return None
    middle: FloatArray = (near[best] @ centres / near[best].sum()).astype(np.float32)
    return middle


def _classifiers() -> list[Any]:
    """Return this thread's classifiers: they keep buffers between calls."""
    if not hasattr(_own, "classifiers"):
        _own.classifiers = [cv2.CascadeClassifier(str(_path(name))) for name in EYE_CASCADES]
    return list(_own.classifiers)


def _path(name: str) -> Path:
    folder = getattr(getattr(cv2, "data", None), "haarcascades", "")
    path = Path(folder) / name
    if not path.is_file():
        hint = "install it with: pip install 'opencv-python-headless>=4.10,<5'"
        raise WeightsMissingError(name, "an OpenCV that comes with it", f"OpenCV {cv2.__version__}", hint)
    return path
