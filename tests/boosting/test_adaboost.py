"""AdaBoost: scikit-learn's error path, the formulas by hand, and what it says of itself."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import AdaBoostClassifier as ScikitLearns
from sklearn.tree import DecisionTreeClassifier

from lamplit.boosting import AdaBoostClassifier
from lamplit.boosting.algorithms import ALGORITHMS, next_weights
from lamplit.boosting.drawing import drawn_features
from lamplit.core.errors import InvalidArgumentError


def problem(n_classes: int = 2, n: int = 240, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping classes on 30 features; continuous values, so that no two splits are equally good."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 30)).astype(np.float32)
    bounds = np.linspace(-2, 2, n_classes + 1)[1:-1]
    return values, np.digitize(values[:, :4].sum(axis=1) + rng.normal(size=n), bounds)


def uneven(n: int) -> np.ndarray:
    """Weights under which no two splits are equally good in the first round either."""
    return np.random.default_rng(9).uniform(0.5, 1.5, n)


@pytest.mark.parametrize("max_depth", [1, 2])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("learning_rate", [1.0, 0.5])
def test_rounds_and_errors_are_scikit_learns(max_depth: int, n_classes: int, learning_rate: float) -> None:
    values, classes = problem(n_classes)
    held_out, truth = problem(n_classes, seed=1)
    ours = AdaBoostClassifier(40, max_depth=max_depth, learning_rate=learning_rate)
    stump = DecisionTreeClassifier(max_depth=max_depth)
    theirs = ScikitLearns(stump, n_estimators=40, learning_rate=learning_rate, random_state=0)
    ours.fit(values, classes, uneven(240))
    theirs.fit(values, classes, uneven(240))
    roots = [trees[0].feature[0] for trees in ours.estimators_]
    assert roots == [tree.tree_.feature[0] for tree in theirs.estimators_]
    np.testing.assert_allclose(ours.estimator_errors_, theirs.estimator_errors_, rtol=1e-9)
    np.testing.assert_allclose(ours.estimator_weights_, theirs.estimator_weights_, rtol=1e-9)
    # Deep in a tree two features may part the same few samples: equal in training, not on others.
    for x, y in [(values, classes), (held_out, truth)][: 3 - max_depth]:
        np.testing.assert_array_equal(list(ours.staged_score(x, y)), list(theirs.staged_score(x, y)))
        np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))


def test_no_error_ends_it_as_in_scikit_learn() -> None:
    values, classes = np.array([[0.0], [1.0], [2.0]]), [0, 1, 1]
    ours, theirs = (
        AdaBoostClassifier(9).fit(values, classes),
        ScikitLearns(n_estimators=9).fit(values, classes),
    )
    assert len(ours.estimators_) == len(theirs.estimators_) == 1
    assert (ours.estimator_errors_.tolist(), ours.estimator_weights_.tolist()) == ([0.0], [1.0])


def test_chance_leaves_an_even_answer() -> None:
    model = AdaBoostClassifier(9).fit([[0.0], [0.0]], ["a", "b"])
    assert model.estimators_ == []
    assert model.predict_proba([[5.0]]).tolist() == [[0.5, 0.5]]
    assert model.predict([[5.0]]).tolist() == ["a"]
    assert model.feature_importances_.tolist() == [0.0]


def test_discrete_scores_by_hand() -> None:
    # The best stump errs on one sample of five: alpha = log 4, and half of it is added or taken away.
    values, classes = np.array([[0.0], [1.0], [2.0], [3.0], [4.0]]), [0, 0, 1, 0, 1]
    model = AdaBoostClassifier(1).fit(values, classes)
    assert model.estimator_errors_[0] == pytest.approx(0.2)
    np.testing.assert_allclose(np.abs(model.decision_function(values)), np.log(4) / 2)
    np.testing.assert_allclose(np.sort(model.predict_proba(values)[0]), [0.2, 0.8])


def test_real_scores_by_hand() -> None:
    values, classes = np.array([[0.0]] * 4 + [[1.0]] * 4), [0, 0, 0, 1, 1, 1, 0, 1]
    model = AdaBoostClassifier(1, algorithm="real").fit(values, classes)
    np.testing.assert_allclose(model.decision_function([[0.0], [1.0]]), [-np.log(3) / 2, np.log(3) / 2])
    np.testing.assert_allclose(model.predict_proba([[0.0]]), [[0.75, 0.25]])


def test_real_scores_of_three_classes_by_hand() -> None:
    values, classes = np.array([[0.0]] * 4 + [[1.0]] * 2), [0, 0, 1, 2, 2, 2]
    model = AdaBoostClassifier(1, algorithm="real").fit(values, classes)
    np.testing.assert_allclose(model.predict_proba([[0.0]]), [[0.5, 0.25, 0.25]])


def test_gentle_scores_by_hand() -> None:
    values, classes = np.array([[0.0]] * 4 + [[1.0]] * 4), [0, 0, 0, 1, 1, 1, 0, 1]
    model = AdaBoostClassifier(2, algorithm="gentle").fit(values, classes)
    first, both = (scores[0] for scores in model.staged_decision_function([[0.0]]))
    assert first == pytest.approx(-0.5)
    # Weights after the first round: exp(-0.5) for the three that are right, exp(0.5) for the other.
    right, wrong = 3 * np.exp(-0.5), np.exp(0.5)
    assert both == pytest.approx(-0.5 + (wrong - right) / (wrong + right))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_every_algorithm_learns(algorithm: str, n_classes: int) -> None:
    values, classes = problem(n_classes)
    names = np.array(["angry", "calm", "dark"])[classes]
    held_out, truth = problem(n_classes, seed=1)
    model = AdaBoostClassifier(60, algorithm=algorithm).fit(values, names)
    scores = list(model.staged_score(values, names))
    assert scores[-1] > max(0.9 if n_classes == 2 else 0.75, scores[0])
    assert model.score(held_out, np.array(["angry", "calm", "dark"])[truth]) > (
        0.7 if n_classes == 2 else 0.5
    )
    probabilities = list(model.staged_predict_proba(held_out))
    np.testing.assert_allclose(probabilities[-1].sum(axis=1), 1.0)
    np.testing.assert_array_equal(probabilities[-1], model.predict_proba(held_out))
    np.testing.assert_array_equal(model.classes_[probabilities[-1].argmax(axis=1)], model.predict(held_out))
    assert model.feature_importances_[:4].sum() > 0.5


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_real_and_gentle_lower_the_exponential_loss(algorithm: str) -> None:
    values, classes = problem()
    model = AdaBoostClassifier(30, algorithm=algorithm).fit(values, classes)
    signs = 2 * classes - 1
    losses = [np.exp(-signs * scores).mean() for scores in model.staged_decision_function(values)]
    assert (np.diff(losses) < 0).all()
    assert losses[0] < 1


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_samples_of_no_weight_do_not_count(algorithm: str) -> None:
    values, classes = problem(3)
    kept = np.arange(len(classes)) % 4 > 0
    weighted = AdaBoostClassifier(10, algorithm=algorithm).fit(values, classes, kept * uneven(240))
    without = AdaBoostClassifier(10, algorithm=algorithm).fit(values[kept], classes[kept], uneven(240)[kept])
    np.testing.assert_allclose(weighted.decision_function(values), without.decision_function(values))


def test_drawn_features_follow_the_seed() -> None:
    values, classes = problem()

    def roots(seed: int) -> list[int]:
        model = AdaBoostClassifier(10, max_features=0.2, random_state=seed).fit(values, classes)
        return [int(trees[0].feature[0]) for trees in model.estimators_]

    assert roots(0) == roots(0) != roots(1)


def test_threads_do_not_change_the_model() -> None:
    values, classes = problem()
    one = AdaBoostClassifier(5).fit(values, classes)
    two = AdaBoostClassifier(5, n_jobs=2).fit(values, classes)
    np.testing.assert_array_equal(one.decision_function(values), two.decision_function(values))


def test_float16_is_not_copied_to_float32() -> None:
    values, classes = problem()
    half = values.astype(np.float16)
    model = AdaBoostClassifier(5).fit(half, classes)
    np.testing.assert_array_equal(model.predict(half), model.predict(half.astype(np.float32)))


def test_weights_that_overflow_end_it() -> None:
    assert next_weights(np.array([np.inf, 1.0]), np.zeros(2, bool)) is None
    kept = next_weights(np.array([1.0, 1e-300, 0.0]), np.array([False, False, True]))
    assert kept is not None
    assert kept[1] == np.finfo(float).eps
    assert kept[2] == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_estimators": 0}, "n_estimators: needs a whole number of at least 1, got 0"),
        ({"algorithm": "SAMME"}, r"algorithm: needs one of \['discrete', 'real', 'gentle'\], got 'SAMME'"),
        ({"max_depth": None}, "max_depth: needs a whole number of at least 1, got None"),
        ({"learning_rate": 0.0}, "learning_rate: needs a finite number above 0, got 0.0"),
        ({"n_jobs": 0}, "n_jobs: needs a whole number of at least 1, got 0"),
        ({"max_features": 1.5}, "max_features: needs a share above 0 and up to 1, got 1.5"),
        ({"max_features": 31}, "max_features: needs a whole number of at least 1 and at most 30, got 31"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        AdaBoostClassifier(**settings).fit(*problem())


def test_one_class_is_refused() -> None:
    with pytest.raises(
        InvalidArgumentError, match="y: needs labels of at least two classes, got one class, 7"
    ):
        AdaBoostClassifier().fit([[0.0], [1.0]], [7, 7])


def test_no_weight_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match=r"(?i)sample.weight"):
        AdaBoostClassifier().fit([[0.0], [1.0]], [0, 1], [0.0, 0.0])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_one_class_with_weight_is_the_answer(algorithm: str) -> None:
    model = AdaBoostClassifier(3, algorithm=algorithm).fit([[0.0], [1.0]], ["a", "b"], [0.0, 1.0])
    assert model.predict([[0.0], [1.0]]).tolist() == ["b", "b"]


def test_all_features_need_no_draw() -> None:
    assert drawn_features(None, 5, np.random.default_rng(0)) is None
    assert sorted(drawn_features(5, 5, np.random.default_rng(0)).tolist()) == [0, 1, 2, 3, 4]
