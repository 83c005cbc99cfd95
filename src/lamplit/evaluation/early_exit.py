"""What a cascade of classifiers costs and reaches, and the thresholds it should have."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray, IntArray
from lamplit.core.checks import check_number
from lamplit.core.errors import InvalidArgumentError
from lamplit.evaluation.checks import checked_classes, checked_probabilities
from lamplit.expression.early_exit import check_least, check_rule, sureness

STEPS = 40
"""Thresholds that are tried per stage: quantiles of how sure its answers are, so that each step asks about as
many more faces."""


@dataclass(frozen=True, slots=True)
class ExitPoint:
    """A cascade with certain thresholds on certain faces.

    Parameters
    ----------
    least : tuple of float
        Threshold of each classifier but the last.
    accuracy : float
        Share of right answers, in [0, 1].
    milliseconds : float
        Mean time per face: every classifier that was asked counts.
    shares : tuple of float
        Share of faces that each classifier answered.
    """

    least: tuple[float, ...]
    accuracy: float
    milliseconds: float
    shares: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain types."""
        return {
            "least": list(self.least),
            "accuracy": self.accuracy,
            "milliseconds": self.milliseconds,
            "shares": list(self.shares),
        }


@dataclass(frozen=True, slots=True)
class ExitChoice:
    """Thresholds that were chosen on some faces, and what comes of them on others.

    Parameters
    ----------
    chosen : ExitPoint
        The cascade, on the faces on which its thresholds were chosen.
    reported : ExitPoint
        The same thresholds on the others: the figure to quote.
    curve : tuple of ExitPoint
        Every cascade that no other beats in both time and accuracy on the choosing faces, measured on the
        others; by rising time.
    singles : tuple of ExitPoint
        Each classifier alone on the others.
    """

    chosen: ExitPoint
    reported: ExitPoint
    curve: tuple[ExitPoint, ...]
    singles: tuple[ExitPoint, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain types."""
        return {
            "chosen": self.chosen.as_dict(),
            "reported": self.reported.as_dict(),
            "curve": [point.as_dict() for point in self.curve],
            "singles": [point.as_dict() for point in self.singles],
        }


class Stages:
    """What classifiers answered on the same faces, cheapest first.

    Parameters
    ----------
    probabilities : sequence of ndarray of shape (N, K)
        Each classifier's answers.
    milliseconds : sequence of float
        Each classifier's mean time per face, above 0.
    classes : ndarray of shape (N,), integer
        True class of each face.
    rule : str
        What says how sure an answer is (`lamplit.expression.early_exit.RULES`).

    Raises
    ------
    InvalidArgumentError
        If there are fewer than two classifiers, or shapes, times, classes or rule are wrong.

    Examples
    --------
    >>> sure, right = np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([[0.9, 0.1], [0.1, 0.9]])
    >>> stages = Stages([sure, right], [1.0, 3.0], np.array([0, 1]))
    >>> stages.measure([0.8])
    ExitPoint(least=(0.8,), accuracy=1.0, milliseconds=2.5, shares=(0.5, 0.5))
    """

    def __init__(
        self,
        probabilities: Sequence[AnyArray],
        milliseconds: Sequence[float],
        classes: AnyArray,
        *,
        rule: str = "probability",
    ) -> None:
        check_rule(rule)
        _check_stages(probabilities, milliseconds)
        n_labels = probabilities[0].shape[1]
        answers = [
            checked_probabilities(answer, n_labels=n_labels, subject=f"probabilities[{position}]")
            for position, answer in enumerate(probabilities)
        ]
        true = checked_classes(classes, n_faces=len(answers[0]), n_labels=n_labels)
        # (n_stages, N) each: all that thresholds decide by.
        self.right: AnyArray = np.stack([answer.argmax(axis=1) == true for answer in answers])
        self.sure: FloatArray = np.stack([sureness(answer, rule) for answer in answers])
        self.milliseconds = np.array(milliseconds, dtype=np.float64)

    def __len__(self) -> int:
        """Return the number of classifiers."""
        return len(self.milliseconds)

    def part(self, faces: slice) -> Stages:
        """Return the same classifiers on some of the faces."""
        some = Stages.__new__(Stages)
        some.right, some.sure = self.right[:, faces], self.sure[:, faces]
        some.milliseconds = self.milliseconds
        return some

    def measure(self, least: Sequence[float]) -> ExitPoint:
        """Return what a cascade with these thresholds costs and reaches.

        Parameters
        ----------
        least : sequence of float
            How sure each classifier but the last must be, in [0, 1].

        Returns
        -------
        ExitPoint
            The figures.

        Raises
        ------
        InvalidArgumentError
            If a threshold is missing or out of range.
        """
        check_least(least, n_stages=len(self))
        stage = self._answering(least)
        shares = np.bincount(stage, minlength=len(self)) / len(stage)
        return ExitPoint(
            tuple(float(threshold) for threshold in least),
            float(self.right[stage, np.arange(len(stage))].mean()),
            float(self.milliseconds.cumsum() @ shares),
            tuple(float(share) for share in shares),
        )

    def single(self, position: int) -> ExitPoint:
        """Return what one classifier alone costs and reaches."""
        shares = tuple(float(position == other) for other in range(len(self)))
        return ExitPoint((), float(self.right[position].mean()), float(self.milliseconds[position]), shares)

    def front(self) -> list[ExitPoint]:
        """Return the cascades that no other beats in both time and accuracy, by rising time."""
        levels = np.linspace(0.0, 1.0, STEPS + 1)
        # 0 asks nobody else; quantiles lie on the numbers that occur, so 1 is needed to ask everybody.
        tried = [np.unique([0.0, *np.quantile(sure, levels), 1.0]) for sure in self.sure[:-1]]
        points = sorted(
            (self.measure(least) for least in itertools.product(*tried)),
            key=lambda point: (point.milliseconds, -point.accuracy),
        )
        best, kept = -1.0, []
        for point in points:
            if point.accuracy > best:
                best = point.accuracy
                kept.append(point)
        return kept

    def _answering(self, least: Sequence[float]) -> IntArray:
        """Return the position of the classifier that answers each face."""
        needed = np.array([*least, -1.0])[:, None]  # the last one always answers
        first: IntArray = (self.sure >= needed).argmax(axis=0).astype(np.int64)
        return first


def joined(parts: Sequence[Stages]) -> Stages:
    """Return the same classifiers on the faces of several parts together.

    Parameters
    ----------
    parts : sequence of Stages
        At least one; the times are those of the first.

    Returns
    -------
    Stages
        Such as one in which faces in several lights count alike.

    Raises
    ------
    InvalidArgumentError
        If there is no part, or they are of other numbers of classifiers.

    Examples
    --------
    >>> answers = [np.array([[0.9, 0.1]]), np.array([[0.2, 0.8]])]
    >>> day, night = (Stages(answers, [1.0, 3.0], np.array([true])) for true in (0, 1))
    >>> joined([day, night]).single(0).accuracy
    0.5
    """
    if len({len(part) for part in parts}) != 1:
        came = str([len(part) for part in parts])
        raise InvalidArgumentError("parts", "one at least, all of as many classifiers", came)
    whole = parts[0].part(slice(None))
    whole.right = np.concatenate([part.right for part in parts], axis=1)
    whole.sure = np.concatenate([part.sure for part in parts], axis=1)
    return whole


def choose_exits(choosing: Stages, reported: Stages, *, most_loss: float = 0.002) -> ExitChoice:
    """Choose thresholds on some faces and report what comes of them on others.

    Parameters
    ----------
    choosing, reported : Stages
        What the same classifiers answered, on faces of which none is in both.
    most_loss : float
        By how much the accuracy of the last classifier may be missed on the choosing faces, in [0, 1).

    Returns
    -------
    ExitChoice
        The cheapest thresholds that keep to it, with the curve and the single classifiers.

    Raises
    ------
    InvalidArgumentError
        If the loss is out of range, or either has no face or another number of classifiers.

    Examples
    --------
    >>> right, unsure = np.array([[0.9, 0.1]] * 2), np.array([[0.6, 0.4]] * 2)
    >>> some = Stages([unsure, right], [1.0, 3.0], np.array([0, 0]))
    >>> choice = choose_exits(some, some)  # on other faces in earnest
    >>> choice.reported.milliseconds, choice.reported.shares
    (1.0, (1.0, 0.0))
    """
    check_number("most_loss", most_loss, above=-1e-12, below=1.0)
    for name, stages in (("choosing", choosing), ("reported", reported)):
        if not stages.right.shape[1] or len(stages) != len(choosing):
            came = f"{stages.right.shape[1]} faces and {len(stages)} classifiers"
            raise InvalidArgumentError(name, f"at least one face, and {len(choosing)} classifiers", came)
    front = choosing.front()
    enough = choosing.single(len(choosing) - 1).accuracy - most_loss
    # The last point is the most accurate: where sure answers are kept that the last classifier corrects, none
    # may be enough.
    chosen = next((point for point in front if point.accuracy >= enough), front[-1])
    curve = sorted((reported.measure(point.least) for point in front), key=lambda point: point.milliseconds)
    singles = tuple(reported.single(position) for position in range(len(reported)))
    return ExitChoice(chosen, reported.measure(chosen.least), tuple(curve), singles)


def _check_stages(probabilities: Sequence[AnyArray], milliseconds: Sequence[float]) -> None:
    """Refuse a cascade of one, answers on different faces, and times that are none."""
    if len(probabilities) < 2 or len(milliseconds) != len(probabilities):
        came = f"{len(probabilities)} and {len(milliseconds)}"
        raise InvalidArgumentError("probabilities, milliseconds", "at least two of each, as many", came)
    shapes = {np.shape(answer) for answer in probabilities}
    if len(shapes) != 1 or len(next(iter(shapes))) != 2:
        raise InvalidArgumentError("probabilities", "one shape (N, K)", str(sorted(shapes)))
    for time in milliseconds:
        check_number("milliseconds", time, above=0.0)
