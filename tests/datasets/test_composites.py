"""Scenes with a known face."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets.composites import compose

FACE = np.full((48, 48), 200, np.uint8)


def test_the_middle_is_the_face_and_the_rest_the_background() -> None:
    background = np.random.default_rng(1).integers(0, 100, (150, 180), dtype=np.uint8)
    scene = compose(FACE, background, np.random.default_rng(0), sides=(60, 60))
    x1, y1, x2, y2 = scene.square.xyxy.astype(int)
    assert (x2 - x1, y2 - y1) == (60, 60)
    assert (scene.image[y1 + 25 : y1 + 35, x1 + 25 : x1 + 35] == 200).all()
    outside = np.ones_like(background, dtype=bool)
    outside[y1:y2, x1:x2] = False
    assert (scene.image == background)[outside].all()


def test_the_face_has_no_sharp_edge() -> None:
    scene = compose(FACE, np.full((200, 200), 20, np.uint8), np.random.default_rng(0), sides=(120, 120))
    steps = np.abs(np.diff(scene.image.astype(int), axis=1))
    assert steps.max() < 30  # the face is brighter than the background by 180


def test_sizes_and_places_vary_within_their_limits_and_follow_the_seed() -> None:
    background = np.zeros((120, 200), np.uint8)
    random = np.random.default_rng(0)
    squares = [compose(FACE, background, random).square for _ in range(200)]
    sides = np.array([square.width for square in squares])
    assert sides.min() < 52
    assert 115 < sides.max() <= 120  # the picture is no higher
    assert all(s.x1 >= 0 and s.y1 >= 0 and s.x2 <= 200 and s.y2 <= 120 for s in squares)
    again = np.random.default_rng(0)
    assert squares == [compose(FACE, background, again).square for _ in range(200)]


def test_a_background_without_room_is_refused() -> None:
    with pytest.raises(
        InvalidArgumentError, match="background: needs at least 48 pixels each way, got 200 x 40"
    ):
        compose(FACE, np.zeros((40, 200), np.uint8), np.random.default_rng(0))
