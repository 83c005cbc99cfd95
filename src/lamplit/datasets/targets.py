"""From votes to what a network is taught, in the label set that it speaks."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray, IntArray
from lamplit.core.labels import EXPRESSIONS, LabelSet
from lamplit.datasets.votes import NO_MAJORITY, Distribution, Majority


def majority_in(votes: AnyArray, labels: LabelSet) -> IntArray:
    """Return the majority class of each face, counted in a label set.

    Parameters
    ----------
    votes : ndarray of shape (N, 10), integer
        Votes for the eight expressions, "unknown" and "not a face".
    labels : LabelSet
        Some or all of the eight expressions, in any order.

    Returns
    -------
    ndarray of shape (N,), int64
        The position in `labels`, or -1 where nothing has a majority or `labels` lacks what has it.

    Raises
    ------
    InvalidArgumentError
        If the votes have the wrong shape or type, or a label is none of the eight.

    Examples
    --------
    >>> from lamplit.core.labels import EKMAN_SIX
    >>> votes = np.array([[0, 9, 0, 0, 0, 0, 0, 0, 1, 0], [10, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
    >>> majority_in(votes, EKMAN_SIX)  # happiness is the fourth of the six; neutral is none of them
    array([ 3, -1])
    """
    position = np.full(len(EXPRESSIONS) + 1, NO_MAJORITY, np.int64)  # the last is that of class -1
    position[list(labels.columns_in(EXPRESSIONS))] = np.arange(len(labels))
    classes: IntArray = position[Majority().classes(votes)]
    return classes


def shares_in(votes: AnyArray, labels: LabelSet) -> FloatArray:
    """Return the shares of the votes of each face over a label set.

    Parameters
    ----------
    votes : ndarray of shape (N, 10), integer
        Votes for the eight expressions, "unknown" and "not a face".
    labels : LabelSet
        Some or all of the eight expressions, in any order.

    Returns
    -------
    ndarray of shape (N, K), float32
        Rows sum to 1; a row is all zeros where no label has two votes.

    Raises
    ------
    InvalidArgumentError
        If the votes have the wrong shape or type, or a label is none of the eight.

    Examples
    --------
    >>> from lamplit.core.labels import EKMAN_SIX
    >>> shares_in(np.array([[5, 3, 0, 0, 0, 0, 0, 0, 2, 0]]), EKMAN_SIX).tolist()
    [[0.0, 0.0, 0.0, 1.0, 0.0, 0.0]]
    """
    shares = Distribution().probabilities(votes)[:, list(labels.columns_in(EXPRESSIONS))]
    total = shares.sum(axis=1, keepdims=True)  # (N, 1)
    renormalised: FloatArray = np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)
    return renormalised
