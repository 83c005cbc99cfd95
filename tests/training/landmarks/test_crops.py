"""Batches of crops: of what they are made, and that every draw comes from the generator."""

from __future__ import annotations

import dataclasses

import pytest
import sketches
import torch
from torch import Generator

from lamplit.training.landmarks.crops import cover, draw_batch, photograph, scene_crops

PLAIN = {"rotation": 0.0, "scale": 0.0, "shift": 0.0, "flip": 0.0, "erase": 0.0, "light": 0.0}


def generator(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def test_a_batch_is_faces_and_then_crops_without() -> None:
    recipe, data = sketches.recipe(), sketches.data()
    batch = draw_batch(data, recipe, generator())
    assert batch.crops.shape == (16, 1, 32, 32)
    assert batch.points.shape == (16, 68, 2)
    assert batch.is_face.tolist() == [1.0] * 12 + [0.0] * 4
    assert batch.weights.tolist() == [1.0] * 12 + [0.0] * 4
    assert batch.crops.min() >= 0.0
    assert batch.crops.max() <= 1.0


def test_the_generator_decides_everything() -> None:
    recipe, data = sketches.recipe(), sketches.data()
    one, again, other = (draw_batch(data, recipe, generator(seed)) for seed in (0, 0, 1))
    assert all(torch.equal(a, b) for a, b in zip(one, again, strict=True))
    assert not torch.equal(one.crops, other.crops)


def test_points_lie_on_the_face_that_is_seen() -> None:
    # Eyes are dark in a light face, wherever the frame went: their middles are darker than between them.
    recipe = sketches.recipe(pasted=0.0, shrunk=0.0, augment={"erase": 0.0, "light": 0.0}, empty=0)
    batch = draw_batch(sketches.data(), recipe, generator())
    for crop, points in zip(batch.crops[:, 0], batch.points, strict=True):
        eyes = [points[36:42].mean(dim=0), points[42:48].mean(dim=0)]
        levels = [float(crop[int(32 * y), int(32 * x)]) for x, y in (*eyes, (eyes[0] + eyes[1]) / 2 + 0.03)]
        assert max(levels[:2]) + 0.15 < levels[2]


def test_what_counts_less_says_so() -> None:
    data = sketches.data()
    doubtful = dataclasses.replace(data.fine, scores=torch.full((12,), 0.6))
    batch = draw_batch(
        dataclasses.replace(data, fine=doubtful), sketches.recipe(fine=2, coarse=1), generator()
    )
    assert batch.weights[:3].tolist() == pytest.approx([0.6, 0.6, 1.0])


def test_something_else_stands_behind_pasted_faces_alone() -> None:
    black = sketches.data()
    for pasted in (0.0, 1.0):
        recipe = sketches.recipe(pasted=pasted, shrunk=0.0, coarse=0, empty=0, augment=PLAIN)
        white = dataclasses.replace(black, scenes=torch.full_like(black.scenes, 255))
        crops = draw_batch(white, recipe, generator()).crops
        # The square is a quarter larger than the picture: its outermost pixels are never the picture's.
        assert bool((crops[:, 0, :, 0] > 0.999).all()) == (pasted == 1.0)


def test_covers_hide_a_part_of_some_crops() -> None:
    crops = torch.full((400, 1, 32, 32), 2.0)
    covered = cover(crops, sketches.scenes(4), 0.5, generator())
    hidden = (covered != 2.0).float().mean(dim=(1, 2, 3))
    assert 0.42 < float((hidden > 0).float().mean()) < 0.58
    assert hidden[hidden > 0].min() > 0.002
    assert hidden.max() < 0.45**2 + 0.05
    assert torch.equal(cover(crops, sketches.scenes(4), 0.0, generator()), crops)


def test_scenes_are_cut_inside_their_pictures() -> None:
    white = torch.full((2, 1, 40, 40), 255, dtype=torch.uint8)
    assert (scene_crops(white, 30, 16, generator()) > 0.999).all()
    assert scene_crops(white, 0, 16, generator()).shape == (0, 1, 16, 16)


def test_shrunk_crops_lose_detail_and_the_others_nothing() -> None:
    recipe = sketches.recipe(shrunk=0.6, shrunk_to=[8, 8], augment={"light": 0.0})
    fine = torch.rand(30, 1, 32, 32, generator=generator(5))
    taken = photograph(fine, recipe, generator())
    same = (taken == fine).flatten(1).all(dim=1)
    assert int(same.sum()) == 12
    # Each new pixel is the mean of sixteen: the variance falls to about a sixteenth.
    assert taken[~same].var() < 0.1 * fine.var()
    torch.testing.assert_close(taken.mean(dim=(1, 2, 3)), fine.mean(dim=(1, 2, 3)), atol=0.02, rtol=0)


def test_light_comes_over_all_crops() -> None:
    recipe = sketches.recipe(shrunk=0.0, augment={"light": 1.0, "gain": [0.1, 0.1], "tone": 0.0, "over": 0.0})
    taken = photograph(torch.full((8, 1, 32, 32), 0.9), recipe, generator())
    assert taken.mean(dim=(1, 2, 3)).max() < 0.15
