"""How good landmarks are: errors in inter-ocular distances, failures, whether the spread keeps its word."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.landmarks import OUTER_CORNERS
from lamplit.core.values import Box
from lamplit.faces.framing import landmark_square
from lamplit.imaging.geometry import crop_square

FAILURE = 0.10
"""Mean error of a face, in inter-ocular distances, above which its landmarks are of no use."""

WITHIN = 1.0 - math.exp(-math.sqrt(2.0))
"""Share of the coordinates that a Laplace distribution has within one standard deviation: 0.757."""


@dataclass(frozen=True, slots=True)
class LandmarkScores:
    """Figures over faces.

    Parameters
    ----------
    faces : int
        How many.
    error : float
        Mean distance between points, over the distance between the outer eye corners.
    median_error : float
        The median of the faces' errors.
    failures : float
        Share of the faces with an error above 0.10.
    spread_ratio : float
        Mean distance along an axis over what the spread lets expect (spread / sqrt(2)): 1 where the network
        knows how sure it is, above 1 where it is too sure.
    within_spread : float
        Share of the coordinates within one predicted standard deviation; 0.757 were right.
    """

    faces: int
    error: float
    median_error: float
    failures: float
    spread_ratio: float
    within_spread: float


def point_errors(points: AnyArray, targets: AnyArray) -> AnyArray:
    """Return the mean error of each face.

    Parameters
    ----------
    points, targets : ndarray of shape (N, 68, 2)
        Found and true points, in one unit.

    Returns
    -------
    ndarray of shape (N,), float64
        Mean distance over the distance between the true outer eye corners (points 36 and 45).

    Raises
    ------
    InvalidArgumentError
        If the shapes differ or are others.

    Examples
    --------
    >>> true = np.zeros((1, 68, 2))
    >>> true[0, 45, 0] = 4.0
    >>> point_errors(true + [0.0, 1.0], true).tolist()
    [0.25]
    """
    if np.shape(points) != np.shape(targets) or np.shape(points)[1:] != (68, 2):
        came = f"{np.shape(points)} and {np.shape(targets)}"
        raise InvalidArgumentError("points", "two arrays of shape (N, 68, 2)", came)
    right, left = (np.asarray(targets, np.float64)[:, corner] for corner in OUTER_CORNERS)
    distances = np.linalg.norm(np.asarray(points, np.float64) - targets, axis=2).mean(axis=1)
    errors: AnyArray = distances / np.linalg.norm(left - right, axis=1)
    return errors


def score_landmarks(points: AnyArray, spread: AnyArray, targets: AnyArray) -> LandmarkScores:
    """Measure points and their spreads.

    Parameters
    ----------
    points, targets : ndarray of shape (N, 68, 2)
        Found and true points, in one unit; N at least 1.
    spread : ndarray of shape (N, 68)
        Predicted standard deviations of each coordinate, in that unit.

    Returns
    -------
    LandmarkScores
        The figures.

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit or there is no face.
    """
    errors = point_errors(points, targets)
    if not len(errors) or np.shape(spread) != np.shape(points)[:2]:
        raise InvalidArgumentError("spread", f"{np.shape(points)[:2]} numbers", str(np.shape(spread)))
    off = np.abs(np.asarray(points, np.float64) - targets)  # (N, 68, 2)
    expected = np.asarray(spread, np.float64)[:, :, None]  # (N, 68, 1)
    return LandmarkScores(
        faces=len(errors),
        error=float(errors.mean()),
        median_error=float(np.median(errors)),
        failures=float((errors > FAILURE).mean()),
        spread_ratio=float(off.mean() / (expected.mean() / math.sqrt(2.0))),
        within_spread=float((off < expected).mean()),
    )


def usual_crops(faces: ByteArray, size: int) -> ByteArray:
    """Cut pictures of faces as they are cut at run time.

    Parameters
    ----------
    faces : ndarray of shape (N, H, H), uint8
        Grey pictures framed as FER+ frames faces.
    size : int
        Side of the crops in pixels.

    Returns
    -------
    ndarray of shape (N, size, size), uint8
        `lamplit.faces.framing.landmark_square` of each.
    """
    square = landmark_square(Box(0, 0, faces.shape[2], faces.shape[1]))
    return np.stack([crop_square(face, square, size) for face in faces])


def usual_points(points: AnyArray) -> FloatArray:
    """Return where points lie in such crops.

    Parameters
    ----------
    points : ndarray of shape (N, 68, 2)
        (x, y) in fractions of the picture.

    Returns
    -------
    ndarray of shape (N, 68, 2), float32
        In fractions of the crop.

    Examples
    --------
    >>> usual_points(np.array([[[0.5, 0.56]]])).round(3).tolist()
    [[[0.5, 0.5]]]
    """
    square = landmark_square(Box(0.0, 0.0, 1.0, 1.0))
    corner = np.array([square.x1, square.y1])
    placed: FloatArray = ((np.asarray(points, np.float64) - corner) / square.width).astype(np.float32)
    return placed
