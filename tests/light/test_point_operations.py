from __future__ import annotations

import math

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.point_operations import adaptive_gamma, log_grey, logarithm, z_score


def grey(*levels: float) -> np.ndarray:
    return np.array([levels], dtype=np.float32)


def test_z_score_by_hand() -> None:
    # Mean 0.5, deviations -0.3, -0.1, 0.1, 0.3, so the standard deviation is sqrt(0.05).
    expected = np.array([[-0.3, -0.1, 0.1, 0.3]]) / math.sqrt(0.05)
    np.testing.assert_allclose(z_score(grey(0.2, 0.4, 0.6, 0.8)), expected, rtol=1e-5)


@pytest.mark.parametrize(("gain", "offset"), [(0.5, 0.0), (0.25, 0.5), (0.01, 0.0)])
def test_z_score_knows_neither_gain_nor_offset(gain: float, offset: float) -> None:
    x = np.random.default_rng(0).random((16, 16), dtype=np.float32)
    changed = np.float32(gain) * x + np.float32(offset)
    np.testing.assert_allclose(z_score(changed), z_score(x), atol=1e-3)


def test_logarithm_by_hand() -> None:
    # With strength 3, 1 + 3x is 1, 2, 4: logarithms 0, 1, 2 to the base 2, over 2.
    assert logarithm(grey(0, 1 / 3, 1), strength=3).tolist() == [[0, pytest.approx(0.5), 1]]


def test_logarithm_of_little_strength_is_straight() -> None:
    x = np.linspace(0, 1, 9, dtype=np.float32)[None]
    np.testing.assert_allclose(logarithm(x, strength=1e-3), x, atol=1e-3)


def test_log_grey_adds_one_level() -> None:
    expected = [[math.log(1 / 255), math.log(2 / 255), math.log(256 / 255)]]
    np.testing.assert_allclose(log_grey(grey(0, 1 / 255, 1)), expected, rtol=1e-5, atol=1e-6)


def test_adaptive_gamma_of_a_bright_picture_by_hand() -> None:
    # Mean 0.7, deviation 0.3: enough contrast, so gamma = exp((1 - 1) / 2) = 1 and nothing changes.
    np.testing.assert_allclose(adaptive_gamma(grey(0.4, 1.0)), [[0.4, 1.0]], rtol=1e-5)


def test_adaptive_gamma_of_a_dark_picture_by_hand() -> None:
    # Mean 0.25, deviation 0.25: gamma = exp(0.25). The 0.5 becomes b / (b + (1 - b) m), b = 0.5^gamma.
    gamma = math.exp(0.25)
    bent, lift = 0.5**gamma, 0.25**gamma
    expected = bent / (bent + (1 - bent) * lift)
    assert expected > 0.5
    np.testing.assert_allclose(adaptive_gamma(grey(0.0, 0.5)), [[0.0, expected]], rtol=1e-5)


def test_adaptive_gamma_of_low_contrast_by_hand() -> None:
    # Mean 0.75, deviation 1/16 <= 1/12: gamma = -log2(1/16) = 4, and a bright picture is bent by it.
    np.testing.assert_allclose(adaptive_gamma(grey(0.6875, 0.8125)), [[0.6875**4, 0.8125**4]], rtol=1e-4)


def test_adaptive_gamma_keeps_the_order_of_tones() -> None:
    for scale in (0.05, 0.3, 1.0):
        x = np.linspace(0, scale, 64, dtype=np.float32)[None]
        assert (np.diff(adaptive_gamma(x)) >= 0).all()


def test_strength_must_be_above_zero() -> None:
    with pytest.raises(InvalidArgumentError, match="strength: needs a finite number above 0, got 0"):
        logarithm(grey(0.5), strength=0)
