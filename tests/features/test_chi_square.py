from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.metrics.pairwise import additive_chi2_kernel

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import chi_square_distances

counts = npst.arrays(np.float32, (4, 7), elements=st.integers(0, 100).map(float))


def test_by_hand() -> None:
    # (3 - 1)^2 / 4 + (1 - 1)^2 / 2 + (0 - 2)^2 / 2 = 1 + 0 + 2
    assert chi_square_distances(np.array([[3, 1, 0]]), np.array([[1, 1, 2]])).tolist() == [[3.0]]


@pytest.mark.parametrize("most", [2**8, 2**24, 2**31])
@pytest.mark.parametrize("near", [False, True])
def test_no_digit_is_lost_however_large_and_near_the_counts(most: int, near: bool) -> None:
    rng, low = np.random.default_rng(0), most - 50 if near else 0
    first, second = (rng.integers(low, most, (5, 472), endpoint=True) for _ in range(2))
    tops = (first[:, None] - second) ** 2  # exact: below 2^62
    expected = (tops / np.maximum(first[:, None] + second, 1)).sum(axis=2)
    distances = chi_square_distances(first, second)
    assert distances.dtype == np.float32
    np.testing.assert_allclose(distances, expected, rtol=1e-6)


def test_one_count_among_billions_is_seen() -> None:
    first, second = np.array([[2**31, 2**31]]), np.array([[2**31 - 1, 2**31]])
    assert chi_square_distances(first, second)[0, 0] == np.float32(1 / (2**32 - 1))


@pytest.mark.parametrize("dtype", [np.float16, np.uint8, np.int64, np.float64, np.bool_])
def test_any_kind_of_number_will_do(dtype: type) -> None:
    first, second = np.array([[1, 0, 1]], dtype), np.array([[0, 0, 1]], dtype)
    assert chi_square_distances(first, second).tolist() == [[1.0]]


def test_shares_as_small_or_large_as_numbers_get() -> None:
    assert chi_square_distances(np.array([[3e-38]]), np.array([[1e-38]]))[0, 0] == pytest.approx(1e-38)
    assert chi_square_distances(np.array([[3e30]]), np.array([[1e30]]))[0, 0] == pytest.approx(1e30)


@settings(deadline=None)
@given(counts, counts)
def test_it_is_scikit_learns_with_the_other_sign(first: np.ndarray, second: np.ndarray) -> None:
    expected = -additive_chi2_kernel(first.astype(np.float64), second.astype(np.float64))
    np.testing.assert_allclose(chi_square_distances(first, second), expected, rtol=1e-6)


@settings(deadline=None)
@given(counts)
def test_it_is_a_distance_from_itself_of_nothing_and_the_same_both_ways(rows: np.ndarray) -> None:
    distances = chi_square_distances(rows, rows)
    assert np.diag(distances).tolist() == [0.0] * 4
    np.testing.assert_allclose(distances, distances.T, rtol=1e-6)
    assert (distances >= 0).all()


def test_nothing_has_no_distance_to_nothing() -> None:
    assert chi_square_distances(np.zeros((1, 3)), np.zeros((2, 3))).tolist() == [[0.0, 0.0]]
    assert chi_square_distances(np.zeros((0, 3)), np.zeros((2, 3))).shape == (0, 2)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (np.zeros((1, 3)), np.zeros((1, 4)), "second: needs 3 bins as the first have, got 4 bins"),
        (np.zeros(3), np.zeros((1, 3)), r"first: needs shape \(histograms, bins\)"),
        (np.zeros((1, 3)), np.full((1, 3), -1), "second: needs finite numbers of at least 0"),
        (np.array([["a"]]), np.zeros((1, 1)), "first: needs finite numbers of at least 0, got dtype <U1"),
        (np.full((1, 3), np.nan), np.zeros((1, 3)), "first: needs finite numbers of at least 0"),
    ],
)
def test_what_are_no_histograms_is_refused(first: np.ndarray, second: np.ndarray, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        chi_square_distances(first, second)
