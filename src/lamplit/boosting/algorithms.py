"""Discrete, real and gentle AdaBoost: what one round learns and how it weighs the samples for the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from lamplit.boosting.sorting import SortedFeatures
from lamplit.boosting.tree import Tree, grow_tree
from lamplit.core.arrays import AnyArray, IntArray

LEAST_PROBABILITY = 1e-5
"""What real AdaBoost takes for a class that a leaf has not seen: keeps its answers finite."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What stays the same from round to round.

    Parameters
    ----------
    ordered : SortedFeatures
        The samples in the order of each feature.
    codes : ndarray of shape (n_samples,), int64
        Class of each sample, 0 to n_classes - 1.
    n_classes : int
        At least two.
    max_depth : int
        Of the trees.
    learning_rate : float
        Factor on what each round adds.
    """

    ordered: SortedFeatures
    codes: IntArray
    n_classes: int
    max_depth: int = 1
    learning_rate: float = 1.0

    @property
    def own(self) -> AnyArray:
        """1 for each sample's own class, else 0: (n_samples, n_classes), or one column for two classes."""
        if self.n_classes == 2:
            return self.codes[:, np.newaxis].astype(np.float64)
        return np.eye(self.n_classes)[self.codes]

    def grow(self, weights: AnyArray, targets: AnyArray, features: IntArray | None) -> tuple[Tree, IntArray]:
        """Grow a tree on weighted samples."""
        return grow_tree(self.ordered, weights, targets, max_depth=self.max_depth, features=features)


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """What a round has learnt.

    Parameters
    ----------
    trees : tuple of Tree
        One, or one for each class. Their values are what they add to the scores: half the logarithm of the
        odds for two classes, logarithms of probabilities (but for a constant) for more.
    contributions : ndarray of shape (n_samples, n_scores), float64
        The same for the samples of training.
    weights : ndarray of shape (n_samples,) or (n_samples, n_classes), float64
        For the next round; not yet divided by their sum.
    error : float
        Weighted share of samples that the trees alone get wrong.
    weight : float
        That of the trees in the vote; 1 but for discrete AdaBoost.
    """

    trees: tuple[Tree, ...]
    contributions: AnyArray
    weights: AnyArray
    error: float
    weight: float = 1.0


Algorithm: TypeAlias = Callable[[Task, AnyArray, IntArray | None], Round | None]
"""One round on weights that sum to 1 and on some features; None where nothing is left to learn."""


def discrete_round(task: Task, weights: AnyArray, features: IntArray | None = None) -> Round | None:
    """Learn a tree that votes for one class in each leaf (AdaBoost.M1; SAMME for more than two classes).

    Parameters
    ----------
    task : Task
        Samples and settings.
    weights : ndarray of shape (n_samples,), float64
        Sum to 1.
    features : ndarray of int64, optional
        Features to look at; all by default.

    Returns
    -------
    Round or None
        None if the tree is no better than chance.

    References
    ----------
    Freund, Schapire (1997), doi:10.1006/jcss.1997.1504; Zhu, Zou, Rosset, Hastie (2009), algorithm 2,
    doi:10.4310/SII.2009.v2.n3.a8.
    """
    tree, leaf = task.grow(weights, task.own, features)
    votes = np.argmax(_probabilities(tree), axis=1)  # (n_nodes,), the first of equals
    wrong = votes[leaf] != task.codes
    error = float(weights @ wrong)
    n = task.n_classes
    if error >= 1.0 - 1.0 / n:
        return None
    weight = 1.0
    if error > 0:
        weight = task.learning_rate * float(np.log((1.0 - error) / error) + np.log(n - 1.0))
    values = _votes(votes, n) * (weight * (n - 1) / n)
    raised = weights * np.exp(weight * (wrong & (weights > 0))) if error > 0 else weights
    return Round((replace(tree, value=values),), values[leaf], raised, error, weight)


def real_round(task: Task, weights: AnyArray, features: IntArray | None = None) -> Round | None:
    """Learn a tree whose leaves answer with class probabilities (Real AdaBoost; SAMME.R for more classes).

    Parameters
    ----------
    task : Task
        Samples and settings.
    weights : ndarray of shape (n_samples,), float64
        Sum to 1.
    features : ndarray of int64, optional
        Features to look at; all by default.

    Returns
    -------
    Round
        The tree adds half the logarithm of the odds, or the logarithms of the probabilities less their mean.

    References
    ----------
    Friedman, Hastie, Tibshirani (2000), algorithm 2, doi:10.1214/aos/1016218223; Zhu, Zou, Rosset, Hastie
    (2009), algorithm 4, doi:10.4310/SII.2009.v2.n3.a8.
    """
    tree, leaf = task.grow(weights, task.own, features)
    probabilities = np.maximum(_probabilities(tree), LEAST_PROBABILITY)  # (n_nodes, n_classes)
    error = float(weights @ (np.argmax(probabilities, axis=1)[leaf] != task.codes))
    logarithms = np.log(probabilities) - np.log(probabilities).mean(axis=1, keepdims=True)
    values = task.learning_rate * (logarithms[:, 1:] if task.n_classes == 2 else logarithms)
    # exp(-(K - 1) / K  y . log p) with y = 1 for the own class and -1 / (K - 1) for the others.
    exponent = task.learning_rate * logarithms[leaf, task.codes]
    return Round((replace(tree, value=values),), values[leaf], weights * np.exp(-exponent), error)


