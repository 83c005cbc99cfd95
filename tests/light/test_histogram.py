from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lamplit.core.errors import EmptyImageError, InvalidArgumentError, NotFiniteImageError
from lamplit.imaging.colour import grey_from_rgb
from lamplit.light import measure
from lamplit.light.histogram import as_grey, count_levels, grey_histogram, histogram_statistics, is_read

ROUNDING = 1e-12
SHARES = ("mean", "p01", "p05", "p50", "p95", "p99", "contrast_range", "clipped_dark", "clipped_bright")

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)

sides = npst.array_shapes(min_dims=2, max_dims=2, max_side=8)
greys = npst.arrays(np.uint8, sides)
colours = npst.arrays(np.uint8, sides.map(lambda side: (*side, 3)))


@pytest.mark.parametrize("level", [0, 1, 51, 127, 254, 255])
def test_constant_picture_has_one_level_and_no_contrast(level: int) -> None:
    reading = measure(np.full((3, 5), level, dtype=np.uint8))
    grey = level / 255
    assert reading.mean == pytest.approx(grey, abs=ROUNDING)
    assert [reading.p01, reading.p05, reading.p50, reading.p95, reading.p99] == [grey] * 5
    assert reading.contrast == pytest.approx(0.0, abs=ROUNDING)
    assert reading.entropy == 0.0
    assert (reading.clipped_dark, reading.clipped_bright) == (float(level == 0), float(level == 255))


def test_two_levels_by_hand() -> None:
    # Three pixels at 51 (grey 0.2) and one at 255 (grey 1): mean 0.4, variance 0.75 * 0.04 + 0.25 * 0.36.
    reading = measure(np.array([[51, 51], [51, 255]], dtype=np.uint8))
    assert reading.mean == pytest.approx(0.4)
    assert reading.contrast == pytest.approx(0.12**0.5)
    assert reading.entropy == pytest.approx(0.75 * np.log2(4 / 3) + 0.25 * 2)
    assert (reading.p50, reading.p95) == (0.2, 1.0)
    assert (reading.clipped_dark, reading.clipped_bright) == (0.0, 0.25)


def test_half_black_half_white_has_the_most_contrast_and_one_bit() -> None:
    reading = measure(np.array([[0, 255]], dtype=np.uint8))
    assert (reading.contrast, reading.entropy, reading.p50) == (0.5, 1.0, 0.0)


def test_ramp_of_all_levels_has_eight_bits() -> None:
    reading = measure(RAMP)
    assert reading.entropy == 8.0
    assert reading.mean == pytest.approx(0.5)
    assert reading.contrast == pytest.approx(((256**2 - 1) / 12) ** 0.5 / 255)  # of a uniform distribution
    # At or below level 2 lie 3 of 256 pixels (1.2 %), below it only 2 (0.8 %).
    assert np.multiply([reading.p01, reading.p05, reading.p50, reading.p95, reading.p99], 255).tolist() == (
        pytest.approx([2, 12, 127, 243, 253])
    )
    assert reading.clipped_dark == reading.clipped_bright == 1 / 256


@pytest.mark.parametrize("n_dark", range(0, 21))
def test_percentile_is_the_first_level_that_reaches_the_share(n_dark: int) -> None:
    grey = np.full(20, 255, dtype=np.uint8)
    grey[:n_dark] = 0
    reading = measure(grey[None])
    assert reading.p05 == (0.0 if n_dark >= 1 else 1.0)
    assert reading.p50 == (0.0 if n_dark >= 10 else 1.0)
    assert reading.p95 == (0.0 if n_dark >= 19 else 1.0)


def test_percentile_is_exact_where_a_sum_of_float_shares_falls_short() -> None:
    assert np.cumsum(np.full(20, 1 / 20))[9] < 0.5
    assert measure(np.arange(20, dtype=np.uint8)[None]).p50 == 9 / 255


@settings(deadline=None)
@given(greys)
def test_percentiles_are_those_of_numpy(grey: np.ndarray) -> None:
    reading = measure(grey)
    expected = np.percentile(grey, [1, 5, 50, 95, 99], method="inverted_cdf") / 255
    assert [reading.p01, reading.p05, reading.p50, reading.p95, reading.p99] == expected.tolist()


@settings(deadline=None)
@given(greys)
def test_mean_and_contrast_are_those_of_the_pixels(grey: np.ndarray) -> None:
    reading = measure(grey)
    assert reading.mean == pytest.approx(grey.mean() / 255, abs=ROUNDING)
    assert reading.contrast == pytest.approx(grey.std() / 255, abs=1e-9)


@settings(deadline=None)
@given(greys, st.randoms(use_true_random=False))
def test_where_the_pixels_stand_does_not_matter(grey: np.ndarray, order: object) -> None:
    shuffled = grey.ravel().tolist()
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    moved = np.array([shuffled], dtype=np.uint8)
    assert histogram_statistics(grey_histogram(moved)) == histogram_statistics(grey_histogram(grey))


@settings(deadline=None)
@given(greys | colours)
def test_statistics_stay_within_their_limits(image: np.ndarray) -> None:
    reading = measure(image)
    for name in SHARES:
        assert -ROUNDING <= getattr(reading, name) <= 1 + ROUNDING, name
    assert 0 <= reading.contrast <= 0.5 + ROUNDING
    assert 0 <= reading.entropy <= 8 + ROUNDING
    assert reading.p01 <= reading.p05 <= reading.p50 <= reading.p95 <= reading.p99


