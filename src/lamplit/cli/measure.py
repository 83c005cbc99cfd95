"""Measure weights on FER+ and put the figures on their card: what `train` and `evaluate` share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from lamplit.cli.consoles import counting_progress
from lamplit.core.errors import DatasetError
from lamplit.core.labels import EKMAN_SIX, EXPRESSIONS
from lamplit.datasets.ferplus import FerPlus, read_ferplus
from lamplit.datasets.votes import Majority
from lamplit.evaluation.classifier import Evaluation, evaluate_classifier
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.report.metrics_terminal import class_table, confusion_table, metrics_table
from lamplit.training.publish import add_metrics
from lamplit.weights.cards import WeightsCard

PROTOCOL = "majority"


def measure_card(card: WeightsCard, folder: Path, data: Path, *, hidden: bool) -> list[Table]:
    """Measure freshly trained weights on the validation split and write the figures onto their card."""
    classifier = ExpressionClassifier(folder / card.file)
    evaluation = evaluate_split(classifier, data, "validation", hidden=hidden)
    add_metrics(card, card_metrics(evaluation, "validation"), folder)
    return evaluation_tables(evaluation, title=f"{card.name} on FER+ validation, {PROTOCOL}, single pass")


def evaluate_split(classifier: ExpressionClassifier, data: Path, split: str, *, hidden: bool) -> Evaluation:
    """Run a classifier over the faces of a split that have a majority, showing progress."""
    with counting_progress(hidden=hidden) as progress:
        reading = progress.add_task("reading pictures", total=None)
        faces = read_ferplus(
            data, split, on_picture=lambda done, total: progress.update(reading, completed=done, total=total)
        )
        chosen, classes = with_majority(faces)
        task = progress.add_task("measuring", total=len(chosen))
        return evaluate_classifier(
            classifier.predict_proba,
            chosen.images,
            classes,
            labels=classifier.card.speaks,
            on_batch=lambda n_faces: progress.advance(task, n_faces),
        )


def with_majority(faces: FerPlus) -> tuple[FerPlus, Any]:
    """Return the faces that have a majority, and their classes."""
    classes = Majority().classes(faces.votes)
    if not (classes >= 0).any():
        raise DatasetError(f"FER+ {faces.split}", "faces with a majority", "none")
    return faces.subset(classes >= 0), classes[classes >= 0]


def card_metrics(evaluation: Evaluation, split: str) -> list[dict[str, Any]]:
    """Return an evaluation's figures as they stand on cards."""
    rows = [(EXPRESSIONS.name, evaluation.metrics)]
    if evaluation.six is not None:
        rows.append((EKMAN_SIX.name, evaluation.six))
    return [
        {
            "dataset": "FER+",
            "split": split,
            "protocol": PROTOCOL,
            "labels": f"{len(metrics.confusion)} classes ({name})",
            "passes": "single pass",
            "faces": metrics.n,
            "accuracy": round(metrics.accuracy, 6),
            "macro_f1": round(metrics.macro_f1, 6),
            "log_loss": round(metrics.log_loss, 6),
            "calibration_error": round(metrics.calibration_error, 6),
        }
        for name, metrics in rows
    ]


def evaluation_tables(evaluation: Evaluation, *, title: str) -> list[Table]:
    """Return an evaluation as tables for the terminal."""
    figures = evaluation.as_dict()
    overall: dict[str, Any] = {f"all {len(figures['all']['classes'])}": figures["all"]}
    if figures["six"] is not None:
        overall["Ekman six"] = figures["six"]
    tables: Sequence[Table] = (
        metrics_table(overall, title=title),
        class_table(figures["all"]),
        confusion_table(figures["all"], title="rows: true, columns: answered"),
    )
    return list(tables)
