from __future__ import annotations

import numpy as np
import pytest
from scipy import fft, ndimage

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.frequency import homomorphic_filter, remove_low_frequencies, zigzag


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).random((24, 32), dtype=np.float32)


def test_zigzag_of_a_square_by_hand() -> None:
    rows, columns = zigzag(3, 3, count=100)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [
        (0, 0), (0, 1), (1, 0), (2, 0), (1, 1), (0, 2), (1, 2), (2, 1), (2, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(("height", "width"), [(1, 40), (40, 1), (3, 30), (12, 9), (25, 25)])
def test_zigzag_of_a_few_begins_like_that_of_all(height: int, width: int) -> None:
    rows, columns = zigzag(height, width, count=height * width)
    assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == height * width
    assert (np.diff(rows + columns) >= 0).all()
    for count in (1, 2, 7, 20, height * width - 1):
        first = zigzag(height, width, count=count)
        assert (first[0] == rows[:count]).all()
        assert (first[1] == columns[:count]).all()


@pytest.mark.parametrize(("discarded", "gone"), [(1, 1), (3, 2), (6, 3), (10, 4)])
def test_whole_diagonals_are_those_of_scipys_transform(x: np.ndarray, discarded: int, gone: int) -> None:
    coefficients = fft.dctn(np.log(x + 1 / 255), norm="ortho")
    rows, columns = np.indices(x.shape)
    coefficients[rows + columns < gone] = 0
    expected = fft.idctn(coefficients, norm="ortho")
    np.testing.assert_allclose(remove_low_frequencies(x, discarded=discarded), expected, atol=1e-4)


def test_slow_light_drops_out(x: np.ndarray) -> None:
    # exp of the second cosine: exactly the coefficient (0, 1) of the logarithm. One grey level stays behind.
    shade = np.exp(0.5 * np.cos(np.pi * (np.arange(32) + 0.5) / 32) - 0.5).astype(np.float32)
    bright = 0.5 + 0.5 * x
    np.testing.assert_allclose(
        remove_low_frequencies(bright * shade), remove_low_frequencies(bright), atol=0.01
    )


def test_more_coefficients_than_there_are_leave_nothing(x: np.ndarray) -> None:
    assert np.abs(remove_low_frequencies(x, discarded=10_000)).max() < 1e-6


def test_high_emphasis_is_that_of_its_formula(x: np.ndarray) -> None:
    log = np.log(x.astype(np.float64) + 1 / 255)
    slow = ndimage.gaussian_filter(log, 3.0, mode="reflect", truncate=8)
    expected = np.exp(0.4 * slow + 1.7 * (log - slow))
    ours = homomorphic_filter(x, sigma=3.0, low_gain=0.4, high_gain=1.7)
    np.testing.assert_allclose(ours, expected, rtol=2e-3)


def test_gains_of_one_change_nothing(x: np.ndarray) -> None:
    np.testing.assert_allclose(homomorphic_filter(x, low_gain=1, high_gain=1), x + 1 / 255, rtol=1e-5)


def test_bad_settings_are_named(x: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match="discarded: needs a whole number of at least 1, got 0"):
        remove_low_frequencies(x, discarded=0)
    for setting in ("sigma", "low_gain", "high_gain"):
        with pytest.raises(InvalidArgumentError, match=f"{setting}: needs a finite number above 0"):
            homomorphic_filter(x, **{setting: 0.0})
