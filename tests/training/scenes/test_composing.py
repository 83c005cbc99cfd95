"""Scenes say where their faces are, are always the same for a seed, and hold none where there is none."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from stocks import drawn_stock, face_cutout

from lamplit.core.arrays import ByteArray
from lamplit.training.scenes import composing, pasting
from lamplit.training.scenes.backgrounds import background
from lamplit.training.scenes.composing import Scene, compose_scene
from lamplit.training.scenes.masks import head_masks
from lamplit.training.scenes.pictures import HEAD, NEAR
from lamplit.training.scenes.spoiling import Spoiling, spoil
from lamplit.training.scenes.stock import SceneStock

CLEAN = Spoiling(shading=0, blur=0, light=0, flat=0, noise=0, printed=0, jpeg=0)


def scenes(n: int, size: int = 128, **settings: object) -> list[Scene]:
    stock = drawn_stock()
    return [compose_scene(stock, size, np.random.default_rng(i), **settings) for i in range(n)]  # type: ignore[arg-type]


def test_a_seed_gives_the_same_scene_and_another_one_another() -> None:
    first, again = scenes(3), scenes(3)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.boxes, other.boxes)
        np.testing.assert_array_equal(one.points, other.points)
    assert (first[0].image != first[1].image).any()


@pytest.mark.parametrize("size", [96, 192])
def test_scenes_are_of_the_size_asked_for(size: int) -> None:
    for scene in scenes(8, size):
        assert scene.image.shape == (size, size)
        assert scene.image.dtype == np.uint8
        assert scene.boxes.shape == (len(scene.points), 4)
        assert scene.points.shape[1:] == (5, 2)
        assert len(scene.counts) == len(scene.boxes)
        sides = scene.boxes[:, 2:] - scene.boxes[:, :2]
        np.testing.assert_allclose(sides[:, 0], sides[:, 1], atol=1e-3)
        assert (sides > 10).all()


def test_known_points_lie_in_their_boxes() -> None:
    known = 0
    for scene in scenes(30):
        for box, points in zip(scene.boxes, scene.points, strict=True):
            if np.isfinite(points).all():
                known += 1
                assert (points >= box[:2] - 1).all()
                assert (points <= box[2:] + 1).all()
    assert known > 20


@pytest.mark.parametrize("layout", ["_scattered", "_rows", "_sheet"])
def test_a_box_contains_the_face_that_was_pasted(layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # All that is bright is face: bright ovals before black pictures, with nothing else pasted.
    white = face_cutout(skin=255)
    stock = SceneStock((white,), (white,), (), (np.zeros((160, 160), np.uint8),))
    monkeypatch.setattr(composing, "_LAYOUTS", (getattr(composing, layout),) * 4)
    found = 0
    for seed in range(6):
        scene = compose_scene(stock, 128, np.random.default_rng(seed), spoiling=CLEAN)
        for box in scene.boxes[scene.counts]:
            x1, y1, x2, y2 = box.clip(0, 128).astype(int)
            assert scene.image[y1:y2, x1:x2].max() > 5  # brightness is matched to the black around
            found += 1
    assert found


def test_without_faces_there_is_nothing_to_find(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "_LAYOUTS", (composing._empty,) * 4)
    for scene in scenes(6):
        assert scene.boxes.shape == (0, 4)
        assert scene.points.shape == (0, 5, 2)


def test_faces_that_nobody_can_see_do_not_count() -> None:
    dark = Spoiling(
        shading=0, blur=0, light=1.0, gain=(1e-3, 1e-3), over=0.0, flat=0, noise=0, printed=0, jpeg=0
    )
    assert not any(scene.counts.any() for scene in scenes(6, spoiling=dark))
    assert any(scene.counts.any() for scene in scenes(6, spoiling=CLEAN))


def test_hard_faces_come_more_often_than_by_lot() -> None:
    stock = drawn_stock()
    hard = replace(stock, hard=(face_cutout(skin=255),))
    drawn = [composing._face(hard, 60.0, np.random.default_rng(seed)) for seed in range(400)]
    share = sum(face is hard.hard[0] for face in drawn) / sum(len(face.levels[0]) == 48 for face in drawn)
    assert 0.18 < share < 0.32
    first = [len(composing._face(stock, 60.0, np.random.default_rng(seed)).levels[0]) for seed in range(400)]
    assert first == [len(face.levels[0]) for face in drawn]  # the kinds of faces are drawn as ever


def test_large_faces_may_have_few_pixels_and_the_largest_do_not() -> None:
    stock = drawn_stock()
    for side, low, high in ((150.0, 0.3, 0.5), (230.0, 0.0, 0.0)):
        drawn = [composing._face(stock, side, np.random.default_rng(seed)) for seed in range(300)]
        assert low <= sum(len(face.levels[0]) == 48 for face in drawn) / 300 <= high


def test_a_crowd_holds_everybody_where_its_boxes_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasting, "SHOULDERS", 0.0)
    monkeypatch.setattr(pasting, "HAIR", 0.0)
    # Bright ovals before a black picture, in the order given, row by row.
    faces = [face_cutout(skin=skin) for skin in (255, 255, 120, 255, 120)]
    stock = SceneStock(tuple(faces), (), (), (np.zeros((160, 160), np.uint8),))
    scene = composing.crowd(stock, faces, 192, np.random.default_rng(1))
    assert len(scene.boxes) == 5
    middles = (scene.boxes[:, :2] + scene.boxes[:, 2:]) / 2
    expected = [(32, 32), (96, 32), (160, 32), (32, 96), (96, 96)]
    np.testing.assert_allclose(middles, expected, atol=6)  # boxes lie a little lower than squares
    for box in scene.boxes:
        x1, y1, x2, y2 = box.astype(int)
        assert scene.image[y1:y2, x1:x2].mean() > 5
    assert scene.image[146:].max() == 0  # nobody in the third row


def test_backgrounds_show_the_false_alarms_of_before() -> None:
    black, spot = np.zeros((100, 100), np.uint8), np.zeros((100, 100), np.uint8)
    spot[40:60, 40:60] = 255
    stock = SceneStock(drawn_stock().small, (), (), (black, spot))
    hard = np.array([[1, 50, 50, 20]], np.float32)
    shown = 0
    for seed in range(40):
        ground = background(stock, 64, np.random.default_rng(seed), hard)
        shown += bool(ground.max() == 255)
    assert shown > 18


@pytest.mark.parametrize("kind", [HEAD, NEAR])
def test_masks_are_whole_in_the_middle_and_nothing_at_the_border(kind: int) -> None:
    masks = head_masks(kind)
    assert masks.dtype == np.float32
    assert masks[:, 36, 36].min() > 0.95
    assert masks[:, 0].max() == masks[:, :, 0].max() == 0
    assert len(np.unique(masks.sum(axis=(1, 2)).round(2))) > 150


@pytest.mark.parametrize("what", ["shading", "blur", "light", "flat", "noise", "printed", "jpeg"])
def test_each_way_of_spoiling_changes_the_scene(what: str) -> None:
    face: ByteArray = cv2.resize(face_cutout(64).levels[0], (96, 96))
    plain = dict.fromkeys(("shading", "blur", "light", "flat", "noise", "printed", "jpeg"), 0.0)
    share = 0.5 if what == "printed" else 1.0  # a drawing otherwise: one half each
    for seed in range(4):
        settings = Spoiling(**(plain | {what: share}))  # type: ignore[arg-type]
        spoilt = spoil(face.astype(np.float32), settings, np.random.default_rng(seed), smallest=60.0)
        assert spoilt.dtype == np.uint8
        assert (spoilt != face).any()


def test_unspoilt_is_unchanged() -> None:
    face = face_cutout().levels[0]
    np.testing.assert_array_equal(
        spoil(face.astype(np.float32), CLEAN, np.random.default_rng(0), smallest=20), face
    )
