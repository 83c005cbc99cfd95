"""Are the probabilities as right as they say, in good light and in bad? Ways to fit temperatures, compared.

Every way is fitted to the training faces that were held back, in all lights of the gauntlet. The way is
chosen by the log loss of five folds of those faces, all lights of a face in one fold; then it is fitted to
all of them and measured on FER+ validation (majority, single pass). Also writes the picture of reliability
under one temperature fitted in good light and under the one by light.

What the network says in each light is kept in runs/calibration, so that a run that was stopped goes on and
another way costs seconds.

    python benchmarks/calibration.py --data DIR
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.metrics import log_loss

from lamplit.cli.consoles import counting_progress
from lamplit.cli.fit_calibration import held_out_faces
from lamplit.cli.measure import read_with_majority, with_majority
from lamplit.core.arrays import AnyArray, ByteArray, IntArray
from lamplit.core.files import write_atomically
from lamplit.core.refusal import BACKLIT, EASY, HARD, kind_of
from lamplit.core.values import Box
from lamplit.evaluation.calibration import (
    LitLogits,
    balanced_lights,
    by_condition,
    calibration_scores,
    fit_in_all_lights,
    lit_logits,
)
from lamplit.evaluation.gauntlet import lights_to_run
from lamplit.evaluation.reliability import ReliabilityBins, reliability_bins
from lamplit.expression import ExpressionClassifier, fit_temperature, softmax
from lamplit.expression.light_loss import light_losses
from lamplit.faces.framing import face_box
from lamplit.light.gauntlet import GOOD, Light
from lamplit.light.reading import measure
from lamplit.report.reliability_plot import chosen_conditions, plot_reliability_by_light
from results import ROOT, parse_data, write_result

FOLDS, ROUNDS = 5, 31
DRAWS = 20
KEPT = ROOT / "runs" / "calibration"
PICTURE = ROOT / "docs" / "images" / "reliability-by-light.png"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Faces in one light: what the network says, and the kind of light on each."""

    said: LitLogits
    kind: AnyArray

    def subset(self, chosen: AnyArray) -> Seen:
        """Return some of the faces."""
        return Seen(self.said.subset(chosen), self.kind[chosen])


Temperatures = Callable[[Seen], AnyArray]
Fit = Callable[[Sequence[Seen]], tuple[Temperatures, dict[str, float]]]


def one(in_good_light: bool) -> Fit:
    """Return how one temperature for all light is fitted."""

    def fit(seen: Sequence[Seen]) -> tuple[Temperatures, dict[str, float]]:
        every = [part.said for part in seen]
        chosen = [one for one in every if one.light == GOOD] if in_good_light else balanced_lights(every)
        logits, classes = (np.concatenate([getattr(p, key) for p in chosen]) for key in ("logits", "classes"))
        temperature = fit_temperature(logits, classes)
        return lambda part: np.full(len(part.kind), temperature), {"all": temperature}

    return fit


def by_kind(seen: Sequence[Seen]) -> tuple[Temperatures, dict[str, float]]:
    """Fit a temperature for each kind of light that the light reading tells apart."""
    fitted = {}
    for kind in (EASY, HARD, BACKLIT):
        parts = balanced_lights([part.subset(part.kind == kind).said for part in seen])
        logits, classes = (np.concatenate([getattr(p, key) for p in parts]) for key in ("logits", "classes"))
        fitted[kind] = fit_temperature(logits, classes)
    return lambda part: np.array([fitted[kind] for kind in part.kind]), fitted


def by_loss(kept: tuple[float, float]) -> Fit:
    """Return how a temperature is fitted that follows what is lost to noise, to the surround, or to both."""

    def only(said: LitLogits) -> LitLogits:
        return dataclasses.replace(said, losses=said.losses * np.array(kept, np.float32))

    def fit(seen: Sequence[Seen]) -> tuple[Temperatures, dict[str, float]]:
        fitted = fit_in_all_lights([only(part.said) for part in seen])
        return lambda part: fitted.of(only(part.said).losses), dataclasses.asdict(fitted)

    return fit


WAYS: dict[str, Fit] = {
    "one, fitted in good light": one(in_good_light=True),
    "one, fitted in all lights": one(in_good_light=False),
    "one for each kind of light": by_kind,
    "by what is lost to noise": by_loss((1, 0)),
    "by what is lost to the surround": by_loss((0, 1)),
    "by both": by_loss((1, 1)),
}
BEFORE, AFTER = "one, fitted in good light", "by both"


def seen_in_all_lights(classifier: ExpressionClassifier, data: Path) -> tuple[list[Seen], list[Seen]]:
    """Return the held-out and the validation faces in every light, showing progress."""
    lights, sets = lights_to_run(), []
    with counting_progress(hidden=False) as progress:
        faces = {
            "held-out": with_majority(
                held_out_faces(classifier.card, data, progress), classifier.card.speaks
            ),
            "validation": read_with_majority(data, "validation", progress, labels=classifier.card.speaks),
        }
        for name, (part, classes) in faces.items():
            task = progress.add_task(f"{len(part):,} {name} faces in all lights", total=len(lights))
            folder = KEPT / classifier.card.sha256[:12] / name
            seen = []
            for light in lights:
                path = folder / f"{light.name}.npz"
                if not path.is_file():
                    keep(path, seen_in(light, classifier, part.images, classes))
                with np.load(path) as kept:
                    said = LitLogits(light, kept["logits"], kept["losses"], classes)
                    seen.append(Seen(said, kept["kind"]))
                progress.advance(task)
            sets.append(seen)
    return sets[0], sets[1]


