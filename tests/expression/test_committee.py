"""The committee: the mean of what its members say, and what they must share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lamplit.analysis import Analyzer
from lamplit.core.errors import EmptyImageError, InvalidArgumentError
from lamplit.core.labels import EKMAN_SIX
from lamplit.expression import ExpressionClassifier
from lamplit.expression.committee import ExpressionCommittee, usual_committee
from lamplit.expression.early_exit import ExpressionCascade
from lamplit.imaging.images import read_image
from lamplit.weights.registry import SIZES


def test_every_member_counts_alike(
    three_classifiers: list[ExpressionClassifier], coarse_faces: np.ndarray
) -> None:
    one, two, three = (classifier.predict_proba(coarse_faces) for classifier in three_classifiers)
    assert np.abs(one - two).max() > 0.01
    found = ExpressionCommittee(three_classifiers).predict_proba(coarse_faces)
    np.testing.assert_allclose(found, (one + two + three) / 3, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (found.shape, found.dtype) == ((40, 8), np.float32)


def test_it_has_the_face_of_a_classifier(
    three_classifiers: list[ExpressionClassifier], coarse_faces: np.ndarray
) -> None:
    committee = ExpressionCommittee(three_classifiers[:2])
    assert committee.labels == three_classifiers[0].labels
    colour = coarse_faces[:4, :, :, None].repeat(3, axis=3)
    np.testing.assert_allclose(
        committee.predict_proba(colour), committee.predict_proba(coarse_faces[:4]), atol=1e-3
    )
    assert committee.predict_proba(coarse_faces[:0]).shape == (0, 8)
    with pytest.raises(InvalidArgumentError, match="crops: needs a uint8 array"):
        committee.predict_proba(coarse_faces.astype(np.float32))
    with pytest.raises(EmptyImageError, match="at least one pixel"):
        committee.predict_proba(coarse_faces[:, :0])
    cascade = ExpressionCascade([three_classifiers[0], committee], least=[1.0])
    np.testing.assert_allclose(
        cascade.predict_proba(coarse_faces), committee.predict_proba(coarse_faces), atol=1e-5
    )


def test_it_says_what_it_consists_of(three_classifiers: list[ExpressionClassifier]) -> None:
    told = json.loads(json.dumps(ExpressionCommittee(three_classifiers[:2]).description))
    assert told["labels"] == list(three_classifiers[0].labels)
    assert [member["name"] for member in told["members"]] == ["net0", "net1"]
    assert told["members"][1]["sha256"] == three_classifiers[1].card.sha256


def test_other_labels_and_too_few_members_are_refused(
    three_classifiers: list[ExpressionClassifier], small_weights: Callable[..., Path], tmp_path: Path
) -> None:
    six = ExpressionClassifier(small_weights(tmp_path, "six", labels=EKMAN_SIX), threads=1)
    with pytest.raises(InvalidArgumentError, match=r"the same labels in the same order: .*got six with"):
        ExpressionCommittee([three_classifiers[0], six])
    with pytest.raises(InvalidArgumentError, match="classifiers: needs at least two, got 1"):
        ExpressionCommittee(three_classifiers[:1])


def test_the_usual_committee_has_one_of_each_size_and_takes_the_largest_crops() -> None:
    committee = usual_committee(threads=1)
    assert [member["name"] for member in committee.description["members"]] == list(SIZES.values())
    cards = [classifier.card for classifier in committee.classifiers]
    assert committee.card.input_size == max(card.input_size for card in cards) > cards[0].input_size
    for kind in ("easy", "hard", "backlit"):
        asked = [card.least_probability.of_kind(kind) for card in cards]
        assert committee.card.least_probability.of_kind(kind) == max(asked)


def test_an_analyzer_reads_a_photo_with_it(repository: Path) -> None:
    photo = read_image(repository / "examples" / "eileen-collins.jpg")
    (face,) = Analyzer(weights="committee", threads=1).analyze(photo)
    (alone,) = Analyzer(weights="base", threads=1).analyze(photo)
    assert face.expression == "happiness"
    assert face.distribution != alone.distribution
