"""Training of a rejection cascade: stages of stumps, each on what passed those before it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np

from lamplit.boosting.rejection_cascade import RejectionCascade, RejectionStage
from lamplit.boosting.selection import Stump, select_stumps
from lamplit.boosting.sorting import SortedFeatures
from lamplit.core.arrays import AnyArray
from lamplit.core.checks import check_integer, check_number


@dataclass(frozen=True, slots=True)
class StageGoals:
    """What each stage is to reach, and what it may cost.

    Parameters
    ----------
    detection_rate : float
        Least share of the wanted rows that came to a stage which pass it, in (0, 1).
    false_positive_rate : float
        Largest share of the others that came to it which pass, too, in (0, 1).
    n_stages : int
        Stages at most.
    most_stumps : int
        Stumps of a stage at most; it then lets pass more of the others than it should.

    Examples
    --------
    >>> StageGoals(detection_rate=0.99).n_stages
    6
    """

    detection_rate: float = 0.99
    false_positive_rate: float = 0.5
    n_stages: int = 6
    most_stumps: int = 40

    def __post_init__(self) -> None:
        check_number("detection_rate", self.detection_rate, above=0.0, below=1.0)
        check_number("false_positive_rate", self.false_positive_rate, above=0.0, below=1.0)
        check_integer("n_stages", self.n_stages, low=1)
        check_integer("most_stumps", self.most_stumps, low=1)


def train_rejection_cascade(
    ordered: SortedFeatures, wanted: AnyArray, goals: StageGoals | None = None
) -> RejectionCascade:
    """Train stage after stage until nothing unwanted passes, or there are stages enough.

    Parameters
    ----------
    ordered : SortedFeatures
        The rows in the order of each feature.
    wanted : ndarray of shape (n_rows,), bool
        What is to pass.
    goals : StageGoals, optional
        What each stage is to reach; the defaults if not given.

    Returns
    -------
    RejectionCascade
        Without any stage where the rows are all of one kind, or no feature tells them apart.

    Notes
    -----
    Gentle AdaBoost. A stage grows stump by stump. After each its threshold is put as high as the detection
    rate allows, halfway to the nearest lower sum; it is done as soon as few enough of the others pass. Rows
    that it sends away, of either kind, have no weight from then on.

    References
    ----------
    Viola, Jones (2004), table 2, doi:10.1023/B:VISI.0000013087.49260.fb; Friedman, Hastie, Tibshirani (2000),
    algorithm 4, doi:10.1214/aos/1016218223.

    Examples
    --------
    >>> from lamplit.boosting.sorting import sort_features
    >>> ordered = sort_features(np.array([[0.0], [1.0], [2.0], [3.0]]))
    >>> stage, = train_rejection_cascade(ordered, np.array([False, False, True, True])).stages
    >>> stage.thresholds.tolist(), stage.answers.tolist(), stage.least
    ([1.5], [[-1.0, 1.0]], 0.0)
    """
    growth = _Growth(ordered, np.asarray(wanted, dtype=bool), goals or StageGoals())
    return RejectionCascade(growth.stages())


class _Growth:
    """A cascade under construction: the sums, the weights and who is left."""

    def __init__(self, ordered: SortedFeatures, wanted: AnyArray, goals: StageGoals) -> None:
        self.ordered, self.wanted, self.goals = ordered, wanted, goals
        self.left = np.ones(len(wanted), dtype=bool)
        self.sums = np.zeros(len(wanted))
        share = np.where(wanted, wanted.sum(), (~wanted).sum())
        self.weights = 0.5 / share  # each kind has half of the weight

    def stages(self) -> tuple[RejectionStage, ...]:
        """Train all stages."""
        stages: list[RejectionStage] = []
        while len(stages) < self.goals.n_stages and self._has_both_kinds():
            stage = self._stage()
            if stage is None:
                break
            stages.append(stage)
            self.left &= self.sums >= stage.least
            self.weights = np.where(self.left, self.weights, 0.0)
        return tuple(stages)

    def _has_both_kinds(self) -> bool:
        """Whether anything is left to tell apart."""
        return bool((self.left & self.wanted).any() and (self.left & ~self.wanted).any())

    def _stage(self) -> RejectionStage | None:
        """Train one stage; None where no stump is better than none."""
        stumps: list[Stump] = []
        before, least = self.sums, 0.0
        rounds = select_stumps(self.ordered, self.wanted, self.weights)
        for found in islice(rounds, self.goals.most_stumps):
            stumps.append(found.stump)
            self.sums, self.weights = before + found.scores, found.weights
            least = self._least()
            if self._false_positive_rate(least) <= self.goals.false_positive_rate:
                break
        return _stage_of(stumps, least) if stumps else None

    def _least(self) -> float:
        """Return the highest threshold that enough of the wanted rows pass."""
        sums = np.sort(self.sums[self.left & self.wanted])
        # The tolerance is for shares such as 0.1 of 10, which come as 0.99...
        lowest = float(sums[int((1.0 - self.goals.detection_rate) * len(sums) + 1e-9)])
        below = self.sums[self.left & (self.sums < lowest)]
        return lowest / 2.0 + float(below.max()) / 2.0 if len(below) else lowest

    def _false_positive_rate(self, least: float) -> float:
        """Return the share of the others that came to this stage which pass it."""
        return float((self.sums[self.left & ~self.wanted] >= least).mean())


def _stage_of(stumps: list[Stump], least: float) -> RejectionStage:
    """Put stumps side by side."""
    return RejectionStage(
        np.array([stump.feature for stump in stumps], dtype=np.int64),
        np.array([stump.threshold for stump in stumps]),
        np.array([[stump.left, stump.right] for stump in stumps]),
        least,
    )
