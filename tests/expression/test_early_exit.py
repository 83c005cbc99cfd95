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


@pytest.mark.parametrize("rule", ["probability", "margin"])
def test_every_face_is_answered_by_the_first_that_is_sure(
    rule: str, three_classifiers: list[ExpressionClassifier], coarse_faces: np.ndarray
) -> None:
    each = [classifier.predict_proba(coarse_faces) for classifier in three_classifiers]
    least = [float(np.median(sureness(each[0], rule))), float(np.median(sureness(each[1], rule)))]
    answers = ExpressionCascade(three_classifiers, least=least, rule=rule).answer(coarse_faces)
    assert set(answers.stage.tolist()) == {0, 1, 2}, "coarse_faces for each of the three"
    for face in range(len(coarse_faces)):
        sure = [sureness(each[k][face : face + 1], rule)[0] >= least[k] for k in (0, 1)]
        expected = 0 if sure[0] else 1 if sure[1] else 2
        assert answers.stage[face] == expected
        np.testing.assert_allclose(answers.probabilities[face], each[expected][face], atol=1e-5)


@pytest.mark.parametrize(("least", "position"), [([0.0, 0.0], 0), ([1.0, 0.0], 1), ([1.0, 1.0], 2)])
def test_thresholds_at_the_ends_ask_one_classifier(
    least: list[float], position: int, three_classifiers: list[ExpressionClassifier], coarse_faces: np.ndarray
) -> None:
    probabilities = ExpressionCascade(three_classifiers, least=least).predict_proba(coarse_faces)
    np.testing.assert_allclose(
        probabilities, three_classifiers[position].predict_proba(coarse_faces), atol=1e-5
    )


def test_it_has_the_face_of_a_classifier(
    three_classifiers: list[ExpressionClassifier], coarse_faces: np.ndarray
) -> None:
    cascade = ExpressionCascade(three_classifiers[:2], least=[0.5])
    assert cascade.labels == three_classifiers[0].labels
    colour = coarse_faces[:4, :, :, None].repeat(3, axis=3)
    np.testing.assert_allclose(
        cascade.predict_proba(colour), cascade.predict_proba(coarse_faces[:4]), atol=1e-3
    )
    assert cascade.predict_proba(coarse_faces[:0]).shape == (0, 8)
    assert cascade.predict_proba(coarse_faces).dtype == np.float32
    with pytest.raises(InvalidArgumentError, match="crops: needs a uint8 array"):
        cascade.predict_proba(coarse_faces.astype(np.float32))
    with pytest.raises(EmptyImageError, match="at least one pixel"):
        cascade.predict_proba(coarse_faces[:, :0])


def test_it_says_what_it_consists_of(three_classifiers: list[ExpressionClassifier]) -> None:
    told = json.loads(json.dumps(ExpressionCascade(three_classifiers[:2], least=[0.75]).description))
    assert told["rule"] == "probability"
    assert told["labels"] == list(three_classifiers[0].labels)
    assert [stage["name"] for stage in told["stages"]] == ["net0", "net1"]
    assert [stage["least"] for stage in told["stages"]] == [0.75, None]
    assert told["stages"][1]["sha256"] == three_classifiers[1].card.sha256


def test_other_labels_are_refused(
    three_classifiers: list[ExpressionClassifier], small_weights: Callable[..., Path], tmp_path: Path
) -> None:
    six = ExpressionClassifier(small_weights(tmp_path, "six", labels=EKMAN_SIX), threads=1)
    with pytest.raises(InvalidArgumentError, match=r"the same labels in the same order: .*got six with"):
        ExpressionCascade([three_classifiers[0], six], least=[0.5])


@pytest.mark.parametrize("least", [[], [0.5, 0.5], [1.1], [-0.1], [float("nan")]])
def test_wrong_thresholds_are_refused(
    least: list[float], three_classifiers: list[ExpressionClassifier]
) -> None:
    with pytest.raises(InvalidArgumentError, match=r"least: needs 1 in \[0, 1\]"):
        ExpressionCascade(three_classifiers[:2], least=least)


def test_one_classifier_is_no_cascade(three_classifiers: list[ExpressionClassifier]) -> None:
    with pytest.raises(InvalidArgumentError, match="classifiers: needs at least two, got 1"):
        ExpressionCascade(three_classifiers[:1], least=[])


def test_an_unknown_rule_is_refused(three_classifiers: list[ExpressionClassifier]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"rule: needs one of .*, got 'mood'"):
        ExpressionCascade(three_classifiers[:2], least=[0.5], rule="mood")


def test_the_usual_cascade_is_the_one_that_was_measured(repository: Path) -> None:
    figures = json.loads((repository / "benchmarks/results/exit_cascade.json").read_text())["figures"]
    stages = usual_cascade(threads=1).description["stages"]
    assert {stage["name"]: stage["sha256"] for stage in stages} == figures["sha256"]
    assert [stage["name"] for stage in stages] == figures["weights"]
    assert stages[0]["least"] == math.ceil(100 * figures["chosen"]["least"][0]) / 100


def test_a_cascade_may_be_part_of_another(
    three_classifiers: list[ExpressionClassifier], coarse_faces: np.ndarray
) -> None:
    inner = ExpressionCascade(three_classifiers[1:], least=[0.3])
    outer = ExpressionCascade([three_classifiers[0], inner], least=[0.3])
    flat = ExpressionCascade(three_classifiers, least=[0.3, 0.3])
    np.testing.assert_allclose(outer.predict_proba(coarse_faces), flat.predict_proba(coarse_faces), atol=1e-5)
    assert outer.card.name == three_classifiers[2].card.name


def test_an_answer_needs_what_the_strictest_of_its_networks_asks() -> None:
    cascade = usual_cascade(threads=1)
    for kind in ("easy", "hard", "backlit"):
        asked = [classifier.card.least_probability.of_kind(kind) for classifier in cascade.classifiers]
        assert cascade.card.least_probability.of_kind(kind) == max(asked)
        assert max(asked) > 0
