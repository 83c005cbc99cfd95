"""The pose of a head from 68 landmarks and a rigid face, by least squares that outliers hardly bend."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.checks import check_number
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.head_pose import HeadPose, angles_from_rotation
from lamplit.core.landmarks import N_POINTS
from lamplit.faces.face_model import load_face_model

USUAL_DISTANCE = 1000.0
"""Millimetres from the camera that a face is taken to be at."""

_ROUNDS = 12
_SETTLED = 1e-5  # radians, and shares of the size
_TOLERANCE = 0.08  # eye distances: points that are farther off count less and less
_MOST_RESIDUAL = 1.0  # eye distances: faces have a tenth at most
_MOST_GROWTH = 10.0  # of the size from the first guess on: beyond it the steps run away
_LEAST_SPREAD = 1e-3  # of the shorter to the longer axis: a face is never a line


class Placement(NamedTuple):
    """Where a rigid face is: its rotation, pixels per millimetre, and where its origin falls (x, y)."""

    rotation: AnyArray
    scale: float
    origin: AnyArray


def pose_if_any(points: AnyArray) -> HeadPose | None:
    """Estimate how a head is turned, for points that may be those of no face.

    Parameters
    ----------
    points : ndarray of shape (68, 2)
        Landmarks (x, y) in pixels.

    Returns
    -------
    HeadPose or None
        As `estimate_head_pose` returns it; None where it refuses the points.

    Examples
    --------
    >>> pose_if_any(np.zeros((68, 2))) is None
    True
    """
    try:
        return estimate_head_pose(points)
    except InvalidArgumentError:
        return None


def estimate_head_pose(points: AnyArray, *, distance: float = USUAL_DISTANCE) -> HeadPose:
    """Estimate how a head is turned.

    Parameters
    ----------
    points : ndarray of shape (68, 2)
        Landmarks (x, y) in pixels, in the iBUG order; pixels are square.
    distance : float
        Millimetres from the camera to the face, above 200; `math.inf` for a projection without perspective.

    Returns
    -------
    HeadPose
        Yaw above 0: the subject turns to their left. Pitch above 0: up. Roll above 0: to their left shoulder.
        All seen along the line from the camera to the face: nothing has to be known of the lens.

    Raises
    ------
    InvalidArgumentError
        If the points are not (68, 2) finite numbers, lie on one line or are those of no face in any pose, or
        the distance is out of range.

    Notes
    -----
    The points of a rigid face (`lamplit.faces.face_model`) are turned, scaled and shifted so that the
    weighted squares of their distances to the landmarks are least: Gauss-Newton steps from the solution of
    scaled orthography on, weights divided by 1 + (r / 0.08)^2 in each (Cauchy's distribution), r the distance
    in eye distances. A point z millimetres nearer to the camera than the eyes is shown larger by
    1 / (1 - z / distance).

    References
    ----------
    DeMenthon, Davis (1995), doi:10.1007/BF01450852, for poses from scaled orthography; Holland, Welsch
    (1977), doi:10.1080/03610927708827533, for the weights.

    Examples
    --------
    >>> flat = load_face_model().points[:, :2] * (1, -1)  # seen from far ahead
    >>> pose = estimate_head_pose(flat, distance=np.inf)
    >>> abs(pose.yaw) < 1e-6, abs(pose.pitch) < 1e-6, pose.residual < 1e-6
    (True, True, True)
    """
    marks = check_landmarks(points)
    if distance != np.inf:
        check_number("distance", distance, above=200.0)
    model = load_face_model()
    place = _settled(marks, distance)
    off = np.linalg.norm(marks - project(place, distance=distance), axis=1) / place.scale  # (68,) millimetres
    residual = float(np.sqrt(model.weights @ off**2 / model.weights.sum())) / model.eye_distance
    if not residual <= _MOST_RESIDUAL:
        raise InvalidArgumentError(
            "points", "points of a face", f"a residual of {residual:.3g} eye distances"
        )
    yaw, pitch, roll = angles_from_rotation(place.rotation)
    return HeadPose(yaw=yaw, pitch=pitch, roll=roll, residual=residual)


def check_landmarks(points: AnyArray) -> AnyArray:
    """Return 68 landmarks as float64.

    Parameters
    ----------
    points : ndarray of shape (68, 2)
        Landmarks (x, y).

    Returns
    -------
    ndarray of shape (68, 2), float64
        The same.

    Raises
    ------
    InvalidArgumentError
        If they are no such points, not finite, or lie on one line.

    Examples
    --------
    >>> check_landmarks(load_face_model().points[:, :2]).shape
    (68, 2)
    """
    marks = np.asarray(points, dtype=np.float64)
    required = f"{N_POINTS} finite points (x, y) that do not lie on one line"
    if marks.shape != (N_POINTS, 2):
        raise InvalidArgumentError("points", required, f"shape {marks.shape}")
    if not np.isfinite(marks).all():
        raise InvalidArgumentError("points", required, f"{int((~np.isfinite(marks)).sum())} others")
    spread = np.linalg.svd(marks - marks.mean(axis=0), compute_uv=False)
    if not spread[1] > _LEAST_SPREAD * spread[0]:
        raise InvalidArgumentError("points", required, f"a spread of {spread[0]:.3g} by {spread[1]:.3g}")
    return marks


def project(place: Placement, *, distance: float = np.inf) -> AnyArray:
    """Return where the points of the rigid face fall in the picture.

    Parameters
    ----------
    place : Placement
        Where the face is.
    distance : float
        Millimetres from the camera to the middle between the eyes; infinite for no perspective.

    Returns
    -------
    ndarray of shape (68, 2), float64
        (x, y) in pixels; y downwards.

    Examples
    --------
    >>> project(Placement(np.eye(3), 2.0, np.array([50.0, 40.0])))[30].tolist()
    [50.0, 108.0]
    """
    x, y, z = _turned(place)
    larger = place.scale / (1 - z / distance)  # (68,)
    return np.stack([place.origin[0] + larger * x, place.origin[1] - larger * y], axis=1)


def _turned(place: Placement) -> AnyArray:
    """Return x (right), y (up) and z (to the camera) of the turned face in millimetres: (3, 68)."""
    turned: AnyArray = place.rotation @ load_face_model().points.T
    return turned


def _settled(marks: AnyArray, distance: float) -> Placement:
    """Return where the face fits best, or say that none does."""
    place = first = _first_guess(marks)
    try:
        for _ in range(_ROUNDS):
            place, moved = _step(marks, place, distance)
            if not 1 / _MOST_GROWTH < place.scale / first.scale < _MOST_GROWTH:
                raise InvalidArgumentError("points", "points of a face", "points that no pose explains")
            if moved < _SETTLED:
                break
    except (np.linalg.LinAlgError, OverflowError, FloatingPointError) as error:
        raise InvalidArgumentError("points", "points of a face", "points that no pose explains") from error
    return place


def _first_guess(marks: AnyArray) -> Placement:
    """Fit any linear map to the points, and take the scaled rotation next to it."""
    fitted = load_face_model().affine_fit @ (marks * (1, -1))  # (4, 2)
    left, stretch, right = np.linalg.svd(fitted[:3].T, full_matrices=False)
    upper = left @ right  # (2, 3), orthonormal rows
    (a, b, c), (d, e, f) = upper  # np.cross takes as long as all the rest
    rotation = np.array([*upper, (b * f - c * e, c * d - a * f, a * e - b * d)])
    return Placement(rotation, float(stretch.mean()), fitted[3] * (1, -1))


def _step(marks: AnyArray, place: Placement, distance: float) -> tuple[Placement, float]:
    """Take one Gauss-Newton step; return how far it went, in radians and shares of the size."""
    model = load_face_model()
    off = marks - project(place, distance=distance)  # (68, 2)
    tolerance = _TOLERANCE * model.eye_distance * place.scale
    heavy = model.weights / (1 + (off**2).sum(axis=1) / tolerance**2)  # (68,)
    design = _derivatives(place, distance)  # (6, 2, 68)
    weighted = (design * heavy).reshape(6, -1)
    # Normal equations: six well-scaled unknowns need no slower decomposition.
    step = np.linalg.solve(weighted @ design.reshape(6, -1).T, weighted @ off.T.reshape(-1))
    rotation = cv2.Rodrigues(step[:3])[0] @ place.rotation
    changed = Placement(rotation, place.scale * float(np.exp(step[3])), place.origin + step[4:])
    shift = np.abs(step[4:]).max() / (place.scale * model.eye_distance)
    return changed, float(max(np.abs(step[:4]).max(), shift))


def _derivatives(place: Placement, distance: float) -> AnyArray:
    """Return how points (2, 68) move with turns about x, y, z, the log of the scale, and the shift."""
    x, y, z = _turned(place)
    larger = place.scale / (1 - z / distance)
    nearing = larger**2 / (place.scale * distance)  # growth of what comes nearer by a millimetre, (68,)
    # A turn by a small vector w moves a point p by w x p; in the picture y runs downwards.
    across, down, mixed = x * larger, -y * larger, x * y * nearing
    design = np.zeros((6, 2, N_POINTS))
    design[0] = mixed, z * larger - y**2 * nearing
    design[1] = z * larger - x**2 * nearing, mixed
    design[2] = down, -across
    design[3] = across, down
    design[4, 0] = design[5, 1] = 1
    return design
