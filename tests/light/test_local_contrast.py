from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.local_contrast import divisive_normalisation


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).random((32, 48), dtype=np.float32)


@pytest.mark.parametrize("sigma", [1.5, 4.0, 10.0])
def test_it_is_that_of_its_formula(x: np.ndarray, sigma: float) -> None:
    def blur(picture: np.ndarray) -> np.ndarray:
        return ndimage.gaussian_filter(picture, sigma, mode="reflect", truncate=8)

    difference = x.astype(np.float64) - blur(x.astype(np.float64))
    contrast = np.sqrt(blur(difference**2))
    expected = difference / np.maximum(contrast, contrast.mean())
    np.testing.assert_allclose(divisive_normalisation(x, sigma=sigma), expected, atol=2e-3)


def test_gain_and_offset_make_no_difference(x: np.ndarray) -> None:
    changed = np.float32(0.2) * x + np.float32(0.4)
    np.testing.assert_allclose(divisive_normalisation(changed), divisive_normalisation(x), atol=1e-3)


def test_half_in_shadow_comes_out_with_the_contrast_of_the_rest(x: np.ndarray) -> None:
    shaded = x.copy()
    shaded[:, 24:] *= np.float32(0.6)
    values = divisive_normalisation(shaded, sigma=3.0)
    left, right = values[:, :16].std(), values[:, 32:].std()
    assert right / left > 0.7
    assert shaded[:, 32:].std() / shaded[:, :16].std() < 0.65


def test_flat_parts_are_not_stretched() -> None:
    x = np.zeros((32, 64), np.float32)
    random = np.random.default_rng(0)
    x[:, :32] = random.random((32, 32))
    x[:, 32:] = 0.5 + 0.01 * random.random((32, 32))
    assert divisive_normalisation(x, sigma=2.0)[:, 44:].std() < 0.05


def test_a_width_of_nothing_is_named(x: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match="sigma: needs a finite number above 0"):
        divisive_normalisation(x, sigma=0.0)
