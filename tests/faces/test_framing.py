"""The square around a face: where the eyes come to stand in it."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box
from lamplit.faces.framing import crop_face, face_square


@pytest.mark.parametrize("box", [Box(100, 100, 200, 200), Box(-30, 5, 20, 55), Box(0.5, 0.25, 1.5, 1.25)])
def test_the_eyes_stand_where_they_do_in_the_training_pictures(box: Box) -> None:
    # In a square box of side s the eyes are 0.443 s apart, 0.388 s below its top and in its middle.
    side = box.width
    left_eye = (box.x1 + (0.5 - 0.443 / 2) * side, box.y1 + 0.388 * side)
    right_eye = (box.x1 + (0.5 + 0.443 / 2) * side, box.y1 + 0.388 * side)
    square = face_square(box)
    assert square.width == pytest.approx(square.height)
    assert (right_eye[0] - left_eye[0]) / square.width == pytest.approx(0.375)
    assert (left_eye[1] - square.y1) / square.height == pytest.approx(0.39)
    assert (left_eye[0] + right_eye[0]) / 2 == pytest.approx((square.x1 + square.x2) / 2)


def test_a_hand_worked_square() -> None:
    # Side 375 * 0.443 / 0.375 = 443; top 388 / 1000 * 375 - 0.39 * 443 = 145.5 - 172.77 = -27.27.
    square = face_square(Box(0, 0, 375, 375))
    np.testing.assert_allclose(square.xyxy, [-34.0, -27.27, 409.0, 415.73], atol=1e-3)


def test_scaling_the_box_scales_the_square() -> None:
    small, large = face_square(Box(10, 20, 60, 70)), face_square(Box(100, 200, 600, 700))
    np.testing.assert_allclose(large.xyxy, 10 * small.xyxy, rtol=1e-6)


def test_a_box_that_is_no_square_gets_one_of_its_mean_side() -> None:
    square = face_square(Box(0, 0, 80, 120))
    assert square.width == pytest.approx(face_square(Box(0, 0, 100, 100)).width)
    assert (square.x1 + square.x2) / 2 == pytest.approx(40)
    assert square.y1 + 0.39 * square.height == pytest.approx(0.388 * 120)


def test_a_crop_shows_the_eyes_at_their_place() -> None:
    picture = np.zeros((300, 300), np.uint8)
    box = Box(100, 100, 200, 200)
    eyes = [100 + 50 - 0.443 * 50, 100 + 50 + 0.443 * 50]
    for x in eyes:
        picture[round(138.8) - 3 : round(138.8) + 3, round(x) - 3 : round(x) + 3] = 255
    crop = crop_face(picture, box, size=48).astype(float)
    assert crop.shape == (48, 48)
    rows, columns = np.nonzero(crop > 128)
    assert rows.mean() + 0.5 == pytest.approx(0.39 * 48, abs=0.6)
    left, right = columns[columns < 24].mean(), columns[columns >= 24].mean()
    assert right - left == pytest.approx(0.375 * 48, abs=0.6)
    assert (left + right) / 2 + 0.5 == pytest.approx(24, abs=0.6)


@pytest.mark.parametrize("box", [Box(0, 0, 40, 40), Box(60, 60, 100, 100), Box(-10, 70, 30, 110)])
def test_beyond_the_picture_its_edge_goes_on(box: Box) -> None:
    crop = crop_face(np.full((100, 100, 3), (10, 20, 30), np.uint8), box, size=48)
    assert crop.shape == (48, 48, 3)
    assert (crop == (10, 20, 30)).all()


def test_a_box_outside_the_picture_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="box: needs a box that touches the picture of 50 x 40"):
        crop_face(np.zeros((40, 50), np.uint8), Box(200, 200, 260, 260), size=48)
