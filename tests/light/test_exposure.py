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

from lamplit.core.errors import InvalidArgumentError
from lamplit.light import expose, tone_curve

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
@types
def test_one_value_per_picture_and_the_type_stays(library: Library, dtype: type) -> None:
    x = library(np.full((2, 1, 2, 3), 0.5, dtype=dtype))
    per_picture = library(np.array([1, 2], dtype=dtype).reshape(2, 1, 1, 1))
    for result, expected in [
        (tone_curve(x, per_picture), [0.5, 0.25]),
        (expose(x, per_picture), [0.5, 1.0]),
    ]:
        assert result.dtype == x.dtype
        assert tuple(result.shape) == (2, 1, 2, 3)
        assert result[:, 0, 0, 0].tolist() == expected


@both
def test_the_input_is_left_as_it_is(library: Library) -> None:
    x = library(np.array([0.25, 0.75]))
    for change in (lambda: tone_curve(x, 2.0), lambda: expose(x, 2.0)):
        change()
    assert x.tolist() == [0.25, 0.75]


@both
@pytest.mark.parametrize("change", [expose, tone_curve])
def test_bytes_are_no_picture(library: Library, change: Callable[..., Any]) -> None:
    message = r"x: needs an array of floats, got \w+ uint8 of shape \(2, 3\) \(divide grey levels"
    with pytest.raises(InvalidArgumentError, match=message):
        change(library(np.zeros((2, 3), np.uint8)), 2.0)


@both
@pytest.mark.parametrize(
    ("change", "value", "message"),
    [
        (expose, -1, "gain: needs a finite number of at least 0, got -1"),
        (expose, float("inf"), "gain: needs a finite number of at least 0, got inf"),
        (tone_curve, 0.0, "gamma: needs a finite number above 0, got 0.0"),
        (tone_curve, float("nan"), "gamma: needs a finite number above 0, got nan"),
        (tone_curve, "2", r"gamma: needs .*, or a \w+ array that broadcasts with \(2, 3\), got str"),
    ],
)
def test_settings_out_of_range(
    library: Library, change: Callable[..., Any], value: Any, message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        change(library(np.zeros((2, 3))), value)


@both
def test_settings_that_do_not_broadcast(library: Library) -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"broadcasts with \(2, 3\), got \w+ float64 of shape \(2,\)"
    ):
        expose(library(np.zeros((2, 3))), library(np.zeros(2)))
    assert expose(library(np.ones((2, 3))), library(np.full((4, 1, 1), 0.5))).shape == (4, 2, 3)


@settings(deadline=None)
@given(pictures, st.floats(0.2, 5), st.floats(0, 4))
def test_numpy_and_torch_agree_and_stay_within_limits(x: np.ndarray, gamma: float, gain: float) -> None:
    tensor = torch.from_numpy(x)
    for ours, theirs in [
        (tone_curve(x, gamma), tone_curve(tensor, gamma)),
        (expose(x, gain), expose(tensor, gain)),
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
