"""What the ablations share: runs that are kept, faces, accuracy by light, mean and spread over seeds."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from lamplit.core.files import write_atomically
from lamplit.core.labels import EXPRESSIONS, LabelSet
from lamplit.datasets import FerPlus, have_copies, read_ferplus
from lamplit.datasets.targets import majority_in, shares_in
from lamplit.evaluation.gauntlet import lights_to_run, run_gauntlet
from lamplit.imaging.geometry import resize_faces
from lamplit.nets import build_network
from lamplit.nets.cost import Cost, count_cost
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import TrainingData, TrainingFaces, tensors_from
from lamplit.training.loop import EpochRow, predict_logits, train
from lamplit.training.recipe import Recipe

SEEDS = (0, 1, 2)
BAD_LIGHTS = "mean of the six bad lights"


class Quiet:
    """Nobody looks on."""

    def on_step(self, what: str, done: int, total: int) -> None:
        """Do nothing."""

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float, accuracy: float) -> None:
        """Do nothing."""

    def on_epoch(self, history: list[EpochRow]) -> None:
        """Say where the run stands."""
        row = history[-1]
        print(f"  epoch {row['epoch']:.0f}: validation {row['validation_accuracy']:.4f}, {row['seconds']} s")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to build a network: a name for tables and what it changes in the network's settings."""

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Study:
    """One network in several ways, trained alike, three seeds each.

    `recipe` is what all ways share, `ways` are by the name of their folders, `n_faces` is how many training
    faces are drawn, `reach` the validation accuracies whose epoch is asked for, set before the runs.
    """

    recipe: Recipe
    ways: Mapping[str, Way]
    n_faces: int
    reach: tuple[float, ...]

    def recipe_of(self, way: str, seed: int) -> Recipe:
        """Return the recipe of one run."""
        settings = {**self.recipe.settings, **self.ways[way].settings}
        return dataclasses.replace(
            self.recipe, name=f"{self.recipe.name}-{way}-{seed}", settings=settings, seed=seed
        )

    def cost_of(self, way: str) -> Cost:
        """Return what the network of a way costs."""
        recipe = self.recipe_of(way, 0)
        network = build_network(recipe.network, n_classes=len(recipe.speaks), **recipe.settings)
        return count_cost(network, size=recipe.size)


def read_splits(data: Path) -> tuple[FerPlus, FerPlus]:
    """Return training faces, without those that stand in validation, and validation faces."""
    validation, whole = read_ferplus(data, "validation"), read_ferplus(data, "training")
    return whole.subset(~have_copies(whole.images, among=validation.images)), validation


def draw(faces: FerPlus, n_faces: int) -> FerPlus:
    """Return some of the faces, always the same, in their order."""
    return faces.subset(np.sort(np.random.default_rng(0).permutation(len(faces))[:n_faces]))


def without_holdout(training: TrainingFaces, validation: TrainingFaces) -> TrainingData:
    """Return the faces of a training that holds none out: no temperature is fitted and no epoch chosen."""
    return TrainingData(training, training.subset(slice(0)), validation)


