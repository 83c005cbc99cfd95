"""Fine-tuning on small data: the six states of Yale Faces, everybody judged by a network that never saw them.

Belhumeur, Hespanha, Kriegman (1997), doi:10.1109/34.598228: 15 people, each happy, normal, sad, sleepy,
surprised and winking. For each person the whole of `lamplit train finetune-yale` runs on the other 14: input
size, copies, penalty and temperature are chosen by cross-validation over those 14. The other rows change one
thing each, to show what it is worth. The recipe itself was settled while looking at such figures, so its
row flatters somewhat. `subject04.sad` is not in the data: its file is the normal face's.

Each fold's answers are kept in `runs/yale-leave-one-out/`; called again, the script goes on where it stopped.

    python benchmarks/yale_leave_one_out.py --data DIR
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from lamplit.core.files import write_atomically
from lamplit.evaluation.metrics import classification_metrics
from lamplit.training.finetune import FineTuner
from lamplit.training.finetuning import tuning_of
from lamplit.training.own_data import OwnData, read_own_data, without
from lamplit.training.recipe import Recipe, load_recipe
from lamplit.weights.registry import DEFAULT_EXPRESSION, FLOAT_EXPRESSION
from lamplit.weights.store import load_weights
from results import ROOT, parse_data, write_result

FOLDER = ROOT / "runs" / "yale-leave-one-out"
RECIPE = load_recipe("finetune-yale")
BAR = 0.80

WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "recipe": ("as the recipe has it", {}),
    "scale-1": ("input of 48 x 48 alone", {"scales": (1.0,)}),
    "scale-1.5": ("input of 72 x 72 alone", {"scales": (1.5,)}),
    "scale-2": ("input of 96 x 96 alone", {"scales": (2.0,)}),
    "stage4": ("the fourth stage alone, 3 x 3 cells", {"taps": {"stage4": 3}}),
    "stage3": ("the third stage alone, 3 x 3 cells", {"taps": {"stage3": 3}}),
    "pooled": ("both stages, one cell: no places", {"taps": {"stage3": 1, "stage4": 1}}),
    "plain": ("faces as they are, no copies", {"copies": (1,)}),
    "mirrored": ("faces and their mirror images", {"copies": (2,)}),
    "varied": ("faces, mirror images and two varied copies", {"copies": (4,)}),
    "default": ("from the default, which is in 8 bits", {"weights": DEFAULT_EXPRESSION}),
    "thawed": ("the fourth stage and the fusion learn, too: 20 epochs", {"freeze": "stage3"}),
}
"""Each way with what it changes in the recipe's table `finetune`."""


class Quiet:
    """Nobody looks on: the bar counts people."""

    def on_step(self, *_: Any) -> None:
        """Do nothing."""

    def on_batch(self, *_: Any) -> None:
        """Do nothing."""

    def on_epoch(self, _: Any) -> None:
        """Do nothing."""


def recipe_of(way: str) -> Recipe:
    """Return the recipe with one thing changed."""
    finetune = dataclasses.replace(RECIPE.finetune, **WAYS[way][1])
    epochs = {"epochs": 20, "batch_size": 28, "learning_rate": 3e-4, "averaging": 0.99, "holdout": 0.1}
    return dataclasses.replace(RECIPE, finetune=finetune, **epochs)


def answers(way: str, data: OwnData) -> list[dict[str, Any]]:
    """Leave everybody out in turn, those excepted whose answers are kept already."""
    faces = data.training
    people = sorted(set(faces.pictures.people))
    kept = {person: FOLDER / way / f"{person}.json" for person in people}
    tuner = None
    for person in track(people, description=way):
        if kept[person].is_file():
            continue
        if tuner is None:
            recipe = recipe_of(way)
            start = load_weights(tuning_of(recipe.name, recipe.finetune).weights or FLOAT_EXPRESSION)
            tuner = FineTuner(recipe, start, faces, observer=Quiet())
        others, own = without(faces, person)
        left_out = faces.subset(own)
        tuned = tuner.fit(others, left_out, FOLDER / way / person)
        row = {
            "person": person,
            "faces": own.tolist(),
            "probabilities": tuned.predict_proba(left_out).tolist(),
            "input_size": tuned.choice.size,
            "copies": tuned.choice.copies,
            "penalty": tuned.choice.strength,
            "cross_validation_accuracy": tuned.choice.accuracy,
        }
        write_atomically(kept[person], json.dumps(row).encode())
    return [json.loads(path.read_text(encoding="utf-8")) for path in kept.values()]


def figures_of(way: str, data: OwnData) -> dict[str, Any]:
    """Return what a way reached."""
    pictures = data.training.pictures
    rows = answers(way, data)
    probabilities = np.zeros((len(pictures), len(pictures.labels)))
    for row in rows:
        probabilities[row["faces"]] = row["probabilities"]
    metrics = classification_metrics(
        probabilities, pictures.classes, pictures.labels, people=pictures.people
    ).as_dict()
    right = probabilities.argmax(axis=1) == pictures.classes
    return {
        "way": WAYS[way][0],
        "accuracy": round(metrics["accuracy"], 4),
        "accuracy_interval": metrics["accuracy_interval"],
        "mean_over_people": round(float(np.mean([right[row["faces"]].mean() for row in rows])), 4),
        "macro_f1": round(metrics["macro_f1"], 4),
        "log_loss": round(metrics["log_loss"], 4),
        "calibration_error": round(metrics["calibration_error"], 4),
        "recall": {scores["label"]: round(scores["recall"], 4) for scores in metrics["classes"]},
        "confusion": metrics["confusion"],
        "chosen": {key: _counted([row[key] for row in rows]) for key in ("input_size", "copies", "penalty")},
        "by_person": {row["person"]: round(float(right[row["faces"]].mean()), 4) for row in rows},
    }


def _counted(values: list[float]) -> dict[str, int]:
    """Return how many folds chose each value."""
    return {f"{value:g}": values.count(value) for value in sorted(set(values))}


def main() -> None:
    data = read_own_data(RECIPE, Path(parse_data(__doc__)), on_step=lambda *_: None)
    pictures = data.training.pictures
    ways = {way: figures_of(way, data) for way in WAYS}
    write_result(
        "yale_leave_one_out",
        {
            "dataset": pictures.name,
            "protocol": f"{data.protocol}; single pass; whole pipeline: detector, framing, network",
            "weights": FLOAT_EXPRESSION,
            "labels": list(pictures.labels),
            "pictures": len(pictures),
            "people": len(set(pictures.people)),
            "refused": [str(entry) for entry in data.refused],
            "bar": BAR,
            "ways": ways,
        },
    )


if __name__ == "__main__":
    main()
