"""Photons that are counted, levels that are few: by theory and by hand."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, factorial
from typing import Any

import numpy as np
import pytest
import torch

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.darkness import EXACT_BELOW, night, poisson

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

    @both
    def test_what_is_no_pair_of_floats_is_refused(self, library: Library) -> None:
        means, bytes_ = library(np.ones(3)), library(np.ones(3, np.uint8))
        with pytest.raises(
            InvalidArgumentError, match=r"mean: needs an array of floats, got \w+ uint8 of shape"
        ):
            poisson(bytes_, means)
        required = r"uniform: needs a \w+ array of floats of shape \(3,\), got \w+ "
        with pytest.raises(InvalidArgumentError, match=required + r"uint8 of shape \(3,\)"):
            poisson(means, bytes_)
        with pytest.raises(InvalidArgumentError, match=required + r"float64 of shape \(4,\)"):
            poisson(means, library(np.ones(4)))


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


class TestNightRefusals:
    @both
    def test_bytes_are_no_face(self, library: Library) -> None:
        face, noise = np.zeros((3, 4), np.uint8), np.zeros((3, 4))
        message = r"face: needs an array of floats, got \w+ uint8 of shape \(3, 4\) \(divide grey levels"
        with pytest.raises(InvalidArgumentError, match=message):
            night(library(face), (library(noise), library(noise)), photons=9.0)

    @both
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"photons": 0}, "photons: needs a finite number above 0, got 0"),
            ({"photons": -5.0}, "photons: needs a finite number above 0, got -5.0"),
            ({"photons": float("nan")}, "photons: needs a finite number above 0, got nan"),
            ({"read_noise": -1.0}, "read_noise: needs a finite number of at least 0, got -1.0"),
            ({"gain": float("inf")}, "gain: needs a finite number of at least 0, got inf"),
            ({"bits": 0}, "bits: needs a whole number from 1 to 32, got 0"),
            ({"bits": 7.5}, "bits: needs a whole number from 1 to 32, got 7.5"),
            ({"bits": 33}, "bits: needs a whole number from 1 to 32, got 33"),
        ],
    )
    def test_settings_out_of_range(self, library: Library, settings: dict[str, Any], message: str) -> None:
        face = library(np.full((3, 4), 0.5))
        with pytest.raises(InvalidArgumentError, match=message):
            night(face, (face, face), **({"photons": 9.0} | settings))

    @both
    @pytest.mark.parametrize("name", ["photons", "read_noise", "gain", "bits"])
    def test_settings_that_do_not_fit_the_face(self, library: Library, name: str) -> None:
        face, three = library(np.full((2, 4), 0.5)), library(np.ones((3, 1)))
        with pytest.raises(
            InvalidArgumentError, match=rf"{name}: .* broadcasts to \(2, 4\), got .* \(3, 1\)"
        ):
            night(face, (face, face), **({"photons": 9.0} | {name: three}))

    @both
    def test_noise_of_another_shape(self, library: Library) -> None:
        face, row = library(np.full((3, 4), 0.5)), library(np.zeros(4))
        required = r"noise: needs a \w+ array of floats of shape \(3, 4\), got \w+ float64 of shape \(4,\)"
        for noise in ((row, face), (face, row)):
            with pytest.raises(InvalidArgumentError, match=required):
                night(face, noise, photons=9.0)
        with pytest.raises(InvalidArgumentError, match="noise: needs a pair, got a tuple of 1"):
            night(face, (face,), photons=9.0)  # type: ignore[arg-type]

    def test_noise_of_another_library(self) -> None:
        face = np.full((3, 4), 0.5)
        message = (
            r"noise: needs a numpy array of floats of shape \(3, 4\), got torch float64 of shape \(3, 4\)"
        )
        with pytest.raises(InvalidArgumentError, match=message):
            night(face, (torch.from_numpy(face), face), photons=9.0)
