"""Accuracy as a function of light: a classifier runs the gauntlet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray, IntArray
from lamplit.core.labels import EXPRESSIONS, LabelSet
from lamplit.evaluation.classifier import Evaluation, evaluate_classifier
from lamplit.light.gauntlet import GAUNTLET, GOOD, SEVEN_LIGHTS, Light
from lamplit.report.scores import GauntletDict, LightScoresDict


@dataclass(frozen=True, slots=True, eq=False)
class Gauntlet:
    """What a classifier answered in every light.

    Parameters
    ----------
    seed : int
        Seed of the noise.
    runs : tuple of (Light, Evaluation)
        The lights in the order in which they were run.
    """

    seed: int
    runs: tuple[tuple[Light, Evaluation], ...]

    def __getitem__(self, light: Light) -> Evaluation:
        """Return what was answered in a light."""
        return next(evaluation for own, evaluation in self.runs if own == light)

    @property
    def mean_of_bad(self) -> float | None:
        """Mean accuracy over the six bad lights of the short protocol; None if one of them was not run."""
        run = {light: evaluation.metrics.accuracy for light, evaluation in self.runs}
        bad = [light for light in SEVEN_LIGHTS if light != GOOD]
        return float(np.mean([run[light] for light in bad])) if set(bad) <= set(run) else None

    def as_dict(self) -> GauntletDict:
        """Return the figures as plain types, fit for JSON."""
        good = self[GOOD].metrics.accuracy
        return {
            "seed": self.seed,
            "faces": self.runs[0][1].metrics.n,
            "mean_of_six_bad_lights": self.mean_of_bad,
            "seven_lights": [light.name for light in SEVEN_LIGHTS],
            "lights": [_scores(light, evaluation, good) for light, evaluation in self.runs],
        }


def _scores(light: Light, evaluation: Evaluation, good: float) -> LightScoresDict:
    """Return the figures of one light."""
    metrics = evaluation.metrics
    return {
        "name": light.name,
        "condition": light.condition,
        "strength": light.strength,
        "unit": light.unit,
        "accuracy": metrics.accuracy,
        "accuracy_interval": metrics.accuracy_interval.as_dict(),
        "relative": metrics.accuracy / good if good else 0.0,
        "macro_f1": metrics.macro_f1,
        "log_loss": metrics.log_loss,
        "calibration_error": metrics.calibration_error,
    }


def lights_to_run(*, short: bool = False) -> tuple[Light, ...]:
    """Return the lights of the whole gauntlet with the short protocol among them, or of the latter alone.

    Parameters
    ----------
    short : bool
        Only good light and the six bad ones of the short protocol.

    Returns
    -------
    tuple of Light
        Good light first; no light twice.

    Examples
    --------
    >>> len(lights_to_run(short=True)), len(lights_to_run())
    (7, 47)
    """
    return SEVEN_LIGHTS if short else tuple(dict.fromkeys((*SEVEN_LIGHTS, *GAUNTLET)))


def run_gauntlet(
    predict_proba: Callable[[ByteArray], FloatArray],
    faces: ByteArray,
    classes: IntArray,
    *,
    lights: Sequence[Light] | None = None,
    labels: LabelSet = EXPRESSIONS,
    seed: int = 0,
    on_batch: Callable[[int], None] | None = None,
) -> Gauntlet:
    """Measure a classifier in every light of the gauntlet.

    Parameters
    ----------
    predict_proba : callable
        Maps faces, uint8 of shape (n, height, width[, 3]), to probabilities of shape (n, n_labels): a lamplit
        classifier's `predict_proba`, or a function around your own model.
    faces : ndarray of shape (n_faces, height, width) or (n_faces, height, width, 3), uint8
        Faces in good light, framed like those of FER+.
    classes : ndarray of shape (n_faces,), integer
        The true class of each face.
    lights : sequence of Light, optional
        Which lights, good light among them; by default the whole gauntlet.
    labels : LabelSet
        The labels, in the order of the classifier's columns.
    seed : int
        Seed of photons and read noise.
    on_batch : callable, optional
        Called after each batch with the number of faces in it, as a progress bar wants it.

    Returns
    -------
    Gauntlet
        Answers and figures, light by light.

    Raises
    ------
    InvalidArgumentError
        If faces or classes are wrong, or the classifier's answer is.

    Examples
    --------
    >>> def mean_decides(faces):
    ...     bright = faces.mean(axis=(1, 2)) > 100
    ...     return np.eye(8, dtype=np.float32)[bright.astype(int)]
    >>> faces = np.stack([np.full((48, 48), 40, np.uint8), np.full((48, 48), 200, np.uint8)])
    >>> result = run_gauntlet(mean_decides, faces, np.array([0, 1]), lights=lights_to_run(short=True))
    >>> result[GOOD].metrics.accuracy, [round(row["accuracy"], 1) for row in result.as_dict()["lights"]][:3]
    (1.0, [1.0, 1.0, 0.5])
    """
    runs = []
    for light in lights_to_run() if lights is None else lights:
        lit = light.apply(faces, seed=seed)
        evaluation = evaluate_classifier(predict_proba, lit, classes, labels=labels, on_batch=on_batch)
        runs.append((light, evaluation))
    return Gauntlet(seed, tuple(runs))
