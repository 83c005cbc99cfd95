"""Risk, coverage, and the probability below which answers are kept back."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.evaluation.refusal import least_probability_for, risk_coverage


def test_faces_with_one_probability_are_answered_together() -> None:
    curve = risk_coverage(np.array([0.9, 0.5, 0.5, 0.5]), np.array([True, False, True, True]))
    assert curve.threshold.tolist() == pytest.approx([0.9, 0.5])
    assert curve.coverage.tolist() == [0.25, 1.0]
    assert curve.risk.tolist() == [0.0, 0.25]


def test_faces_refused_before_count_among_all() -> None:
    curve = risk_coverage(np.array([0.9, 0.8]), np.array([True, True]), n_faces=4)
    assert curve.coverage.tolist() == [0.25, 0.5]


@pytest.mark.parametrize(
    ("probability", "right"), [(np.ones(2), np.ones(3) > 0), (np.ones(0), np.ones(0) > 0)]
)
def test_arrays_must_fit(probability: np.ndarray, right: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match="two arrays of one length, not empty"):
        risk_coverage(probability, right)


def light(*groups: tuple[float, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Groups of (probability, right answers, wrong answers)."""
    probability = np.concatenate([np.full(r + w, p) for p, r, w in groups])
    right = np.concatenate([np.arange(r + w) < r for _, r, w in groups])
    return probability, right


def test_the_worst_light_decides() -> None:
    kind, hard = light((0.9, 40, 0), (0.4, 40, 0)), light((0.9, 40, 0), (0.4, 10, 30))
    assert least_probability_for([kind]) == 0.0
    assert least_probability_for([kind, hard]) == pytest.approx(0.405)


def test_exactly_one_in_five_wrong_is_allowed() -> None:
    assert least_probability_for([light((0.5, 80, 20))]) == 0.0
    assert least_probability_for([light((0.5, 79, 21))]) == pytest.approx(0.505)


def test_where_no_threshold_is_enough_only_certainty_is() -> None:
    assert least_probability_for([light((0.999, 10, 30))]) == 1.0


def test_few_answers_decide_nothing() -> None:
    assert least_probability_for([light((0.5, 0, 19))]) == 0.0
    assert least_probability_for([light((0.5, 0, 20))]) == pytest.approx(0.505)
