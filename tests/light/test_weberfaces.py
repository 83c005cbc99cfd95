from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import ndimage

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.weberfaces import weberfaces


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).uniform(0.05, 1, (24, 24)).astype(np.float32)


def test_a_bright_pixel_by_hand() -> None:
    # Hardly smoothed: the pixel is 0.6 among eight of 0.2, so sum (s - s_i) / s = 8 * 0.4 / 0.6.
    x = np.full((7, 7), 0.2, np.float32)
    x[3, 3] = 0.6
    values = weberfaces(x, sigma=0.1, alpha=0.5)
    assert values[3, 3] == pytest.approx(math.atan(0.5 * 8 * 0.4 / 0.6), rel=1e-4)
    assert values[3, 2] == pytest.approx(math.atan(0.5 * -0.4 / 0.2), rel=1e-4)
    assert values[0, 0] == 0


def test_it_is_the_papers(x: np.ndarray) -> None:
    smooth = ndimage.gaussian_filter(x.astype(np.float64), 1.0, mode="reflect", truncate=8)
    around = ndimage.uniform_filter(smooth, 3, mode="reflect") * 9
    expected = np.arctan(2 * (9 * smooth - around) / smooth)
    np.testing.assert_allclose(weberfaces(x), expected, atol=1e-3)


@pytest.mark.parametrize("gain", [0.5, 0.1, 0.001])
def test_the_gain_of_the_light_makes_no_difference(x: np.ndarray, gain: float) -> None:
    np.testing.assert_allclose(weberfaces(np.float32(gain) * x), weberfaces(x), atol=1e-4)


def test_black_takes_the_limit() -> None:
    x = np.zeros((16, 16), np.float32)
    x[:, 8:] = 1
    values = weberfaces(x, sigma=0.1)
    assert values[8, 7] == pytest.approx(-math.pi / 2)
    assert values[8, 0] == 0
    assert np.abs(values).max() <= math.pi / 2 + 1e-6


@pytest.mark.parametrize("setting", ["sigma", "alpha"])
def test_bad_settings_are_named(x: np.ndarray, setting: str) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{setting}: needs a finite number above 0"):
        weberfaces(x, **{setting: 0.0})
