"""Figures of a classifier: accuracy, F1, log loss, calibration and confusion, over any label set."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.core.labels import LabelSet
from lamplit.evaluation.bootstrap import Interval, bootstrap_interval
from lamplit.evaluation.checks import DoubleArray, checked_classes, checked_probabilities
from lamplit.evaluation.reliability import ReliabilityBins, reliability_bins
from lamplit.report.scores import ClassScoresDict, MetricsDict

__all__ = [
    "ClassScores",
    "ClassificationMetrics",
    "Interval",
    "ReliabilityBins",
    "bootstrap_interval",
    "classification_metrics",
    "reliability_bins",
    "restricted",
]

sklearn_metrics = require("sklearn.metrics", extra="train", purpose="evaluation")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScores:
    """The figures of one label; each is 0 where its denominator is 0.

    Parameters
    ----------
    label : str
        The label.
    precision : float
        Of the faces given this label, the share that has it.
    recall : float
        Of the faces that have this label, the share given it.
    f1 : float
        Harmonic mean of precision and recall.
    support : int
        Number of faces that have this label.

    Examples
    --------
    >>> ClassScores(label="fear", precision=1.0, recall=0.5, f1=2 / 3, support=4).as_dict()["recall"]
    0.5
    """

    label: str
    precision: float
    recall: float
    f1: float
    support: int

    def as_dict(self) -> ClassScoresDict:
        """Return the figures by name."""
        return {
            "label": self.label,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "support": self.support,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassificationMetrics:
    """All figures of one classifier on one set of faces.

    Parameters
    ----------
    labels : LabelSet
        The labels that the figures are over.
    n : int
        Number of faces.
    accuracy : float
        Share of faces whose most likely label is the true one.
    accuracy_interval : Interval
        95 % bootstrap interval of the accuracy.
    macro_f1 : float
        Mean F1 over all labels, those without a face included (with F1 = 0).
    log_loss : float
        Mean negative natural logarithm of the probability of the true label.
    bins : ReliabilityBins
        Confidence and accuracy in 15 bins.
    classes : tuple of ClassScores
        The figures of each label, in the order of `labels`.
    confusion : ndarray of shape (n_labels, n_labels), int64
        Number of faces; rows are the true labels, columns the predicted ones.
    """

    labels: LabelSet
    n: int
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    log_loss: float
    bins: ReliabilityBins
    classes: tuple[ClassScores, ...]
    confusion: IntArray

    @property
    def calibration_error(self) -> float:
        """Expected calibration error over 15 bins of equal width."""
        return self.bins.calibration_error

    def as_dict(self) -> MetricsDict:
        """Return the figures as plain types, fit for JSON: no arrays, no NaN."""
        return {
            "label_set": self.labels.name,
            "n": self.n,
            "accuracy": self.accuracy,
            "accuracy_interval": self.accuracy_interval.as_dict(),
            "macro_f1": self.macro_f1,
            "log_loss": self.log_loss,
            "calibration_error": self.calibration_error,
            "classes": [scores.as_dict() for scores in self.classes],
            "confusion": self.confusion.tolist(),
            "bins": self.bins.as_dict(),
        }


def classification_metrics(
    probabilities: AnyArray,
    classes: AnyArray,
    labels: LabelSet,
    *,
    people: Sequence[Hashable] | None = None,
    rng: np.random.Generator | None = None,
) -> ClassificationMetrics:
    """Measure probabilities against true classes.

    Parameters
    ----------
    probabilities : ndarray of shape (n_faces, n_labels), floating point
        Probabilities in [0, 1] that sum to 1 in each row (within 0.001; they are then divided by their sum).
    classes : ndarray of shape (n_faces,), integer
        The true class of each face, from 0 to n_labels - 1.
    labels : LabelSet
        The labels, in the order of the columns; at least two.
    people : sequence of n_faces hashable, optional
        Who each face is; then the interval of the accuracy is about the choice of people
        (`bootstrap_interval`).
    rng : numpy.random.Generator, optional
        Source of the bootstrap resamples; by default a fresh one with seed 0, so that the same
        predictions always give the same report.

    Returns
    -------
    ClassificationMetrics
        The figures.

    Raises
    ------
    InvalidArgumentError
        If shapes, types, ranges or sums are wrong, there is no face, or there are fewer than two labels.

    Notes
    -----
    A figure whose denominator is zero counts as 0: the precision of a label that was never given, the recall
    of a label that no face has, the F1 of a label that is neither. Macro F1 is the mean over all labels, so
    a label without faces pulls it down; compare it only over the same faces. Of equal top probabilities the
    first label wins. For the log loss, probabilities are clipped to [e, 1 - e] with e = 2.2e-16, so that one
    face costs 36.04 at most.

    Examples
    --------
    >>> import numpy as np
    >>> from lamplit.core.labels import LabelSet
    >>> smile = LabelSet("smile", ("no", "yes"))
    >>> metrics = classification_metrics(np.array([[0.8, 0.2], [0.4, 0.6]]), np.array([0, 0]), smile)
    >>> metrics.accuracy, metrics.confusion.tolist(), round(metrics.log_loss, 3)
    (0.5, [[1, 1], [0, 0]], 0.57)
    """
    n_labels = len(labels)
    if n_labels < 2:
        raise InvalidArgumentError("labels", "at least two labels", f"{labels.name} {labels.names}")
    rows = checked_probabilities(probabilities, n_labels=n_labels, subject="probabilities")
    true = checked_classes(classes, n_faces=len(rows), n_labels=n_labels)
    predicted = rows.argmax(axis=1)
    correct = predicted == true
    scores = _class_scores(true, predicted, labels)
    return ClassificationMetrics(
        labels=labels,
        n=len(true),
        accuracy=float(correct.mean()),
        accuracy_interval=bootstrap_interval(correct, rng=rng or np.random.default_rng(0), people=people),
        macro_f1=sum(score.f1 for score in scores) / n_labels,
        log_loss=float(sklearn_metrics.log_loss(true, rows, labels=range(n_labels))),
        bins=reliability_bins(rows, true),
        classes=scores,
        confusion=sklearn_metrics.confusion_matrix(true, predicted, labels=range(n_labels)).astype(np.int64),
    )


def restricted(
    probabilities: AnyArray, classes: AnyArray, *, within: LabelSet, to: LabelSet
) -> tuple[DoubleArray, IntArray]:
    """Keep the faces and the probabilities of some labels, as the protocol "six" does.

    Parameters
    ----------
    probabilities : ndarray of shape (n_faces, n_within), floating point
        Probabilities over `within` that sum to 1 in each row.
    classes : ndarray of shape (n_faces,), integer
        The true class of each face, counted in `within`.
    within : LabelSet
        The labels that the classifier speaks.
    to : LabelSet
        The labels to keep, all of them in `within`.

    Returns
    -------
    probabilities : ndarray of shape (n_kept, n_to), float64
        Probabilities of the kept faces over `to`, in its order, renormalised.
    classes : ndarray of shape (n_kept,), int64
        Their true classes, counted in `to`.

    Raises
    ------
    InvalidArgumentError
        If shapes, types, ranges or sums are wrong, there is no face, or `within` lacks a label of `to`.

    Notes
    -----
    A face that has no probability at all on the kept labels has 1 / n_to on each: the classifier says nothing
    about how they compare.

    Examples
    --------
    >>> import numpy as np
    >>> from lamplit.core.labels import LabelSet
    >>> three, two = LabelSet("three", ("a", "b", "c")), LabelSet("two", ("c", "a"))
    >>> restricted(np.array([[0.25, 0.5, 0.25], [0.0, 1.0, 0.0]]), np.array([0, 1]), within=three, to=two)
    (array([[0.5, 0.5]]), array([1]))
    """
    rows = checked_probabilities(probabilities, n_labels=len(within), subject="probabilities")
    true = checked_classes(classes, n_faces=len(rows), n_labels=len(within))
    columns = np.array(to.columns_in(within))
    number_in_to = np.full(len(within), -1, dtype=np.int64)
    number_in_to[columns] = np.arange(len(to))
    renumbered = number_in_to[true]
    kept = renumbered >= 0
    part = rows[kept][:, columns]  # (n_kept, n_to)
    sums = part.sum(axis=1, keepdims=True)
    uniform = np.full_like(part, 1.0 / len(to))
    return np.divide(part, sums, out=uniform, where=sums > 0.0), renumbered[kept]


def _class_scores(true: IntArray, predicted: IntArray, labels: LabelSet) -> tuple[ClassScores, ...]:
    """Precision, recall, F1 and support of every label, in order."""
    columns = sklearn_metrics.precision_recall_fscore_support(
        true, predicted, labels=range(len(labels)), zero_division=0.0
    )
    return tuple(
        ClassScores(label=label, precision=float(p), recall=float(r), f1=float(f), support=int(s))
        for label, p, r, f, s in zip(labels, *columns, strict=True)
    )
