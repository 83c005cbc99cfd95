"""Augmentation: what each setting does, and that none leaves the range of grey levels."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from lamplit.training.augment import augment, erase, move, worsen_light
from lamplit.training.recipe import Augmentation

NOTHING = Augmentation(rotation=0.0, scale=0.0, shift=0.0, flip=0.0, erase=0.0, light=0.0)


def draw(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def random_faces(n: int = 64, side: int = 24) -> Tensor:
    return torch.rand(n, 1, side, side, generator=draw(99))


def only(**settings: Any) -> Augmentation:
    return dataclasses.replace(NOTHING, **settings)


def test_nothing_set_changes_nothing() -> None:
    faces = random_faces()
    torch.testing.assert_close(augment(faces, NOTHING, draw()), faces, rtol=0, atol=1e-5)


@pytest.mark.parametrize("side", [16, 48])
@pytest.mark.parametrize(
    "settings",
    [
        Augmentation(),
        Augmentation(rotation=180.0, scale=0.9, shift=1.0, flip=1.0, erase=1.0, light=1.0),
        only(light=1.0, gamma=(0.01, 100.0), gain=(1e-4, 100.0), photons=(1.0, 1e9), read_noise=(0.0, 1.0)),
    ],
    ids=["usual", "strongest geometry", "strongest light"],
)
def test_grey_levels_stay_finite_and_in_range(settings: Augmentation, side: int) -> None:
    faces = random_faces(side=side)
    faces[:8] = 0.0
    faces[8:16] = 1.0
    varied = augment(faces, settings, draw())
    assert varied.shape == faces.shape
    assert varied.dtype == torch.float32
    assert torch.isfinite(varied).all()
    # Sampling between pixels rounds in float32.
    assert varied.min() >= -1e-5
    assert varied.max() <= 1 + 1e-5


def test_the_same_generator_gives_the_same_faces() -> None:
    faces = random_faces()
    first, again, other = (augment(faces, Augmentation(), draw(seed)) for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_callers_randomness_and_faces_stay_untouched() -> None:
    faces = random_faces()
    before, state = faces.clone(), torch.get_rng_state()
    augment(faces, Augmentation(), draw())
    assert torch.equal(faces, before)
    assert torch.equal(torch.get_rng_state(), state)


def test_flip_mirrors_left_and_right() -> None:
    faces = random_faces()
    torch.testing.assert_close(move(faces, only(flip=1.0), draw()), faces.flip(3), rtol=0, atol=1e-5)


def test_flip_takes_its_share() -> None:
    faces = random_faces(400)
    changed = (move(faces, only(flip=0.25), draw()) - faces).abs().amax(dim=(1, 2, 3)) > 0.1
    assert 0.15 < changed.float().mean() < 0.35


def test_a_mirrored_face_may_be_turned_as_well() -> None:
    # Turning and mirroring keep distances: a spot off the middle stays on its circle.
    faces = torch.zeros(50, 1, 33, 33)
    faces[:, 0, 6:9, 15:18] = 1.0
    turned = move(faces, only(flip=0.5, rotation=90.0), draw())
    for face in turned[:, 0]:
        rows, columns = torch.nonzero(face > 0.4, as_tuple=True)
        distance = torch.hypot(rows.float().mean() - 16, columns.float().mean() - 16)
        assert abs(float(distance) - 9) < 0.7


@pytest.mark.parametrize("degrees", [20.0, 180.0])
def test_rotation_stays_within_its_limit(degrees: float) -> None:
    faces = torch.zeros(200, 1, 65, 65)
    faces[:, 0, 30:35, 54:59] = 1.0  # to the right of the middle
    angles = []
    for face in move(faces, only(rotation=degrees), draw())[:, 0]:
        rows, columns = torch.nonzero(face > 0.4, as_tuple=True)
        angles.append(
            torch.rad2deg(torch.atan2(rows.float().mean() - 32, columns.float().mean() - 32)).item()
        )
    assert max(angles) <= degrees + 1.5
    assert min(angles) >= -degrees - 1.5
    assert max(angles) > 0.9 * degrees
    assert min(angles) < -0.9 * degrees


def test_shift_stays_within_its_share_of_the_side() -> None:
    faces = torch.zeros(200, 1, 60, 60)
    faces[:, 0, 28:32, 28:32] = 1.0
    shifts = []
    for face in move(faces, only(shift=0.2), draw())[:, 0]:
        rows, columns = torch.nonzero(face > 0.4, as_tuple=True)
        shifts.append([rows.float().mean().item() - 29.5, columns.float().mean().item() - 29.5])
    for axis in torch.tensor(shifts).T:
        assert 10 < axis.abs().max() < 12.6
        assert axis.min() < -10
        assert axis.max() > 10


def test_scale_makes_larger_and_smaller() -> None:
    faces = torch.zeros(200, 1, 64, 64)
    faces[:, 0, 22:42, 22:42] = 1.0
    sides = move(faces, only(scale=0.2), draw()).sum(dim=(1, 2, 3)).sqrt()
    assert 20 / 1.2 - 1 < sides.min() < 18
    assert 23 < sides.max() < 20 / 0.8 + 1


def test_beyond_the_border_its_pixels_go_on() -> None:
    faces = torch.full((50, 1, 24, 24), 0.4)
    torch.testing.assert_close(move(faces, Augmentation(shift=0.5), draw()), faces, rtol=0, atol=1e-5)


def test_erase_replaces_a_rectangle_by_the_mean() -> None:
    faces = random_faces(300)
    erased = erase(faces, 1.0, draw())
    for before, after in zip(faces[:, 0], erased[:, 0], strict=True):
        changed = after != before
        if not changed.any():  # a thin span may fall between the pixels' middles
            continue
        rows, columns = changed.any(dim=1), changed.any(dim=0)
        torch.testing.assert_close(after[changed], before.mean().expand(int(changed.sum())))
        assert changed.sum() == rows.sum() * columns.sum(), "what changed is a rectangle"
        assert max(rows.sum(), columns.sum()) <= 0.45 * 24 + 1
    assert (erased != faces).flatten(1).any(dim=1).float().mean() > 0.95


def test_erase_takes_its_share() -> None:
    faces = random_faces(400)
    changed = (erase(faces, 0.25, draw()) != faces).flatten(1).any(dim=1)
    assert 0.15 < changed.float().mean() < 0.35
    assert torch.equal(erase(faces, 0.0, draw()), faces)


def test_light_changes_chosen_faces_only() -> None:
    faces = random_faces(400)
    worse = worsen_light(faces, only(light=0.3), draw())
    changed = (worse != faces).flatten(1).any(dim=1)
    assert 0.2 < changed.float().mean() < 0.4
    assert torch.equal(worse[~changed], faces[~changed])


def test_worse_light_ends_in_eight_bits() -> None:
    worse = worsen_light(random_faces(), only(light=1.0), draw()) * 255
    torch.testing.assert_close(worse, worse.round(), rtol=0, atol=1e-4)


def test_a_low_gain_darkens_and_keeps_the_order() -> None:
    clean = only(light=1.0, gamma=(1.0, 1.0), gain=(0.25, 0.25), photons=(1e9, 1e9), read_noise=(0.0, 0.0))
    ramp = torch.linspace(0, 1, 64).repeat(1, 1, 8, 1)
    dark = worsen_light(ramp, clean, draw())[0, 0, 0]
    assert dark[0] == 0
    assert 0 < dark.max() < 0.7
    assert (dark.diff() >= 0).all()


def test_less_light_is_noisier() -> None:
    faces = torch.full((50, 1, 24, 24), 0.5)
    fixed = {"light": 1.0, "gamma": (1.0, 1.0), "gain": (1.0, 1.0), "read_noise": (0.0, 0.0)}
    spread = [
        float(worsen_light(faces, only(**fixed, photons=(n, n)), draw()).std()) for n in (1e9, 1000.0, 40.0)
    ]
    assert spread[0] < 0.003 < spread[1] < spread[2]


def test_every_face_gets_its_own_draw() -> None:
    faces = random_faces(1).repeat(16, 1, 1, 1)
    varied = augment(faces, Augmentation(), draw()).flatten(1)
    distances = torch.cdist(varied, varied) + torch.eye(16)
    assert distances.min() > 0.1
