"""Measure weights on FER+: what `train` and `evaluate` share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress
from rich.table import Table

from lamplit.cli.consoles import counting_progress
from lamplit.core.arrays import IntArray
from lamplit.core.errors import DatasetError
from lamplit.core.labels import EKMAN_SIX, EXPRESSIONS, LabelSet
from lamplit.datasets.copies import have_copies
from lamplit.datasets.ferplus import FerPlus, read_ferplus
from lamplit.datasets.targets import majority_in
from lamplit.evaluation.classifier import Evaluation, evaluate_classifier
from lamplit.evaluation.metrics import ClassificationMetrics, classification_metrics
from lamplit.expression.models import ExpressionModel
from lamplit.report.metrics_terminal import class_table, confusion_table, metrics_table

PROTOCOL = "majority"
WITHOUT_COPIES = "majority, without copies of training pictures"


@dataclass(frozen=True, slots=True)
class SplitEvaluation:
    """A classifier on a split: over all faces, and without those that training has seen in another row."""

    whole: Evaluation
    without_copies: ClassificationMetrics | None

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain types."""
        rest = None if self.without_copies is None else self.without_copies.as_dict()
        return {**self.whole.as_dict(), "without_copies": rest}


def evaluate_split(classifier: ExpressionModel, data: Path, split: str, *, hidden: bool) -> SplitEvaluation:
    """Run a classifier over the faces of a split that have a majority, showing progress."""
    labels = classifier.card.speaks
    with counting_progress(hidden=hidden) as progress:
        faces, classes = read_with_majority(data, split, progress, labels=labels)
        training = faces if split == "training" else _read_if_there(data, progress)
        task = progress.add_task("measuring", total=len(faces))
        evaluation = evaluate_classifier(
            classifier.predict_proba,
            faces.images,
            classes,
            labels=labels,
            on_batch=lambda n_faces: progress.advance(task, n_faces),
        )
    new = None if training is None else ~have_copies(faces.images, among=training.images)
    if new is None or new.all() or not new.any():
        return SplitEvaluation(evaluation, None)
    return SplitEvaluation(
        evaluation, classification_metrics(evaluation.probabilities[new], classes[new], labels)
    )


def read_split(data: Path, split: str, progress: Progress) -> FerPlus:
    """Read a split, showing progress."""
    task = progress.add_task(f"reading {split} pictures", total=None)
    return read_ferplus(
        data, split, on_picture=lambda done, total: progress.update(task, completed=done, total=total)
    )


def _read_if_there(data: Path, progress: Progress) -> FerPlus | None:
    """Read the training split to look for copies; whoever has only the split to measure may do without."""
    try:
        return read_split(data, "training", progress)
    except DatasetError:
        return None


def read_with_majority(
    data: Path, split: str, progress: Progress, *, labels: LabelSet = EXPRESSIONS
) -> tuple[FerPlus, IntArray]:
    """Read the faces of a split whose majority is one of the labels, and their classes, showing progress."""
    return with_majority(read_split(data, split, progress), labels)


def with_majority(faces: FerPlus, labels: LabelSet = EXPRESSIONS) -> tuple[FerPlus, IntArray]:
    """Return the faces whose majority is one of the labels, and their classes."""
    classes = majority_in(faces.votes, labels)
    if not (classes >= 0).any():
        raise DatasetError(f"FER+ {faces.split}", f"faces with a majority for one of {list(labels)}", "none")
    return faces.subset(classes >= 0), classes[classes >= 0]


def card_metrics(
    evaluation: SplitEvaluation, split: str, labels: LabelSet = EXPRESSIONS
) -> list[dict[str, Any]]:
    """Return an evaluation's figures as they stand on cards."""
    rows = [(PROTOCOL, labels.name, evaluation.whole.metrics)]
    if evaluation.whole.six is not None and labels != EKMAN_SIX:
        rows.append((PROTOCOL, EKMAN_SIX.name, evaluation.whole.six))
    if evaluation.without_copies is not None:
        rows.append((WITHOUT_COPIES, labels.name, evaluation.without_copies))
    return [
        card_row(metrics, dataset="FER+", split=split, protocol=protocol, labels=name)
        for protocol, name, metrics in rows
    ]


def card_row(
    metrics: ClassificationMetrics, *, dataset: str, split: str, protocol: str, labels: str
) -> dict[str, Any]:
    """Return one row of figures as it stands on cards; `labels` is the name of the label set."""
    return {
        "dataset": dataset,
        "split": split,
        "protocol": protocol,
        "labels": f"{len(metrics.confusion)} classes ({labels})",
        "passes": "single pass",
        "faces": metrics.n,
        "accuracy": round(metrics.accuracy, 6),
        "macro_f1": round(metrics.macro_f1, 6),
        "log_loss": round(metrics.log_loss, 6),
        "calibration_error": round(metrics.calibration_error, 6),
    }


def evaluation_tables(evaluation: SplitEvaluation, *, title: str) -> list[Table]:
    """Return an evaluation as tables for the terminal; "without copies" of training pictures."""
    figures = evaluation.as_dict()
    names = {f"all {len(figures['all']['classes'])}": "all", "Ekman six": "six"}
    names["without copies"] = "without_copies"
    overall = {name: figures[key] for name, key in names.items() if figures[key] is not None}
    return [
        metrics_table(overall, title=title),
        class_table(figures["all"]),
        confusion_table(figures["all"], title="rows: true, columns: answered"),
    ]