def seen_in(light: Light, classifier: ExpressionClassifier, faces: ByteArray, classes: IntArray) -> Seen:
    """Put faces into a light and ask the network."""
    said = lit_logits(classifier.predict_logits, faces, classes, light)
    return Seen(said, kinds(light.apply(faces)))


def keep(path: Path, seen: Seen) -> None:
    """Write what was said, whole or not at all."""
    buffer = io.BytesIO()
    np.savez(buffer, logits=seen.said.logits, losses=seen.said.losses, kind=seen.kind)
    write_atomically(path, buffer.getvalue())


def kinds(faces: AnyArray) -> AnyArray:
    """Return the kind of light on each face."""
    box = face_box(Box(0, 0, faces.shape[2], faces.shape[1]))
    return np.array([kind_of(measure(face, box)) for face in faces])


def in_folds(fit: Fit, seen: Sequence[Seen]) -> list[AnyArray]:
    """Return temperatures for faces that they were not fitted to, light by light."""
    fold = np.random.default_rng(0).permutation(len(seen[0].kind)) % FOLDS
    found = [np.empty(len(fold)) for _ in seen]
    for number in range(FOLDS):
        temperatures, _ = fit([part.subset(fold != number) for part in seen])
        for values, part in zip(found, seen, strict=True):
            values[fold == number] = temperatures(part.subset(fold == number))
    return found


def scores(seen: Sequence[Seen], temperatures: Sequence[AnyArray]) -> dict[str, Any]:
    """Return log loss and calibration errors under these temperatures."""
    bins = bins_of(seen, temperatures)
    losses = [
        log_loss(part.said.classes, softmax(part.said.logits, t), labels=range(part.said.logits.shape[1]))
        for part, t in zip(seen, temperatures, strict=True)
    ]
    worst = sorted(bins, key=lambda light: -bins[light].calibration_error)[:3]
    found = calibration_scores(bins).items()
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in found}
    return {
        "faces": len(seen[0].kind),
        "log_loss": round(float(np.mean(losses)), 5),
        "log_loss_in_good_light": round(float(losses[0]), 5),
        **rounded,
        "worst_lights": {light.name: round(bins[light].calibration_error, 4) for light in worst},
    }


def bins_of(seen: Sequence[Seen], temperatures: Sequence[AnyArray]) -> dict[Light, ReliabilityBins]:
    """Return confidence and accuracy in each light."""
    return {part.said.light: part.said.bins(t) for part, t in zip(seen, temperatures, strict=True)}


def of_a_perfect_network(seen: Sequence[Seen], temperatures: Sequence[AnyArray]) -> dict[str, Any]:
    """Return the error that remains where answers are right just as often as they say."""
    random, errors = np.random.default_rng(0), []
    for part, t in zip(seen, temperatures, strict=True):
        probabilities = softmax(part.said.logits, t)
        edges = probabilities.cumsum(axis=1)
        draws = [
            (edges > random.random((len(edges), 1)) * edges[:, -1:]).argmax(axis=1) for _ in range(DRAWS)
        ]
        errors.append(np.mean([reliability_bins(probabilities, true).calibration_error for true in draws]))
    return {
        "draws": DRAWS,
        "good_light": round(float(errors[0]), 4),
        "largest": round(float(max(errors)), 4),
        "mean_of_lights": round(float(np.mean(errors)), 4),
    }


def microseconds_of_losses(side: int) -> dict[str, float]:
    """Return what looking at the light costs per face, one at a time and 64 at once; medians."""
    faces = np.random.default_rng(0).integers(0, 256, (64, side, side), dtype=np.uint8)
    found = {}
    for name, batch in (("one_at_a_time", faces[:1]), ("of_64", faces)):
        times = []
        for _ in range(ROUNDS):
            started = perf_counter()
            for _ in range(10):
                light_losses(batch)
            times.append((perf_counter() - started) / 10 / len(batch))
        found[name] = round(1e6 * median(times), 1)
    return found


def main() -> None:
    data, classifier = parse_data(__doc__), ExpressionClassifier(threads=1)
    held_out, validation = seen_in_all_lights(classifier, data)
    rows, bins, given = {}, {}, {}
    for name, fit in WAYS.items():
        temperatures, numbers = fit(held_out)
        given[name] = [temperatures(part) for part in validation]
        bins[name] = bins_of(validation, given[name])
        rows[name] = {
            "numbers": {key: round(float(value), 4) for key, value in numbers.items()},
            "held_out_folds": scores(held_out, in_folds(fit, held_out)),
            "validation": scores(validation, given[name]),
        }
        print(name, rows[name])
    pictures = [by_condition(bins[name]) for name in (BEFORE, AFTER)]
    shown = chosen_conditions(list(pictures[0]))
    before, after = ({name: picture[name].as_dict() for name in shown} for picture in pictures)
    plot_reliability_by_light(after, PICTURE, before=before)
    write_result(
        "calibration",
        {
            "weights": classifier.card.name,
            "sha256": classifier.card.sha256,
            "bins": 15,
            "lights": len(validation),
            "folds": FOLDS,
            "ways": rows,
            "perfect": of_a_perfect_network(validation, given[AFTER]),
            "by_light": {
                light.name: {
                    "before": round(bins[BEFORE][light].calibration_error, 4),
                    "after": round(bins[AFTER][light].calibration_error, 4),
                }
                for light in bins[AFTER]
            },
            "microseconds_per_face": microseconds_of_losses(classifier.card.input_size),
        },
    )


if __name__ == "__main__":
    main()