@settings(deadline=None)
@given(greys)
def test_the_negative_mirrors_the_reading(grey: np.ndarray) -> None:
    reading, negative = measure(grey), measure(255 - grey)
    assert negative.mean == pytest.approx(1 - reading.mean)
    assert negative.contrast == pytest.approx(reading.contrast, abs=1e-9)
    assert negative.entropy == pytest.approx(reading.entropy)
    assert (negative.clipped_dark, negative.clipped_bright) == (reading.clipped_bright, reading.clipped_dark)


@settings(deadline=None)
@given(colours)
def test_colour_is_measured_in_its_grey(rgb: np.ndarray) -> None:
    assert measure(rgb) == measure(grey_from_rgb(rgb))
    by_formula = (rgb @ np.array([0.299, 0.587, 0.114])).mean() / 255
    assert measure(rgb).mean == pytest.approx(by_formula, abs=0.51 / 255)  # each pixel was rounded


def test_grey_in_three_channels_reads_as_grey() -> None:
    assert measure(np.repeat(RAMP[..., None], 3, axis=2)) == measure(RAMP)


def test_floats_from_zero_to_one_read_as_bytes() -> None:
    assert measure(RAMP / 255) == measure(RAMP)


def test_histogram_counts_every_pixel_once() -> None:
    counts = grey_histogram(np.array([[0, 7, 7], [7, 255, 0]], dtype=np.uint8))
    assert (counts.shape, counts.dtype) == ((256,), np.dtype(np.int64))
    assert {level: int(counts[level]) for level in np.flatnonzero(counts)} == {0: 2, 7: 3, 255: 1}


def test_statistics_do_not_depend_on_the_number_of_pixels() -> None:
    counts = grey_histogram(RAMP)
    assert histogram_statistics(counts) == pytest.approx(histogram_statistics(counts * 1_000_000))


def test_a_mask_chooses_the_pixels_that_count() -> None:
    where = np.array([[1, 0], [255, 0]], dtype=np.uint8)
    counts = count_levels(np.array([[7, 7], [9, 9]], dtype=np.uint8), where=where)
    assert {level: int(counts[level]) for level in np.flatnonzero(counts)} == {7: 1, 9: 1}


@pytest.mark.parametrize("shape", [(5, 7), (35, 1), (1, 35)])
def test_large_pictures_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int]) -> None:
    monkeypatch.setattr("lamplit.light.histogram._MOST_AT_ONCE", 8)
    grey = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    where = np.random.default_rng(1).integers(0, 2, shape, dtype=np.uint8)
    np.testing.assert_array_equal(count_levels(grey), np.bincount(grey.ravel(), minlength=256))
    chosen = np.bincount(grey[where > 0], minlength=256)
    np.testing.assert_array_equal(count_levels(grey, where=where), chosen)


def test_more_pixels_of_one_level_than_a_float32_can_count() -> None:
    grey = np.zeros((4097, 4097), dtype=np.uint8)
    assert grey.size > 2**24 + 1
    assert count_levels(grey)[0] == grey.size


@pytest.mark.parametrize("view", [np.s_[::2, ::2], np.s_[:, ::-1], np.s_[3:9, 2:5]])
def test_views_count_as_their_copies(view: tuple[slice, slice]) -> None:
    np.testing.assert_array_equal(count_levels(RAMP[view]), count_levels(RAMP[view].copy()))


def test_contrast_range_and_dynamic_range_by_hand() -> None:
    # 2 % at level 0, 49 % at 10 (linear, below the bend: light 10 / 255 / 12.92), 49 % at 255 (light 1).
    grey = np.array([[0] * 2 + [10] * 49 + [255] * 49], dtype=np.uint8)
    reading = measure(grey)
    assert (reading.p01, reading.p05, reading.p95, reading.p99) == (0.0, 10 / 255, 1.0, 1.0)
    assert reading.contrast_range == pytest.approx(245 / 255)
    assert reading.dynamic_range == pytest.approx(np.log2(255 * 12.92))  # black counts as level 1
    assert measure(grey[:, 2:]).dynamic_range == pytest.approx(np.log2(25.5 * 12.92))


@pytest.mark.parametrize("level", [0, 1, 100, 255])
def test_one_level_has_no_range(level: int) -> None:
    reading = measure(np.full((4, 4), level, dtype=np.uint8))
    assert (reading.contrast_range, reading.dynamic_range) == (0.0, 0.0)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 3)])
def test_bytes_are_taken_as_they_are(shape: tuple[int, ...]) -> None:
    assert is_read(np.zeros(shape, dtype=np.uint8))
    assert as_grey(np.zeros(shape, dtype=np.uint8)).shape == (2, 3)


@pytest.mark.parametrize(
    "image", [np.zeros((2, 3)), np.zeros((0, 3), np.uint8), np.zeros((2, 3, 4), np.uint8), [[0]], "a.png"]
)
def test_all_else_has_to_be_read_first(image: object) -> None:
    assert not is_read(image)


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 4, 3)])
def test_a_picture_without_pixels_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(EmptyImageError, match="at least one pixel"):
        measure(np.empty(shape, dtype=np.uint8))


@pytest.mark.parametrize("shape", [(4,), (4, 4, 2), (1, 4, 4, 3)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match="shape"):
        measure(np.zeros(shape, dtype=np.uint8))


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(NotFiniteImageError, match="finite"):
        measure(np.array([[0.5, np.nan]]))
