"""Calibration in all lights: what a temperature by light is fitted to, and what is left of the error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray, IntArray
from lamplit.core.temperature import LightTemperature
from lamplit.evaluation.reliability import ReliabilityBins, pooled_bins, reliability_bins
from lamplit.expression.calibration import softmax
from lamplit.expression.light_calibration import fit_light_temperature
from lamplit.light.gauntlet import GOOD, Light
from lamplit.report.scores import CalibrationDict

PredictLogits = Callable[[ByteArray], tuple[FloatArray, FloatArray]]
"""`predict_logits` of a classifier: faces to logits (N, K) and what the light took of each (N, 2)."""


@dataclass(frozen=True, slots=True, eq=False)
class LitLogits:
    """What a network says of faces in one light, before a temperature.

    Parameters
    ----------
    light : Light
        The light.
    logits : ndarray of shape (n_faces, n_labels), float32
        Outputs of the network.
    losses : ndarray of shape (n_faces, 2), float32
        What the light took from each face (`lamplit.expression.light_loss`).
    classes : ndarray of shape (n_faces,), int64
        The true classes.
    """

    light: Light
    logits: FloatArray
    losses: FloatArray
    classes: IntArray

    def subset(self, chosen: AnyArray) -> LitLogits:
        """Return what is said of some of the faces, given as (n_faces,) bool or as positions."""
        return LitLogits(self.light, self.logits[chosen], self.losses[chosen], self.classes[chosen])

    def bins(self, temperature: float | AnyArray) -> ReliabilityBins:
        """Return confidence and accuracy under one temperature, or under one for each face."""
        return reliability_bins(softmax(self.logits, temperature), self.classes)


def lit_logits(
    predict_logits: PredictLogits, faces: ByteArray, classes: IntArray, light: Light, *, seed: int = 0
) -> LitLogits:
    """Put faces into a light and ask the network.

    Parameters
    ----------
    predict_logits : callable
        That of an `ExpressionClassifier`.
    faces : ndarray of shape (n_faces, height, width), uint8
        Faces in good light, framed like those of FER+.
    classes : ndarray of shape (n_faces,), int64
        The true class of each.
    light : Light
        One of the gauntlet.
    seed : int
        Seed of photons and read noise.

    Returns
    -------
    LitLogits
        What the network says.

    Examples
    --------
    >>> def undecided(faces):
    ...     return np.zeros((len(faces), 8), np.float32), np.zeros((len(faces), 2), np.float32)
    >>> lit_logits(undecided, np.zeros((3, 48, 48), np.uint8), np.array([0, 1, 2]), GOOD).logits.shape
    (3, 8)
    """
    logits, losses = predict_logits(light.apply(faces, seed=seed))
    return LitLogits(light, logits, losses, classes)


def fit_in_all_lights(lit: Sequence[LitLogits]) -> LightTemperature:
    """Fit a temperature by light to faces in several lights; good light counts as much as all others.

    Parameters
    ----------
    lit : sequence of LitLogits
        Faces on which the network was not trained, nor will be measured.

    Returns
    -------
    LightTemperature
        See `lamplit.expression.light_calibration.fit_light_temperature`.

    Examples
    --------
    >>> said = LitLogits(GOOD, np.array([[2.0, 0.0]] * 4), np.zeros((4, 2)), np.array([0, 0, 0, 1]))
    >>> round(fit_in_all_lights([said, said]).good, 2)
    1.82
    """
    shown = balanced_lights(lit)
    logits, losses, classes = (
        np.concatenate(parts)
        for parts in zip(*((one.logits, one.losses, one.classes) for one in shown), strict=True)
    )
    return fit_light_temperature(logits, losses, classes)


def balanced_lights(lit: Sequence[LitLogits]) -> list[LitLogits]:
    """Repeat good light until it counts as much as all others.

    Parameters
    ----------
    lit : sequence of LitLogits
        The same faces in several lights.

    Returns
    -------
    list of LitLogits
        The bad lights, then good light as often as there are bad ones.

    Examples
    --------
    >>> from lamplit.light.gauntlet import SEVEN_LIGHTS
    >>> one = np.array([[2.0, 0.0]]), np.zeros((1, 2)), np.array([0])
    >>> [said.light.name for said in balanced_lights([LitLogits(light, *one) for light in SEVEN_LIGHTS[:3]])]
    ['dark tones, 3 gamma', 'dim, 0.2 of full scale', 'good light', 'good light']
    """
    bad = [one for one in lit if one.light != GOOD]
    # Else good light would be one of dozens, and lights that take what no loss measures would decide.
    return bad + [one for one in lit if one.light == GOOD] * max(len(bad), 1)


def by_condition(bins: Mapping[Light, ReliabilityBins]) -> dict[str, ReliabilityBins]:
    """Take the strengths of each condition together.

    Parameters
    ----------
    bins : mapping of Light to ReliabilityBins
        Confidence and accuracy in each light.

    Returns
    -------
    dict of str to ReliabilityBins
        The same by the name of the condition, in the order of the lights.

    Examples
    --------
    >>> some = ReliabilityBins(np.array([0.75]), np.array([0.5]), np.array([4]))
    >>> list(by_condition({GOOD: some}))
    ['good light']
    """
    conditions = dict.fromkeys(light.condition for light in bins)
    return {
        name: pooled_bins(part for light, part in bins.items() if light.condition == name)
        for name in conditions
    }


def calibration_scores(bins: Mapping[Light, ReliabilityBins]) -> CalibrationDict:
    """Return the expected calibration errors over the gauntlet.

    Parameters
    ----------
    bins : mapping of Light to ReliabilityBins
        Confidence and accuracy in each light, good light among them.

    Returns
    -------
    dict
        The error in good light, over the faces of all lights pooled, as the mean of the lights' own errors,
        as the mean over conditions with their strengths pooled, and in the worst light. Pooled, a light that
        makes the network too sure hides another that makes it doubt; the mean over lights is the strict one.

    Examples
    --------
    >>> some = ReliabilityBins(np.array([0.75]), np.array([0.5]), np.array([4]))
    >>> calibration_scores({GOOD: some})["mean_of_lights"]
    0.25
    """
    errors = {light: part.calibration_error for light, part in bins.items()}
    worst = max(errors, key=lambda light: errors[light])
    return {
        "good_light": errors[GOOD],
        "pooled": pooled_bins(bins.values()).calibration_error,
        "mean_of_lights": float(np.mean(list(errors.values()))),
        "mean_of_conditions": float(
            np.mean([part.calibration_error for part in by_condition(bins).values()])
        ),
        "worst_light": worst.name,
        "worst": errors[worst],
    }
