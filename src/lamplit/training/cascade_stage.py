"""One stage of a cascade: stumps are added until it sends away enough and lets nearly all faces pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.boosting import CascadeStage, Stump, select_stumps, sort_features
from lamplit.boosting.sorting import CalculatedSource
from lamplit.core.arrays import AnyArray, ByteArray, IntArray
from lamplit.features import HaarFeatures, haar_windows
from lamplit.training.cascade_recipe import CascadeRecipe


@dataclass(frozen=True, slots=True, eq=False)
class StageWindows:
    """What a stage learns from, and what its threshold and its end are decided by.

    Parameters
    ----------
    faces, others : ndarray of shape (N, S, S), uint8
        Windows to learn from.
    held_out_faces, held_out_others : ndarray of shape (M, S, S), uint8
        Windows to decide by.
    """

    faces: ByteArray
    others: ByteArray
    held_out_faces: ByteArray
    held_out_others: ByteArray


@dataclass(frozen=True, slots=True)
class StageRound:
    """How a stage does after one more stump.

    Parameters
    ----------
    training_error, validation_error : float
        Share of wrong answers by the sign of the sum, on windows that were learnt from and on held-out ones,
        faces and others counting half each.
    detection, false_positives : float
        Shares of the held-out faces and other windows that reach the threshold.
    """

    training_error: float
    validation_error: float
    detection: float
    false_positives: float


OnRound = Callable[[int, StageRound], None]


def train_stage(
    windows: StageWindows,
    features: HaarFeatures,
    recipe: CascadeRecipe,
    number: int,
    random: np.random.Generator,
    on_round: OnRound,
) -> tuple[CascadeStage, HaarFeatures, list[StageRound]]:
    """Train one stage.

    Parameters
    ----------
    windows : StageWindows
        Both kinds, all of which have passed the stages before.
    features : HaarFeatures
        What may be selected.
    recipe : CascadeRecipe
        Rates, and when to stop.
    number : int
        Stages before this one.
    random : numpy.random.Generator
        Draws features.
    on_round : callable
        Told (rounds done, how it does).

    Returns
    -------
    (CascadeStage, HaarFeatures, list of StageRound)
        The stage, the features that its numbers mean, one to each stump, and how it came about.
    """
    drawn = features[np.sort(random.permutation(len(features))[: recipe.stage_features])]
    is_face = np.arange(len(windows.faces) + len(windows.others)) < len(windows.faces)
    ready = haar_windows(np.concatenate([windows.faces, windows.others]), tilted=bool(drawn.tilted.any()))
    values = np.empty((len(drawn), len(ready)), np.float32).T
    ready.values(drawn, out=values)
    source = CalculatedSource(values.shape, lambda start, stop: values[:, start:stop])
    trial = _Trial(windows, drawn)
    stumps: list[Stump] = []
    history: list[StageRound] = []
    rounds = select_stumps(
        sort_features(source),
        is_face,
        max_features=min(recipe.round_features, len(drawn)),
        random_state=random,
    )
    for one in rounds:
        stumps.append(one.stump)
        history.append(trial.after(one.stump, one.scores, is_face, recipe.detection_rate_of(number)))
        on_round(len(stumps), history[-1])
        if history[-1].false_positives <= recipe.false_positive_rate or len(stumps) == recipe.rounds_of(
            number
        ):
            break
    used = drawn[np.array([stump.feature for stump in stumps])]
    return _stage(stumps, trial.threshold), used, history


class _Trial:
    """The held-out windows, and their sums so far."""

    def __init__(self, windows: StageWindows, features: HaarFeatures) -> None:
        both = np.concatenate([windows.held_out_faces, windows.held_out_others])
        self.features = features
        self.ready = haar_windows(both, tilted=bool(features.tilted.any()))
        self.is_face = np.arange(len(both)) < len(windows.held_out_faces)
        self.sums = np.zeros(len(both))
        self.threshold = 0.0

    def after(self, stump: Stump, scores: AnyArray, is_face: AnyArray, rate: float) -> StageRound:
        """Return how the stage does with one more stump."""
        column = self.ready.values(self.features[stump.feature : stump.feature + 1])[:, 0]
        self.sums += stump.answers(column)
        faces, others = self.sums[self.is_face], self.sums[~self.is_face]
        self.threshold = float(np.sort(faces)[int((1.0 - rate) * len(faces))])
        return StageRound(
            training_error=_error(scores, is_face),
            validation_error=_error(self.sums, self.is_face),
            detection=float(np.mean(faces >= self.threshold)),
            false_positives=float(np.mean(others >= self.threshold)),
        )


def _error(sums: AnyArray, is_face: AnyArray) -> float:
    """Return the share of wrong signs, the mean of both kinds."""
    return float(np.mean(sums[is_face] <= 0) + np.mean(sums[~is_face] > 0)) / 2


def _stage(stumps: Sequence[Stump], threshold: float) -> CascadeStage:
    """Return stumps in the form of a cascade, where a value below the split goes left."""
    n = len(stumps)
    single = np.array([stump.threshold for stump in stumps], np.float32)
    above = single.astype(np.float64) > [stump.threshold for stump in stumps]  # rounded up past the threshold
    split = np.where(above, single, np.nextafter(single, np.float32(np.inf)))
    numbers: IntArray = np.arange(n)
    leaves = np.array([[stump.left, stump.right] for stump in stumps]).ravel()
    # A little lower: the leaves are rounded to single precision.
    return CascadeStage(threshold - 1e-6 * n, np.ones(n), np.zeros(n), -np.ones(n), numbers, split, leaves)
