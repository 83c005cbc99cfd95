"""Measure a cascade of classifiers on FER+: answers, times and thresholds, with tables and files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from lamplit.cli.consoles import counting_progress
from lamplit.cli.measure import read_with_majority
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.files import write_atomically
from lamplit.evaluation.classifier import evaluate_classifier
from lamplit.evaluation.early_exit import ExitChoice, Stages, choose_exits
from lamplit.evaluation.speed import ROUNDS, Timing, time_in_turn
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.report.exit_plot import plot_exits


@dataclass(frozen=True, slots=True)
class MeasuredCascade:
    """Classifiers, cheapest first, with their times and the thresholds that were chosen."""

    names: tuple[str, ...]
    timings: tuple[Timing, ...]
    faces: int
    choice: ExitChoice

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain types."""
        return {
            "weights": list(self.names),
            "timings": [timing.as_dict() for timing in self.timings],
            "faces": self.faces,
            **self.choice.as_dict(),
        }


def measure_cascade(
    classifiers: Sequence[ExpressionClassifier],
    data: Path,
    split: str,
    *,
    most_loss: float,
    rule: str = "probability",
    hidden: bool,
) -> MeasuredCascade:
    """Time classifiers in turn, put the fastest first, choose thresholds on every other face of a split."""
    labels = classifiers[0].card.speaks
    if any(classifier.card.speaks != labels for classifier in classifiers):
        came = str([f"{c.card.name}: {c.card.label_set}" for c in classifiers])
        raise InvalidArgumentError("weights", "files that speak the same labels", came)
    with counting_progress(hidden=hidden) as progress:
        faces, classes = read_with_majority(data, split, progress, labels=labels)
        task = progress.add_task("timing", total=ROUNDS)
        one = faces.images[:1]
        timings = time_in_turn(
            [partial(classifier.predict_proba, one) for classifier in classifiers],
            on_round=lambda: progress.advance(task),
        )
        order = sorted(range(len(classifiers)), key=lambda position: timings[position].milliseconds)
        task = progress.add_task("measuring", total=len(faces) * len(classifiers))
        answers = [
            evaluate_classifier(
                classifiers[position].predict_proba,
                faces.images,
                classes,
                labels=labels,
                on_batch=lambda n_faces: progress.advance(task, n_faces),
            ).probabilities
            for position in order
        ]
    times = tuple(timings[position] for position in order)
    stages = Stages(answers, [timing.milliseconds for timing in times], classes, rule=rule)
    names = tuple(classifiers[position].card.name for position in order)
    return MeasuredCascade(names, times, len(faces), choose_exits(stages, most_loss=most_loss))


def cascade_table(figures: Mapping[str, Any], *, title: str) -> Table:
    """Return the cascade beside each of its networks alone, as a table for the terminal."""
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("who answers", overflow="fold")
    for heading in (f"least {figures['rule']}", "answers", "accuracy", "ms per face"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, point in zip(figures["weights"], figures["singles"], strict=True):
        table.add_row(
            f"{name} alone", "-", "100.0 %", f"{point['accuracy']:.4f}", f"{point['milliseconds']:.3f}"
        )
    chosen = figures["reported"]
    table.add_section()
    table.add_row("the cascade", "", "", f"{chosen['accuracy']:.4f}", f"{chosen['milliseconds']:.3f}")
    thresholds = (*(f"{least:.4f}" for least in chosen["least"]), "-")
    for name, threshold, share in zip(figures["weights"], thresholds, chosen["shares"], strict=True):
        table.add_row(f"  {name}", threshold, f"{100 * share:.1f} %", "", "")
    return table


def write_cascade(folder: Path, figures: Mapping[str, Any], *, title: str) -> None:
    """Write cascade.json and cascade.png."""
    write_atomically(folder / "cascade.json", (json.dumps(figures, indent=2) + "\n").encode())
    plot_exits(figures, figures["weights"], folder / "cascade.png", title=title)
