"""A temperature by light: the formula, and its limits."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.temperature import COLDEST, HOTTEST, LightTemperature

TEMPERATURE = LightTemperature(0.5, noise=0.1, surround=0.02)


@pytest.mark.parametrize(
    ("losses", "inverse"),
    [((0.0, 0.0), 2.0), ((3.0, 0.0), 1.7), ((0.0, 5.0), 1.5), ((3.0, 5.0), 1.2)],
    ids=["good light", "noise", "surround", "both"],
)
def test_by_hand(losses: tuple[float, float], inverse: float) -> None:
    assert TEMPERATURE.of(np.array([losses])).tolist() == pytest.approx([1 / inverse])


def test_without_slopes_there_is_one_temperature() -> None:
    assert LightTemperature(0.5).of(np.array([[0.0, 0.0], [4.0, 6.0]])).tolist() == [0.5, 0.5]


def test_no_temperature_leaves_the_limits() -> None:
    steep = LightTemperature(1.0, noise=1.0, surround=-1.0)
    assert steep.of(np.array([[4.0, 0.0], [0.0, 6.0]])).tolist() == pytest.approx([HOTTEST, COLDEST])


def test_no_faces_have_no_temperatures() -> None:
    assert TEMPERATURE.of(np.zeros((0, 2), np.float32)).shape == (0,)
