"""What a fine-tuning leaves beside its weights: page, plots, every answer, and what was left out."""

from __future__ import annotations

import csv
import io
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from lamplit.cli.evaluation_page import write_page
from lamplit.cli.measure import SplitEvaluation, card_row, evaluation_tables
from lamplit.core.files import write_atomically
from lamplit.datasets.labelled import Refused
from lamplit.evaluation.classifier import Evaluation
from lamplit.report.tables import not_a_formula
from lamplit.training.choice import Choice
from lamplit.training.framing import FramedFaces
from lamplit.training.publish import add_metrics
from lamplit.weights.cards import WeightsCard

PROTOCOL = "one label per picture"
EACH_LEFT_OUT = f"{PROTOCOL}, judged by a network without that person; these weights learnt from all"
ANSWERS_FILE = "answers.csv"
REFUSED_FILE = "left-out.txt"


_SHOWN = {1: "as they are", 2: "mirrored, too"}


@dataclass(frozen=True, slots=True)
class Answers:
    """The faces of a report, how they were divided and measured, and what was said of them."""

    faces: FramedFaces
    division: str
    protocol: str
    refused: Sequence[Refused]
    evaluation: Evaluation


def write_report(
    card: WeightsCard, answers: Answers, choice: Choice, folder: Path
) -> tuple[list[Table], list[str]]:
    """Put the figures on the card and write the report; return tables, and lines that say where it is."""
    card = add_metrics(card, [_metrics(card, answers)], folder)
    page = write_page(folder, _figures(card, answers), history=card.history)
    write_atomically(folder / ANSWERS_FILE, _csv(card, answers).encode())
    lines = [
        f"chosen by cross-validation over the training faces: {choice.size} x {choice.size} pixels, "
        f"faces {_SHOWN.get(choice.copies, 'varied')}, penalty {choice.strength:g} "
        f"(accuracy there {choice.accuracy:.3f})",
        f"weights and card: {folder / card.file}",
        f"report: {page}",
    ]
    if answers.refused:
        write_atomically(folder / REFUSED_FILE, "".join(f"{entry}\n" for entry in answers.refused).encode())
        pictures = "picture" if len(answers.refused) == 1 else "pictures"
        lines.append(
            f"{len(answers.refused):,} {pictures} left out, with the reasons: {folder / REFUSED_FILE}"
        )
    title = f"{card.name} on {answers.faces.pictures.name}: {answers.division}"
    return evaluation_tables(SplitEvaluation(answers.evaluation, None), title=title), lines


def _metrics(card: WeightsCard, answers: Answers) -> dict[str, Any]:
    """Return the figures as they stand on cards."""
    return card_row(
        answers.evaluation.metrics,
        dataset=answers.faces.pictures.name,
        split=answers.division,
        protocol=answers.protocol,
        labels=card.label_set,
    )


def _figures(card: WeightsCard, answers: Answers) -> dict[str, Any]:
    """Return everything that the page shows."""
    return {
        "weights": card.name,
        "sha256": card.sha256,
        "dataset": answers.faces.pictures.name,
        "split": answers.division,
        "protocol": answers.protocol,
        "passes": "single pass",
        "command": shlex.join(["lamplit", *sys.argv[1:]]),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **SplitEvaluation(answers.evaluation, None).as_dict(),
    }


def _csv(card: WeightsCard, answers: Answers) -> str:
    """Return a row per face: what it is, what was said, and the probability of every label."""
    pictures, text = answers.faces.pictures, io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["path", "person", "label", "answer", *map(not_a_formula, card.labels)])
    for name, person, true, row in zip(
        pictures.names, pictures.people, pictures.classes, answers.evaluation.probabilities, strict=True
    ):
        said = card.labels[int(row.argmax())]
        words = [not_a_formula(word) for word in (name, person, card.labels[int(true)], said)]
        writer.writerow([*words, *(f"{value:.4f}" for value in row)])
    return text.getvalue()
