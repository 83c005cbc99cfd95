"""Evaluation of any callable."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EKMAN_SIX, EXPRESSIONS, LabelSet
from lamplit.evaluation.classifier import evaluate_classifier


def faces_showing(numbers: list[int]) -> np.ndarray:
    """Faces whose first pixel holds the class that `read_first_pixel` will name."""
    faces = np.zeros((len(numbers), 4, 4), np.uint8)
    faces[:, 0, 0] = numbers
    return faces


def read_first_pixel(faces: np.ndarray) -> np.ndarray:
    return (np.eye(8, dtype=np.float32) * 0.92 + 0.01)[faces[:, 0, 0]]


def test_the_figures_are_over_all_labels_and_over_the_six() -> None:
    # Neutral is taken for contempt; of the Ekman six, sadness is taken for fear.
    evaluation = evaluate_classifier(read_first_pixel, faces_showing([7, 1, 2, 6]), np.array([0, 1, 2, 3]))
    assert evaluation.metrics.n == 4
    assert evaluation.metrics.accuracy == 0.5
    assert evaluation.six is not None
    assert evaluation.six.labels == EKMAN_SIX
    assert evaluation.six.n == 3
    assert evaluation.six.accuracy == pytest.approx(2 / 3)
    kept = 0.93 / (0.93 + 5 * 0.01)
    wrong = 0.01 / (0.93 + 5 * 0.01)
    assert evaluation.six.log_loss == pytest.approx(-(2 * np.log(kept) + np.log(wrong)) / 3, rel=1e-6)


@pytest.mark.parametrize(("batch_size", "expected"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (64, [5])])
def test_batches_keep_the_order_and_are_reported(batch_size: int, expected: list[int]) -> None:
    numbers = [3, 1, 7, 0, 5]
    asked: list[int] = []
    told: list[int] = []

    def classify(faces: np.ndarray) -> np.ndarray:
        asked.append(len(faces))
        return read_first_pixel(faces)

    evaluation = evaluate_classifier(
        classify, faces_showing(numbers), np.array(numbers), batch_size=batch_size, on_batch=told.append
    )
    assert asked == told == expected
    assert evaluation.probabilities.dtype == np.float32
    assert evaluation.probabilities.argmax(axis=1).tolist() == numbers
    assert evaluation.metrics.accuracy == 1.0


def test_colour_faces_pass_through() -> None:
    evaluation = evaluate_classifier(
        lambda faces: read_first_pixel(faces[..., 0]), np.zeros((2, 4, 4, 3), np.uint8), np.array([0, 1])
    )
    assert evaluation.metrics.accuracy == 0.5


def test_labels_without_the_six_have_no_six() -> None:
    yale = LabelSet("smile", ("normal", "happy"))
    evaluation = evaluate_classifier(
        lambda faces: np.tile([0.75, 0.25], (len(faces), 1)),
        np.zeros((3, 4, 4), np.uint8),
        np.array([0, 0, 1]),
        labels=yale,
    )
    assert evaluation.six is None
    assert evaluation.metrics.labels == yale
    assert evaluation.as_dict()["six"] is None


def test_no_face_of_the_six_has_no_six() -> None:
    evaluation = evaluate_classifier(read_first_pixel, faces_showing([0, 7]), np.array([0, 7]))
    assert evaluation.six is None


def test_the_six_alone_are_their_own_six() -> None:
    evaluation = evaluate_classifier(
        lambda faces: np.full((len(faces), 6), 1 / 6),
        np.zeros((2, 4, 4), np.uint8),
        np.array([0, 3]),
        labels=EKMAN_SIX,
    )
    assert evaluation.six is not None
    assert evaluation.six.log_loss == pytest.approx(np.log(6))
    assert evaluation.metrics.log_loss == evaluation.six.log_loss


def test_as_dict_is_fit_for_json() -> None:
    evaluation = evaluate_classifier(read_first_pixel, faces_showing([1, 2]), np.array([1, 3]))
    plain = json.loads(json.dumps(evaluation.as_dict(), allow_nan=False))
    assert plain["all"]["label_set"] == EXPRESSIONS.name
    assert plain["six"]["n"] == 2


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.zeros((2, 8)), "predict_proba: needs rows of non-negative numbers that sum to 1"),
        (np.full((2, 8), 2.0), "a row 0 that sums to 16"),
        (np.full((2, 7), 1 / 7), r"predict_proba: needs shape \(2, 8\), got shape \(2, 7\)"),
        (np.full((1, 8), 1 / 8), r"needs shape \(2, 8\), got shape \(1, 8\)"),
        (np.full(8, 1 / 8), r"got shape \(8,\)"),
        (np.full((2, 8), np.nan), "predict_proba: needs finite numbers, got nan in row 0"),
        (np.eye(8, dtype=np.uint8)[:2], "predict_proba: needs floating-point numbers, got dtype uint8"),
    ],
)
def test_a_wrong_answer_is_named(answer: np.ndarray, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        evaluate_classifier(lambda faces: answer, faces_showing([0, 1]), np.array([0, 1]))


@pytest.mark.parametrize(
    ("faces", "classes", "batch_size", "message"),
    [
        (faces_showing([0, 1]), np.array([0, -1]), 64, "-1 means no majority: leave those faces out"),
        (faces_showing([0, 1]), np.array([0, 8]), 64, "numbers from 0 to 7"),
        (faces_showing([0, 1]), np.array([0]), 64, r"classes: needs shape \(2,\)"),
        (faces_showing([]), np.zeros(0, int), 64, "at least one face"),
        (faces_showing([0, 1]), np.array([0, 1]), 0, "batch_size: needs at least 1, got 0"),
        (faces_showing([0, 1]) / 255, np.array([0, 1]), 64, r"faces: needs uint8 .* float64"),
        (faces_showing([0, 1])[0], np.array([0, 1]), 64, r"faces: needs uint8 .* got shape \(4, 4\)"),
    ],
)
def test_wrong_inputs_are_refused_before_any_call(
    faces: np.ndarray, classes: np.ndarray, batch_size: int, message: str
) -> None:
    def never(faces: np.ndarray) -> np.ndarray:
        pytest.fail("the classifier was called")

    with pytest.raises(InvalidArgumentError, match=message):
        evaluate_classifier(never, faces, classes, batch_size=batch_size)
