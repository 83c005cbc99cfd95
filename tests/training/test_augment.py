"""Augmentation: what each setting does, and that none leaves the range of grey levels."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from lamplit.light.relighting import relight
from lamplit.light.templates import load_templates
from lamplit.training.augment import augment, erase, move, worsen_light
from lamplit.training.augmentation import Augmentation

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


# Worse light that changes nothing but the rounding to eight bits; each test below switches one part on.
DAYLIGHT: dict[str, Any] = {
    "light": 1.0,
    "relight": 0.0,
    "tone": 0.0,
    "gain": (1.0, 1.0),
    "over": 0.0,
    "photons": (1e9, 1e9),
    "read_noise": (0.0, 0.0),
}
ROUNDING = 0.5 / 255 + 2e-4
"""Half a level, and what is left of the photon noise at 10^9 electrons."""


def worse(faces: Tensor, seed: int = 0, **settings: Any) -> Tensor:
    return worsen_light(faces, only(**(DAYLIGHT | settings)), draw(seed))


class TestEachPartOfTheLight:
    def test_daylight_is_only_rounded(self) -> None:
        faces = random_faces()
        torch.testing.assert_close(worse(faces), faces, rtol=0, atol=ROUNDING)

    def test_without_light_nothing_changes_whatever_else_is_set(self) -> None:
        faces = random_faces()
        strong = {"relight": 1.0, "tone": 1.0, "over": 1.0, "photons": (1.0, 1.0), "gain": (0.1, 0.1)}
        assert torch.equal(worse(faces, light=0.0, **strong), faces)

    def test_relight_is_the_light_from_where_it_is_set(self) -> None:
        faces = random_faces(24, side=48)
        settings = {"azimuth": (70.0, 70.0), "elevation": (20.0, 20.0), "strength": (0.8, 0.8)}
        found = worse(faces, relight=1.0, **settings)
        sides = [
            relight(faces[:, 0], azimuth, 20.0, 0.8, templates=load_templates())[:, None]
            for azimuth in (-70.0, 70.0)
        ]
        fits = torch.stack([((found - side).abs() < 0.01).flatten(1).all(dim=1) for side in sides])
        assert fits.any(dim=0).all(), "each face is lit from one of the sides"
        assert 4 < fits[0].sum() < 20, "and from both about as often"

    def test_relight_takes_its_share(self) -> None:
        faces = random_faces(400)
        far = {"azimuth": (80.0, 90.0), "strength": (1.0, 1.0)}
        changed = (worse(faces, relight=0.3, **far) - faces).abs().amax(dim=(1, 2, 3)) > 0.1
        assert 0.2 < changed.float().mean() < 0.4

    def test_a_light_of_no_strength_is_none(self) -> None:
        faces = random_faces()
        torch.testing.assert_close(
            worse(faces, relight=1.0, strength=(0.0, 0.0)), faces, rtol=0, atol=ROUNDING
        )

    def test_tone_bends_by_the_exponent(self) -> None:
        faces = random_faces()
        found = worse(faces, tone=1.0, gamma=(3.0, 3.0))
        torch.testing.assert_close(found, faces**3, rtol=0, atol=ROUNDING)

    def test_tone_takes_its_share_and_stays_between_its_limits(self) -> None:
        faces = random_faces(400)
        found = worse(faces, tone=0.25, gamma=(2.0, 4.0))
        bent = (found - faces).abs().amax(dim=(1, 2, 3)) > 0.05
        assert 0.15 < bent.float().mean() < 0.35
        assert (found[bent] <= faces[bent] ** 2 + ROUNDING).all()
        assert (found[bent] >= faces[bent] ** 4 - ROUNDING).all()

    def test_over_exposure_clips(self) -> None:
        faces = random_faces()
        found = worse(faces, over=1.0, over_gain=(2.5, 2.5), gain=(0.1, 0.1))
        torch.testing.assert_close(found, (2.5 * faces).clamp(max=1.0), rtol=0, atol=ROUNDING)

    def test_over_exposure_takes_its_share_of_the_others(self) -> None:
        faces = random_faces(400)
        found = worse(faces, over=0.3, over_gain=(2.0, 2.0), gain=(0.5, 0.5))
        bright = found.mean(dim=(1, 2, 3)) > faces.mean(dim=(1, 2, 3))
        assert 0.2 < bright.float().mean() < 0.4
        torch.testing.assert_close(found[~bright], 0.5 * faces[~bright], rtol=0, atol=ROUNDING)

    def test_backlight_whitens_what_is_around_the_head_and_keeps_its_contrast(self) -> None:
        faces = torch.rand(64, 1, 48, 48, generator=draw(99)) * 0.8
        found = worse(faces, backlight=1.0)
        assert found[:, :, 0, 0].min() == 1.0
        centre = (..., slice(14, 34), slice(14, 34))
        spread = found[centre].std(dim=(1, 2, 3)) / faces[centre].std(dim=(1, 2, 3))
        assert 0.94 < spread.min() < spread.max() < 1.01  # the flare takes at most a twentieth
        torch.testing.assert_close(found * 255.0, (found * 255.0).round(), rtol=0, atol=1e-3)

    def test_backlight_takes_its_share_of_the_others(self) -> None:
        faces = torch.full((4000, 1, 16, 16), 0.4)
        found = worse(faces, backlight=0.3)[:, 0, 0, 0] == 1.0
        assert abs(float(found.float().mean()) - 0.3) < 0.03

    def test_exposure_stays_between_its_limits(self) -> None:
        faces = torch.full((300, 1, 4, 4), 0.5)
        gains = worse(faces, gain=(0.2, 0.8)).mean(dim=(1, 2, 3)) / 0.5
        assert 0.19 < gains.min() < 0.22
        assert 0.75 < gains.max() < 0.81
        # On a logarithmic scale half of them lie below the geometric mean, 0.4.
        assert 0.4 < (gains < 0.4).float().mean() < 0.6

    @pytest.mark.parametrize("gain", [0.25, 1.0])
    def test_photons_are_those_of_full_scale(self, gain: float) -> None:
        # 0.5 * gain * 400 electrons; the noise is their root, over 400, and rounding adds 1/12 level squared.
        found = worse(torch.full((60, 1, 24, 24), 0.5), photons=(400.0, 400.0), gain=(gain, gain))
        expected = 0.5 * gain / 400 + 1 / 12 / 255**2
        assert float(found.mean()) == pytest.approx(0.5 * gain, rel=0.01)
        assert float(found.var()) == pytest.approx(expected, rel=0.04)

    @pytest.mark.parametrize("gain", [0.4, 1.0])
    def test_read_noise_is_a_share_of_full_scale_whatever_the_exposure(self, gain: float) -> None:
        found = worse(torch.full((60, 1, 24, 24), 0.5), read_noise=(0.03, 0.03), gain=(gain, gain))
        assert float(found.std()) == pytest.approx(0.03, rel=0.03)

    @pytest.mark.parametrize(
        "settings",
        [
            {"relight": 1.0, "azimuth": (0.0, 180.0), "elevation": (-90.0, 90.0), "strength": (0.0, 1.0)},
            {"tone": 1.0, "gamma": (0.01, 100.0)},
            {"over": 1.0, "over_gain": (1.0, 100.0)},
            {"backlight": 1.0, "gain": (0.01, 1.0)},
            {"gain": (1e-4, 100.0), "photons": (1.0, 10.0)},
            {"read_noise": (0.0, 1.0)},
        ],
        ids=lambda settings: next(iter(settings)),
    )
    def test_each_part_stays_in_range_and_follows_its_generator(self, settings: dict[str, Any]) -> None:
        faces = random_faces(40)
        faces[0], faces[1] = 0.0, 1.0
        first, again, other = (worse(faces, seed=seed, **settings) for seed in (1, 1, 2))
        assert torch.isfinite(first).all()
        assert 0 <= first.min() <= first.max() <= 1
        assert torch.equal(first, again)
        assert not torch.equal(first, other)


def test_every_face_gets_its_own_draw() -> None:
    faces = random_faces(1).repeat(16, 1, 1, 1)
    varied = augment(faces, Augmentation(), draw()).flatten(1)
    distances = torch.cdist(varied, varied) + torch.eye(16)
    assert distances.min() > 0.1
