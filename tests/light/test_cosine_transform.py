from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy import fft, ndimage

from lamplit.light.cosine_transform import cosine_transform, gaussian_blur, inverse_cosine_transform

SIZES = [(1, 1), (1, 8), (7, 1), (5, 9), (6, 9), (16, 24), (48, 48)]

pictures = npst.arrays(
    np.float32, npst.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.floats(0, 1, width=32)
)


@pytest.mark.parametrize("size", SIZES)
def test_transform_is_that_of_scipy(size: tuple[int, int]) -> None:
    x = np.random.default_rng(0).random(size, dtype=np.float32)
    np.testing.assert_allclose(cosine_transform(x), fft.dctn(x, norm="ortho"), atol=2e-5)


@settings(deadline=None)
@given(pictures)
def test_inverse_brings_the_picture_back(x: np.ndarray) -> None:
    np.testing.assert_allclose(inverse_cosine_transform(cosine_transform(x)), x, atol=1e-5)


def test_one_wave_is_one_coefficient() -> None:
    wave = np.cos(np.pi * 2 * (np.arange(8) + 0.5) / 8).astype(np.float32)
    coefficients = cosine_transform(np.tile(wave, (4, 1)))
    assert abs(coefficients[0, 2]) > 1
    coefficients[0, 2] = 0
    assert np.abs(coefficients).max() < 1e-5


@pytest.mark.parametrize("sigma", [0.5, 2.0, 5.9, 6.1, 20.0])
@pytest.mark.parametrize("size", [(1, 1), (9, 7), (64, 48)])
def test_blur_is_that_of_scipy_with_mirrored_edges(size: tuple[int, int], sigma: float) -> None:
    x = np.random.default_rng(0).random(size, dtype=np.float32)
    expected = ndimage.gaussian_filter(x.astype(np.float64), sigma, mode="reflect", truncate=8)
    np.testing.assert_allclose(gaussian_blur(x, sigma), expected, atol=2e-4)


def test_both_ways_to_blur_agree() -> None:
    x = np.random.default_rng(0).random((40, 60), dtype=np.float32)
    summed = cv2.GaussianBlur(x, (0, 0), 8.0, borderType=cv2.BORDER_REFLECT)
    np.testing.assert_allclose(gaussian_blur(x, 8.0), summed, atol=2e-4)


@pytest.mark.parametrize("sigma", [0.0, 1.0, 30.0])
def test_blur_keeps_what_is_flat_and_the_mean(sigma: float) -> None:
    flat = np.full((5, 8), 0.3, np.float32)
    np.testing.assert_allclose(gaussian_blur(flat, sigma), flat, atol=1e-6)
    x = np.random.default_rng(0).random((16, 16), dtype=np.float32)
    assert gaussian_blur(x, sigma).mean() == pytest.approx(x.mean(), abs=1e-5)


def test_a_blur_without_width_changes_nothing() -> None:
    x = np.random.default_rng(0).random((4, 4), dtype=np.float32)
    assert (gaussian_blur(x, 0.0) == x).all()
