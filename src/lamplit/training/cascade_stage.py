"""One stage of a cascade: stumps are added until it sends away enough and lets nearly all faces pass.

A stage begins with what the one before has added up, so that nothing learnt is lost: a boosting chain (Xiao,
Zhu, Zhang 2003, "Boosting chain learning for object detection", ICCV).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.boosting import BoostedCascade, CascadeStage, HaarRectangles, Stump, select_stumps, sort_features
from lamplit.boosting.sorting import CalculatedSource
from lamplit.core.arrays import AnyArray, ByteArray, IntArray
from lamplit.features import HaarFeatures, haar_windows
from lamplit.training.cascade_recipe import CascadeRecipe
from lamplit.training.cascade_windows import features_of, stage_sums


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
        Share of wrong answers at the threshold, on windows that were learnt from and on held-out ones, faces
        and others counting half each: a half where everything passes.
    detection, false_positives : float
        Shares of the held-out faces and other windows that reach the threshold.
    """

    training_error: float
    validation_error: float
    detection: float
    false_positives: float


_MOST_SURE = 12.0
"""Sums beyond this count as this much: no window may weigh e^12 times another."""

OnRound = Callable[[int, StageRound], None]


def train_stage(
    windows: StageWindows,
    features: HaarFeatures,
    recipe: CascadeRecipe,
    before: BoostedCascade | None,
    random: np.random.Generator,
    on_round: OnRound,
) -> tuple[BoostedCascade, list[StageRound]]:
    """Train one stage.

    Parameters
    ----------
    windows : StageWindows
        Both kinds, all of which have passed the stages before.
    features : HaarFeatures
        What may be selected.
    recipe : CascadeRecipe
        Rates, and when to stop.
    before : BoostedCascade, optional
        The stages before.
    random : numpy.random.Generator
        Draws features.
    on_round : callable
        Told (rounds done, how it does).

    Returns
    -------
    (BoostedCascade, list of StageRound)
        The cascade with this stage, and how it came about.
    """
    number = 0 if before is None else len(before.stages)
    drawn = features[np.sort(random.permutation(len(features))[: recipe.stage_features])]
    learnt = _Sums(windows.faces, windows.others, before, drawn)
    held_out = _Sums(windows.held_out_faces, windows.held_out_others, before, drawn)
    values = np.empty((len(drawn), len(learnt.ready)), np.float32).T
    learnt.ready.values(drawn, out=values)
    source = CalculatedSource(values.shape, lambda start, stop: values[:, start:stop])
    stumps: list[Stump] = []
    history: list[StageRound] = []
    threshold = 0.0
    rounds = select_stumps(
        sort_features(source),
        learnt.is_face,
        learnt.weights(),
        max_features=min(recipe.round_features, len(drawn)),
        random_state=random,
    )
    for one in rounds:
        stumps.append(one.stump)
        learnt.add(one.stump, values[:, one.stump.feature])
        column = held_out.ready.values(drawn[one.stump.feature : one.stump.feature + 1])[:, 0]
        held_out.add(one.stump, column)
        threshold = held_out.threshold(recipe.detection_rate_of(number))
        history.append(_round(learnt, held_out, threshold))
        on_round(len(stumps), history[-1])
        enough = history[-1].false_positives <= recipe.false_positive_rate
        if enough or len(stumps) == recipe.rounds_of(number):
            break
    used = drawn[np.array([stump.feature for stump in stumps])]
    return extended(before, _stage(stumps, threshold), used), history


class _Sums:
    """Windows of both kinds, and what the stumps so far add up to in each."""

    def __init__(
        self, faces: ByteArray, others: ByteArray, before: BoostedCascade | None, features: HaarFeatures
    ) -> None:
        both = np.concatenate([faces, others])
        earlier = None if before is None else features_of(before)
        tilted = features.tilted.any() or (earlier is not None and earlier.tilted.any())
        self.is_face = np.arange(len(both)) < len(faces)
        self.ready = haar_windows(both, tilted=bool(tilted))
        self.sums = np.zeros(len(both))
        if before is not None and earlier is not None:
            self.sums += stage_sums(before.stages[-1], earlier, self.ready)

    def weights(self) -> AnyArray:
        """Return the weights of gentle boosting after these sums; half of them for each kind."""
        signs = np.where(self.is_face, 1.0, -1.0)
        weights: AnyArray = np.exp(np.clip(-signs * self.sums, -_MOST_SURE, _MOST_SURE))
        for kind in (self.is_face, ~self.is_face):
            weights[kind] *= 0.5 / weights[kind].sum()
        return weights

    def add(self, stump: Stump, column: AnyArray) -> None:
        """Add a stump's answers to the values of its feature."""
        self.sums += stump.answers(column)

    def threshold(self, rate: float) -> float:
        """Return the highest threshold that lets this share of the faces pass."""
        faces = np.sort(self.sums[self.is_face])
        return float(faces[int((1.0 - rate) * len(faces))])

    def error(self, threshold: float) -> float:
        """Return the share of wrong answers, the mean of both kinds."""
        reach = self.sums >= threshold
        return float(np.mean(~reach[self.is_face]) + np.mean(reach[~self.is_face])) / 2


def _round(learnt: _Sums, held_out: _Sums, threshold: float) -> StageRound:
    """Return how a stage does."""
    reach = held_out.sums >= threshold
    return StageRound(
        training_error=learnt.error(threshold),
        validation_error=held_out.error(threshold),
        detection=float(np.mean(reach[held_out.is_face])),
        false_positives=float(np.mean(reach[~held_out.is_face])),
    )


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


def extended(cascade: BoostedCascade | None, stage: CascadeStage, features: HaarFeatures) -> BoostedCascade:
    """Add a stage to a cascade; it begins with the stumps of the one before.

    Parameters
    ----------
    cascade : BoostedCascade, optional
        What there is; None for the first stage.
    stage : CascadeStage
        New stumps, whose feature numbers mean `features`, and the threshold of all of them.
    features : HaarFeatures
        What the new stumps look at.

    Returns
    -------
    BoostedCascade
        With all features, those of the new stumps behind the others.
    """
    new = (features.rectangles, features.weights, features.tilted)
    if cascade is None or not isinstance(cascade.features, HaarRectangles):
        return BoostedCascade(features.window, HaarRectangles(*new), (stage,))
    old, last = cascade.features, cascade.stages[-1]
    pairs = zip((old.rectangles, old.weights, old.tilted), new, strict=True)
    both = HaarRectangles(*(np.concatenate(pair) for pair in pairs))
    joined = CascadeStage(
        stage.threshold,
        np.concatenate([last.sizes, stage.sizes]),
        np.concatenate([last.left, stage.left]),
        np.concatenate([last.right, stage.right]),
        np.concatenate([last.feature, stage.feature + len(old)]),
        np.concatenate([last.split, stage.split]),
        np.concatenate([last.leaves, stage.leaves]),
    )
    return BoostedCascade(cascade.window, both, (*cascade.stages, joined))
