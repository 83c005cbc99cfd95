"""Expressions from texture, beside the networks, in one table: accuracy in good and bad light, size, time.

Three questions: FER+ with its eight expressions, FER+ with the Ekman six, Yale Faces with its six states.

- FER+: trained on faces of the training split with a majority, those that have a near copy among the
  validation faces left out; measured on the validation faces with a majority. The pipelines learn from a draw
  of training faces that keeps the shares of the labels, because kernels and windows cost time and memory; the
  table says of how many. They learn in good light alone; the networks have learnt in all lights.
- Yale Faces: everybody is judged by a pipeline that learnt from the other 14 people. The networks' row is
  that of `benchmarks/yale_leave_one_out.py`, in good light, if that was run.

Light: the seven lights of the gauntlet's short protocol. Settings are chosen on three folds of a draw of FER+
training faces, in good light, and used for all three questions; nothing is chosen on validation faces or on
Yale Faces. Every choice and every row is kept in `runs/texture-expressions/`; called again, the script goes
on where it stopped. The networks are all expression weights that come with lamplit.

    python benchmarks/texture_expressions.py --data DIR
    python benchmarks/texture_expressions.py --data DIR --try 400    # on few faces; writes no result
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from rich.progress import track
from threadpoolctl import threadpool_limits

from ablations import kept
from lamplit.core.arrays import AnyArray, ByteArray, FloatArray, IntArray
from lamplit.core.labels import EKMAN_SIX, EXPRESSIONS, YALE_SIX, LabelSet
from lamplit.datasets import read_ferplus
from lamplit.datasets.targets import majority_in
from lamplit.evaluation.metrics import classification_metrics, restricted
from lamplit.evaluation.speed import time_in_turn
from lamplit.expression import ExpressionClassifier
from lamplit.expression.texture_models import get_texture_model, list_texture_models, predict_expressions
from lamplit.light.gauntlet import GOOD, SEVEN_LIGHTS
from lamplit.training.folds import folds_of, sample_of
from lamplit.training.leaks import without_copies
from lamplit.training.own_data import read_own_data
from lamplit.training.recipe import load_recipe
from lamplit.weights.registry import list_weights
from results import ROOT, data_parser, write_result
from stored import result

FOLDER = ROOT / "runs" / "texture-expressions"
SIDE = 48
CHOOSING_FACES = 3_000
FOLDS = 3
SEED = 0

MOST_FACES = {
    "lbp-svm": 8_000,
    "pca-lbp-svm": 8_000,
    "boosted-lbp": 16_000,
    "boosted-lbp-svm": 8_000,
    "cascaded-lbp": 16_000,
    "sparse-representation": 8_000,
}
"""Training faces on FER+: a kernel's time grows with their square, windows take 20 kB each."""

CANDIDATES: dict[str, list[dict[str, Any]]] = {
    "lbp-svm": [
        {"C": price, "block": block, "circles": circles}
        for circles in (((8, 1.0),), ((8, 1.0), (8, 2.0)))
        for block in (6, 8)
        for price in (1.0, 4.0)
    ],
    "pca-lbp-svm": [
        {"C": price, "from_height": height, "share": share}
        for height in (0.0, 0.5)
        for share in (0.5, 0.75)
        for price in (1.0, 4.0)
    ],
    "boosted-lbp": [
        {"n_estimators": rounds, "sizes": sizes} for rounds in (50, 150) for sizes in ((12, 16, 24), (8, 16))
    ],
    "boosted-lbp-svm": [{"n_windows": n, "C": price} for n in (6, 12) for price in (1.0, 4.0)],
    "cascaded-lbp": [
        {"detection_rate": detected, "false_positive_rate": let_pass, "n_stages": stages}
        for let_pass, stages in ((0.5, 6), (0.3, 4))
        for detected in (0.95, 0.98)
    ],
    "sparse-representation": [
        {"alpha": alpha, "most_per_class": most} for alpha in (0.03, 0.1) for most in (100, 300)
    ],
}
"""Settings of each pipeline that are tried on folds; the best is used."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces of one size, their classes, and the labels that these count in."""

    images: ByteArray
    classes: IntArray
    labels: LabelSet
    people: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.classes)

    def subset(self, chosen: AnyArray) -> Faces:
        """Return some of the faces."""
        people = tuple(np.array(self.people)[chosen]) if self.people else ()
        return dataclasses.replace(
            self, images=self.images[chosen], classes=self.classes[chosen], people=people
        )

    def drawn(self, most: int) -> Faces:
        """Return a draw that keeps the shares of the labels."""
        return self.subset(sample_of(self.classes, most, seed=SEED))


