"""Label protocols: from the votes of several people to one class or to probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, FloatArray, IntArray
from lamplit.core.errors import InvalidArgumentError

N_EXPRESSIONS = 8
N_COLUMNS = 10  # the eight expressions, "unknown" and "not a face"

NO_MAJORITY = -1


def drop_single_votes(votes: AnyArray) -> IntArray:
    """Return the votes without those that only one person gave, as FER+ recommends against outliers.

    Parameters
    ----------
    votes : ndarray of shape (N, 10), integer
        Votes for the eight expressions, "unknown" and "not a face".

    Returns
    -------
    ndarray of shape (N, 10), int64
        The votes, with every 1 replaced by 0.

    Raises
    ------
    InvalidArgumentError
        If the array has another shape, is not of integers or has negative counts.

    Examples
    --------
    >>> drop_single_votes(np.array([[4, 0, 0, 1, 3, 2, 0, 0, 0, 0]]))
    array([[4, 0, 0, 0, 3, 2, 0, 0, 0, 0]])
    """
    votes = np.asarray(votes)
    if votes.ndim != 2 or votes.shape[1] != N_COLUMNS or not np.issubdtype(votes.dtype, np.integer):
        raise InvalidArgumentError(
            "votes", "an integer array of shape (N, 10)", f"{votes.dtype} of shape {votes.shape}"
        )
    if votes.size and votes.min() < 0:
        raise InvalidArgumentError("votes", "counts of 0 or more", f"{votes.min()}")
    return np.where(votes == 1, 0, votes).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Majority:
    """One class per face: the expression with more than half of the votes that count.

    Votes of one person are dropped. "Unknown" and "not a face" count in the sum but never win. Faces without
    such a winner have no class.

    Examples
    --------
    >>> Majority().classes(np.array([[4, 0, 0, 1, 3, 2, 0, 0, 0, 0], [6, 0, 1, 1, 0, 0, 0, 0, 2, 0]]))
    array([-1,  0])
    """

    name: ClassVar[str] = "majority"

    def classes(self, votes: AnyArray) -> IntArray:
        """Return the class of each face.

        Parameters
        ----------
        votes : ndarray of shape (N, 10), integer
            Votes for the eight expressions, "unknown" and "not a face".

        Returns
        -------
        ndarray of shape (N,), int64
            0 to 7 in the order of `EXPRESSIONS`, or -1 where nothing has a majority.

        Raises
        ------
        InvalidArgumentError
            If `votes` has the wrong shape or type.
        """
        kept = drop_single_votes(votes)
        winner = kept.argmax(axis=1)
        has_majority = 2 * kept.max(axis=1, initial=0) > kept.sum(axis=1)
        return np.where(has_majority & (winner < N_EXPRESSIONS), winner, NO_MAJORITY)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Probabilities per face: the shares of the votes for the eight expressions.

    Votes of one person are dropped; "unknown" and "not a face" are left out. Barsoum et al. call it
    cross-entropy loss on the probability distribution.

    References
    ----------
    Barsoum, Zhang, Canton Ferrer, Zhang (2016), section 4, doi:10.1145/2993148.2993165.

    Examples
    --------
    >>> Distribution().probabilities(np.array([[6, 0, 0, 2, 0, 0, 0, 0, 2, 0]]))[0, :4].tolist()
    [0.75, 0.0, 0.0, 0.25]
    """

    name: ClassVar[str] = "distribution"

    def probabilities(self, votes: AnyArray) -> FloatArray:
        """Return the probabilities of each face.

        Parameters
        ----------
        votes : ndarray of shape (N, 10), integer
            Votes for the eight expressions, "unknown" and "not a face".

        Returns
        -------
        ndarray of shape (N, 8), float32
            Rows sum to 1; a row is all zeros where no expression has two votes (see `usable`).

        Raises
        ------
        InvalidArgumentError
            If `votes` has the wrong shape or type.
        """
        kept = drop_single_votes(votes)[:, :N_EXPRESSIONS]
        total = kept.sum(axis=1, keepdims=True)  # (N, 1)
        shares: FloatArray = (kept / np.maximum(total, 1)).astype(np.float32)
        return shares

    def usable(self, votes: AnyArray) -> NDArray[np.bool_]:
        """Return which faces have a distribution.

        Parameters
        ----------
        votes : ndarray of shape (N, 10), integer
            Votes for the eight expressions, "unknown" and "not a face".

        Returns
        -------
        ndarray of shape (N,), bool
            False where no expression has two votes.

        Raises
        ------
        InvalidArgumentError
            If `votes` has the wrong shape or type.
        """
        usable: NDArray[np.bool_] = drop_single_votes(votes)[:, :N_EXPRESSIONS].sum(axis=1) > 0
        return usable
