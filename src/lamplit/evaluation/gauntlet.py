"""Accuracy as a function of light: a classifier runs the gauntlet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray, IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EXPRESSIONS, LabelSet
from lamplit.core.refusal import BACKLIT, EASY, HARD, NO_DOUBT, LeastProbability, kind_of
from lamplit.core.values import Box
from lamplit.evaluation.calibration import by_condition, calibration_scores
from lamplit.evaluation.classifier import Evaluation, evaluate_classifier
from lamplit.evaluation.refusal import least_probability_for, risk_coverage
from lamplit.evaluation.reliability import ReliabilityBins
from lamplit.faces.framing import face_box
from lamplit.light.gauntlet import GAUNTLET, GOOD, SEVEN_LIGHTS, Light
from lamplit.light.reading import measure
from lamplit.report.scores import BinsDict, CalibrationDict, GauntletDict, LightScoresDict, RiskCurveDict


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a classifier answered in one light.

    Parameters
    ----------
    light : Light
        The light.
    evaluation : Evaluation
        Answers and figures over all faces.
    right : ndarray of shape (n_faces,), bool
        Which answers were right.
    usable : ndarray of shape (n_faces,), bool
        On which faces the light leaves enough to read (`LightReading.usable`).
    kind : ndarray of shape (n_faces,), str
        The kind of light on each face (`lamplit.core.refusal.kind_of`).
    """

    light: Light
    evaluation: Evaluation
    right: AnyArray
    usable: AnyArray
    kind: AnyArray

    @property
    def probability(self) -> AnyArray:
        """Probability of each answer; shape (n_faces,)."""
        highest: AnyArray = self.evaluation.probabilities.max(axis=1)
        return highest

    def answered(self, least: LeastProbability) -> AnyArray:
        """Return which answers are given; shape (n_faces,), bool."""
        needed = np.array([least.of_kind(kind) for kind in self.kind])
        given: AnyArray = self.usable & (self.probability >= needed)
        return given


@dataclass(frozen=True, slots=True, eq=False)
class Gauntlet:
    """What a classifier answered in every light.

    Parameters
    ----------
    seed : int
        Seed of the noise.
    runs : tuple of Run
        The lights in the order in which they were run.
    least_probability : LeastProbability
        Answers below this count as refused.
    """

    seed: int
    runs: tuple[Run, ...]
    least_probability: LeastProbability = NO_DOUBT

    def __getitem__(self, light: Light) -> Evaluation:
        """Return what was answered in a light; KeyError where it was not run."""
        return {run.light: run.evaluation for run in self.runs}[light]

    @property
    def mean_of_bad(self) -> float | None:
        """Mean accuracy over the six bad lights of the short protocol; None if one of them was not run."""
        run = {run.light: run.evaluation.metrics.accuracy for run in self.runs}
        bad = [light for light in SEVEN_LIGHTS if light != GOOD]
        return float(np.mean([run[light] for light in bad])) if set(bad) <= set(run) else None

    def risk_curves(self) -> dict[str, RiskCurveDict]:
        """Return the risk-coverage curve of each condition, its strengths taken together.

        Faces that are refused for their light count among all faces and are never answered.
        """
        curves: dict[str, RiskCurveDict] = {}
        for condition in dict.fromkeys(run.light.condition for run in self.runs):
            runs = [run for run in self.runs if run.light.condition == condition]
            probability, right, usable = (
                np.concatenate(parts)
                for parts in zip(*((run.probability, run.right, run.usable) for run in runs), strict=True)
            )
            if usable.any():
                curve = risk_coverage(probability[usable], right[usable], n_faces=len(usable))
                given = np.concatenate([run.answered(self.least_probability) for run in runs])
                wrong = float(1 - right[given].mean()) if given.any() else None
                curves[condition] = curve.as_dict(answered=float(given.mean()), wrong=wrong)
        return curves

    def reliability(self) -> dict[str, BinsDict]:
        """Return confidence and accuracy in each condition, its strengths taken together."""
        return {name: bins.as_dict() for name, bins in by_condition(self._bins()).items()}

    def calibration(self) -> CalibrationDict:
        """Return the expected calibration errors: pooled, over lights and conditions, the worst."""
        return calibration_scores(self._bins())

    def _bins(self) -> dict[Light, ReliabilityBins]:
        return {run.light: run.evaluation.metrics.bins for run in self.runs}

    def as_dict(self) -> GauntletDict:
        """Return the figures as plain types, fit for JSON."""
        good = self[GOOD].metrics.accuracy
        return {
            "seed": self.seed,
            "faces": self.runs[0].evaluation.metrics.n,
            "least_probability": {
                "easy": self.least_probability.easy,
                "hard": self.least_probability.hard,
                "backlit": self.least_probability.backlit,
            },
            "mean_of_six_bad_lights": self.mean_of_bad,
            "seven_lights": [light.name for light in SEVEN_LIGHTS],
            "lights": [_scores(run, good, self.least_probability) for run in self.runs],
        }