def read_fer(data: Path, most: int | None) -> tuple[Any, Any]:
    """Read both splits of FER+, those that have near copies among the validation faces left out."""
    training, validation = (read_ferplus(data, split) for split in ("training", "validation"))
    if most is not None:
        training = training.subset(np.arange(len(training)) < 8 * most)
        validation = validation.subset(np.arange(len(validation)) < most)
    return without_copies(training, validation.images, near_copies="drop"), validation


def in_labels(split: Any, labels: LabelSet) -> Faces:
    """Return the faces of a split whose majority is one of the labels."""
    classes = majority_in(split.votes, labels)
    return Faces(split.images[classes >= 0], classes[classes >= 0], labels)


def read_yale(data: Path) -> Faces:
    """Read Yale Faces, framed as fine-tuning frames them."""
    framed = read_own_data(load_recipe("finetune-yale"), data, on_step=lambda *_: None).training
    pictures = framed.pictures
    return Faces(framed.crops(SIDE), pictures.classes, YALE_SIX, tuple(pictures.people))


def in_all_lights(faces: Faces) -> dict[str, Faces]:
    """Return the faces in each light of the short protocol."""
    return {
        light.name: dataclasses.replace(faces, images=light.apply(faces.images, seed=SEED))
        for light in SEVEN_LIGHTS
    }


def chosen_settings(name: str, training: Faces, folder: Path, *, n_tried: int | None) -> dict[str, Any]:
    """Return the settings of a pipeline that do best on folds of training faces."""
    faces = training.drawn(CHOOSING_FACES)
    scores = []
    for number, settings in enumerate(track(CANDIDATES[name][:n_tried], description=f"{name}: settings")):
        path = folder / "settings" / f"{name}-{number}.json"
        scores.append(kept(path, lambda s=settings: on_folds(name, s, faces))["accuracy"])
    best = int(np.argmax(scores))
    return {"settings": CANDIDATES[name][best], "accuracy_on_folds": scores[best], "tried": len(scores)}


def on_folds(name: str, settings: dict[str, Any], faces: Faces) -> dict[str, Any]:
    """Return how many of the faces of each fold a pipeline gets right that learnt from the others."""
    right = 0
    for fold in folds_of([""] * len(faces), faces.classes, FOLDS, seed=SEED):
        others = np.setdiff1d(np.arange(len(faces)), fold)
        model = get_texture_model(name, **settings).fit(faces.images[others], faces.classes[others])
        right += int((model.predict(faces.images[fold]) == faces.classes[fold]).sum())
    return {"settings": settings, "accuracy": round(right / len(faces), 4), "faces": len(faces)}


def texture_row(
    name: str, settings: dict[str, Any], training: Faces, lit: dict[str, Faces]
) -> dict[str, Any]:
    """Train a pipeline on FER+ and measure it."""
    drawn = training.drawn(MOST_FACES[name])
    model = get_texture_model(name, **settings).fit(drawn.images, drawn.classes)
    answers = {light: predict_expressions(model, faces.images, faces.labels) for light, faces in lit.items()}
    return {
        "training_faces": len(drawn),
        **scores(answers, lit[GOOD.name].classes, training.labels),
        "bytes": size_of(model),
        **time_of(model.predict_proba, lit[GOOD.name].images[:1]),
        **weak_classifiers_of(model, lit[GOOD.name].images),
    }