def gentle_round(task: Task, weights: AnyArray, features: IntArray | None = None) -> Round | None:
    """Fit the classes, as 1 and -1, by least squares (Gentle AdaBoost; each class against the rest).

    Parameters
    ----------
    task : Task
        Samples and settings.
    weights : ndarray of shape (n_samples,) or (n_samples, n_classes), float64
        Sum to 1, for each class if there are more than two.
    features : ndarray of int64, optional
        Features to look at; all by default.

    Returns
    -------
    Round
        Each tree adds the weighted mean of its leaf, from -1 to 1.

    References
    ----------
    Friedman, Hastie, Tibshirani (2000), algorithm 4, doi:10.1214/aos/1016218223.
    """
    signs = 2.0 * task.own - 1.0
    columns = weights[:, np.newaxis] if weights.ndim == 1 else weights
    grown = [
        task.grow(weight, sign[:, np.newaxis], features)
        for weight, sign in zip(columns.T, signs.T, strict=True)
    ]
    trees = tuple(replace(tree, value=task.learning_rate * tree.value) for tree, _ in grown)
    contributions = np.column_stack([tree.value[leaf] for tree, (_, leaf) in zip(trees, grown, strict=True)])
    raised = columns * np.exp(-signs * contributions)
    error = float((columns * (contributions * signs <= 0)).sum() / columns.sum())
    return Round(trees, contributions, raised.reshape(weights.shape), error)


ALGORITHMS: dict[str, Algorithm] = {"discrete": discrete_round, "real": real_round, "gentle": gentle_round}
"""By the names that `AdaBoostClassifier` knows them under."""


def first_weights(algorithm: str, sample_weight: AnyArray, n_classes: int) -> AnyArray:
    """Return the weights of the first round.

    Parameters
    ----------
    algorithm : str
        One of `ALGORITHMS`.
    sample_weight : ndarray of shape (n_samples,), float64
        At least 0, not all 0.
    n_classes : int
        Number of classes.

    Returns
    -------
    ndarray of shape (n_samples,), or (n_samples, n_classes) where each class has its own, float64
        Divided by their sum.

    Examples
    --------
    >>> first_weights("gentle", np.array([1.0, 3.0]), 3).tolist()
    [[0.25, 0.25, 0.25], [0.75, 0.75, 0.75]]
    """
    weights: AnyArray = sample_weight / sample_weight.sum()
    if algorithm == "gentle" and n_classes > 2:
        return np.repeat(weights[:, np.newaxis], n_classes, axis=1)
    return weights


def next_weights(raised: AnyArray, excluded: AnyArray) -> AnyArray | None:
    """Divide weights by their sum, none so small that it could not come back.

    Parameters
    ----------
    raised : ndarray of shape (n_samples,) or (n_samples, n_classes), float64
        From a round.
    excluded : ndarray of shape (n_samples,), bool
        Samples whose weight was 0 from the beginning.

    Returns
    -------
    ndarray of the same shape, float64, or None
        None if the sum is infinite or 0.

    Examples
    --------
    >>> next_weights(np.array([1.0, 3.0]), np.zeros(2, bool)).tolist()
    [0.25, 0.75]
    """
    total = raised.sum(axis=0)
    if not (np.isfinite(total).all() and (total > 0).all()):
        return None
    weights: AnyArray = np.maximum(raised / total, np.finfo(np.float64).eps)
    weights[excluded] = 0.0
    return weights


def _probabilities(tree: Tree) -> AnyArray:
    """Return the class probabilities of each node, (n_nodes, n_classes)."""
    if tree.value.shape[1] == 1:
        return np.column_stack([1.0 - tree.value, tree.value])
    return tree.value


def _votes(votes: AnyArray, n_classes: int) -> AnyArray:
    """Return 1 for the class voted for and -1 / (K - 1) for the others; one column for two classes."""
    if n_classes == 2:
        signs: AnyArray = 2.0 * votes[:, np.newaxis] - 1.0
        return signs
    return np.where(np.arange(n_classes) == votes[:, np.newaxis], 1.0, -1.0 / (n_classes - 1))
