"""The shared checks, and that they never look into a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.checks import Setting, check_floats, check_floats_like, check_pair
from lamplit.light.darkness import night
from lamplit.light.exposure import expose, tone_curve
from lamplit.light.relighting import relight
from lamplit.light.scenes import backlight, coloured_light, mixed_light
from lamplit.light.templates import load_templates

PICTURES = np.zeros((2, 1, 4, 5))


class TestFloats:
    @pytest.mark.parametrize(
        ("shape", "pattern"),
        [
            ((), "..."),
            ((0, 4), "..."),
            ((4, 5), "..., H, W"),
            ((0, 4, 5), "..., H, W"),
            ((0, 4, 5), "N, H, W"),
            ((3,), "..., 3"),
            ((0, 3), "..., 3"),
        ],
    )
    def test_shapes_that_suit(self, shape: tuple[int, ...], pattern: str) -> None:
        check_floats("x", np.zeros(shape), pattern)

    @pytest.mark.parametrize(
        ("shape", "pattern"),
        [
            ((4,), "..., H, W"),
            ((2, 0, 5), "..., H, W"),
            ((4, 5), "N, H, W"),
            ((1, 2, 4, 5), "N, H, W"),
            ((), "..., 3"),
            ((3, 4), "..., 3"),
        ],
    )
    def test_shapes_that_do_not(self, shape: tuple[int, ...], pattern: str) -> None:
        with pytest.raises(InvalidArgumentError) as caught:
            check_floats("x", np.zeros(shape), pattern)
        assert str(caught.value) == (
            f"x: needs an array of floats of shape ({pattern}), got numpy float64 of shape {shape}"
        )

    @pytest.mark.parametrize(
        ("value", "came"),
        [
            (np.zeros(2, bool), r"numpy bool of shape \(2,\)"),
            (np.zeros(2, complex), r"numpy complex128 of shape \(2,\)"),
            (
                torch.zeros(2, dtype=torch.int16),
                r"torch int16 of shape \(2,\) \(divide grey levels of 8 bits by 255\)",
            ),
            (0.5, r"0\.5"),
            ([0.5], "a list of 1"),
            ("x", "str"),
            (None, "NoneType"),
        ],
    )
    def test_what_is_no_array_of_floats(self, value: Any, came: str) -> None:
        with pytest.raises(InvalidArgumentError, match=f"^x: needs an array of floats, got {came}$"):
            check_floats("x", value)

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
    def test_floats_of_every_size(self, dtype: torch.dtype) -> None:
        check_floats("x", torch.zeros(2, dtype=dtype))

    def test_shapes_are_alike_to_the_last_axis(self) -> None:
        check_floats_like("y", np.zeros((2, 3)), PICTURES, (2, 3))
        with pytest.raises(
            InvalidArgumentError, match=r"y: needs a numpy array of floats of shape \(2, 3\), got"
        ):
            check_floats_like("y", np.zeros((1, 3)), PICTURES, (2, 3))


class TestPair:
    @pytest.mark.parametrize("value", [(1, 2), [1, 2], np.array([1, 2])])
    def test_two_are_a_pair(self, value: Any) -> None:
        assert check_pair("x", value) == (1, 2)

    @pytest.mark.parametrize("value", [3, None, (), (1,), (1, 2, 3), np.zeros(()), torch.zeros(3)])
    def test_others_are_none(self, value: Any) -> None:
        with pytest.raises(InvalidArgumentError, match=r"^x: needs a pair, got"):
            check_pair("x", value)


class TestSetting:
    @pytest.mark.parametrize(
        ("setting", "good", "bad", "required"),
        [
            (Setting("x"), (-1e300, 0, 10**300), (np.nan, np.inf, -np.inf, 10**400), "a finite number"),
            (
                Setting("x", low=0),
                (0, 0.0, np.float32(7), 1e12),
                (-1, -1e-9),
                "a finite number of at least 0",
            ),
            (Setting("x", low=0, above=True), (1e-9, np.int64(3)), (0, 0.0, -0.0), "a finite number above 0"),
            (Setting("x", low=0, high=1), (0, 0.5, 1), (1.001, -0.1), "a finite number from 0 to 1"),
            (
                Setting("x", low=1, high=32, whole=True),
                (1, 8.0, 32),
                (0, 2.5, 33),
                "a whole number from 1 to 32",
            ),
            (Setting("x", whole=True), (-3, 2.0), (0.5, np.inf), "a whole number"),
        ],
        ids=["finite", "low", "above", "both", "whole within", "whole"],
    )
    def test_plain_numbers(
        self, setting: Setting, good: tuple[float, ...], bad: tuple[float, ...], required: str
    ) -> None:
        for number in good:
            setting.check(number, PICTURES)
        for number in bad:
            with pytest.raises(InvalidArgumentError) as caught:
                setting.check(number, PICTURES)
            assert str(caught.value) == f"x: needs {required}, got {number!r}"

    @pytest.mark.parametrize("shape", [(), (1,), (5,), (4, 1), (2, 1, 1, 1), (2, 1, 4, 5)])
    @pytest.mark.parametrize("dtype", [np.float32, np.int64, np.uint8])
    def test_arrays_that_broadcast(self, shape: tuple[int, ...], dtype: type) -> None:
        # Their values do not count: -1 would be refused of a number.
        array = np.full(shape, -1).astype(dtype)
        for to in (None, PICTURES.shape):
            Setting("x", low=0).check(array, PICTURES, to)

    @pytest.mark.parametrize("shape", [(3, 1, 4, 5), (2, 3, 4, 5), (1, 2, 1, 4, 5), (4,), (2, 1)])
    def test_arrays_that_do_not(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(
            InvalidArgumentError, match=r"broadcasts to \(2, 1, 4, 5\), got numpy float64 of shape"
        ):
            Setting("x").check(np.zeros(shape), PICTURES, PICTURES.shape)

    @pytest.mark.parametrize(
        ("shape", "fits"), [((2, 3, 4, 5), True), ((7, 2, 1, 4, 5), True), ((3, 5), False)]
    )
    def test_without_a_target_both_may_widen(self, shape: tuple[int, ...], fits: bool) -> None:
        if fits:
            Setting("x").check(np.zeros(shape), PICTURES)
        else:
            with pytest.raises(InvalidArgumentError, match=r"broadcasts with \(2, 1, 4, 5\), got"):
                Setting("x").check(np.zeros(shape), PICTURES)

    @pytest.mark.parametrize("value", [True, None, "1", [1.0], np.zeros(5, bool), torch.zeros(5), 1j])
    def test_neither_number_nor_array_of_this_library(self, value: Any) -> None:
        with pytest.raises(
            InvalidArgumentError, match="x: needs a finite number, or a numpy array that broadcasts"
        ):
            Setting("x").check(value, PICTURES)


FACES = torch.empty((2, 6, 6), device="meta")
EACH = torch.empty((2, 1, 1), device="meta")
SIDE = torch.empty(2, device="meta")


@pytest.mark.parametrize(
    "change",
    [
        lambda: expose(FACES, EACH),
        lambda: tone_curve(FACES, EACH),
        lambda: night(FACES, (FACES, FACES), photons=EACH, read_noise=EACH, gain=EACH, bits=EACH),
        lambda: relight(FACES, SIDE, SIDE, SIDE, templates=load_templates()),
        lambda: backlight(FACES, EACH, flare=EACH),
        lambda: coloured_light(torch.empty((2, 3), device="meta"), torch.empty(3, device="meta")),
        lambda: mixed_light(FACES, (SIDE, SIDE), (SIDE, SIDE), EACH, templates=load_templates()),
    ],
    ids=["expose", "tone_curve", "night", "relight", "backlight", "coloured_light", "mixed_light"],
)
def test_values_of_tensors_are_not_read(change: Callable[[], torch.Tensor]) -> None:
    # Tensors on this device have shape and type but no values, so that reading one is an error.
    assert change().device.type == "meta"
