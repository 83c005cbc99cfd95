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
from lamplit.evaluation.early_exit import REST, ExitChoice, ExitPoint, Stages, choose_exits
from lamplit.evaluation.speed import ROUNDS, Timing, time_in_turn
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.light.gauntlet import GOOD, SEVEN_LIGHTS
from lamplit.report.exit_plot import plot_exits


@dataclass(frozen=True, slots=True)
class LitCascade:
    """A cascade in one light, and each of its networks alone, on the faces that chose no threshold."""

    light: str
    cascade: ExitPoint
    singles: tuple[ExitPoint, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain types."""
        point = self.cascade
        return {
            "name": self.light,
            "accuracy": point.accuracy,
            "milliseconds": point.milliseconds,
            "shares": list(point.shares),
            "singles": [single.accuracy for single in self.singles],
        }


@dataclass(frozen=True, slots=True)
class MeasuredCascade:
    """Classifiers, cheapest first, with their times and the thresholds that were chosen in good light."""

    names: tuple[str, ...]
    timings: tuple[Timing, ...]
    faces: int
    choice: ExitChoice
    lights: tuple[LitCascade, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain types."""
        return {
            "weights": list(self.names),
            "timings": [timing.as_dict() for timing in self.timings],
            "faces": self.faces,
            **self.choice.as_dict(),
            "lights": [light.as_dict() for light in self.lights],
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
    """Time classifiers in turn, put the fastest first, choose thresholds on every other face of a split.

    Thresholds are chosen in good light; the cascade is then measured in the six bad lights, too.
    """
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
        times = tuple(timings[position] for position in order)
        task = progress.add_task("measuring", total=len(faces) * len(classifiers) * len(SEVEN_LIGHTS))
        by_light = {
            light.name: Stages(
                [
                    evaluate_classifier(
                        classifiers[position].predict_proba,
                        lit,
                        classes,
                        labels=labels,
                        on_batch=lambda n_faces: progress.advance(task, n_faces),
                    ).probabilities
                    for position in order
                ],
                [timing.milliseconds for timing in times],
                classes,
                rule=rule,
            )
            for light in SEVEN_LIGHTS
            for lit in (light.apply(faces.images),)
        }
    names = tuple(classifiers[position].card.name for position in order)
    choice = choose_exits(by_light[GOOD.name], most_loss=most_loss)
    lights = tuple(_lit(name, stages, choice) for name, stages in by_light.items())
    return MeasuredCascade(names, times, len(faces), choice, lights)


def _lit(light: str, stages: Stages, choice: ExitChoice) -> LitCascade:
    """Return what the chosen thresholds make of a light."""
    rest = stages.part(REST)
    singles = tuple(rest.single(position) for position in range(len(rest)))
    return LitCascade(light, rest.measure(choice.chosen.least), singles)


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


def light_table(figures: Mapping[str, Any]) -> Table:
    """Return the cascade in all lights as a table for the terminal, its networks by number."""
    table = Table(title="In bad light", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("light", overflow="fold")
    numbers = range(1, len(figures["weights"]) + 1)
    for heading in (*(f"{number} alone" for number in numbers), "cascade", "first answers", "ms per face"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in figures["lights"]:
        accuracies = (f"{accuracy:.4f}" for accuracy in (*row["singles"], row["accuracy"]))
        share, milliseconds = f"{100 * row['shares'][0]:.1f} %", f"{row['milliseconds']:.3f}"
        table.add_row(row["name"], *accuracies, share, milliseconds)
    return table


def write_cascade(folder: Path, figures: Mapping[str, Any], *, title: str) -> None:
    """Write cascade.json and cascade.png."""
    write_atomically(folder / "cascade.json", (json.dumps(figures, indent=2) + "\n").encode())
    plot_exits(figures, figures["weights"], folder / "cascade.png", title=title)
