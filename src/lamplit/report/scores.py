"""The plain form of an evaluation: dictionaries that go into JSON, the terminal and the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from lamplit.core.errors import InvalidArgumentError


class IntervalDict(TypedDict):
    """An interval of a share, with the level of confidence it was made for."""

    low: float
    high: float
    level: float


class ClassScoresDict(TypedDict):
    """The figures of one label; `support` counts the faces that truly have it."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int


class BinsDict(TypedDict):
    """Bins of equal width over [0, 1] of the top probability; the means of an empty bin are None."""

    confidence: list[float | None]
    accuracy: list[float | None]
    count: list[int]


class MetricsDict(TypedDict):
    """All figures of one classifier over one label set; rows of `confusion` are the true labels."""

    label_set: str
    n: int
    accuracy: float
    accuracy_interval: IntervalDict
    macro_f1: float
    log_loss: float
    calibration_error: float
    classes: list[ClassScoresDict]
    confusion: list[list[int]]
    bins: BinsDict


class LightScoresDict(TypedDict):
    """The figures of a classifier in one light.

    `relative` is its accuracy over that in good light. The last three are shares: of all faces, those refused
    for their light and for the model's doubt; of the others, those answered wrongly (None if there are none).
    """

    name: str
    condition: str
    strength: float
    unit: str
    accuracy: float
    accuracy_interval: IntervalDict
    relative: float
    macro_f1: float
    log_loss: float
    calibration_error: float
    refused_for_light: float
    refused_for_doubt: float
    wrong_of_answered: float | None


class RiskCurveDict(TypedDict):
    """Share of wrong answers over the share of faces answered, with the threshold that gives both.

    `answered` and `wrong` are the two where the thresholds in use lead; `wrong` is None without an answer.
    """

    threshold: list[float]
    coverage: list[float]
    risk: list[float]
    answered: float
    wrong: float | None


class CalibrationDict(TypedDict):
    """Expected calibration errors over the gauntlet; see `lamplit.evaluation.calibration`."""

    good_light: float
    pooled: float
    mean_of_lights: float
    mean_of_conditions: float
    worst_light: str
    worst: float


class LeastProbabilityDict(TypedDict):
    """The probability that an answer needs, by the kind of light."""

    easy: float
    hard: float
    backlit: float


class GauntletDict(TypedDict):
    """The figures of a classifier over the light gauntlet."""

    seed: int
    faces: int
    least_probability: LeastProbabilityDict
    mean_of_six_bad_lights: float | None
    seven_lights: list[str]
    lights: list[LightScoresDict]


def check_metrics(metrics: Mapping[str, Any], *, subject: str = "metrics") -> None:
    """Check that a dictionary has the form of `MetricsDict`, as one read from a file may not.

    Parameters
    ----------
    metrics : mapping
        The dictionary to check.
    subject : str
        What the error calls it.

    Raises
    ------
    InvalidArgumentError
        If a key is missing, or the confusion matrix is not one row and one column per label.

    Examples
    --------
    >>> check_metrics({"n": 3})
    Traceback (most recent call last):
    lamplit.core.errors.InvalidArgumentError: metrics: needs the figures of an evaluation, got none for \
'accuracy', 'accuracy_interval', 'bins', 'calibration_error', 'classes', 'confusion', 'label_set', \
'log_loss', 'macro_f1'
    """
    missing = sorted(MetricsDict.__required_keys__ - metrics.keys())
    if missing:
        names = ", ".join(repr(name) for name in missing)
        raise InvalidArgumentError(subject, "the figures of an evaluation", f"none for {names}")
    n_labels = len(metrics["classes"])
    widths = [len(row) for row in metrics["confusion"]]
    if widths != [n_labels] * n_labels:
        raise InvalidArgumentError(
            subject, f"a confusion matrix of {n_labels} rows and columns", f"rows of lengths {widths}"
        )
