from __future__ import annotations

import math

import numpy as np
import pytest

from lamplit.light.stops import LINEAR_LIGHT, ONE_LEVEL, mean_light, stops_between


def counts(**levels: int) -> np.ndarray:
    """A histogram from level_10=3 and the like."""
    histogram = np.zeros(256, dtype=np.int64)
    for name, count in levels.items():
        histogram[int(name.removeprefix("level_"))] = count
    return histogram


def test_the_curve_is_that_of_srgb() -> None:
    # IEC 61966-2-1: linear up to 0.04045 (level 10 of 255), then a power of 2.4.
    assert (LINEAR_LIGHT[0], LINEAR_LIGHT[255]) == (0.0, 1.0)
    assert LINEAR_LIGHT[10] == pytest.approx(10 / 255 / 12.92)
    assert LINEAR_LIGHT[188] == pytest.approx(((188 / 255 + 0.055) / 1.055) ** 2.4)
    assert LINEAR_LIGHT[188] == pytest.approx(0.5, abs=0.003)  # the grey that looks like half the light
    assert (np.diff(LINEAR_LIGHT) > 0).all()


def test_light_is_averaged_and_not_levels() -> None:
    assert mean_light(counts(level_0=1, level_255=3)) == 0.75
    assert mean_light(counts(level_10=2, level_255=2)) == pytest.approx((1 + 10 / 255 / 12.92) / 2)


@pytest.mark.parametrize(
    ("first", "second", "stops"),
    [(1.0, 0.5, 1.0), (0.25, 1.0, -2.0), (0.3, 0.3, 0.0), (0.0, 0.0, 0.0), (4 * ONE_LEVEL, 0.0, 2.0)],
)
def test_a_stop_is_a_factor_of_two(first: float, second: float, stops: float) -> None:
    assert stops_between(first, second) == pytest.approx(stops)


def test_black_and_white_are_as_far_apart_as_eight_bits_can_tell() -> None:
    assert stops_between(1.0, 0.0) == pytest.approx(math.log2(255 * 12.92))
