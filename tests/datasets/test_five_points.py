"""Five points from 68, and the frame that follows from them."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.datasets.five_points import MIRRORED, USUAL, five_points, frame_of


def test_takes_eyes_nose_and_mouth_in_order() -> None:
    points = np.full((1, 68, 2), -1.0, np.float32)
    points[0, 36:42] = [[0, 0], [1, 0], [2, 0], [3, 0], [4, 0], [5, 0]]
    points[0, 42:48] = 10
    points[0, 30], points[0, 48], points[0, 54] = (20, 21), (30, 31), (40, 41)
    np.testing.assert_allclose(five_points(points)[0], [[2.5, 0], [10, 10], [20, 21], [30, 31], [40, 41]])


@pytest.mark.parametrize("degrees", [-40, 0, 25])
def test_the_frame_turns_and_grows_with_the_points(degrees: float) -> None:
    turn = np.radians(degrees)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    five = 80 * (USUAL - 0.5) @ rotation.T + np.array([33, 44])
    squares, errors = frame_of(five[None])
    np.testing.assert_allclose(squares[0], [33, 44, 80, turn], atol=1e-4)
    assert errors[0] < 1e-6


def test_points_of_no_face_have_a_large_error() -> None:
    upside_down = USUAL * [1, -1]
    assert frame_of(upside_down[None])[1][0] > 0.2
    assert np.isnan(frame_of(np.full((1, 5, 2), np.nan, np.float32))[1][0])


def test_the_mirror_image_of_the_usual_points_is_usual() -> None:
    mirrored = (USUAL * [-1, 1] + [1, 0])[list(MIRRORED)]
    np.testing.assert_allclose(mirrored, USUAL, atol=1e-6)
