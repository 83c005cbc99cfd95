"""A pasted face lies where its place says, points and all, and things that are no faces are pasted alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
from stocks import drawn_face, face_cutout

from lamplit.training.scenes.pasting import Place, paste, paste_tile
from lamplit.training.scenes.pictures import Cutout, piece_of, scrambled


def test_points_move_turn_and_grow_with_the_face() -> None:
    cut = Cutout.of(np.zeros((10, 10), np.uint8), (5, 5, 10, 0), np.full((5, 2), 5.0) + [[2, 0]] * 5)
    # Two pixels to the right of the middle, three times as large, a quarter turn clockwise: six below it.
    points = Place(50, 40, 30, math.pi / 2).points(cut)
    assert points is not None
    np.testing.assert_allclose(points, [[50, 46]] * 5, atol=1e-4)


def test_in_the_mirror_right_and_left_change() -> None:
    cut = face_cutout(100)
    plain, mirrored = Place(50, 50, 100).points(cut), Place(50, 50, 100, mirrored=True).points(cut)
    assert plain is not None
    assert mirrored is not None
    # The drawn face is symmetric: its mirror image has all points where they were, the right eye to the left.
    np.testing.assert_allclose(mirrored, plain, atol=1e-3)


def test_a_dark_spot_on_the_right_eye_lies_where_the_mirrored_point_is() -> None:
    image = np.full((100, 100), 200, np.uint8)
    image[35:43, 27:36] = 0  # around the subject's right eye
    points = np.array([[31.5, 39], [69, 39], [50, 59], [35, 76], [65, 76]], np.float32)
    cut = Cutout.of(image, (50, 50, 100, 0), points)
    for mirrored, number in ((False, 0), (True, 1)):
        place = Place(60, 70, 80, 0.4, mirrored=mirrored)
        scene = np.zeros((140, 140), np.float32)
        paste_tile(scene, cut, place, (0, 0))
        moved = place.points(cut)
        assert moved is not None
        x, y = moved[number].round().astype(int)
        assert scene[y - 1 : y + 1, x - 1 : x + 1].max() < 60  # in the mirror it has become the left eye


@pytest.mark.parametrize("seed", range(6))
def test_what_changes_lies_within_reach_of_the_place(seed: int) -> None:
    scene = np.full((200, 200), 90, np.float32)
    place = Place(80, 120, 40, 0.3)
    paste(scene, face_cutout(), place, np.random.default_rng(seed))
    rows = np.nonzero(np.abs(scene - 90) > 3)[0]
    assert len(rows)
    assert rows.min() >= 120 - 33  # shoulders may reach further down and aside
    assert abs(float(np.abs(scene - 90)[:125].sum(axis=0).argmax()) - 80) < 40


def test_the_middle_of_the_face_is_in_the_scene() -> None:
    bright = Cutout.of(np.full((48, 48), 250, np.uint8), (24, 24, 48, 0))
    scene = np.zeros((100, 100), np.float32)
    paste(scene, bright, Place(30, 60, 40), np.random.default_rng(3), level=200.0)
    assert scene[60, 30] > 100
    assert scene[5, 90] == 0


def test_a_place_outside_changes_nothing() -> None:
    scene = np.full((50, 50), 7, np.float32)
    paste(scene, face_cutout(), Place(-80, 20, 40), np.random.default_rng(0))
    assert (scene == 7).all()


def test_a_piece_of_a_picture_is_framed_within_it() -> None:
    for seed in range(20):
        x, y, side, turn = piece_of(np.zeros((60, 100), np.uint8), np.random.default_rng(seed)).square
        assert 47 < side <= 60
        assert side / 2 <= x <= 100 - side / 2
        assert side / 2 <= y <= 60 - side / 2
        assert turn == 0


@pytest.mark.parametrize("seed", range(8))
def test_a_scrambled_face_is_another_picture_in_the_same_frame(seed: int) -> None:
    face = face_cutout(96)
    other = scrambled(face, np.random.default_rng(seed))
    share = other.levels[0].shape[0] / 96
    np.testing.assert_allclose(other.square[:3], face.square[:3] * share)
    assert other.points is None
    assert (other.levels[0] != face.levels[1]).mean() > 0.1


def test_levels_are_chosen_by_size() -> None:
    cut = Cutout.of(drawn_face(192), (96, 96, 192, 0))
    assert [len(cut.level_for(side)[0]) for side in (300, 192, 97, 96, 20)] == [192, 192, 192, 96, 24]
