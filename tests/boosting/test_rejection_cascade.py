from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lamplit.boosting.rejection_cascade import RejectionCascade, matrix_values
from lamplit.boosting.rejection_training import StageGoals, train_rejection_cascade
from lamplit.boosting.sorting import sort_features
from lamplit.core.errors import InvalidArgumentError

EASY, HARD, WANTED = (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)


def trained(rows: np.ndarray, wanted: np.ndarray, **goals: Any) -> RejectionCascade:
    return train_rejection_cascade(sort_features(rows), wanted, StageGoals(**goals))


def overlapping(n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Ten features, of which three tell a little about who is wanted."""
    random = np.random.default_rng(3)
    wanted = random.random(n) < 0.2
    rows = random.normal(size=(n, 10)).astype(np.float32)
    rows[:, :3] += wanted[:, np.newaxis]
    return rows, wanted


def test_easy_rows_leave_first() -> None:
    rows = np.array([EASY] * 6 + [HARD] * 2 + [WANTED] * 4)
    cascade = trained(rows, np.arange(12) >= 8)
    first, second = cascade.stages
    # Either kind weighs a half: on the left of the first stump is nobody wanted, on its right
    # 0.5 of 0.5 + 0.125; halfway between -1 and 0.6 lies -0.2.
    assert first.features.tolist() == [0]
    np.testing.assert_allclose(first.answers, [[-1.0, 0.6]])
    assert first.least == pytest.approx(-0.2)
    assert second.features.tolist() == [1]
    np.testing.assert_allclose(second.answers, [[-1.0, 1.0]])
    assert second.least == pytest.approx(0.6)  # between 0.6 - 1 and 0.6 + 1
    passage = cascade.passage(3, matrix_values(np.array([EASY, HARD, WANTED])))
    assert passage.n_passed.tolist() == [0, 1, 2]
    np.testing.assert_allclose(passage.margin, [-0.8, -1.0, 1.0])
    assert passage.n_stumps.tolist() == [1, 2, 2]
    assert cascade.n_stumps == 2


def test_stopping_early_is_the_same_as_evaluating_everything() -> None:
    cascade = trained(*overlapping(), n_stages=5, most_stumps=10)
    rows = np.random.default_rng(4).normal(0.5, 1, (300, 10)).astype(np.float32)
    passage = cascade.passage(300, matrix_values(rows))
    assert len(np.unique(passage.n_passed)) > 3  # rows leave at different stages
    for row, passed, margin in zip(rows, passage.n_passed, passage.margin, strict=True):
        total, margins = 0.0, []
        for stage in cascade.stages:
            stage_sum = 0.0
            for feature, threshold, (left, right) in zip(
                stage.features, stage.thresholds, stage.answers, strict=True
            ):
                stage_sum += left if row[feature] <= threshold else right
            total += stage_sum
            margins.append(total - stage.least)
        failed = [number for number, value in enumerate(margins) if value < 0]
        assert passed == (failed[0] if failed else len(cascade))
        assert margin == margins[min(passed, len(cascade) - 1)]


def test_only_what_stages_ask_for_is_calculated() -> None:
    cascade = trained(*overlapping(), n_stages=5, most_stumps=10)
    rows, _ = overlapping(200)
    asked = []

    def values(left: np.ndarray, features: np.ndarray) -> np.ndarray:
        asked.append((len(left), len(features)))
        return rows[np.ix_(left, features)]

    passage = cascade.passage(200, values)
    assert sum(n_rows * n_features for n_rows, n_features in asked) == passage.n_stumps.sum()
    assert passage.n_stumps.sum() < 0.7 * 200 * cascade.n_stumps
    assert [n_features for _, n_features in asked] == [len(stage) for stage in cascade.stages]


@pytest.mark.parametrize("detection_rate", [0.9, 0.99])
def test_every_stage_reaches_what_it_was_trained_to(detection_rate: float) -> None:
    rows, wanted = overlapping()
    goals = {"detection_rate": detection_rate, "false_positive_rate": 0.6, "n_stages": 4}
    cascade = trained(rows, wanted, **goals, most_stumps=200)
    passed = cascade.passage(len(rows), matrix_values(rows)).n_passed
    for number in range(4):
        came, went_on = passed >= number, passed > number
        assert went_on[came & wanted].mean() >= detection_rate
        assert went_on[came & ~wanted].mean() <= 0.6


def test_a_stage_ends_with_the_stumps_it_may_have() -> None:
    cascade = trained(*overlapping(), false_positive_rate=0.01, n_stages=2, most_stumps=3)
    assert [len(stage) for stage in cascade.stages] == [3, 3]


def test_what_equals_a_wanted_row_is_not_sent_away() -> None:
    rows = np.array([[0.0], [1.0], [1.0]])
    cascade = trained(rows, np.array([False, True, False]))
    assert len(cascade) == 1  # nothing tells the other two apart
    assert cascade.passage(3, matrix_values(rows)).n_passed.tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [([[0.0], [1.0]], [True, True]), ([[0.0], [1.0]], [False, False]), ([[2.0], [2.0]], [True, False])],
)
def test_without_anything_to_learn_everything_passes(rows: list[list[float]], wanted: list[bool]) -> None:
    cascade = trained(np.array(rows), np.array(wanted))
    passage = cascade.passage(2, matrix_values(np.array(rows)))
    assert len(cascade) == cascade.n_stumps == 0
    assert passage.margin.tolist() == passage.n_stumps.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"detection_rate": 1.0}, "detection_rate: needs a finite number above 0 and below 1, got 1.0"),
        (
            {"false_positive_rate": 0.0},
            "false_positive_rate: needs a finite number above 0 and below 1, got 0.0",
        ),
        ({"n_stages": 0}, "n_stages: needs a whole number of at least 1, got 0"),
        ({"most_stumps": 2.5}, "most_stumps: needs a whole number of at least 1, got 2.5"),
    ],
)
def test_goals_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        StageGoals(**settings)
