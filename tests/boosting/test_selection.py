"""Stumps selected one by one, as a stage of a cascade asks for them."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from lamplit.boosting import AdaBoostClassifier, Stump, select_stumps, sort_features
from lamplit.boosting.sorting import CalculatedSource
from lamplit.core.errors import InvalidArgumentError


def windows(n: int = 200, n_features: int = 25, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, n_features)).astype(np.float32)
    return values, values[:, :3].sum(axis=1) + rng.normal(size=n) > 0.8


def test_gentle_stumps_are_the_classifiers() -> None:
    values, faces = windows()
    weights = np.random.default_rng(1).random(200)
    model = AdaBoostClassifier(20, algorithm="gentle").fit(values, faces, weights)
    rounds = list(islice(select_stumps(values, faces, weights), 20))
    for (tree,), found, scores in zip(
        model.estimators_, rounds, model.staged_decision_function(values), strict=True
    ):
        expected = Stump(tree.feature[0], tree.threshold[0], tree.value[1, 0], tree.value[2, 0])
        assert found.stump.feature == expected.feature
        assert found.stump.threshold == expected.threshold
        np.testing.assert_allclose((found.stump.left, found.stump.right), (expected.left, expected.right))
        np.testing.assert_allclose(found.scores, scores)


@pytest.mark.parametrize("algorithm", ["discrete", "gentle"])
def test_scores_are_the_sum_of_the_answers(algorithm: str) -> None:
    values, faces = windows()
    rounds = list(islice(select_stumps(values, faces, algorithm=algorithm), 12))
    total = sum(r.stump.answers(values[:, r.stump.feature]) for r in rounds)
    np.testing.assert_allclose(rounds[-1].scores, total)
    losses = [np.mean((r.scores > 0) != faces) for r in rounds]
    assert losses[-1] < losses[0]
    for r in rounds:
        assert r.weights.sum() == pytest.approx(1.0)
        assert 0 < r.error < 0.5


def test_a_discrete_stump_by_hand() -> None:
    # Both kinds weigh a half. Above 1.5 lie all three faces and one of four others: an error of 1/8.
    values = np.array([0, 1, 2, 3, 4, 0, 1], float)[:, np.newaxis]
    faces = np.array([0, 0, 0, 1, 1, 0, 0])
    faces[2], values[2] = 1, 2
    faces[6], values[6] = 0, 5
    first = next(select_stumps(values, faces, algorithm="discrete"))
    assert (first.stump.feature, first.stump.threshold, first.error) == (0, 1.5, pytest.approx(1 / 8))
    assert first.stump.right == pytest.approx(np.log(7) / 2) == -first.stump.left
    # The one that is wrong has half of the weight now, so that the same stump would be no better than chance.
    assert first.weights[6] == pytest.approx(0.5)


def test_a_stump_the_other_way_round() -> None:
    first = next(select_stumps(np.array([[2.0], [1.0], [0.0]]), [0, 0, 1], algorithm="discrete"))
    assert first.stump.threshold == 0.5
    assert first.stump.left > 0 > first.stump.right


@pytest.mark.parametrize("labels", [[0, 0, 1, 1], [-1, -1, 1, 1], [False, False, True, True]])
def test_kinds_by_any_name(labels: list) -> None:
    values = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert next(select_stumps(values, labels)).stump == Stump(0, 1.5, -1.0, 1.0)


def test_it_ends_where_nothing_is_left_to_learn() -> None:
    values = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert len(list(select_stumps(values, [0, 0, 1, 1], algorithm="discrete"))) == 1
    assert list(select_stumps(np.ones((4, 2)), [0, 0, 1, 1])) == []


def test_sorted_and_calculated_features_give_the_same() -> None:
    values, faces = windows()
    source = CalculatedSource(values.shape, lambda start, stop: values[:, start:stop])
    ways = [values, source, sort_features(values), sort_features(source, n_jobs=2)]
    found = [[r.stump for r in islice(select_stumps(way, faces), 5)] for way in ways]
    assert found[1:] == found[:1] * 3


def test_a_share_of_the_features_follows_the_seed() -> None:
    values, faces = windows()

    def features(seed: int) -> list[int]:
        rounds = select_stumps(values, faces, max_features=0.2, random_state=seed)
        return [r.stump.feature for r in islice(rounds, 8)]

    assert features(0) == features(0) != features(1)


def test_windows_of_no_weight_are_scored_and_not_learnt() -> None:
    values, faces = windows()
    weights = np.ones(200)
    weights[::3] = 0
    kept = weights > 0
    every = list(islice(select_stumps(values, faces, weights), 5))
    some = list(islice(select_stumps(values[kept], faces[kept], weights[kept]), 5))
    assert [r.stump.threshold for r in every] == [r.stump.threshold for r in some]
    assert (every[-1].weights[::3] == 0).all()
    assert (every[-1].scores[::3] != 0).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"labels": ["face", "wall"]},
            r"labels: needs numbers of shape \(n_windows,\), above",
        ),
        ({"labels": [1, 1, 1]}, "labels: needs windows of both kinds, got 3 of 3"),
        (
            {"labels": [[1, 0, 1]]},
            r"labels: needs numbers of shape \(n_windows,\), .*, got int64 of shape \(1, 3\)",
        ),
        ({"labels": [1, 0]}, "labels: needs 3 as there are windows, got 2"),
        ({"weights": [1.0]}, r"weights: needs shape \(3,\), got shape \(1,\)"),
        ({"weights": [0.0, 1.0, -1.0]}, "weights: needs finite numbers of at least 0"),
        ({"algorithm": "real"}, r"algorithm: needs one of \['discrete', 'gentle'\], got 'real'"),
        ({"max_features": 0.0}, "max_features: needs a share above 0 and up to 1, got 0.0"),
    ],
)
def test_what_does_not_fit_is_refused_at_once(settings: dict, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        select_stumps(**({"values": np.zeros((3, 2)), "labels": [1, 0, 1]} | settings))


@pytest.mark.parametrize("algorithm", ["discrete", "gentle"])
def test_a_threshold_stands_between_neighbours_of_float32(algorithm: str) -> None:
    below = np.nextafter(np.float32(2), np.float32(3))
    values = np.array([[below], [np.nextafter(below, np.float32(3))]])  # rounded, their middle is the second
    found = next(select_stumps(values, np.array([0, 1]), algorithm=algorithm))
    assert found.error == 0
    assert (found.stump.answers(values[:, 0]) > 0).tolist() == [False, True]
