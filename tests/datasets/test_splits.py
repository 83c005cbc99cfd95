"""Splits by people: nobody on both sides, everybody somewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets import leave_one_person_out, split_by_people


def test_each_person_is_left_out_once_in_the_order_of_names() -> None:
    folds = list(leave_one_person_out(["Cem", "Ann", "Cem", "Bob"]))
    assert [test.tolist() for _, test in folds] == [[1], [3], [0, 2]]
    assert [train.tolist() for train, _ in folds] == [[0, 2, 3], [0, 1, 2], [1, 3]]
    assert all(part.dtype == np.int64 for fold in folds for part in fold)


@pytest.mark.parametrize(
    ("people", "message"),
    [
        (["Ann", "", "Bob", ""], "a person for every picture, got 2 of 4 without one .*column person"),
        (["Ann", "Ann"], "people: needs at least 2 people, got 1"),
        ([], "people: needs at least 2 people, got 0"),
    ],
)
def test_unknown_and_too_few_people_are_refused_at_once(people: list[str], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        leave_one_person_out(people)
    with pytest.raises(InvalidArgumentError, match=message):
        split_by_people(people, [0.5, 0.5], seed=0)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 30), min_size=40, max_size=80),
    st.sampled_from([(1.0,), (0.8, 0.2), (0.7, 0.15, 0.15), (0.98, 0.01, 0.01)]),
    st.integers(0, 1000),
)
def test_parts_share_nobody_and_miss_nobody(numbers: list[int], shares: tuple[float, ...], seed: int) -> None:
    people = [f"person {number}" for number in numbers]
    if len(set(people)) < len(shares):
        return
    parts = split_by_people(people, shares, seed=seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(people)))
    assert all(len(part) and (np.diff(part) > 0).all() for part in parts)
    names = [{people[position] for position in part} for part in parts]
    assert sum(map(len, names)) == len(set(people))


def test_shares_are_met_where_people_allow() -> None:
    people = [f"person {number % 50}" for number in range(1000)]
    assert [len(part) for part in split_by_people(people, [0.7, 0.2, 0.1], seed=3)] == [700, 200, 100]


def test_the_seed_decides_who_goes_where() -> None:
    people = [f"person {number}" for number in range(30)]
    one, same, other = (split_by_people(people, [0.5, 0.5], seed=seed)[0].tolist() for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_the_order_of_pictures_does_not_decide() -> None:
    people = [f"person {number % 12}" for number in range(60)]

    def people_of_the_small_part(names: list[str]) -> set[str]:
        return {names[position] for position in split_by_people(names, [0.75, 0.25], seed=5)[1]}

    assert people_of_the_small_part(people) == people_of_the_small_part(people[::-1])


def test_no_part_stays_empty_however_small_its_share() -> None:
    parts = split_by_people(["Ann"] * 90 + ["Bob"] * 9 + ["Cem"], [0.98, 0.01, 0.01], seed=0)
    assert [len(part) for part in parts] == [90, 9, 1]


@pytest.mark.parametrize("shares", [[], [0.5], [0.5, 0.6], [1.0, 0.0], [1.5, -0.5], [float("nan"), 1.0]])
def test_shares_that_do_not_make_a_whole_are_refused(shares: list[float]) -> None:
    with pytest.raises(InvalidArgumentError, match="shares: needs numbers above 0 that sum to 1"):
        split_by_people(["Ann", "Bob"], shares, seed=0)
