"""The cascade: who answers which face, and what is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import EmptyImageError, InvalidArgumentError
from lamplit.core.labels import EKMAN_SIX
from lamplit.expression import ExpressionClassifier
from lamplit.expression.early_exit import ExpressionCascade, sureness, usual_cascade


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    coarse = np.random.default_rng(0).integers(0, 256, (40, 6, 6), dtype=np.uint8)
    return coarse.repeat(8, axis=1).repeat(8, axis=2)


@pytest.fixture(scope="module")
def classifiers(
    small_weights: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> list[ExpressionClassifier]:
    folder = tmp_path_factory.mktemp("weights")
    return [
        ExpressionClassifier(small_weights(folder, f"net{seed}", seed=seed), threads=1) for seed in range(3)
    ]


@pytest.mark.parametrize("rule", ["probability", "margin"])
def test_every_face_is_answered_by_the_first_that_is_sure(
    rule: str, classifiers: list[ExpressionClassifier], faces: np.ndarray
) -> None:
    each = [classifier.predict_proba(faces) for classifier in classifiers]
    least = [float(np.median(sureness(each[0], rule))), float(np.median(sureness(each[1], rule)))]
    answers = ExpressionCascade(classifiers, least=least, rule=rule).answer(faces)
    assert set(answers.stage.tolist()) == {0, 1, 2}, "faces for each of the three"
    for face in range(len(faces)):
        sure = [sureness(each[k][face : face + 1], rule)[0] >= least[k] for k in (0, 1)]
        expected = 0 if sure[0] else 1 if sure[1] else 2
        assert answers.stage[face] == expected
        np.testing.assert_allclose(answers.probabilities[face], each[expected][face], atol=1e-5)


@pytest.mark.parametrize(("least", "position"), [([0.0, 0.0], 0), ([1.0, 0.0], 1), ([1.0, 1.0], 2)])
def test_thresholds_at_the_ends_ask_one_classifier(
    least: list[float], position: int, classifiers: list[ExpressionClassifier], faces: np.ndarray
) -> None:
    probabilities = ExpressionCascade(classifiers, least=least).predict_proba(faces)
    np.testing.assert_allclose(probabilities, classifiers[position].predict_proba(faces), atol=1e-5)


def test_it_has_the_face_of_a_classifier(classifiers: list[ExpressionClassifier], faces: np.ndarray) -> None:
    cascade = ExpressionCascade(classifiers[:2], least=[0.5])
    assert cascade.labels == classifiers[0].labels
    colour = faces[:4, :, :, None].repeat(3, axis=3)
    np.testing.assert_allclose(cascade.predict_proba(colour), cascade.predict_proba(faces[:4]), atol=1e-3)
    assert cascade.predict_proba(faces[:0]).shape == (0, 8)
    assert cascade.predict_proba(faces).dtype == np.float32
    with pytest.raises(InvalidArgumentError, match="crops: needs a uint8 array"):
        cascade.predict_proba(faces.astype(np.float32))
    with pytest.raises(EmptyImageError, match="at least one pixel"):
        cascade.predict_proba(faces[:, :0])


def test_it_says_what_it_consists_of(classifiers: list[ExpressionClassifier]) -> None:
    told = json.loads(json.dumps(ExpressionCascade(classifiers[:2], least=[0.75]).description))
    assert told["rule"] == "probability"
    assert told["labels"] == list(classifiers[0].labels)
    assert [stage["name"] for stage in told["stages"]] == ["net0", "net1"]
    assert [stage["least"] for stage in told["stages"]] == [0.75, None]
    assert told["stages"][1]["sha256"] == classifiers[1].card.sha256


def test_other_labels_are_refused(
    classifiers: list[ExpressionClassifier], small_weights: Callable[..., Path], tmp_path: Path
) -> None:
    six = ExpressionClassifier(small_weights(tmp_path, "six", labels=EKMAN_SIX), threads=1)
    with pytest.raises(InvalidArgumentError, match=r"the same labels in the same order: .*got six with"):
        ExpressionCascade([classifiers[0], six], least=[0.5])


@pytest.mark.parametrize("least", [[], [0.5, 0.5], [1.1], [-0.1], [float("nan")]])
def test_wrong_thresholds_are_refused(least: list[float], classifiers: list[ExpressionClassifier]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"least: needs 1 in \[0, 1\]"):
        ExpressionCascade(classifiers[:2], least=least)


def test_one_classifier_is_no_cascade(classifiers: list[ExpressionClassifier]) -> None:
    with pytest.raises(InvalidArgumentError, match="classifiers: needs at least two, got 1"):
        ExpressionCascade(classifiers[:1], least=[])


def test_an_unknown_rule_is_refused(classifiers: list[ExpressionClassifier]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"rule: needs one of .*, got 'mood'"):
        ExpressionCascade(classifiers[:2], least=[0.5], rule="mood")


def test_the_usual_cascade_is_the_one_that_was_measured(repository: Path) -> None:
    figures = json.loads((repository / "benchmarks/results/exit_cascade.json").read_text())["figures"]
    stages = usual_cascade(threads=1).description["stages"]
    assert {stage["name"]: stage["sha256"] for stage in stages} == figures["sha256"]
    assert [stage["name"] for stage in stages] == figures["weights"]
    assert stages[0]["least"] == math.ceil(100 * figures["chosen"]["least"][0]) / 100


def test_a_cascade_may_be_part_of_another(classifiers: list[ExpressionClassifier], faces: np.ndarray) -> None:
    inner = ExpressionCascade(classifiers[1:], least=[0.3])
    outer = ExpressionCascade([classifiers[0], inner], least=[0.3])
    flat = ExpressionCascade(classifiers, least=[0.3, 0.3])
    np.testing.assert_allclose(outer.predict_proba(faces), flat.predict_proba(faces), atol=1e-5)
    assert outer.card.name == classifiers[2].card.name


def test_an_answer_needs_what_the_strictest_of_its_networks_asks() -> None:
    cascade = usual_cascade(threads=1)
    for kind in ("easy", "hard", "backlit"):
        asked = [classifier.card.least_probability.of_kind(kind) for classifier in cascade.classifiers]
        assert cascade.card.least_probability.of_kind(kind) == max(asked)
        assert max(asked) > 0
