"""The strong cascade: cheap classifiers answer first, costly ones only where those are unsure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray, IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.expression.models import ExpressionModel, check_same_labels, strictest_card
from lamplit.weights.registry import DEFAULT_EXPRESSION, QUICK_EXPRESSION

RULES = ("probability", "margin")
"""What says how sure an answer is: its probability, or by how much that exceeds the second highest."""

LEAST_OF_THE_QUICK = 0.73
"""How probable the quick network's answer must be in `usual_cascade`: chosen on every other validation face,
in seven lights, the cheapest that loses at most 0.2 points to the default alone (docs/small-and-fast.md), and
rounded up."""


@dataclass(frozen=True, slots=True, eq=False)
class CascadeAnswers:
    """What a cascade answers, and who gave each answer.

    Parameters
    ----------
    probabilities : ndarray of shape (N, K), float32
        Rows sum to 1.
    stage : ndarray of shape (N,), int64
        Position of the classifier that gave the answer: 0 for the cheapest.
    """

    probabilities: FloatArray
    stage: IntArray


class ExpressionCascade:
    """Ask classifiers in turn, cheapest first, until one is sure.

    Parameters
    ----------
    classifiers : sequence of ExpressionModel
        At least two, cheapest first; all speak the same labels in the same order.
    least : sequence of float
        For each classifier but the last, how sure it must be for its answer to stand, in [0, 1]; below, the
        next one is asked. `lamplit.evaluation.early_exit` finds good ones.
    rule : str
        What that is about, one of `RULES`.

    Attributes
    ----------
    labels : tuple of str
        The expressions, in the order of the probabilities.
    card : WeightsCard
        That of the last classifier, with the strictest thresholds of all for what is no answer, and the
        largest input of all.

    Raises
    ------
    InvalidArgumentError
        If there are fewer than two classifiers, their labels differ, or thresholds or rule are wrong.

    References
    ----------
    Jiang (2023), section 5.7, strong classifiers in a cascade; Viola, Jones (2001),
    doi:10.1109/CVPR.2001.990517; Teerapittayanon, McDanel, Kung (2016), doi:10.1109/ICPR.2016.7900006.

    Examples
    --------
    >>> from lamplit.expression import ExpressionClassifier
    >>> once = ExpressionClassifier()
    >>> cascade = ExpressionCascade([once, once], least=[0.9])
    >>> cascade.answer(np.zeros((2, 48, 48), dtype=np.uint8)).stage.tolist()
    [1, 1]
    """

    def __init__(
        self, classifiers: Sequence[ExpressionModel], *, least: Sequence[float], rule: str = "probability"
    ) -> None:
        check_same_labels(classifiers)
        check_least(least, n_stages=len(classifiers))
        check_rule(rule)
        self.classifiers = tuple(classifiers)
        self.least = tuple(float(threshold) for threshold in least)
        self.rule = rule
        self.labels: tuple[str, ...] = tuple(classifiers[0].labels)
        self.card = strictest_card([classifier.card for classifier in classifiers])

    def predict_proba(self, crops: AnyArray) -> FloatArray:
        """Return the probability of each expression for each crop.

        Parameters
        ----------
        crops : ndarray of shape (N, H, W) or (N, H, W, 3), uint8
            As `ExpressionClassifier.predict_proba` takes them.

        Returns
        -------
        ndarray of shape (N, K), float32
            Rows sum to 1; columns follow `labels`.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type.
        EmptyImageError
            If the crops have no pixels.
        """
        return self.answer(crops).probabilities

    def answer(self, crops: AnyArray) -> CascadeAnswers:
        """Return the probabilities, and which classifier gave each.

        Parameters
        ----------
        crops : ndarray of shape (N, H, W) or (N, H, W, 3), uint8
            As `ExpressionClassifier.predict_proba` takes them.

        Returns
        -------
        CascadeAnswers
            Answers in the order of the crops.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type.
        EmptyImageError
            If the crops have no pixels.
        """
        first, *others = self.classifiers
        probabilities = first.predict_proba(crops).copy()  # (N, K); it checks the crops, too
        stage = np.zeros(len(probabilities), dtype=np.int64)
        unsure = np.arange(len(probabilities))
        for position, classifier in enumerate(others, start=1):
            unsure = unsure[sureness(probabilities[unsure], self.rule) < self.least[position - 1]]
            if not len(unsure):
                break
            probabilities[unsure], stage[unsure] = classifier.predict_proba(crops[unsure]), position
        return CascadeAnswers(probabilities, stage)

    @property
    def description(self) -> dict[str, Any]:
        """What the cascade consists of: rule, labels, and each classifier's name, hash and threshold."""
        cards = [classifier.card for classifier in self.classifiers]
        return {
            "rule": self.rule,
            "labels": list(self.labels),
            "stages": [
                {
                    "name": card.name,
                    "sha256": card.sha256,
                    "parameters": card.parameters,
                    "temperature": dataclasses.asdict(card.light_temperature),
                    "least": threshold,
                }
                for card, threshold in zip(cards, (*self.least, None), strict=True)
            ],
        }


