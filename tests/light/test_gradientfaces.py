from __future__ import annotations

import math

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.gradientfaces import gradientfaces

INSIDE = np.s_[8:-8, 8:-8]


@pytest.mark.parametrize("degrees", [0, 30, 90, 135, 200, 300])
def test_direction_of_a_ramp(degrees: int) -> None:
    rows, columns = np.mgrid[:32, :32].astype(np.float32)
    right, down = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    ramp = 0.5 + 0.01 * (right * (columns - 16) + down * (rows - 16))
    angle = np.degrees(gradientfaces(ramp.astype(np.float32)))[INSIDE]
    turned = (angle - degrees + 180) % 360 - 180
    assert np.abs(turned).max() < 0.1


def test_gain_and_offset_make_no_difference() -> None:
    x = np.random.default_rng(0).random((32, 32), dtype=np.float32)
    plain, changed = gradientfaces(x), gradientfaces(np.float32(0.3) * x + np.float32(0.2))
    turned = np.abs(plain - changed)
    assert np.minimum(turned, 2 * math.pi - turned).max() < 1e-3


def test_the_range_is_a_whole_turn() -> None:
    x = np.random.default_rng(0).random((64, 64), dtype=np.float32)
    angle = gradientfaces(x)
    assert angle.min() >= 0
    assert angle.max() <= 2 * math.pi + 1e-5
    assert np.histogram(angle, bins=4, range=(0, 2 * math.pi))[0].min() > 500


def test_a_width_of_nothing_is_named() -> None:
    with pytest.raises(InvalidArgumentError, match="sigma: needs a finite number above 0"):
        gradientfaces(np.zeros((4, 4), np.float32), sigma=0.0)