def _scores(run: Run, good: float, least: LeastProbability) -> LightScoresDict:
    """Return the figures of one light."""
    light, metrics = run.light, run.evaluation.metrics
    answered = run.answered(least)
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
        "refused_for_light": float(1 - run.usable.mean()),
        "refused_for_doubt": float((run.usable & ~answered).mean()),
        "wrong_of_answered": float(1 - run.right[answered].mean()) if answered.any() else None,
    }


def least_probabilities(runs: Sequence[Run], faces: slice = slice(None)) -> LeastProbability:
    """Choose the probability that answers need, by the kind of light, by the risk in every single light.

    Parameters
    ----------
    runs : sequence of Run
        What was answered in each light.
    faces : slice
        By which faces; by default all.

    Returns
    -------
    LeastProbability
        See `lamplit.evaluation.refusal.least_probability_for`; faces refused for their light are left out.
    """
    chosen = []
    for kind in (EASY, HARD, BACKLIT):
        groups = [(run, run.usable[faces] & (run.kind[faces] == kind)) for run in runs]
        answers = [(run.probability[faces][group], run.right[faces][group]) for run, group in groups]
        chosen.append(least_probability_for(answers))
    return LeastProbability(*chosen)


def lights_to_run(*, short: bool = False) -> tuple[Light, ...]:
    """Return the lights of the whole gauntlet with the short protocol among them, or of the latter alone.

    Parameters
    ----------
    short : bool
        Only good light and the six bad ones of the short protocol.

    Returns
    -------
    tuple of Light
        Good light first; no light twice; each condition from a little bad to hardly possible.

    Examples
    --------
    >>> len(lights_to_run(short=True)), len(lights_to_run())
    (7, 47)
    """
    return SEVEN_LIGHTS if short else tuple(dict.fromkeys((GOOD, *GAUNTLET, *SEVEN_LIGHTS)))


def run_gauntlet(
    predict_proba: Callable[[ByteArray], FloatArray],
    faces: ByteArray,
    classes: IntArray,
    *,
    lights: Sequence[Light] | None = None,
    labels: LabelSet = EXPRESSIONS,
    seed: int = 0,
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

    Returns
    -------
    Gauntlet
        Answers and figures, light by light. No answer counts as refused for doubt: for that, replace its
        `least_probability`.

    Raises
    ------
    InvalidArgumentError
        If faces or classes are wrong, the classifier's answer is, or good light is missing.

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
    chosen = lights_to_run() if lights is None else tuple(lights)
    if GOOD not in chosen:  # the other figures are relative to it
        raise InvalidArgumentError("lights", "good light among them", str([light.name for light in chosen]))
    runs = []
    for light in chosen:
        lit = light.apply(faces, seed=seed)
        evaluation = evaluate_classifier(predict_proba, lit, classes, labels=labels)
        right = evaluation.probabilities.argmax(axis=1) == classes
        readings = [measure(face, _box_of(face)) for face in lit]
        usable = np.array([reading.usable for reading in readings])
        kind = np.array([kind_of(reading) for reading in readings])
        runs.append(Run(light, evaluation, right, usable, kind))
    return Gauntlet(seed, tuple(runs))


def _box_of(face: ByteArray) -> Box:
    """Return where the detector would see the face in its crop: its light is measured as in a picture."""
    return face_box(Box(0, 0, face.shape[1], face.shape[0]))
