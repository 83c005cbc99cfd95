"""A row of strong classifiers of which each sends away what is easily told to be something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray, IntArray

Values: TypeAlias = Callable[[IntArray, IntArray], AnyArray]
"""Takes rows and features, gives their values (rows, features): only what is asked for is calculated."""


@dataclass(frozen=True, slots=True, eq=False)
class RejectionStage:
    """Stumps and the sum that has to be reached with them.

    Parameters
    ----------
    features : ndarray of shape (n_stumps,), int64
        Feature that each stump looks at.
    thresholds : ndarray of shape (n_stumps,), float64
        A value, as float32, of at most this gets the answer on the left.
    answers : ndarray of shape (n_stumps, 2), float64
        What a stump adds on its left and on its right.
    least : float
        Rows pass whose sum, with those of the stages before, is at least this.
    """

    features: IntArray
    thresholds: AnyArray
    answers: AnyArray
    least: float

    def __len__(self) -> int:
        return len(self.features)

    def sums(self, values: AnyArray) -> AnyArray:
        """Return what the stumps add for values (n_rows, n_stumps) of their features, (n_rows,) float64."""
        lower = values.astype(np.float32, copy=False) <= self.thresholds
        answers = np.where(lower, self.answers[:, 0], self.answers[:, 1])
        # One after the other, as in training: a sum in another order could miss the threshold by a rounding.
        total: AnyArray = answers.cumsum(axis=1)[:, -1]
        return total


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """How far rows came in a cascade.

    Parameters
    ----------
    n_passed : ndarray of shape (n_rows,), int64
        Stages that a row passed; all of them if it was not sent away.
    margin : ndarray of shape (n_rows,), float64
        By how much its sum was above what the last stage that looked at it wanted: below 0 where that sent it
        away. 0 where there is no stage.
    n_stumps : ndarray of shape (n_rows,), int64
        Stumps that looked at it.
    """

    n_passed: IntArray
    margin: AnyArray
    n_stumps: IntArray


@dataclass(frozen=True, slots=True)
class RejectionCascade:
    """Stages in a row; what one of them sends away costs nothing more.

    Parameters
    ----------
    stages : tuple of RejectionStage
        In the order in which they look; none lets everything pass.

    Notes
    -----
    Sums run on from stage to stage, so that no stage has to learn again what those before it knew. In the
    cascade of Viola and Jones every stage begins at 0.

    References
    ----------
    Xiao, Zhu, Zhang (2003), Boosting chain learning for object detection, doi:10.1109/ICCV.2003.1238417;
    Viola, Jones (2004), doi:10.1023/B:VISI.0000013087.49260.fb.

    Examples
    --------
    >>> first = RejectionStage(np.array([0]), np.array([0.5]), np.array([[-1.0, 1.0]]), 0.0)
    >>> then = RejectionStage(np.array([1]), np.array([0.5]), np.array([[-1.0, 1.0]]), 1.0)
    >>> rows = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> passage = RejectionCascade((first, then)).passage(3, lambda row, column: rows[np.ix_(row, column)])
    >>> passage.n_passed.tolist(), passage.margin.tolist(), passage.n_stumps.tolist()
    ([0, 1, 2], [-1.0, -1.0, 1.0], [1, 2, 2])
    """

    stages: tuple[RejectionStage, ...]

    def __len__(self) -> int:
        return len(self.stages)

    @property
    def n_stumps(self) -> int:
        """Stumps of all stages."""
        return sum(len(stage) for stage in self.stages)

    def passage(self, n_rows: int, values: Values) -> Passage:
        """Send rows through, stage by stage, each only as far as it comes.

        Parameters
        ----------
        n_rows : int
            Number of rows.
        values : callable
            Gives the values of features for rows, both by their numbers.

        Returns
        -------
        Passage
            How far each came.
        """
        passed, taken = np.zeros(n_rows, dtype=np.int64), np.zeros(n_rows, dtype=np.int64)
        sums, margin = np.zeros(n_rows), np.zeros(n_rows)
        left = np.arange(n_rows)
        for stage in self.stages:
            if not len(left):
                break
            sums[left] += stage.sums(values(left, stage.features))
            taken[left] += len(stage)
            margin[left] = sums[left] - stage.least
            left = left[sums[left] >= stage.least]
            passed[left] += 1
        return Passage(passed, margin, taken)


def matrix_values(matrix: FloatArray) -> Values:
    """Return a matrix as a source of values.

    Parameters
    ----------
    matrix : ndarray of shape (n_rows, n_features)
        The values.

    Returns
    -------
    callable
        For `RejectionCascade.passage`.

    Examples
    --------
    >>> matrix_values(np.array([[1.0, 2.0], [3.0, 4.0]]))(np.array([1]), np.array([1, 0])).tolist()
    [[4.0, 3.0]]
    """
    return lambda rows, features: matrix[rows[:, np.newaxis], features]
