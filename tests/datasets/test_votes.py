from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets import Distribution, Majority
from lamplit.datasets.votes import N_EXPRESSIONS, NO_MAJORITY, drop_single_votes

ballots = npst.arrays(np.int64, st.tuples(st.integers(0, 6), st.just(10)), elements=st.integers(0, 10))


def ballot(**counts: int) -> np.ndarray:
    names = (*EXPRESSIONS, "unknown", "not_a_face")
    assert set(counts) <= set(names)
    return np.array([[counts.get(name, 0) for name in names]])


def test_single_votes_are_dropped_and_others_stay() -> None:
    votes = np.array([[0, 1, 2, 10, 1, 0, 1, 1, 1, 1]])
    assert drop_single_votes(votes).tolist() == [[0, 0, 2, 10, 0, 0, 0, 0, 0, 0]]
    assert votes[0, 1] == 1, "the votes of the caller are left as they are"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"neutral": 10}, "neutral"),
        ({"contempt": 6, "anger": 4}, "contempt"),
        ({"fear": 5, "surprise": 5}, None),  # half is not more than half
        ({"fear": 5, "surprise": 4, "anger": 1}, "fear"),  # 5 of 9, after the single vote is dropped
        ({"sadness": 4, "neutral": 3, "anger": 2, "fear": 1}, None),  # the most, but 4 of 9
        ({"happiness": 5, "unknown": 5}, None),  # unknown counts in the sum
        ({"happiness": 4, "unknown": 3, "not_a_face": 3}, None),
        ({"happiness": 6, "not_a_face": 4}, "happiness"),
        ({"unknown": 8, "anger": 2}, None),  # and never wins
        ({"not_a_face": 10}, None),
        ({"neutral": 2}, "neutral"),
        ({"neutral": 1, "anger": 1, "fear": 1}, None),  # nothing is left
        ({}, None),
    ],
)
def test_majority_by_hand(counts: dict[str, int], expected: str | None) -> None:
    (found,) = Majority().classes(ballot(**counts))
    assert found == (NO_MAJORITY if expected is None else EXPRESSIONS.index(expected))


def test_distribution_is_the_share_among_the_expressions() -> None:
    (shares,) = Distribution().probabilities(ballot(neutral=6, sadness=2, anger=1, unknown=2, not_a_face=3))
    assert shares.tolist() == [0.75, 0, 0, 0.25, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [({"neutral": 2}, True), ({"neutral": 1, "fear": 1, "unknown": 8}, False), ({"not_a_face": 10}, False)],
)
def test_a_face_without_two_votes_for_an_expression_has_no_distribution(
    counts: dict[str, int], expected: bool
) -> None:
    assert Distribution().usable(ballot(**counts)).tolist() == [expected]
    assert Distribution().probabilities(ballot(**counts)).sum() == float(expected)


def test_protocols_have_the_names_that_cards_and_reports_use() -> None:
    assert (Majority().name, Distribution().name) == ("majority", "distribution")


@settings(deadline=None)
@given(ballots)
def test_probabilities_sum_to_one_where_usable_and_to_nothing_elsewhere(votes: np.ndarray) -> None:
    shares, usable = Distribution().probabilities(votes), Distribution().usable(votes)
    assert (shares.shape, shares.dtype) == ((len(votes), N_EXPRESSIONS), np.dtype(np.float32))
    np.testing.assert_allclose(shares.sum(axis=1), usable.astype(float), atol=1e-6)
    assert shares.min(initial=0) >= 0


@settings(deadline=None)
@given(ballots)
def test_a_majority_has_more_than_half_of_the_votes_that_count(votes: np.ndarray) -> None:
    classes = Majority().classes(votes)
    assert (classes.shape, classes.dtype) == ((len(votes),), np.dtype(np.int64))
    for row, found in zip(drop_single_votes(votes), classes, strict=True):
        winners = [label for label in range(N_EXPRESSIONS) if row[label] > row.sum() / 2]
        assert [found] == (winners or [NO_MAJORITY])


@settings(deadline=None)
@given(ballots)
def test_the_majority_is_the_likeliest_of_the_distribution(votes: np.ndarray) -> None:
    classes = Majority().classes(votes)
    chosen = classes != NO_MAJORITY
    assert Distribution().usable(votes)[chosen].all()
    likeliest = Distribution().probabilities(votes)[chosen].argmax(axis=1)
    assert likeliest.tolist() == classes[chosen].tolist()


USES = pytest.mark.parametrize(
    "use",
    [drop_single_votes, Majority().classes, Distribution().probabilities, Distribution().usable],
    ids=["drop_single_votes", "classes", "probabilities", "usable"],
)


@USES
@pytest.mark.parametrize(
    ("votes", "came"),
    [
        (np.zeros((2, 8), dtype=np.int64), r"int64 of shape \(2, 8\)"),
        (np.zeros(10, dtype=np.int64), r"int64 of shape \(10,\)"),
        (np.zeros((2, 10)), r"float64 of shape \(2, 10\)"),
        (np.zeros((2, 10), dtype=bool), r"bool of shape \(2, 10\)"),
    ],
)
def test_other_shapes_and_types_are_refused(use: object, votes: np.ndarray, came: str) -> None:
    expected = rf"votes: needs an integer array of shape \(N, 10\), got {came}"
    with pytest.raises(InvalidArgumentError, match=expected):
        use(votes)  # type: ignore[operator]


@USES
def test_negative_counts_are_refused(use: object) -> None:
    with pytest.raises(InvalidArgumentError, match="votes: needs counts of 0 or more, got -3"):
        use(np.full((1, 10), -3))  # type: ignore[operator]


@USES
def test_no_faces_give_no_rows(use: object) -> None:
    assert len(use(np.empty((0, 10), dtype=np.int64))) == 0  # type: ignore[operator]
