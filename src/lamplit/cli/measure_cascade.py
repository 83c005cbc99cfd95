"""Measure a cascade of classifiers on FER+: answers, times and thresholds, with tables and files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich import box
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from lamplit.cli.consoles import counting_progress
from lamplit.cli.measure import read_with_majority
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.files import write_atomically
from lamplit.evaluation.classifier import evaluate_classifier
from lamplit.evaluation.early_exit import ExitChoice, ExitPoint, Stages, choose_exits, joined
from lamplit.evaluation.speed import ROUNDS, Timing, time_in_turn
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.light.gauntlet import SEVEN_LIGHTS, Light
from lamplit.report.exit_plot import plot_exits


@dataclass(frozen=True, slots=True)
class LitCascade:
    """A cascade in one light, and each of its networks alone, on the faces that chose no threshold."""

    light: str
    cascade: ExitPoint
    singles: tuple[ExitPoint, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain types."""
        return {
            "name": self.light,
            "accuracy": self.cascade.accuracy,
            "milliseconds": self.cascade.milliseconds,
            "shares": list(self.cascade.shares),
            "singles": [single.accuracy for single in self.singles],
        }


@dataclass(frozen=True, slots=True)
class MeasuredCascade:
    """Classifiers, cheapest first, with their times and the thresholds that were chosen over all lights."""

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

    Thresholds are chosen over good light and the six bad ones together, in which the faces count alike; the
    other faces are measured in each.
    """
    labels = classifiers[0].card.speaks
    if any(classifier.card.speaks != labels for classifier in classifiers):
        came = str([f"{c.card.name}: {c.card.label_set}" for c in classifiers])
        raise InvalidArgumentError("weights", "files that speak the same labels", came)
    with counting_progress(hidden=hidden) as progress:
        faces, classes = read_with_majority(data, split, progress, labels=labels)
        if len(classes) < 2:
            raise InvalidArgumentError(split, "at least two faces with a majority", str(len(classes)))
        timed = _timed(classifiers, faces.images[:1], progress)
        task = progress.add_task("measuring", total=len(classes) * len(SEVEN_LIGHTS) * len(classifiers))

        def answered(light: Light, part: slice) -> Stages:
            """Let every classifier answer some of the faces in a light, and tell how far that is."""
            advance = partial(progress.advance, task)
            lit, true = light.apply(faces.images[part]), classes[part]
            answers = [
                evaluate_classifier(one.predict_proba, lit, true, labels=labels, on_batch=advance)
                for one, _ in timed
            ]
            times = [timing.milliseconds for _, timing in timed]
            return Stages([answer.probabilities for answer in answers], times, true, rule=rule)

        choosing = joined([answered(light, slice(None, None, 2)) for light in SEVEN_LIGHTS])
        good, *bad = (answered(light, slice(1, None, 2)) for light in SEVEN_LIGHTS)
    choice = choose_exits(choosing, good, most_loss=most_loss)
    lights = tuple(
        _in_light(light.name, stages, choice)
        for light, stages in zip(SEVEN_LIGHTS, (good, *bad), strict=True)
    )
    names = tuple(classifier.card.name for classifier, _ in timed)
    timings = tuple(timing for _, timing in timed)
    return MeasuredCascade(names, timings, len(classes), choice, lights)


def _timed(
    classifiers: Sequence[ExpressionClassifier], face: ByteArray, progress: Progress
) -> list[tuple[ExpressionClassifier, Timing]]:
    """Return classifiers with their times, the fastest first."""
    task = progress.add_task("timing", total=ROUNDS)
    calls = [partial(classifier.predict_proba, face) for classifier in classifiers]
    timings = time_in_turn(calls, on_round=lambda: progress.advance(task))
    return sorted(zip(classifiers, timings, strict=True), key=lambda pair: pair[1].milliseconds)


def _in_light(name: str, stages: Stages, choice: ExitChoice) -> LitCascade:
    """Return what the chosen thresholds make of faces in a light."""
    singles = tuple(stages.single(position) for position in range(len(stages)))
    return LitCascade(name, stages.measure(choice.chosen.least), singles)


def cascade_table(figures: Mapping[str, Any], *, title: str) -> Table:
    """Return the cascade beside each of its networks alone, as a table for the terminal."""
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("who answers", overflow="fold")
    for heading in (f"least {figures['rule']}", "answers", "accuracy", "ms per face"):
        table.add_column(heading, justify="right", no_wrap=True)
    singles = zip(figures["weights"], figures["singles"], strict=True)
    for number, (name, point) in enumerate(singles, start=1):
        accuracy, milliseconds = f"{point['accuracy']:.4f}", f"{point['milliseconds']:.3f}"
        table.add_row(f"{number}: {name} alone", "-", "100.0 %", accuracy, milliseconds)
    chosen = figures["reported"]
    table.add_section()
    table.add_row("the cascade", "", "", f"{chosen['accuracy']:.4f}", f"{chosen['milliseconds']:.3f}")
    thresholds = (*(f"{least:.4f}" for least in chosen["least"]), "-")
    for name, threshold, share in zip(figures["weights"], thresholds, chosen["shares"], strict=True):
        table.add_row(f"  {name}", threshold, f"{100 * share:.1f} %", "", "")
    return table


def light_table(figures: Mapping[str, Any]) -> Table:
    """Return the cascade in good and bad light as a table for the terminal, its networks by number."""
    table = Table(title="In good and bad light", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
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
