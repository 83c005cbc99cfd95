from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss

from lamplit.boosting import CascadedClassifier
from lamplit.core.errors import InvalidArgumentError


def two_questions() -> tuple[np.ndarray, np.ndarray]:
    """The first column tells 24 "far" from the rest, the second 6 "a" from 6 "b"."""
    labels = np.repeat(["a", "b", "far"], [6, 6, 24])
    return np.column_stack([labels == "far", labels == "b"]).astype(float), labels


def test_easy_rows_cost_less() -> None:
    rows, labels = two_questions()
    model = CascadedClassifier().fit(rows, labels)
    assert model.predict(rows).tolist() == labels.tolist()
    assert model.n_stumps_.tolist() == [2, 1, 1]
    taken = model.stumps_evaluated(rows)
    assert (taken[labels == "far"] == [1, 1, 1]).all()  # "a" sends them away with its first stump
    assert (taken[labels != "far"] == [2, 1, 1]).all()


def test_where_every_class_refuses_the_rest_are_still_probabilities() -> None:
    labels = np.repeat([0, 1, 2], 10)
    model = CascadedClassifier().fit(np.eye(3)[labels], labels)
    nobody = np.zeros((1, 3))
    assert all(
        len(cascade) > 0 and model.stumps_evaluated(nobody)[0, number] == len(cascade.stages[0])
        for number, cascade in enumerate(model.cascades_)
    )
    np.testing.assert_allclose(model.predict_proba(nobody), 1 / 3, atol=0.1)
    np.testing.assert_allclose(model.predict_proba(nobody).sum(axis=1), 1)


def test_where_nothing_can_be_learnt_it_is_hardly_worse_than_the_shares_of_the_classes() -> None:
    random = np.random.default_rng(0)
    rows, labels = random.normal(size=(900, 20)), random.choice(3, 900, p=[0.6, 0.3, 0.1])
    model = CascadedClassifier(n_stages=4, most_stumps=20).fit(rows[:600], labels[:600])
    shares = np.bincount(labels[:600]) / 600
    alone = log_loss(labels[600:], np.tile(shares, (300, 1)))
    assert (model.predict(rows[:600]) == labels[:600]).mean() > 0.6  # the cascades learnt these by heart
    assert log_loss(labels[600:], model.predict_proba(rows[600:])) < alone + 0.05


@pytest.mark.parametrize("counts", [(12, 12, 1), (12, 2), (1, 1), (1, 1, 1, 1)])
def test_classes_may_have_few_rows(counts: tuple[int, ...]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    model = CascadedClassifier().fit(np.eye(len(counts))[labels], labels)
    assert model.classes_.tolist() == list(range(len(counts)))
    probabilities = model.predict_proba(np.eye(len(counts)))
    assert (probabilities > 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_the_folds_are_what_random_state_says() -> None:
    random = np.random.default_rng(1)
    rows, labels = random.normal(size=(90, 4)), random.integers(0, 3, 90)
    one, same, other = (
        CascadedClassifier(n_stages=2, random_state=state).fit(rows, labels).predict_proba(rows)
        for state in (5, 5, 6)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


class Doubled:
    """Twice each column, and how much of it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {}

    def fit(self, X: np.ndarray, y: np.ndarray) -> Doubled:
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        return 2 * X

    def some(self, X: np.ndarray, rows: np.ndarray, features: np.ndarray) -> np.ndarray:
        self.asked.append((len(rows), len(features)))
        return 2 * X[np.ix_(rows, features)]


def test_features_are_calculated_when_a_stage_asks_for_them() -> None:
    rows, labels = two_questions()
    plain, model = CascadedClassifier().fit(rows, labels), CascadedClassifier(Doubled()).fit(rows, labels)
    np.testing.assert_array_equal(model.predict_proba(rows), plain.predict_proba(rows))
    model.values_.asked.clear()
    taken = model.stumps_evaluated(rows)
    assert (
        sum(n_rows * n_features for n_rows, n_features in model.values_.asked) == taken.sum() == 36 * 3 + 12
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_folds": 1}, "n_folds: needs a whole number of at least 2, got 1"),
        ({"detection_rate": 2.0}, "detection_rate: needs a finite number above 0"),
        ({"n_stages": 0}, "n_stages: needs a whole number of at least 1"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        CascadedClassifier(**settings).fit(*two_questions())


def test_one_class_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="y: needs labels of at least two classes, got one class"):
        CascadedClassifier().fit(np.eye(3), [1, 1, 1])