def usual_cascade(*, device: str = "cpu", threads: int | None = None) -> ExpressionCascade:
    """Return the cascade of two networks that come with lamplit: the smallest first, then the usual one.

    Parameters
    ----------
    device : str
        As for `ExpressionClassifier`.
    threads : int, optional
        As for `ExpressionClassifier`.

    Returns
    -------
    ExpressionCascade
        Over good light and six bad ones as accurate as the usual network alone, to 0.2 points, in less time
        per face (docs/small-and-fast.md).

    Raises
    ------
    InvalidArgumentError
        If the device or the number of threads is not to be had.

    Examples
    --------
    >>> cascade = usual_cascade()
    >>> [stage["least"] for stage in cascade.description["stages"]]
    [0.73, None]
    """
    names = (QUICK_EXPRESSION, DEFAULT_EXPRESSION)
    models = [ExpressionClassifier(name, device=device, threads=threads) for name in names]
    return ExpressionCascade(models, least=[LEAST_OF_THE_QUICK])


def sureness(probabilities: AnyArray, rule: str = "probability") -> FloatArray:
    """Return how sure each answer is.

    Parameters
    ----------
    probabilities : ndarray of shape (N, K)
        Rows sum to 1.
    rule : str
        One of `RULES`.

    Returns
    -------
    ndarray of shape (N,), float32
        In [0, 1].

    Examples
    --------
    >>> rows = np.array([[0.5, 0.25, 0.25]])
    >>> sureness(rows).tolist(), sureness(rows, "margin").tolist()
    ([0.5], [0.25])
    """
    highest = np.partition(np.asarray(probabilities, dtype=np.float32), -2, axis=1)[:, -2:]  # (N, 2)
    return highest[:, 1] if rule == "probability" else highest[:, 1] - highest[:, 0]


def check_least(least: Sequence[float], *, n_stages: int) -> None:
    """Refuse anything but a threshold in [0, 1] for each stage but the last.

    Parameters
    ----------
    least : sequence of float
        The thresholds.
    n_stages : int
        Number of classifiers.

    Raises
    ------
    InvalidArgumentError
        If their number or one of them is wrong.
    """
    if len(least) != n_stages - 1 or not all(0.0 <= threshold <= 1.0 for threshold in least):
        required = f"{n_stages - 1} in [0, 1], one for each classifier but the last"
        raise InvalidArgumentError("least", required, str(list(least)))


def check_rule(rule: str) -> None:
    """Refuse a rule that is not known.

    Parameters
    ----------
    rule : str
        The rule.

    Raises
    ------
    InvalidArgumentError
        If it is none of `RULES`.
    """
    if rule not in RULES:
        raise InvalidArgumentError("rule", f"one of {list(RULES)}", repr(rule))
