"""Every case runs on NumPy arrays and on torch tensors; what they give must be the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lamplit.light import expose, sensor_noise, tone_curve

Library = Callable[[np.ndarray], Any]

both = pytest.mark.parametrize("library", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])
types = pytest.mark.parametrize("dtype", [np.float32, np.float64])

pictures = npst.arrays(
    np.float32, npst.array_shapes(min_dims=2, max_dims=4, max_side=5), elements=st.floats(0, 1, width=32)
)


@both
@pytest.mark.parametrize(("gamma", "expected"), [(1, [0, 0.25, 1]), (2, [0, 0.0625, 1]), (0.5, [0, 0.5, 1])])
def test_tone_curve_by_hand(library: Library, gamma: float, expected: list[float]) -> None:
    assert tone_curve(library(np.array([0, 0.25, 1])), gamma).tolist() == expected


@both
@pytest.mark.parametrize(
    ("gain", "expected"), [(0, [0, 0, 0]), (0.5, [0, 0.125, 0.5]), (1, [0, 0.25, 1]), (8, [0, 1, 1])]
)
def test_expose_by_hand(library: Library, gain: float, expected: list[float]) -> None:
    assert expose(library(np.array([0, 0.25, 1])), gain).tolist() == expected


@both
def test_noise_by_hand(library: Library) -> None:
    # Photons alone: sqrt(0.25 / 100) = 0.05. With read noise of 0.12: sqrt(0.05^2 + 0.12^2) = 0.13.
    x, normal = library(np.array([0.25, 0.25])), library(np.array([1.0, -2.0]))
    assert sensor_noise(x, normal, photons=100.0, read_noise=0.0).tolist() == pytest.approx([0.3, 0.15])
    assert sensor_noise(x, normal, photons=1e18, read_noise=0.1).tolist() == pytest.approx([0.35, 0.05])
    assert sensor_noise(x, normal, photons=100.0, read_noise=0.12).tolist() == pytest.approx([0.38, 0.0])


@both
def test_noise_of_photons_leaves_black_alone_and_read_noise_does_not(library: Library) -> None:
    x, normal = library(np.zeros(3)), library(np.array([-1.0, 0.5, 3.0]))
    assert sensor_noise(x, normal, photons=10.0, read_noise=0.0).tolist() == [0, 0, 0]
    assert sensor_noise(x, normal, photons=10.0, read_noise=0.1).tolist() == pytest.approx([0, 0.05, 0.3])


def test_noise_has_the_deviation_that_it_is_asked_for() -> None:
    normal = np.random.default_rng(0).standard_normal(200_000)
    noisy = sensor_noise(np.full_like(normal, 0.5), normal, photons=1000.0, read_noise=0.02)
    assert noisy.mean() == pytest.approx(0.5, abs=1e-3)
    assert noisy.std() == pytest.approx((0.5 / 1000 + 0.02**2) ** 0.5, rel=0.01)


@both
@types
def test_one_value_per_picture_and_the_type_stays(library: Library, dtype: type) -> None:
    x = library(np.full((2, 1, 2, 3), 0.5, dtype=dtype))
    per_picture = library(np.array([1, 2], dtype=dtype).reshape(2, 1, 1, 1))
    for result, expected in [
        (tone_curve(x, per_picture), [0.5, 0.25]),
        (expose(x, per_picture), [0.5, 1.0]),
        (sensor_noise(x, 0 * x, photons=per_picture, read_noise=per_picture), [0.5, 0.5]),
    ]:
        assert result.dtype == x.dtype
        assert tuple(result.shape) == (2, 1, 2, 3)
        assert result[:, 0, 0, 0].tolist() == expected


@both
def test_the_input_is_left_as_it_is(library: Library) -> None:
    x = library(np.array([0.25, 0.75]))
    for change in (lambda: tone_curve(x, 2.0), lambda: expose(x, 2.0)):
        change()
    sensor_noise(x, x, photons=10.0, read_noise=0.1)
    assert x.tolist() == [0.25, 0.75]


@settings(deadline=None)
@given(pictures, st.floats(0.2, 5), st.floats(0, 4), st.floats(5, 5000), st.floats(0, 0.2))
def test_numpy_and_torch_agree_and_stay_within_limits(
    x: np.ndarray, gamma: float, gain: float, photons: float, read_noise: float
) -> None:
    normal = np.random.default_rng(0).standard_normal(x.shape).astype(np.float32)
    tensor, normal_tensor = torch.from_numpy(x), torch.from_numpy(normal)
    noise = {"photons": photons, "read_noise": read_noise}
    for ours, theirs in [
        (tone_curve(x, gamma), tone_curve(tensor, gamma)),
        (expose(x, gain), expose(tensor, gain)),
        (sensor_noise(x, normal, **noise), sensor_noise(tensor, normal_tensor, **noise)),
    ]:
        assert isinstance(ours, np.ndarray)
        assert isinstance(theirs, torch.Tensor)
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-5, atol=1e-6, strict=True)
        assert ours.min() >= 0
        assert ours.max() <= 1


@settings(deadline=None)
@given(pictures, st.floats(1, 5))
def test_gamma_above_one_darkens_and_its_inverse_brightens(x: np.ndarray, gamma: float) -> None:
    assert (tone_curve(x, gamma) <= x + 1e-6).all()
    assert (tone_curve(x, 1 / gamma) >= x - 1e-6).all()
