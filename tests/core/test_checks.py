from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from lamplit.core.checks import check_integer, check_number
from lamplit.core.errors import InvalidArgumentError


@pytest.mark.parametrize("value", [1, 5, 9, np.int64(5), np.uint8(9), np.array(3)])
def test_whole_numbers_within_limits_pass_as_int(value: object) -> None:
    number = check_integer("n", value, low=1, high=9)
    assert type(number) is int
    assert number == value


@pytest.mark.parametrize(
    "value",
    [0, 10, -3, 2.0, "2", None, True, np.True_, np.float32(2), np.array(2.0), np.array([1, 2]), math.nan],
    ids=repr,
)
def test_other_integers_are_refused(value: object) -> None:
    with pytest.raises(
        InvalidArgumentError, match="n: needs a whole number of at least 1 and at most 9, got"
    ):
        check_integer("n", value, low=1, high=9)


def test_without_an_upper_limit_the_message_names_none() -> None:
    assert check_integer("n", 10**12, low=1) == 10**12
    with pytest.raises(InvalidArgumentError, match="n: needs a whole number of at least 1, got 0"):
        check_integer("n", 0, low=1)


@pytest.mark.parametrize("value", [1.5, 2, np.float32(1.5), np.float64(1.5), np.int64(2), Fraction(3, 2)])
def test_numbers_between_the_limits_pass_as_float(value: object) -> None:
    number = check_number("step", value, above=1, below=3)
    assert type(number) is float
    assert number == value


@pytest.mark.parametrize(
    "value",
    [1, 3, 1.0, 0.5, -2, math.nan, math.inf, -math.inf, "2", None, True, np.True_, np.array([2.0]), 2j],
    ids=repr,
)
def test_other_numbers_are_refused(value: object) -> None:
    with pytest.raises(InvalidArgumentError, match="step: needs a finite number above 1 and below 3, got"):
        check_number("step", value, above=1, below=3)


def test_a_whole_number_that_no_float_holds_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="above 1 and below 3, got a number beyond all limits"):
        check_number("step", 10**400, above=1, below=3)


@pytest.mark.parametrize("value", [math.inf, math.nan, 0.0])
def test_without_an_upper_limit_infinity_is_refused_still(value: float) -> None:
    assert check_number("step", 1e300, above=0) == 1e300
    with pytest.raises(InvalidArgumentError, match="step: needs a finite number above 0, got"):
        check_number("step", value, above=0)
