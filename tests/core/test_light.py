from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from lamplit.core.light import STATISTICS, LightReading
from lamplit.core.values import LightReading as SameLightReading

LIGHT = LightReading(
    mean=0.5, median=0.4, p01=0.0, p05=0.1, p95=0.9, p99=1.0, contrast=0.2, contrast_range=0.8,
    dynamic_range=11.7, entropy=7.0, clipped_dark=0.0, clipped_bright=0.02, noise=0.01,
    left_right=0.5, up_down=-0.5,
)  # fmt: skip


def test_the_numbers_come_in_their_order() -> None:
    assert STATISTICS == (
        "mean", "median", "p01", "p05", "p95", "p99", "contrast", "contrast_range", "dynamic_range",
        "entropy", "clipped_dark", "clipped_bright", "noise", "left_right", "up_down", "backlight",
    )  # fmt: skip
    assert tuple(LIGHT.as_dict()) == STATISTICS


def test_the_numbers_alone_make_the_reading_again() -> None:
    lit = replace(LIGHT, backlight=1.5)
    assert LightReading(**lit.as_dict()) == lit  # type: ignore[arg-type]


def test_histogram_and_verdict_are_no_numbers() -> None:
    judged = replace(LIGHT, histogram=(1,) * 256, verdict=("dark", "noisy"), usable=False)
    assert judged.as_dict() == LIGHT.as_dict()
    assert judged != LIGHT
    assert "histogram" not in repr(judged)


def test_the_middle_percentile_is_the_median() -> None:
    assert LIGHT.p50 == LIGHT.median == 0.4


def test_a_reading_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        LIGHT.mean = 0.0  # type: ignore[misc]


def test_it_is_found_among_the_values_too() -> None:
    assert SameLightReading is LightReading