def yale_row(name: str, settings: dict[str, Any], lit: dict[str, Faces]) -> dict[str, Any]:
    """Leave out every person of Yale Faces in turn."""
    good = lit[GOOD.name]
    who = np.array(good.people)
    answers = {light: np.zeros((len(good), len(YALE_SIX)), np.float32) for light in lit}
    for person in track(sorted(set(good.people)), description=f"{name}: people"):
        others = good.subset(who != person)
        model = get_texture_model(name, **settings).fit(others.images, others.classes)
        for light, faces in lit.items():
            answers[light][who == person] = predict_expressions(model, faces.images[who == person], YALE_SIX)
    return {
        "training_faces": len(others),
        **scores(answers, good.classes, YALE_SIX, good.people),
        "bytes": size_of(model),
        **time_of(model.predict_proba, good.images[:1]),
    }


def network_rows(name: str, lit: dict[str, Faces]) -> dict[str, Any]:
    """Measure weights that come with lamplit on FER+: over the eight, and over the Ekman six."""
    classifier = ExpressionClassifier(name, threads=1)
    good = lit[GOOD.name]
    answers = {light: classifier.predict_proba(faces.images) for light, faces in lit.items()}
    about = {
        "training_faces": sum(entry.get("faces", 0) for entry in classifier.card.training_data[:1]),
        "bytes": classifier.card.size_bytes,
        **time_of(classifier.predict_proba, good.images[:1]),
    }
    six = {
        light: restricted(proba, good.classes, within=EXPRESSIONS, to=EKMAN_SIX)[0]
        for light, proba in answers.items()
    }
    _, six_classes = restricted(answers[GOOD.name], good.classes, within=EXPRESSIONS, to=EKMAN_SIX)
    return {
        "ferplus-eight": about | scores(answers, good.classes, EXPRESSIONS),
        "ferplus-six": about | scores(six, six_classes, EKMAN_SIX),
    }


