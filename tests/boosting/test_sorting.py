"""Features sorted once."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.boosting import sort_features
from lamplit.boosting.sorting import CalculatedSource
from lamplit.core.errors import InvalidArgumentError


def test_order_and_ties_by_hand() -> None:
    ordered = sort_features(np.array([[3.0], [1.0], [2.0], [1.0 + 1e-8]]))
    assert ordered.order.dtype == np.uint16
    assert set(ordered.first(0, 2).tolist()) == {1, 3}
    assert ordered.first(0, 4)[2:].tolist() == [2, 0]
    # No threshold within equal values, nor behind the last sample.
    assert (ordered.order[0] > ordered.sample_bits).tolist() == [True, False, False, True]
    assert (len(ordered), ordered.n_samples) == (1, 4)


def test_many_samples_need_four_bytes() -> None:
    values = np.random.default_rng(0).random((32_769, 2), dtype=np.float32)
    ordered = sort_features(values)
    assert ordered.order.dtype == np.uint32
    np.testing.assert_array_equal(ordered.first(1, 32_769), np.argsort(values[:, 1]))
    assert sort_features(values[:-1]).order.dtype == np.uint16


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_calculated_features_are_sorted_block_by_block(n_jobs: int) -> None:
    values = np.random.default_rng(0).random((20_000, 300), dtype=np.float32)
    asked = []

    def calculate(start: int, stop: int) -> np.ndarray:
        asked.append(stop - start)
        return values[:, start:stop]

    ordered = sort_features(CalculatedSource(values.shape, calculate), n_jobs=n_jobs)
    np.testing.assert_array_equal(ordered.order, sort_features(values).order)
    assert sum(asked) == 300
    assert max(asked) < 150  # never all at once
    np.testing.assert_array_equal(ordered.column(7), values[:, 7])


def test_half_precision_is_compared_as_it_is() -> None:
    values = np.random.default_rng(0).random((50, 3)).astype(np.float16)
    ordered = sort_features(values)
    assert ordered.column(0).dtype == np.float32
    np.testing.assert_array_equal(ordered.order, sort_features(values.astype(np.float32)).order)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(3), r"values: needs shape \(n_samples, n_features\), got shape \(3,\)"),
        (np.zeros((0, 3)), r"values: needs at least one sample and one feature, got shape \(0, 3\)"),
        (np.array([[np.nan]]), "values: needs finite numbers"),
    ],
)
def test_what_cannot_be_sorted_is_refused(values: np.ndarray, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        sort_features(values)
