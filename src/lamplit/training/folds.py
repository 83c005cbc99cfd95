"""Parts of small data: by people where they are known, else with all labels in every part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lamplit.core.arrays import IntArray
from lamplit.datasets.labelled import NOBODY
from lamplit.datasets.splits import split_by_people


def knows_people(people: Sequence[str], *, at_least: int = 2) -> bool:
    """Say whether pictures can be divided by people.

    Parameters
    ----------
    people : sequence of str
        Who each picture shows; "" where that is not known.
    at_least : int
        How many people are needed.

    Returns
    -------
    bool
        False if somebody is unknown or there are too few people.

    Examples
    --------
    >>> knows_people(["Ann", "Bob"]), knows_people(["Ann", ""])
    (True, False)
    """
    return NOBODY not in people and len(set(people)) >= at_least


def folds_of(people: Sequence[str], classes: IntArray, n_folds: int, *, seed: int) -> list[IntArray]:
    """Divide pictures into folds of about the same size.

    Parameters
    ----------
    people : sequence of str
        Who each picture shows; "" where that is not known.
    classes : ndarray of shape (N,), int64
        The label of each picture.
    n_folds : int
        How many; fewer where there are fewer people or pictures.
    seed : int
        Decides who and what goes where.

    Returns
    -------
    list of ndarray
        Positions of the pictures of each fold, rising. Nobody is in two of them if it is known of all
        pictures who they show; else every label is spread evenly.

    Examples
    --------
    >>> [fold.tolist() for fold in folds_of(["Ann", "Ann", "Bob"], np.array([0, 1, 0]), 5, seed=0)]
    [[0, 1], [2]]
    """
    if knows_people(people):
        n_folds = min(n_folds, len(set(people)))
        return list(split_by_people(people, [1 / n_folds] * n_folds, seed=seed))
    return _by_label(classes, min(n_folds, len(classes)), seed)


def _by_label(classes: IntArray, n_folds: int, seed: int) -> list[IntArray]:
    """Deal the pictures of each label out in turn; the next label goes on where the last one stopped."""
    shuffled = np.random.default_rng(seed).permutation(len(classes))
    in_turn = shuffled[np.argsort(classes[shuffled], kind="stable")]
    return [np.sort(in_turn[number::n_folds]).astype(np.int64) for number in range(n_folds)]


def hold_out(
    people: Sequence[str], classes: IntArray, share: float, *, seed: int
) -> tuple[IntArray, IntArray]:
    """Divide pictures into those to learn from and those to report on.

    Parameters
    ----------
    people : sequence of str
        Who each picture shows; "" where that is not known.
    classes : ndarray of shape (N,), int64
        The label of each picture.
    share : float
        The share to report on, in (0, 1).
    seed : int
        Decides who and what goes where.

    Returns
    -------
    (ndarray, ndarray)
        Positions, int64, rising. Nobody is on both sides if it is known of all pictures who they show; else
        the share of every label is held out, as near as whole pictures allow, and at least one of each that
        has several.

    Examples
    --------
    >>> kept, held = hold_out([""] * 8, np.array([0, 0, 0, 0, 1, 1, 1, 1]), 0.25, seed=0)
    >>> len(kept), sorted(np.array([0, 0, 0, 0, 1, 1, 1, 1])[held].tolist())
    (6, [0, 1])
    """
    if knows_people(people):
        kept, held = split_by_people(people, [1 - share, share], seed=seed)
        return kept, held
    chosen = np.zeros(len(classes), np.bool_)
    generator = np.random.default_rng(seed)
    for label in np.unique(classes):
        pictures = generator.permutation(np.flatnonzero(classes == label))
        chosen[pictures[: min(max(round(share * len(pictures)), 1), len(pictures) - 1)]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


MOST_HELD_OUT = 1 / 3
"""Of the pictures, to fit a temperature: with fewer than three times as many as that needs, all teach."""


def hold_out_enough(
    people: Sequence[str], classes: IntArray, share: float, *, least: int, seed: int
) -> tuple[IntArray, IntArray]:
    """Divide pictures as `hold_out` does, with so many held out that something can be fitted to them.

    Parameters
    ----------
    people : sequence of str
        Who each picture shows; "" where that is not known.
    classes : ndarray of shape (N,), int64
        The label of each picture.
    share : float
        The share that is wanted, in [0, 1).
    least : int
        Pictures that the fit needs.
    seed : int
        Decides who and what goes where.

    Returns
    -------
    (ndarray, ndarray)
        Positions, int64, rising. The share or, where that is too few, the least that is enough. Nothing is
        held out where nothing is wanted, or it would be more than a third of the pictures or all of a label.

    Examples
    --------
    >>> for n in (2000, 200, 89):
    ...     kept, held = hold_out_enough([""] * n, np.arange(n) % 8, 0.1, least=50, seed=0)
    ...     print(len(kept), len(held))
    1800 200
    144 56
    89 0
    """
    n = len(classes)
    most = max(MOST_HELD_OUT, share)
    for tried in np.arange(max(share, least / n), most + 1e-9, 0.01) if share else ():
        kept, held = hold_out(people, classes, float(tried), seed=seed)
        if len(held) < least:
            continue
        if len(held) > most * n + 1 or set(classes[kept]) != set(classes):
            break
        return kept, held
    return np.arange(n), np.arange(0)


def sample_of(classes: IntArray, most: int, *, seed: int) -> IntArray:
    """Draw pictures so that labels keep their shares.

    Parameters
    ----------
    classes : ndarray of shape (N,), int64
        The label of each picture.
    most : int
        How many to draw at most.
    seed : int
        Decides which.

    Returns
    -------
    ndarray of shape (M,), int64
        Positions, rising; all of them if there are no more than `most`.

    Examples
    --------
    >>> sample_of(np.array([0, 1, 0]), 5, seed=0).tolist()
    [0, 1, 2]
    """
    if len(classes) <= most:
        return np.arange(len(classes))
    return _by_label(classes, -(-len(classes) // most), seed)[0]
