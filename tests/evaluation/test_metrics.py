"""Metrics against hand-derived cases and against scikit-learn."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics
from sklearn.calibration import calibration_curve

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EKMAN_SIX, EXPRESSIONS, LabelSet
from lamplit.evaluation.metrics import (
    ClassScores,
    bootstrap_interval,
    classification_metrics,
    reliability_bins,
    restricted,
)

THREE = LabelSet("three", ("a", "b", "c"))

# Predictions a, b, b, a; truth a, a, b, b: label c is neither true nor named.
PROBABILITIES = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.6, 0.3], [0.5, 0.25, 0.25]])
CLASSES = np.array([0, 0, 1, 1])


@pytest.fixture
def random_case() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    logits = rng.normal(size=(400, 8))
    classes = rng.choice(8, size=400, p=[0.4, 0.25, 0.15, 0.1, 0.06, 0.03, 0.01, 0.0])
    logits[np.arange(400), classes] += 1.5
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return probabilities.astype(np.float32), classes


class TestByHand:
    def test_overall_figures(self) -> None:
        metrics = classification_metrics(PROBABILITIES, CLASSES, THREE)
        assert metrics.n == 4
        assert metrics.accuracy == 0.5
        assert metrics.macro_f1 == pytest.approx((0.5 + 0.5 + 0.0) / 3)
        assert metrics.log_loss == pytest.approx(-math.log(0.8 * 0.2 * 0.6 * 0.25) / 4)

    def test_classes_without_any_face_count_as_zero(self) -> None:
        metrics = classification_metrics(PROBABILITIES, CLASSES, THREE)
        assert metrics.classes[0] == ClassScores(label="a", precision=0.5, recall=0.5, f1=0.5, support=2)
        assert metrics.classes[2] == ClassScores(label="c", precision=0.0, recall=0.0, f1=0.0, support=0)

    def test_confusion_has_true_labels_in_rows(self) -> None:
        metrics = classification_metrics(PROBABILITIES[:3], CLASSES[:3], THREE)
        assert metrics.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
        assert metrics.confusion.dtype == np.int64

    def test_calibration_error(self) -> None:
        # Each face is alone in its bin: 0.8 right, 0.7 wrong, 0.6 right, 0.5 wrong.
        metrics = classification_metrics(PROBABILITIES, CLASSES, THREE)
        assert metrics.calibration_error == pytest.approx((0.2 + 0.7 + 0.4 + 0.5) / 4)

    def test_certain_and_wrong_costs_the_clipped_loss(self) -> None:
        metrics = classification_metrics(np.array([[1.0, 0.0, 0.0]]), np.array([1]), THREE)
        assert metrics.log_loss == pytest.approx(36.0437, abs=1e-3)

    def test_certain_and_right_is_calibrated(self) -> None:
        metrics = classification_metrics(np.eye(3, dtype=np.float32), np.arange(3), THREE)
        assert (metrics.accuracy, metrics.macro_f1, metrics.calibration_error) == (1.0, 1.0, 0.0)
        assert metrics.log_loss == pytest.approx(0.0, abs=1e-12)

    def test_rows_are_divided_by_their_sums(self) -> None:
        rough = classification_metrics(PROBABILITIES * 1.0005, CLASSES, THREE)
        assert rough.log_loss == pytest.approx(-math.log(0.8 * 0.2 * 0.6 * 0.25) / 4)

    def test_the_probabilities_given_stay_as_they_are(self) -> None:
        given = PROBABILITIES * 1.0005
        before = given.copy()
        classification_metrics(given, CLASSES, THREE)
        np.testing.assert_array_equal(given, before)


class TestAgainstScikitLearn:
    def test_overall_figures(self, random_case: tuple[np.ndarray, np.ndarray]) -> None:
        probabilities, classes = random_case
        predicted = probabilities.argmax(axis=1)
        metrics = classification_metrics(probabilities, classes, EXPRESSIONS)
        assert metrics.accuracy == pytest.approx(sklearn_metrics.accuracy_score(classes, predicted))
        expected_f1 = sklearn_metrics.f1_score(
            classes, predicted, labels=range(8), average="macro", zero_division=0.0
        )
        assert metrics.macro_f1 == pytest.approx(expected_f1)
        # By the definition, because the loss itself comes from scikit-learn.
        true_probability = probabilities[np.arange(400), classes].astype(np.float64)
        assert metrics.log_loss == pytest.approx(-np.log(true_probability).mean(), abs=1e-6)

    def test_every_class(self, random_case: tuple[np.ndarray, np.ndarray]) -> None:
        probabilities, classes = random_case
        predicted = probabilities.argmax(axis=1)
        for number, scores in enumerate(classification_metrics(probabilities, classes, EXPRESSIONS).classes):
            hits = int(((predicted == number) & (classes == number)).sum())
            named, support = int((predicted == number).sum()), int((classes == number).sum())
            assert scores.label == EXPRESSIONS[number]
            assert scores.support == support
            assert scores.precision == pytest.approx(hits / named if named else 0.0)
            assert scores.recall == pytest.approx(hits / support if support else 0.0)
            assert scores.f1 == pytest.approx(2 * hits / (named + support) if named + support else 0.0)

    def test_reliability_agrees_with_the_calibration_curve(self) -> None:
        rng = np.random.default_rng(5)
        top = rng.uniform(0.5, 1.0, size=500)
        correct = rng.random(500) < top
        bins = reliability_bins(np.stack([top, 1 - top], axis=1), np.where(correct, 0, 1), n_bins=10)
        accuracy, confidence = calibration_curve(correct, top, n_bins=10)
        filled = bins.count > 0
        np.testing.assert_allclose(bins.accuracy[filled], accuracy)
        np.testing.assert_allclose(bins.confidence[filled], confidence)


class TestReliabilityBins:
    def test_a_bin_holds_its_upper_edge(self) -> None:
        probabilities = np.array([[0.75, 0.25], [0.7500001, 0.2499999], [0.5, 0.5], [1.0, 0.0]])
        bins = reliability_bins(probabilities, np.array([0, 0, 1, 1]), n_bins=4)
        assert bins.count.tolist() == [0, 1, 1, 2]
        assert bins.accuracy[1:].tolist() == [0.0, 1.0, 0.5]

    def test_empty_bins_are_nan_and_become_none(self) -> None:
        bins = reliability_bins(np.array([[0.9, 0.1]]), np.array([0]), n_bins=2)
        assert math.isnan(bins.accuracy[0])
        assert bins.as_dict() == {"confidence": [None, 0.9], "accuracy": [None, 1.0], "count": [0, 1]}

    def test_one_bin_compares_the_means(self) -> None:
        bins = reliability_bins(PROBABILITIES, CLASSES, n_bins=1)
        assert bins.calibration_error == pytest.approx(abs(0.5 - (0.8 + 0.7 + 0.6 + 0.5) / 4))

    def test_no_bin_is_refused(self) -> None:
        with pytest.raises(InvalidArgumentError, match="n_bins: needs at least one bin, got 0"):
            reliability_bins(PROBABILITIES, CLASSES, n_bins=0)

    def test_a_flat_list_is_refused(self) -> None:
        with pytest.raises(InvalidArgumentError, match=r"probabilities: needs shape .* got shape \(3,\)"):
            reliability_bins(np.array([0.2, 0.3, 0.5]), np.array([0]))


class TestRestricted:
    def test_the_six_by_hand(self) -> None:
        probabilities = np.array(
            [
                [0.5, 0.2, 0.05, 0.05, 0.1, 0.05, 0.05, 0.0],  # anger
                [0.9, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],  # neutral: left out
                [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0],  # surprise, but contempt is certain
            ]
        )
        kept, classes = restricted(probabilities, np.array([4, 0, 2]), within=EXPRESSIONS, to=EKMAN_SIX)
        assert classes.tolist() == [EKMAN_SIX.index("anger"), EKMAN_SIX.index("surprise")] == [0, 5]
        np.testing.assert_allclose(kept[0], [0.2, 0.1, 0.1, 0.4, 0.1, 0.1])
        np.testing.assert_allclose(kept[1], np.full(6, 1 / 6))

    def test_to_the_same_labels_changes_nothing(self) -> None:
        kept, classes = restricted(PROBABILITIES, CLASSES, within=THREE, to=THREE)
        np.testing.assert_allclose(kept, PROBABILITIES)
        np.testing.assert_array_equal(classes, CLASSES)

    def test_rows_sum_to_one(self, random_case: tuple[np.ndarray, np.ndarray]) -> None:
        kept, classes = restricted(*random_case, within=EXPRESSIONS, to=EKMAN_SIX)
        np.testing.assert_allclose(kept.sum(axis=1), 1.0)
        assert len(kept) == len(classes) == int((random_case[1] != 0).sum())

    def test_nothing_may_be_left(self) -> None:
        kept, classes = restricted(PROBABILITIES, CLASSES, within=THREE, to=LabelSet("c", ("c",)))
        assert kept.shape == (0, 1)
        assert classes.shape == (0,)

    def test_an_unknown_label_is_refused(self) -> None:
        with pytest.raises(InvalidArgumentError, match=r"a set with \['d'\]"):
            restricted(PROBABILITIES, CLASSES, within=THREE, to=LabelSet("two", ("a", "d")))


class TestBootstrapInterval:
    def test_matches_the_normal_approximation(self) -> None:
        correct = np.arange(1000) < 800
        interval = bootstrap_interval(correct, rng=np.random.default_rng(1))
        half = 1.96 * math.sqrt(0.8 * 0.2 / 1000)
        assert interval.low == pytest.approx(0.8 - half, abs=0.002)
        assert interval.high == pytest.approx(0.8 + half, abs=0.002)

    def test_matches_resampling_of_faces(self) -> None:
        correct = np.arange(200) < 150
        rng = np.random.default_rng(2)
        means = correct[rng.integers(0, 200, size=(4000, 200))].mean(axis=1)
        interval = bootstrap_interval(correct, rng=rng)
        assert interval.low == pytest.approx(np.quantile(means, 0.025), abs=0.01)
        assert interval.high == pytest.approx(np.quantile(means, 0.975), abs=0.01)

    def test_the_same_generator_gives_the_same_interval(self) -> None:
        correct = np.arange(50) < 31
        assert bootstrap_interval(correct, rng=np.random.default_rng(3)) == bootstrap_interval(
            correct, rng=np.random.default_rng(3)
        )

    def test_a_wider_level_is_a_wider_interval(self) -> None:
        correct = np.arange(50) < 31
        narrow = bootstrap_interval(correct, rng=np.random.default_rng(3), level=0.5)
        wide = bootstrap_interval(correct, rng=np.random.default_rng(3), level=0.99)
        assert wide.low < narrow.low < narrow.high < wide.high

    def test_whole_people_are_drawn(self) -> None:
        # Ten people with five faces each, all right or all wrong: fifty faces say no more than ten.
        by_person = np.arange(10) < 8
        faces, people = by_person.repeat(5), np.arange(10).repeat(5).tolist()
        alone = bootstrap_interval(by_person, rng=np.random.default_rng(3))
        together = bootstrap_interval(faces, rng=np.random.default_rng(3), people=people)
        assert (together.low, together.high) == pytest.approx((alone.low, alone.high), abs=0.051)
        assert bootstrap_interval(faces, rng=np.random.default_rng(3)).low > together.low + 0.1

    def test_people_may_have_unlike_numbers_of_faces(self) -> None:
        # Only four draws: a a, a b, b a, b b, with the accuracies 1, 1/3, 1/3 and 0.
        interval = bootstrap_interval(
            np.array([True, False, False]), rng=np.random.default_rng(0), people=["a", "b", "b"], level=0.4
        )
        assert (interval.low, interval.high) == pytest.approx((1 / 3, 1 / 3))

    def test_the_report_takes_the_generator(self) -> None:
        first, again, other = (
            classification_metrics(
                np.tile(PROBABILITIES, (50, 1)), np.tile(CLASSES, 50), THREE, rng=np.random.default_rng(seed)
            ).accuracy_interval
            for seed in (1, 1, 2)
        )
        assert first == again
        assert 0.40 < first.low < 0.5 < first.high < 0.60
        assert 0.40 < other.low < 0.5 < other.high < 0.60

    @pytest.mark.parametrize(
        ("correct", "options", "message"),
        [
            (np.zeros(0, bool), {}, "correct: needs a row of at least one truth value"),
            (np.zeros((2, 2), bool), {}, r"got shape \(2, 2\), dtype bool"),
            (np.ones(3), {}, "dtype float64"),
            (np.ones(3, bool), {"n_resamples": 0}, "n_resamples: needs at least one, got 0"),
            (np.ones(3, bool), {"people": ["a"]}, "people: needs one for each of 3 faces, got 1"),
            (np.ones(3, bool), {"level": 1.0}, "level: needs a number between 0 and 1, got 1.0"),
        ],
    )
    def test_bad_arguments(self, correct: np.ndarray, options: dict[str, Any], message: str) -> None:
        with pytest.raises(InvalidArgumentError, match=message):
            bootstrap_interval(correct, rng=np.random.default_rng(0), **options)


class TestAsDict:
    def test_survives_json_without_nan(self) -> None:
        plain = classification_metrics(PROBABILITIES, CLASSES, THREE).as_dict()
        assert json.loads(json.dumps(plain, allow_nan=False)) == plain
        assert plain["label_set"] == "three"
        assert plain["confusion"] == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
        assert sum(plain["bins"]["count"]) == 4


@pytest.mark.parametrize(
    ("probabilities", "classes", "message"),
    [
        (PROBABILITIES[:, :2], CLASSES, r"probabilities: needs shape \(n_faces, 3\), got shape \(4, 2\)"),
        (PROBABILITIES[0], CLASSES, r"got shape \(3,\)"),
        (np.eye(3, dtype=np.int64), np.arange(3), "floating-point numbers, got dtype int64"),
        (PROBABILITIES, CLASSES[:3], r"classes: needs shape \(4,\), got shape \(3,\)"),
        (PROBABILITIES, CLASSES.astype(np.float64), "classes: needs whole numbers, got dtype float64"),
        (PROBABILITIES, CLASSES.astype(bool), "classes: needs whole numbers, got dtype bool"),
        (
            PROBABILITIES,
            np.array([0, 3, 1, 1]),
            "numbers from 0 to 2, got 1 of 4 outside, the first being 3$",
        ),
        (PROBABILITIES, np.array([0, -1, 1, -1]), r"got 2 of 4 outside, .*\(-1 means no majority"),
        (np.zeros((0, 3)), np.zeros(0, int), "classes: needs at least one face, got none"),
        (PROBABILITIES * 2, CLASSES, "sum to 1, got a row 0 that sums to 2 .* softmax"),
        (np.array([[1.2, -0.2, 0.0]]), np.array([0]), "non-negative numbers .* minimum of -0.2"),
        (np.array([[np.nan, 0.5, 0.5]]), np.array([0]), "finite numbers, got nan in row 0"),
        (np.array([[0.5, np.inf, 0.5]]), np.array([0]), "finite numbers, got inf in row 0"),
    ],
)
def test_bad_predictions(probabilities: np.ndarray, classes: np.ndarray, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        classification_metrics(probabilities, classes, THREE)


def test_one_label_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="labels: needs at least two labels, got one"):
        classification_metrics(np.ones((2, 1)), np.zeros(2, int), LabelSet("one", ("a",)))
