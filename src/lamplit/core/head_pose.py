"""The pose of a head: three angles, and how well they explain the points they come from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError

_TO_PICTURE = np.diag([1.0, -1.0, -1.0])
"""From x right, y up, z to the camera, to x right, y down, z away from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPose:
    """How a head is turned, seen from the camera, in degrees; all angles are 0 for a face turned to it.

    Parameters
    ----------
    yaw : float
        Above 0 where the subject turns to their left (the picture's right), from -90 to 90.
    pitch : float
        Above 0 where the subject looks up, from -180 to 180.
    roll : float
        Above 0 where the head tilts to the subject's left shoulder, clockwise in the picture, from -180 to
        180.
    residual : float
        Root mean square distance between the points and those of the model in this pose, in shares of the
        distance between the eyes.

    Raises
    ------
    InvalidArgumentError
        If a number is not finite, or yaw or residual are out of range.

    Notes
    -----
    The roll is the angle of the line between the eyes. After it is undone, the nose points to the azimuth
    `yaw` and the elevation `pitch`: the head is turned about its own axis from ear to ear, then about the
    upright, then in the picture.

    Examples
    --------
    >>> pose = HeadPose(yaw=30.0, pitch=0.0, roll=0.0, residual=0.02)
    >>> pose.forward.round(2).tolist()  # to the right of the picture and to the camera
    [0.5, 0.0, -0.87]
    """

    yaw: float
    pitch: float
    roll: float
    residual: float

    def __post_init__(self) -> None:
        numbers = (self.yaw, self.pitch, self.roll, self.residual)
        if not all(math.isfinite(number) for number in numbers):
            raise InvalidArgumentError("pose", "finite numbers", str(numbers))
        if not -90 <= self.yaw <= 90 or self.residual < 0:
            required = "a yaw from -90 to 90 degrees and a residual of at least 0"
            raise InvalidArgumentError("pose", required, f"{self.yaw} and {self.residual}")

    @property
    def rotation(self) -> AnyArray:
        """Columns: the subject's left, up, forward, in (x right, y down, z away from the camera); (3, 3)."""
        return _TO_PICTURE @ rotation_from_angles(self.yaw, self.pitch, self.roll)

    @property
    def forward(self) -> AnyArray:
        """Where the nose points, in (x right, y down, z away from the camera); shape (3,), length 1."""
        forward: AnyArray = self.rotation[:, 2]
        return forward


def rotation_from_angles(yaw: float, pitch: float, roll: float) -> AnyArray:
    """Return the rotation of a head with these angles.

    Parameters
    ----------
    yaw, pitch, roll : float
        In degrees, as in `HeadPose`.

    Returns
    -------
    ndarray of shape (3, 3), float64
        Takes points of the head (x to the subject's left, y up, z forward) to x right, y up, z to the camera.

    Examples
    --------
    >>> rotation_from_angles(0, 90, 0).round().tolist()  # forward becomes up
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]
    """
    y, p, r = np.radians([yaw, pitch, roll])
    in_plane = [[np.cos(r), np.sin(r), 0], [-np.sin(r), np.cos(r), 0], [0, 0, 1]]
    about_upright = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_ears = [[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]]
    rotation: AnyArray = np.array(in_plane) @ np.array(about_upright) @ np.array(about_ears) + 0.0
    return rotation


def angles_from_rotation(rotation: AnyArray) -> tuple[float, float, float]:
    """Return yaw, pitch and roll of a rotation: the inverse of `rotation_from_angles`.

    Parameters
    ----------
    rotation : ndarray of shape (3, 3)
        As `rotation_from_angles` returns it.

    Returns
    -------
    yaw, pitch, roll : float
        In degrees; yaw from -90 to 90, the others from -180 to 180.

    Examples
    --------
    >>> [round(angle) for angle in angles_from_rotation(rotation_from_angles(30, -20, 10))]
    [30, -20, 10]
    """
    yaw = math.asin(float(np.clip(-rotation[2, 0], -1.0, 1.0)))
    pitch = math.atan2(-rotation[2, 1], rotation[2, 2])
    roll = math.atan2(-rotation[1, 0], rotation[0, 0])
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)
