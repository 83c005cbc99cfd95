"""Parts of small data: nobody on both sides, every label everywhere."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from lamplit.training.folds import folds_of, hold_out, hold_out_enough, knows_people, sample_of

CLASSES = np.array([0] * 20 + [1] * 10 + [2] * 5)
NOBODY = [""] * len(CLASSES)
PEOPLE = [f"person{number % 7}" for number in range(len(CLASSES))]


@pytest.mark.parametrize("people", [NOBODY, PEOPLE])
def test_every_picture_is_in_one_fold(people: list[str]) -> None:
    folds = folds_of(people, CLASSES, 5, seed=0)
    assert len(folds) == 5
    assert np.sort(np.concatenate(folds)).tolist() == list(range(len(CLASSES)))
    assert all((np.diff(fold) > 0).all() for fold in folds)


def test_nobody_is_in_two_folds() -> None:
    folds = folds_of(PEOPLE, CLASSES, 3, seed=0)
    members = [{PEOPLE[i] for i in fold} for fold in folds]
    assert sum(len(group) for group in members) == 7


def test_folds_are_no_more_than_people_or_pictures() -> None:
    assert len(folds_of(["Ann", "Bob", "Ann"], np.array([0, 1, 1]), 5, seed=0)) == 2
    assert len(folds_of(["", "", ""], np.array([0, 1, 1]), 5, seed=0)) == 3


def test_every_label_is_spread_evenly_where_people_are_not_known() -> None:
    for fold in folds_of(NOBODY, CLASSES, 5, seed=0):
        assert Counter(CLASSES[fold].tolist()) == {0: 4, 1: 2, 2: 1}


def test_held_out_people_are_not_learnt_from() -> None:
    kept, held = hold_out(PEOPLE, CLASSES, 0.2, seed=0)
    assert not {PEOPLE[i] for i in kept} & {PEOPLE[i] for i in held}
    assert sorted([*kept, *held]) == list(range(len(CLASSES)))
    assert len(held) == pytest.approx(7, abs=3)


def test_the_share_of_every_label_is_held_out_where_people_are_not_known() -> None:
    kept, held = hold_out(NOBODY, CLASSES, 0.2, seed=0)
    assert Counter(CLASSES[held].tolist()) == {0: 4, 1: 2, 2: 1}
    assert sorted([*kept, *held]) == list(range(len(CLASSES)))
    again = hold_out(NOBODY, CLASSES, 0.2, seed=0)[1]
    other = hold_out(NOBODY, CLASSES, 0.2, seed=1)[1]
    assert again.tolist() == held.tolist() != other.tolist()


def test_the_last_picture_of_a_label_is_learnt_from() -> None:
    kept, held = hold_out([""] * 4, np.array([0, 0, 0, 1]), 0.9, seed=0)
    assert 3 in kept
    assert len(held) == 2


@pytest.mark.parametrize("people", [["Ann", ""], ["Ann", "Ann"], []])
def test_people_must_be_known_and_several(people: list[str]) -> None:
    assert not knows_people(people)


def test_a_sample_keeps_the_shares_of_labels() -> None:
    assert Counter(CLASSES[sample_of(CLASSES, 8, seed=0)].tolist()) == {0: 4, 1: 2, 2: 1}
    assert len(sample_of(CLASSES, 35, seed=0)) == 35


@pytest.mark.parametrize(
    ("n_labels", "each", "n_people"),
    [(8, 25, 0), (7, 30, 0), (2, 75, 0), (7, 30, 10), (6, 40, 20), (3, 80, 12)],
)
def test_enough_is_held_out_for_a_fit(n_labels: int, each: int, n_people: int) -> None:
    classes = np.repeat(np.arange(n_labels), each)
    n = len(classes)
    people = [f"person{number % n_people}" for number in range(n)] if n_people else [""] * n
    kept, held = hold_out_enough(people, classes, 0.1, least=50, seed=0)
    assert 50 <= len(held) <= n / 3 + 1
    assert sorted([*kept, *held]) == list(range(n))
    assert set(classes[kept]) == set(range(n_labels))
    if n_people:
        assert not {people[i] for i in kept} & {people[i] for i in held}


def test_nothing_is_held_out_where_too_little_would_be_left() -> None:
    for n, people in ((149, [""] * 149), (200, ["Ann"] * 100 + ["Bob"] * 100)):
        kept, held = hold_out_enough(people, np.arange(n) % 4, 0.1, least=50, seed=0)
        assert (len(kept), len(held)) == (n, 0)
    kept, held = hold_out_enough([""] * 900, np.arange(900) % 4, 0.0, least=50, seed=0)
    assert (len(kept), len(held)) == (900, 0)
