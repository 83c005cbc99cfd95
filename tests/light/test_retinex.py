from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.retinex import multi_scale_retinex, single_scale_retinex


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).random((24, 32), dtype=np.float32)


def straight(x: np.ndarray, sigma: float) -> np.ndarray:
    surround = ndimage.gaussian_filter(x.astype(np.float64), sigma, mode="reflect", truncate=8)
    return np.log((x + 1 / 255) / (surround + 1 / 255))


@pytest.mark.parametrize("sigma", [1.0, 5.0, 16.0, 80.0])
def test_one_scale_is_that_of_its_formula(x: np.ndarray, sigma: float) -> None:
    np.testing.assert_allclose(single_scale_retinex(x, sigma=sigma), straight(x, sigma), atol=1e-3)


def test_many_scales_are_their_mean(x: np.ndarray) -> None:
    expected = (straight(x, 2.0) + straight(x, 9.0)) / 2
    np.testing.assert_allclose(multi_scale_retinex(x, sigmas=[2.0, 9.0]), expected, atol=1e-3)


def test_a_wide_surround_is_the_mean_of_all() -> None:
    x = np.array([[0.2, 0.6], [0.2, 0.6]], np.float32)
    expected = np.log((x + 1 / 255) / (0.4 + 1 / 255))
    np.testing.assert_allclose(single_scale_retinex(x, sigma=500.0), expected, atol=1e-4)


def test_the_range_holds_for_the_strongest_contrast() -> None:
    x = np.zeros((32, 32), np.float32)
    x[16, 16] = 1
    for values in (single_scale_retinex(x), single_scale_retinex(1 - x), multi_scale_retinex(x)):
        assert np.isfinite(values).all()
        assert np.abs(values).max() <= 5.55


@pytest.mark.parametrize("sigmas", [[], [1.0, 0.0], 4.0, "wide", ["wide"]])
def test_bad_widths_are_named(x: np.ndarray, sigmas: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="sigmas: needs"):
        multi_scale_retinex(x, sigmas=sigmas)


def test_a_width_of_nothing_is_named(x: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match="sigma: needs a finite number above 0, got 0"):
        single_scale_retinex(x, sigma=0)
