"""Risk and coverage: how often the answers that are given are wrong, when the doubtful ones are kept back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.report.scores import RiskCurveDict

MOST_RISK = 0.2
"""Of the answers that are given in any one light, at most one in five may be wrong."""

LEAST_ANSWERED = 20
"""Answers below which the risk in one light is not estimated."""


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """The curve over all thresholds of the probability.

    Parameters
    ----------
    threshold : ndarray of shape (n,), float32
        Probabilities of the answers, falling.
    coverage : ndarray of shape (n,), float32
        Share of all faces answered when answers below the threshold are kept back.
    risk : ndarray of shape (n,), float32
        Share of those that is wrong.
    """

    threshold: FloatArray
    coverage: FloatArray
    risk: FloatArray

    def as_dict(self, *, answered: float, wrong: float | None) -> RiskCurveDict:
        """Return the curve as lists, with the share of faces answered in use and of those answers wrong."""
        return {
            "threshold": self.threshold.tolist(),
            "coverage": self.coverage.tolist(),
            "risk": self.risk.tolist(),
            "answered": answered,
            "wrong": wrong,
        }


def risk_coverage(probability: AnyArray, right: AnyArray, *, n_faces: int | None = None) -> RiskCoverage:
    """Compute the risk-coverage curve.

    Parameters
    ----------
    probability : ndarray of shape (n,)
        Probability of the answer that was given, one per face that may be answered.
    right : ndarray of shape (n,), bool
        Whether it was right.
    n_faces : int, optional
        Number of all faces, where some were refused for another reason; by default n.

    Returns
    -------
    RiskCoverage
        A point for each distinct probability.

    Raises
    ------
    InvalidArgumentError
        If the arrays differ in length or are empty.

    References
    ----------
    El-Yaniv, Wiener (2010), JMLR 11:1605-1641.

    Examples
    --------
    >>> curve = risk_coverage(np.array([0.9, 0.6, 0.8, 0.5]), np.array([True, False, True, False]))
    >>> curve.coverage.tolist(), [round(risk, 2) for risk in curve.risk.tolist()]
    ([0.25, 0.5, 0.75, 1.0], [0.0, 0.0, 0.33, 0.5])
    """
    if probability.shape != right.shape or probability.ndim != 1 or not len(probability):
        came = f"{probability.shape} and {right.shape}"
        raise InvalidArgumentError("probability, right", "two arrays of one length, not empty", came)
    order = np.argsort(-probability, kind="stable")
    sorted_probability = probability[order]
    wrong = np.cumsum(~right[order].astype(bool))
    answered = np.arange(1, len(order) + 1)
    # Of faces with the same probability all are answered or none.
    last = np.append(np.nonzero(np.diff(sorted_probability))[0], len(order) - 1)
    return RiskCoverage(
        sorted_probability[last].astype(np.float32),
        (answered[last] / (n_faces or len(order))).astype(np.float32),
        (wrong[last] / answered[last]).astype(np.float32),
    )


def least_probability_for(
    answers: Sequence[tuple[AnyArray, AnyArray]], *, most_risk: float = MOST_RISK
) -> float:
    """Find the probability below which answers must be kept back.

    Parameters
    ----------
    answers : sequence of (ndarray, ndarray)
        For each light: probability of the answers, and whether they were right; faces that are refused for
        their light left out.
    most_risk : float
        Largest share of wrong answers allowed in any one light, in (0, 1).

    Returns
    -------
    float
        The smallest of 0, 0.005, ..., 0.995 from which on upwards no light with at least 20 answers exceeds
        the risk; 1 where none of them is enough.

    Examples
    --------
    >>> probability = np.repeat([0.9, 0.6, 0.3], 30)
    >>> right = np.concatenate([np.ones(30), np.ones(30), np.zeros(30)]) > 0
    >>> least_probability_for([(probability, right)])
    0.305
    """
    steps = np.arange(200) / 200
    allowed = [all(_risk(*light, float(step)) <= most_risk for light in answers) for step in steps]
    refused = np.nonzero(~np.array(allowed))[0]
    if not len(refused):
        return 0.0
    return 1.0 if refused[-1] == len(steps) - 1 else float(steps[refused[-1] + 1])


def _risk(probability: AnyArray, right: AnyArray, least: float) -> float:
    """Return the share of wrong answers among those that are given; 0 where they are too few."""
    given = probability >= least
    return float(1 - right[given].mean()) if given.sum() >= LEAST_ANSWERED else 0.0
