"""Angles of a head: what each sign means, and back again."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.head_pose import HeadPose, angles_from_rotation, rotation_from_angles


def pose(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> HeadPose:
    return HeadPose(yaw=yaw, pitch=pitch, roll=roll, residual=0.0)


def test_a_face_turned_to_the_camera_has_its_axes_along_the_picture() -> None:
    left, up, forward = pose().rotation.T
    assert left.tolist() == [1, 0, 0]  # the subject's left is the picture's right
    assert up.tolist() == [0, -1, 0]  # y goes down
    assert forward.tolist() == [0, 0, -1]  # to the camera


@pytest.mark.parametrize(
    ("turned", "axis", "where"),
    [
        (pose(yaw=90), 2, (1, 0, 0)),  # nose to the subject's left, the picture's right
        (pose(pitch=90), 2, (0, -1, 0)),  # nose up
        (pose(roll=90), 1, (1, 0, 0)),  # top of the head to the subject's left shoulder
        (pose(yaw=30, roll=20), 0, (np.cos(np.pi / 6), 0, None)),  # the eyes' line, turned back by the roll
    ],
)
def test_signs(turned: HeadPose, axis: int, where: tuple[float, float, float | None]) -> None:
    column = turned.rotation[:, axis]
    if where[2] is None:  # its angle in the picture is the roll
        assert np.degrees(np.arctan2(column[1], column[0])) == pytest.approx(20)
        assert np.hypot(*column[:2]) == pytest.approx(where[0])
    else:
        np.testing.assert_allclose(column, where, atol=1e-12)


def test_yaw_and_pitch_are_where_the_nose_points() -> None:
    right, down, away = pose(yaw=40, pitch=25).forward
    assert np.degrees(np.arctan2(right, -away)) == pytest.approx(40)
    assert np.degrees(np.arcsin(-down)) == pytest.approx(25)


def test_angles_come_back() -> None:
    for angles in itertools.product((-80, -30, 0, 55), (-60, 0, 45), (-170, -20, 0, 90)):
        rotation = rotation_from_angles(*angles)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(rotation) == pytest.approx(1)
        assert angles_from_rotation(rotation) == pytest.approx(angles)


@pytest.mark.parametrize(
    "wrong", [{"yaw": np.nan}, {"pitch": np.inf}, {"yaw": 91.0}, {"residual": -0.1}, {"roll": np.nan}]
)
def test_impossible_poses_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidArgumentError, match="pose: needs "):
        HeadPose(**{"yaw": 0.0, "pitch": 0.0, "roll": 0.0, "residual": 0.0, **wrong})
