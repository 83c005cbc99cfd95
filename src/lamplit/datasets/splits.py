"""Splits by people: nobody stands on both sides, or a network is measured on faces that it knows by heart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from lamplit.core.arrays import IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets.labelled import NOBODY


def leave_one_person_out(people: Sequence[str]) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield one split per person: everybody else to learn from, that person to be measured on.

    Parameters
    ----------
    people : sequence of str
        Who each picture shows.

    Returns
    -------
    iterator of (ndarray, ndarray)
        Positions of the pictures to train on and to test on, int64, rising; in the order of people's
        names.

    Raises
    ------
    InvalidArgumentError
        If it is not known of every picture who it shows, or there is one person only.

    Examples
    --------
    >>> [(train.tolist(), test.tolist()) for train, test in leave_one_person_out(["Bob", "Ann", "Bob"])]
    [([0, 2], [1]), ([1], [0, 2])]
    """
    _check_people(people, at_least=2)
    who = np.array(people)
    return ((np.flatnonzero(who != person), np.flatnonzero(who == person)) for person in sorted(set(people)))


def split_by_people(people: Sequence[str], shares: Sequence[float], *, seed: int) -> tuple[IntArray, ...]:
    """Divide pictures into parts of which no two share a person.

    Parameters
    ----------
    people : sequence of str
        Who each picture shows.
    shares : sequence of float
        The share of the pictures that each part shall have; they sum to 1.
    seed : int
        Decides who goes where; the same seed gives the same parts.

    Returns
    -------
    tuple of ndarray
        For each share, the positions of its pictures, int64, rising.

    Raises
    ------
    InvalidArgumentError
        If it is not known of every picture who it shows, there are fewer people than parts, or the shares are
        not above 0 with a sum of 1.

    Notes
    -----
    People come in the order of their number of pictures, the seed deciding among equals, and each goes where
    most pictures are missing: shares are met as closely as whole people allow, and no part stays empty.

    Examples
    --------
    >>> train, test = split_by_people(["Ann", "Ann", "Bob", "Cem", "Cem"], [0.8, 0.2], seed=0)
    >>> train.tolist(), test.tolist()
    ([0, 1, 3, 4], [2])
    """
    if not shares or any(not share > 0 for share in shares) or not math.isclose(sum(shares), 1, abs_tol=1e-6):
        raise InvalidArgumentError("shares", "numbers above 0 that sum to 1", repr(list(shares)))
    _check_people(people, at_least=len(shares))
    pictures = Counter(people)
    shuffled = np.random.default_rng(seed).permutation(sorted(pictures)).tolist()
    waiting = sorted(shuffled, key=lambda person: -pictures[person])  # a stable sort: equals stay shuffled
    missing = np.array(shares) * len(people)
    taken: list[set[str]] = [set() for _ in shares]
    for left, person in zip(range(len(waiting), 0, -1), waiting, strict=True):
        empty = [part for part, members in enumerate(taken) if not members]
        open_to = empty if left <= len(empty) else list(range(len(shares)))
        part = max(open_to, key=lambda number: missing[number])
        taken[part].add(person)
        missing[part] -= pictures[person]
    return tuple(
        np.array([position for position, person in enumerate(people) if person in members], dtype=np.int64)
        for members in taken
    )


def _check_people(people: Sequence[str], *, at_least: int) -> None:
    """Refuse pictures of unknown people, and too few people."""
    unknown = sum(person == NOBODY for person in people)
    if unknown:
        came = f"{unknown:,} of {len(people):,} without one"
        hint = "if you know the people, list the pictures in a CSV with the column person"
        raise InvalidArgumentError("people", "a person for every picture", came, hint)
    if len(set(people)) < at_least:
        raise InvalidArgumentError("people", f"at least {at_least} people", f"{len(set(people))}")
