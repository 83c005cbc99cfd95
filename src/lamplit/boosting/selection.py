"""Features selected as Viola and Jones do: each round of boosting chooses one and its threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from lamplit.boosting.drawing import drawn_features
from lamplit.boosting.sorting import FeatureSource, SortedFeatures, sort_features
from lamplit.boosting.split_search import error_split, squared_split
from lamplit.boosting.tree import at_most, parted
from lamplit.core.arrays import AnyArray, FloatArray, IntArray
from lamplit.core.errors import InvalidArgumentError

WEAK = ("discrete", "gentle")
"""What `select_stumps` knows."""


@dataclass(frozen=True, slots=True)
class Stump:
    """One feature, one threshold and an answer on either side.

    Parameters
    ----------
    feature : int
        Number of the feature.
    threshold : float
        Halfway between values that were seen in training.
    left, right : float
        What is added to the score of a window whose value is at most the threshold, or above it.

    Examples
    --------
    >>> Stump(7, 0.5, -1.0, 1.0).answers(np.array([0.5, 0.6], np.float32)).tolist()
    [-1.0, 1.0]
    """

    feature: int
    threshold: float
    left: float
    right: float

    def answers(self, column: AnyArray) -> AnyArray:
        """Return what the stump adds for values of its feature, float64 of the same shape."""
        lower = at_most(column.astype(np.float32, copy=False), self.threshold)
        return np.where(lower, self.left, self.right)


@dataclass(frozen=True, slots=True, eq=False)
class StumpRound:
    """A stump with what it did to the windows of training.

    Parameters
    ----------
    stump : Stump
        What was selected.
    scores : ndarray of shape (n_windows,), float64
        Sum of the answers of all stumps so far: what a stage compares with its threshold.
    weights : ndarray of shape (n_windows,), float64
        For the next round; sum to 1.
    error : float
        Weighted share of windows that this stump alone gets wrong.
    """

    stump: Stump
    scores: AnyArray
    weights: AnyArray
    error: float


def select_stumps(
    values: AnyArray | FeatureSource | SortedFeatures,
    labels: AnyArray,
    weights: AnyArray | None = None,
    *,
    algorithm: str = "gentle",
    max_features: int | float | None = None,
    random_state: int | np.random.Generator = 0,
) -> Iterator[StumpRound]:
    """Select one stump after another, for as long as the caller asks for more.

    Parameters
    ----------
    values : ndarray of shape (n_windows, n_features), FeatureSource or SortedFeatures
        Values of all features; sorted ones can be used again for other labels or weights.
    labels : ndarray of shape (n_windows,), bool or int
        True (or 1) for what is to be found, False (or 0; -1 too) for everything else.
    weights : ndarray of shape (n_windows,), optional
        At least 0. By default each of the two kinds has half of the weight, as in the paper.
    algorithm : str
        "gentle": least squares; answers from -1 to 1. "discrete": least error; answers a and -a, with a half
        the logarithm of the odds of being right.
    max_features : int or float, optional
        How many features, or which share of them, a round looks at, drawn anew each time; all by default.
    random_state : int or numpy.random.Generator
        Draws them.

    Yields
    ------
    StumpRound
        A stump and what is known after it. It ends where no threshold is better than none, and discrete
        AdaBoost also after a stump without any error.

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit, there is one kind alone, or a setting is out of range.

    Notes
    -----
    Table 1 of the paper with two differences: stumps may be gentle, and where thresholds are equally good the
    first feature wins. Memory: `SortedFeatures` says how much; no round copies the values.

    References
    ----------
    Viola, Jones (2004), doi:10.1023/B:VISI.0000013087.49260.fb; Lienhart, Kuranov, Pisarevsky (2003), on
    gentle AdaBoost for cascades, doi:10.1007/978-3-540-45243-0_39.

    Examples
    --------
    >>> values = np.array([[1.0, 5.0], [2.0, 3.0], [3.0, 4.0], [4.0, 2.0]])
    >>> rounds = select_stumps(values, np.array([0, 0, 1, 1]))
    >>> next(rounds).stump
    Stump(feature=0, threshold=2.5, left=-1.0, right=1.0)
    """
    if algorithm not in WEAK:
        raise InvalidArgumentError("algorithm", f"one of {list(WEAK)}", repr(algorithm))
    signs = _signs(labels)
    given = _weights(weights, signs)
    ordered = values if isinstance(values, SortedFeatures) else sort_features(values)
    if ordered.n_samples != len(signs):
        raise InvalidArgumentError("labels", f"{ordered.n_samples} as there are windows", str(len(signs)))
    draw = partial(drawn_features, max_features, len(ordered), np.random.default_rng(random_state))
    draw()  # refuses now what it would refuse in the first round
    return _rounds(ordered, signs, given, algorithm, draw)


def _rounds(
    ordered: SortedFeatures,
    signs: AnyArray,
    weights: AnyArray,
    algorithm: str,
    draw: Callable[[], IntArray | None],
) -> Iterator[StumpRound]:
    """Yield rounds while there is something to gain."""
    fit = _gentle if algorithm == "gentle" else _discrete
    scores, excluded = np.zeros(len(signs)), weights == 0
    while (fitted := fit(ordered, weights, signs, draw())) is not None:
        stump, column = fitted
        answers = stump.answers(column)
        error = float(weights @ (answers * signs <= 0))
        scores = scores + answers
        weights = weights * np.exp(-signs * answers)
        weights = np.maximum(weights / weights.sum(), np.finfo(np.float64).eps)
        weights[excluded] = 0.0
        yield StumpRound(stump, scores, weights, error)
        if algorithm == "discrete" and error == 0:
            return


def _gentle(
    ordered: SortedFeatures, weights: AnyArray, signs: AnyArray, features: IntArray | None
) -> tuple[Stump, FloatArray] | None:
    """Fit the signs by least squares: the mean on either side of the best threshold."""
    split = squared_split(ordered, weights, signs[:, np.newaxis], features)
    if split is None:
        return None
    threshold, column, lower = parted(ordered, split, weights)
    left, right = (float(np.average(signs[side], weights=weights[side])) for side in (lower, ~lower))
    return Stump(split.feature, threshold, left, right), column


def _discrete(
    ordered: SortedFeatures, weights: AnyArray, signs: AnyArray, features: IntArray | None
) -> tuple[Stump, FloatArray] | None:
    """Choose the threshold with the least error; answers by half the logarithm of the odds."""
    split = error_split(ordered, weights, signs, features)
    if split is None:
        return None
    threshold, column, lower = parted(ordered, split, weights)
    total = float(weights.sum())
    edge = float(weights[~lower] @ signs[~lower] - weights[lower] @ signs[lower]) / total
    error = max((1.0 - abs(edge)) / 2.0, np.finfo(np.float64).eps)
    answer = float(np.copysign(np.log((1.0 - error) / error) / 2.0, edge))
    return Stump(split.feature, threshold, -answer, answer), column


def _signs(labels: AnyArray) -> AnyArray:
    """Return 1 for what is to be found and -1 for the rest, float64."""
    flat = np.asarray(labels)
    if flat.ndim != 1 or flat.dtype.kind not in "buif":
        came = f"{flat.dtype} of shape {flat.shape}"
        raise InvalidArgumentError(
            "labels", "numbers of shape (n_windows,), above 0 for what is sought", came
        )
    wanted = flat > 0
    if wanted.all() or not wanted.any():
        raise InvalidArgumentError("labels", "windows of both kinds", f"{wanted.sum()} of {len(wanted)}")
    return np.where(wanted, 1.0, -1.0)


def _weights(weights: AnyArray | None, signs: AnyArray) -> AnyArray:
    """Return the weights of the first round; sum to 1."""
    if weights is None:
        found = signs > 0
        halves: AnyArray = np.where(found, 0.5 / found.sum(), 0.5 / (~found).sum())
        return halves
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != signs.shape:
        raise InvalidArgumentError("weights", f"shape {signs.shape}", f"shape {given.shape}")
    if not (np.isfinite(given).all() and (given >= 0).all() and given.sum() > 0):
        raise InvalidArgumentError("weights", "finite numbers of at least 0, not all 0", str(given.min()))
    shares: AnyArray = given / given.sum()
    return shares
