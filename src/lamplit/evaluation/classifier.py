"""Evaluation of any classifier that maps faces to probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray, IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EKMAN_SIX, EXPRESSIONS, LabelSet
from lamplit.evaluation.checks import checked_classes, checked_probabilities
from lamplit.evaluation.metrics import ClassificationMetrics, classification_metrics, restricted
from lamplit.report.scores import MetricsDict


class EvaluationDict(TypedDict):
    """The figures of an evaluation as plain types."""

    all: MetricsDict
    six: MetricsDict | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """What a classifier answered, and how good that is.

    Parameters
    ----------
    probabilities : ndarray of shape (n_faces, n_labels), float32
        The answers, in the order of the faces.
    metrics : ClassificationMetrics
        Figures over all labels.
    six : ClassificationMetrics, optional
        Figures over the Ekman six: the faces that have one of them, their probabilities renormalised over
        them. None if the classifier does not speak them all or no face has one.
    """

    probabilities: FloatArray
    metrics: ClassificationMetrics
    six: ClassificationMetrics | None

    def as_dict(self) -> EvaluationDict:
        """Return the figures, without the probabilities, as plain types fit for JSON."""
        return {"all": self.metrics.as_dict(), "six": self.six.as_dict() if self.six else None}


def evaluate_classifier(
    predict_proba: Callable[[ByteArray], FloatArray],
    faces: ByteArray,
    classes: IntArray,
    *,
    labels: LabelSet = EXPRESSIONS,
    batch_size: int = 64,
    on_batch: Callable[[int], None] | None = None,
) -> Evaluation:
    """Run a classifier over faces, batch by batch, and measure its answers.

    Parameters
    ----------
    predict_proba : callable
        Maps faces, uint8 of shape (n, height, width), to probabilities of shape (n, n_labels). Anything that
        does this can be evaluated: a lamplit classifier's `predict_proba`, or a function around your model.
    faces : ndarray of shape (n_faces, height, width) or (n_faces, height, width, 3), uint8
        The faces, cropped as the classifier expects them.
    classes : ndarray of shape (n_faces,), integer
        The true class of each face; faces without a majority (-1) must be left out before.
    labels : LabelSet
        The labels, in the order of the classifier's columns.
    batch_size : int
        Number of faces per call; the last batch may be smaller.
    on_batch : callable, optional
        Called after each batch with the number of faces in it, as a progress bar wants it.

    Returns
    -------
    Evaluation
        The answers, and the figures over all labels and over the Ekman six.

    Raises
    ------
    InvalidArgumentError
        If the faces, the classes or the batch size are wrong, or the classifier's answer has another shape,
        is not finite or does not sum to 1.

    Examples
    --------
    >>> import numpy as np
    >>> def always_happy(faces):
    ...     return np.tile(np.eye(8, dtype=np.float32)[1], (len(faces), 1))
    >>> faces = np.zeros((4, 48, 48), np.uint8)
    >>> evaluation = evaluate_classifier(always_happy, faces, np.array([1, 1, 0, 1]))
    >>> evaluation.metrics.accuracy, evaluation.six.accuracy, evaluation.six.n
    (0.75, 1.0, 3)
    """
    true = _checked_inputs(faces, classes, n_labels=len(labels), batch_size=batch_size)
    batches: list[AnyArray] = []
    for start in range(0, len(faces), batch_size):
        batch = faces[start : start + batch_size]
        batches.append(_checked_answer(predict_proba(batch), n_faces=len(batch), n_labels=len(labels)))
        if on_batch is not None:
            on_batch(len(batch))
    probabilities = np.concatenate(batches)
    return Evaluation(
        probabilities=probabilities.astype(np.float32),
        metrics=classification_metrics(probabilities, true, labels),
        six=_six(probabilities, true, labels),
    )


def _six(probabilities: AnyArray, classes: IntArray, labels: LabelSet) -> ClassificationMetrics | None:
    """Figures over the Ekman six, where there are any."""
    if not set(EKMAN_SIX) <= set(labels):
        return None
    kept, renumbered = restricted(probabilities, classes, within=labels, to=EKMAN_SIX)
    return classification_metrics(kept, renumbered, EKMAN_SIX) if len(renumbered) else None


def _checked_inputs(faces: AnyArray, classes: AnyArray, *, n_labels: int, batch_size: int) -> IntArray:
    """Check the faces and the batch size, and return the checked classes."""
    if batch_size < 1:
        raise InvalidArgumentError("batch_size", "at least 1", str(batch_size))
    if not isinstance(faces, np.ndarray) or faces.dtype != np.uint8 or faces.ndim not in (3, 4):
        came = f"shape {np.shape(faces)}, {getattr(faces, 'dtype', type(faces).__name__)}"
        raise InvalidArgumentError("faces", "uint8 of shape (n_faces, height, width[, 3])", came)
    return checked_classes(classes, n_faces=len(faces), n_labels=n_labels)


def _checked_answer(answer: AnyArray, *, n_faces: int, n_labels: int) -> AnyArray:
    """Check one answer of the classifier."""
    shape = np.shape(answer)
    if shape != (n_faces, n_labels):
        hint = "one row per face, one column per label"
        raise InvalidArgumentError("predict_proba", f"shape ({n_faces}, {n_labels})", f"shape {shape}", hint)
    return checked_probabilities(answer, n_labels=n_labels, subject="predict_proba")
