"""Photons that are counted, levels that are few, a camera that moves: by theory and by hand."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, factorial
from typing import Any

import numpy as np
import pytest
import torch

from lamplit.light.darkness import EXACT_BELOW, motion_blur, night, poisson

Library = Callable[[np.ndarray], Any]

both = pytest.mark.parametrize("library", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])

# Numbers that are spread evenly: moments over them are those of the distribution, without chance.
EVEN = (np.arange(200_000) + 0.5) / 200_000


def cumulative(mean: float, count: int) -> float:
    """Return P(at most `count`)."""
    return sum(exp(-mean) * mean**k / factorial(k) for k in range(count + 1))


class TestPoisson:
    @both
    @pytest.mark.parametrize("mean", [0.05, 0.5, 1.0, 3.0, 5.9])
    def test_few_are_the_inverse_of_the_distribution(self, library: Library, mean: float) -> None:
        # Just below the share of "at most k" the count is k, just above it is k + 1.
        counts = range(12)
        shares = np.array([cumulative(mean, k) for k in counts])
        shares = shares[shares < 1 - 1e-6]
        means = library(np.full(len(shares), mean))
        assert poisson(means, library(shares - 1e-9)).tolist() == list(range(len(shares)))
        assert poisson(means, library(shares + 1e-9)).tolist() == list(range(1, len(shares) + 1))

    @both
    def test_no_light_gives_no_photon(self, library: Library) -> None:
        uniform = library(np.array([0.0, 0.5, 1 - 1e-12]))
        assert poisson(library(np.zeros(3)), uniform).tolist() == [0, 0, 0]

    @pytest.mark.parametrize("mean", [0.3, 2.0, 5.99])
    def test_moments_of_few(self, mean: float) -> None:
        counts = poisson(np.full_like(EVEN, mean), EVEN)
        assert counts.mean() == pytest.approx(mean, rel=1e-4)
        assert counts.var() == pytest.approx(mean, rel=1e-3)
        assert ((counts - mean) ** 3).mean() == pytest.approx(mean, rel=0.01)

    @pytest.mark.parametrize(
        ("mean", "tolerance"), [(6.0, 0.025), (20.0, 0.01), (200.0, 0.002), (4000.0, 0.001)]
    )
    def test_moments_of_many(self, mean: float, tolerance: float) -> None:
        counts = poisson(np.full_like(EVEN, mean), EVEN)
        assert counts.mean() == pytest.approx(mean, abs=0.001)
        assert counts.var() == pytest.approx(mean, rel=tolerance)
        assert ((counts - mean) ** 3).mean() == pytest.approx(mean, rel=0.02)

    @pytest.mark.parametrize("mean", [6.0, 12.0, 40.0])
    def test_many_are_the_inverse_to_one_photon(self, mean: float) -> None:
        counts = poisson(np.full(19, mean), np.linspace(0.05, 0.95, 19))
        for uniform, count in zip(np.linspace(0.05, 0.95, 19), counts, strict=True):
            exact = next(k for k in range(200) if uniform < cumulative(mean, k))
            assert abs(count - exact) <= 1

    @both
    @pytest.mark.parametrize("mean", [0.0, 0.4, 5.0, 7.0, 900.0])
    def test_whole_numbers_that_grow_with_the_random_number(self, library: Library, mean: float) -> None:
        uniform = np.linspace(0, 1, 500, endpoint=False)
        counts = np.asarray(poisson(library(np.full(500, mean)), library(uniform)))
        assert (counts == np.round(counts)).all()
        assert (np.diff(counts) >= 0).all()
        assert counts.min() >= 0
        assert counts.dtype == np.float64

    def test_both_ways_meet_where_one_takes_over(self) -> None:
        below = poisson(np.full_like(EVEN, EXACT_BELOW - 1e-9), EVEN)
        above = poisson(np.full_like(EVEN, EXACT_BELOW), EVEN)
        assert np.abs(below - above).max() <= 1
        assert (below != above).mean() < 0.03

    @pytest.mark.parametrize("mean", [0.5, 3.0, 30.0, 1e6])
    def test_random_numbers_at_the_ends_stay_finite(self, mean: float) -> None:
        ends = np.array([0.0, 1 - 2**-24], np.float32)
        counts = poisson(np.full(2, mean, np.float32), ends)
        assert np.isfinite(counts).all()
        # The 1 - 10^-6 quantile lies within five deviations and some photons, not at the last count tried.
        assert 0 <= counts[0] <= mean <= counts[1] <= mean + 5 * mean**0.5 + 6


def taken(level: float, **settings: Any) -> np.ndarray:
    """A grey level as the sensor gives it, in many pixels."""
    random = np.random.default_rng(0)
    shape = (40_000,)
    return night(np.full(shape, level), (random.random(shape), random.standard_normal(shape)), **settings)


class TestNight:
    @pytest.mark.parametrize(
        ("level", "photons", "read_noise", "gain"),
        [
            (0.5, 24.0, 0.0, 0.12),
            (0.5, 24.0, 1.0, 0.12),
            (0.5, 24.0, 0.0, 0.5),
            (0.1, 24.0, 0.0, 0.12),
            (0.9, 5.0, 0.0, 0.12),
            (0.7, 300.0, 4.0, 0.6),
        ],
    )
    def test_mean_and_variance_are_those_of_theory(
        self, level: float, photons: float, read_noise: float, gain: float
    ) -> None:
        # 16 bits, so that rounding does not count; far from white and, with read noise, from black.
        pixels = taken(level, photons=photons, read_noise=read_noise, gain=gain, bits=16)
        variance = (gain / photons) ** 2 * (level * photons + read_noise**2)
        assert pixels.mean() == pytest.approx(gain * level, abs=5 * (variance / len(pixels)) ** 0.5)
        assert pixels.var() == pytest.approx(variance, rel=0.05)

    @both
    @pytest.mark.parametrize("bits", [1, 4, 8])
    def test_levels_are_few_before_the_picture_is_brightened(self, library: Library, bits: int) -> None:
        # A ramp at an eighth of full scale, without noise: it has an eighth of the levels, and gains none.
        ramp, zeros = np.linspace(0, 1, 4096), np.zeros(4096)
        half = np.full(4096, 0.5)
        dark = night(
            library(ramp), (library(half), library(zeros)), photons=1e12, read_noise=0, gain=0.125, bits=bits
        )
        levels = np.unique(np.asarray(dark)) * (2**bits - 1)
        np.testing.assert_allclose(levels, np.round(levels), atol=1e-6)
        assert levels.tolist() == pytest.approx(range(round(0.125 * (2**bits - 1)) + 1))

    @both
    @pytest.mark.parametrize(("gain", "expected"), [(1.0, [0, 51, 128, 255]), (2.0, [0, 102, 255, 255])])
    def test_light_without_end_gives_the_exposed_picture(
        self, library: Library, gain: float, expected: list[int]
    ) -> None:
        face = np.array([0.0, 0.2, 0.5 + 0.5 / 255, 1.0])
        uniform = np.array([0.1, 0.9, 0.3, 0.7])
        exposed = night(
            library(face), (library(uniform), library(uniform)), photons=1e12, read_noise=0.0, gain=gain
        )
        assert (np.asarray(exposed) * 255).tolist() == pytest.approx(expected, abs=1e-3)

    @both
    def test_black_stays_black_without_read_noise(self, library: Library) -> None:
        random = np.random.default_rng(0)
        uniform, normal = random.random(500), random.standard_normal(500)
        black, noise = library(np.zeros(500)), (library(uniform), library(normal))
        assert not np.asarray(night(black, noise, photons=20.0, read_noise=0.0)).any()
        noisy = np.asarray(night(black, noise, photons=20.0, read_noise=2.0))
        # What the reading adds below zero is cut off: half of the pixels, and those within rounding.
        np.testing.assert_allclose(noisy, np.round(np.clip(normal * 0.1, 0, 1) * 255) / 255, atol=1e-12)
        assert 0.45 < (noisy > 0).mean() < 0.55

    @both
    def test_by_hand(self, library: Library) -> None:
        # White expects 2 photons: P(at most 2) = 0.677, so 0.6 gives 2; with -1.5 electrons read, 0.5 remain.
        face, uniform, normal = (library(np.array([x])) for x in (1.0, 0.6, -0.75))
        dark = night(face, (uniform, normal), photons=2.0, read_noise=2.0, gain=0.8, bits=4)
        assert dark.tolist() == pytest.approx([round(0.5 / 2 * 0.8 * 15) / 15])

    @both
    def test_one_value_per_picture(self, library: Library) -> None:
        random = np.random.default_rng(0)
        faces, uniform = random.random((2, 1, 5, 4)), random.random((2, 1, 5, 4))
        normal = random.standard_normal((2, 1, 5, 4))
        settings = {
            "photons": (30.0, 400.0),
            "read_noise": (2.0, 0.0),
            "gain": (0.2, 1.5),
            "bits": (5.0, 8.0),
        }
        each = {name: library(np.array(pair).reshape(2, 1, 1, 1)) for name, pair in settings.items()}
        together = night(library(faces), (library(uniform), library(normal)), **each)
        for n in range(2):
            alone = night(
                faces[n], (uniform[n], normal[n]), **{name: pair[n] for name, pair in settings.items()}
            )
            np.testing.assert_allclose(np.asarray(together[n]), alone, atol=1e-9)

    def test_less_light_is_noisier_at_the_same_brightness(self) -> None:
        noise = [float(taken(0.5, photons=n, gain=0.5).std()) for n in (2000.0, 200.0, 20.0)]
        assert noise[0] < noise[1] < noise[2]

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_numpy_and_torch_give_the_same(self, dtype: type) -> None:
        random = np.random.default_rng(0)
        face, uniform = (random.random((3, 16, 16)).astype(dtype) for _ in range(2))
        normal = random.standard_normal((3, 16, 16)).astype(dtype)
        for photons in (8.0, 150.0):
            settings = {"photons": photons, "read_noise": 1.0, "gain": 0.3}
            ours = night(face, (uniform, normal), **settings)
            noise = torch.from_numpy(uniform), torch.from_numpy(normal)
            theirs = night(torch.from_numpy(face), noise, **settings)
            assert isinstance(ours, np.ndarray)
            assert isinstance(theirs, torch.Tensor)
            assert ours.dtype == theirs.numpy().dtype == dtype
            # In float32 a photon more or less may arrive where the random number lies on the very edge.
            assert (np.abs(ours - theirs.numpy()) > 1e-6).mean() < 0.005


class TestMotionBlur:
    @both
    def test_no_movement_is_the_identity(self, library: Library) -> None:
        faces = np.random.default_rng(0).random((2, 6, 7))
        still = motion_blur(library(faces), library(np.zeros(2)), library(np.array([0.0, 77.0])))
        np.testing.assert_allclose(np.asarray(still), faces, atol=1e-12)

    @both
    def test_a_dot_becomes_a_line(self, library: Library) -> None:
        # Nine places from -4 to 4: each pixel of the line gets a ninth.
        face = np.zeros((1, 11, 15))
        face[0, 5, 7] = 9.0
        moved = np.asarray(motion_blur(library(face), library(np.array([8.0])), library(np.array([0.0]))))
        expected = np.zeros((11, 15))
        expected[5, 3:12] = 1.0
        np.testing.assert_allclose(moved[0], expected, atol=1e-12)

    def test_angles_go_round(self) -> None:
        face = np.zeros((1, 15, 15))
        face[0, 7, 7] = 9.0
        length = np.array([8.0])
        rows, columns = np.nonzero(motion_blur(face, length, np.array([90.0]))[0] > 0.5)
        assert (rows.tolist(), set(columns.tolist())) == (list(range(3, 12)), {7})
        # Along the diagonal the ends lie 4 / sqrt(2) = 2.83 off in rows and columns.
        rows, columns = np.nonzero(motion_blur(face, length, np.array([45.0]))[0] > 1e-9)
        assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 10, 4, 10)
        there, back = (motion_blur(face, length, np.array([a])) for a in (30.0, 210.0))
        np.testing.assert_allclose(there, back, atol=1e-12)

    def test_between_pixels_it_is_interpolated(self) -> None:
        # Places from -0.5 to 0.5 in eighths: at distance d a share d goes to the pixel beside.
        face = np.zeros((1, 3, 5))
        face[0, 1, 2] = 1.0
        moved = motion_blur(face, np.array([1.0]), np.array([0.0]))[0, 1]
        side = sum(n / 8 for n in range(1, 5)) / 9
        np.testing.assert_allclose(moved, [0, side, 1 - 2 * side, side, 0], atol=1e-12)

    def test_beyond_the_border_its_pixels_go_on(self) -> None:
        face = np.zeros((1, 3, 9))
        face[0, :, 0] = 1.0
        moved = motion_blur(face, np.array([8.0]), np.array([0.0]))[0, 1]
        # Column 0 sees itself at five of nine places; column c sees it at 5 - c.
        np.testing.assert_allclose(moved, [5 / 9, 4 / 9, 3 / 9, 2 / 9, 1 / 9, 0, 0, 0, 0], atol=1e-12)
        even = np.full((1, 8, 8), 0.3)
        np.testing.assert_allclose(motion_blur(even, np.array([4.0]), np.array([33.0])), even)

    def test_every_face_moves_its_own_way(self) -> None:
        faces = np.random.default_rng(0).random((3, 10, 12))
        length, angle = np.array([0.0, 3.0, 5.0]), np.array([0.0, 45.0, 110.0])
        together = motion_blur(faces, length, angle)
        for n in range(3):
            alone = motion_blur(faces[n : n + 1], length[n : n + 1], angle[n : n + 1])
            np.testing.assert_allclose(together[n], alone[0], atol=1e-12)

    def test_numpy_and_torch_give_the_same(self) -> None:
        random = np.random.default_rng(0)
        arrays = [
            a.astype(np.float32) for a in (random.random((3, 12, 12)), 4 * random.random(3), np.arange(3.0))
        ]
        theirs = motion_blur(*map(torch.from_numpy, arrays))
        assert isinstance(theirs, torch.Tensor)
        np.testing.assert_allclose(motion_blur(*arrays), theirs.numpy(), atol=1e-6, strict=True)
