from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as npst

from lamplit.light.balance import backlight, count_ninths, side_imbalance
from lamplit.light.stops import LINEAR_LIGHT

greys = npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=9))


def imbalance(grey: np.ndarray) -> tuple[float, float]:
    return side_imbalance(count_ninths(grey))


def test_the_subjects_left_is_the_pictures_right() -> None:
    grey = np.array([[10, 200], [10, 200]], dtype=np.uint8)
    left_right, up_down = imbalance(grey)
    assert left_right == pytest.approx(math.log2(LINEAR_LIGHT[200] / LINEAR_LIGHT[10]))
    assert left_right > 0
    assert up_down == 0.0


def test_up_is_positive() -> None:
    left_right, up_down = imbalance(np.array([[200, 200], [10, 10]], dtype=np.uint8))
    assert left_right == 0.0
    assert up_down == pytest.approx(math.log2(LINEAR_LIGHT[200] / LINEAR_LIGHT[10]))


def test_halves_compare_by_their_mean_light() -> None:
    # Left half 0, 255 (light 0.5); right half 255, 255 (light 1): one stop.
    assert imbalance(np.array([[0, 255], [255, 255]], dtype=np.uint8))[0] == pytest.approx(1.0)


def test_the_middle_of_an_odd_side_counts_for_neither_half() -> None:
    column, row = np.array([[90, 255, 90]], np.uint8), np.array([[90], [255], [90]], np.uint8)
    assert imbalance(column) == imbalance(row) == (0.0, 0.0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1)])
def test_one_row_or_column_has_no_halves(shape: tuple[int, int]) -> None:
    ramp = np.arange(math.prod(shape), dtype=np.uint8).reshape(shape)
    left_right, up_down = imbalance(ramp)
    assert (left_right > 0, up_down < 0) == (shape[1] > 1, shape[0] > 1)


@settings(deadline=None)
@given(greys)
def test_mirrored_faces_have_the_opposite_imbalance(grey: np.ndarray) -> None:
    left_right, up_down = imbalance(grey)
    assert imbalance(grey[:, ::-1]) == pytest.approx((-left_right, up_down), abs=1e-12)
    assert imbalance(grey[::-1]) == pytest.approx((left_right, -up_down), abs=1e-12)
    assert imbalance(grey.T) == pytest.approx((-up_down, -left_right), abs=1e-12)


def test_a_bright_surround_is_backlight() -> None:
    face, surround = np.zeros(256, np.int64), np.zeros(256, np.int64)
    face[0], face[255], surround[255] = 7, 1, 40
    assert backlight(face, surround) == 3.0
    assert backlight(surround, face) == -3.0


def test_no_surround_is_no_backlight() -> None:
    face = np.ones(256, np.int64)
    assert backlight(face, np.zeros(256, np.int64)) is None
    assert backlight(face, face) == 0.0


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (6, 8), (7, 9)])
def test_ninths_are_the_histogram_in_parts(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    ninths = count_ninths(grey)
    np.testing.assert_array_equal(ninths.sum(axis=(0, 1)), np.bincount(grey.ravel(), minlength=256))
    upper = grey[: shape[0] // 2]
    np.testing.assert_array_equal(ninths[0].sum(axis=0), np.bincount(upper.ravel(), minlength=256))