def scores(
    answers: dict[str, AnyArray],
    classes: IntArray,
    labels: LabelSet,
    people: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return the figures of answers by light."""
    metrics = {
        light: classification_metrics(proba, classes, labels, people=people)
        for light, proba in answers.items()
    }
    good = metrics[GOOD.name]
    return {
        "faces": good.n,
        "accuracy": {light: round(found.accuracy, 4) for light, found in metrics.items()},
        "mean_of_six_bad_lights": mean_of_bad({light: found.accuracy for light, found in metrics.items()}),
        "accuracy_interval": good.accuracy_interval.as_dict(),
        "macro_f1": round(good.macro_f1, 4),
        "log_loss": round(good.log_loss, 4),
        "recall": {row.label: round(row.recall, 4) for row in good.classes},
    }


def mean_of_bad(accuracy: dict[str, float]) -> float:
    """Return the mean over all lights but the good one."""
    return round(float(np.mean([value for light, value in accuracy.items() if light != GOOD.name])), 4)


def time_of(predict: Callable[[ByteArray], FloatArray], face: ByteArray) -> dict[str, float]:
    """Return the time of one face by itself, on one thread."""
    with threadpool_limits(1):
        (timing,) = time_in_turn([lambda: predict(face)], rounds=15, repeats=5)
    return {"milliseconds": round(timing.milliseconds, 3), "fastest_round": round(timing.fastest, 3)}


def weak_classifiers_of(model: Any, faces: ByteArray) -> dict[str, Any]:
    """Return how many weak classifiers a face takes on average, and of how many, where it may stop early."""
    if not hasattr(model[-1], "stumps_evaluated"):
        return {}
    taken = model[-1].stumps_evaluated(model[:-1].transform(faces))
    return {
        "weak_classifiers": {
            "of_a_face": round(float(taken.sum(axis=1).mean()), 1),
            "of_a_face_by_class": [round(float(mean), 1) for mean in taken.mean(axis=0)],
            "all": int(model[-1].n_stumps_.sum()),
            "all_by_class": model[-1].n_stumps_.tolist(),
        }
    }


def size_of(fitted: Any) -> int:
    """Return the bytes of all arrays that a fitted pipeline holds, each once."""
    seen: dict[int, int] = {}

    def walk(value: Any) -> None:
        if id(value) in seen or isinstance(value, type | FunctionType | ModuleType):
            return
        seen[id(value)] = value.nbytes if isinstance(value, np.ndarray) else 0
        if isinstance(value, dict):
            parts: Sequence[Any] = list(value.values())
        elif isinstance(value, list | tuple):
            parts = value
        else:
            parts = list(getattr(value, "__dict__", {}).values())
            parts += [getattr(value, name, None) for name in getattr(type(value), "__slots__", ())]
        for part in parts:
            walk(part)

    walk(fitted)
    return sum(seen.values())


def stored_yale_networks() -> dict[str, Any]:
    """Return what fine-tuned networks reached on Yale Faces, where that was measured."""
    try:
        way = result("yale_leave_one_out")["ways"]["recipe"]
    except (FileNotFoundError, KeyError):
        return {}
    return {
        "lamplit train finetune-yale": {
            "accuracy": {GOOD.name: way["accuracy"]},
            "macro_f1": way["macro_f1"],
            "log_loss": way["log_loss"],
            "from": "benchmarks/results/yale_leave_one_out.json",
        }
    }


def measure(data: Path, folder: Path, most: int | None) -> dict[str, Any]:
    """Fill the table, row by row."""
    training, validation = read_fer(data, most)
    learnt = in_labels(training, EXPRESSIONS)
    n_tried = None if most is None else 1
    choices = {name: chosen_settings(name, learnt, folder, n_tried=n_tried) for name in list_texture_models()}
    table: dict[str, dict[str, Any]] = {}
    for task, labels in (("ferplus-eight", EXPRESSIONS), ("ferplus-six", EKMAN_SIX)):
        lit = in_all_lights(in_labels(validation, labels))
        learnt = in_labels(training, labels)
        for name, choice in choices.items():
            print(f"{task}: {name}", flush=True)
            row = kept(
                folder / task / f"{name}.json",
                lambda n=name, c=choice, t=learnt, v=lit: texture_row(n, c["settings"], t, v),
            )
            table.setdefault(task, {})[name] = row
    lit = in_all_lights(in_labels(validation, EXPRESSIONS))
    for name in expression_weights():
        print(f"network: {name}", flush=True)
        rows = kept(folder / "networks" / f"{name}.json", lambda n=name, v=lit: network_rows(n, v))
        for task, row in rows.items():
            table[task][name] = row
    lit = in_all_lights(read_yale(data))
    table["yale"] = {
        name: kept(folder / "yale" / f"{name}.json", lambda n=name, c=choice: yale_row(n, c["settings"], lit))
        for name, choice in choices.items()
    }
    table["yale"] |= stored_yale_networks()
    return {"choices": choices, "table": table}


def expression_weights() -> list[str]:
    """Return the names of the weights that speak the eight expressions."""
    return [card.name for card in list_weights() if list(card.labels) == list(EXPRESSIONS)]


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("--try", type=int, dest="most", metavar="FACES", help="only so many faces, no result")
    arguments = parser.parse_args()
    folder = FOLDER if arguments.most is None else FOLDER.with_name(f"texture-expressions-{arguments.most}")
    figures = measure(arguments.data, folder, arguments.most)
    if arguments.most is not None:
        print(json.dumps(figures, indent=2))
        return
    about = {
        "protocol": "majority, single pass; FER+ validation, and Yale Faces leaving one of 15 people out",
        "near_copies": "training faces with a near copy among the validation faces are left out",
        "settings": f"{FOLDS} folds of {CHOOSING_FACES:,} FER+ training faces in good light",
        "lights": [light.name for light in SEVEN_LIGHTS],
        "time": "one face per call, one thread",
    }
    write_result("texture_expressions", about | figures)


if __name__ == "__main__":
    main()