def kept(path: Path, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what a file holds or, if there is none, what is measured now, and keep that."""
    if path.is_file():
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    path.parent.mkdir(parents=True, exist_ok=True)
    found = measure()
    write_atomically(path, json.dumps(found, indent=2).encode())
    return found


def accuracy_by_light(
    network: nn.Module, faces: FerPlus, *, labels: LabelSet = EXPRESSIONS, size: int = 48
) -> dict[str, float]:
    """Return the accuracy in each light of the short protocol and the mean of the bad ones, single pass."""
    fabric = choose_fabric()
    network = fabric.to_device(network)

    @torch.no_grad()
    def predict_proba(images: np.ndarray) -> np.ndarray:
        pixels = torch.from_numpy(resize_faces(images, size))[:, None].to(fabric.device)
        return predict_logits(network, pixels).softmax(dim=1).cpu().numpy()

    classes = majority_in(faces.votes, labels)
    gauntlet = run_gauntlet(
        predict_proba,
        faces.images[classes >= 0],
        classes[classes >= 0],
        lights=lights_to_run(short=True),
        labels=labels,
    )
    found = {row["name"]: row["accuracy"] for row in gauntlet.as_dict()["lights"]}
    return found | {BAD_LIGHTS: float(gauntlet.mean_of_bad or 0.0)}


def run_study(study: Study, splits: tuple[FerPlus, FerPlus], folder: Path) -> dict[str, Any]:
    """Train and measure all ways and seeds, unless that is done, and return the figures."""
    recipe = study.recipe
    training, validation = (_tensors(split, study) for split in (draw_for(study, splits[0]), splits[1]))
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in study.ways}
    for seed in SEEDS:  # every way once before any way twice
        for way in study.ways:
            print(f"{recipe.name}: {way}, seed {seed}")
            own = study.recipe_of(way, seed)
            runs[way].append(
                kept(
                    folder / own.name / "run.json",
                    lambda own=own: _run(own, training, validation, splits[1], folder / own.name),
                )
            )
    return {
        "network": recipe.network,
        "labels": recipe.labels,
        "targets": recipe.targets,
        "size": recipe.size,
        "training_faces": len(training),
        "validation_faces": int((validation.classes >= 0).sum()),
        "epochs": recipe.epochs,
        "learning_rate": recipe.learning_rate,
        "settings": dict(recipe.settings),
        "reach": list(study.reach),
        "ways": {way: _figures(study, way, runs[way]) for way in study.ways},
    }


def draw_for(study: Study, faces: FerPlus) -> FerPlus:
    """Return the training faces of a study: some of those that can teach its labels."""
    labels = study.recipe.speaks
    if study.recipe.targets == "majority":
        return draw(faces.subset(majority_in(faces.votes, labels) >= 0), study.n_faces)
    return draw(faces.subset(shares_in(faces.votes, labels).any(axis=1)), study.n_faces)


def _tensors(faces: FerPlus, study: Study) -> TrainingFaces:
    """Return faces as the study's networks take them."""
    recipe, device = study.recipe, choose_fabric().device
    return tensors_from(faces, size=recipe.size, device=device, labels=recipe.speaks, targets=recipe.targets)


def _run(
    recipe: Recipe, training: TrainingFaces, validation: TrainingFaces, faces: FerPlus, folder: Path
) -> dict[str, Any]:
    """Train one network, or go on where it stopped, and measure it."""
    network = train(recipe, without_holdout(training, validation), folder, observer=Quiet())
    checkpoint = load_checkpoint(folder)
    history = [] if checkpoint is None else checkpoint.details["history"]
    return {
        "validation_accuracy": [row["validation_accuracy"] for row in history],
        "accuracy": accuracy_by_light(network, faces, labels=recipe.speaks, size=recipe.size),
    }


def _figures(study: Study, way: str, runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of one way over its seeds."""
    cost, curves = study.cost_of(way), [run["validation_accuracy"] for run in runs]
    return {
        "way": study.ways[way].name,
        "settings": dict(study.ways[way].settings),
        "multiply_adds": cost.multiply_adds,
        "parameters": cost.parameters,
        "validation_accuracy": [[round(accuracy, 4) for accuracy in curve] for curve in curves],
        "epochs_to_reach": {f"{a:g}": [epochs_to_reach(curve, a) for curve in curves] for a in study.reach},
        "accuracy": {
            light: mean_and_spread([run["accuracy"][light] for run in runs]) for light in runs[0]["accuracy"]
        },
    }


def epochs_to_reach(curve: Sequence[float], accuracy: float) -> int | None:
    """Return the first epoch, counted from 1, after which the accuracy is reached; None if it never is."""
    return next((epoch for epoch, found in enumerate(curve, start=1) if found >= accuracy), None)


def mean_and_spread(values: Sequence[float]) -> dict[str, float]:
    """Return mean and standard deviation over seeds."""
    return {"mean": round(float(np.mean(values)), 4), "spread": round(float(np.std(values, ddof=1)), 4)}
