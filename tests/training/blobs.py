"""Made-up faces that a small network learns in seconds: the class is where the bright blob is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.faces import TrainingData, TrainingFaces
from lamplit.training.recipe import Recipe, recipe_from_dict
from lamplit.training.state import EpochRow

SIDE = 24


def recipe(**changes: object) -> Recipe:
    """A recipe of a network of 6,000 parameters, with every kind of augmentation but mirroring."""
    values: dict[str, object] = {
        "name": "blobs",
        "size": SIDE,
        "epochs": 3,
        "batch_size": 16,
        "learning_rate": 0.02,
        "averaging": 0.9,
        "settings": {"widths": [4, 8, 8, 8], "depths": [1, 1, 1, 1], "fused": 8, "dropout": 0.1},
        "augment": {"flip": 0.0, "rotation": 5.0, "scale": 0.05, "shift": 0.02, "erase": 0.1, "light": 0.3},
    }
    return recipe_from_dict(values | changes, where="blobs")


def faces(n: int = 128, seed: int = 0) -> TrainingFaces:
    """Grey noise with a bright square at one of eight places; every fourth face has no majority."""
    rng = np.random.default_rng(seed)
    classes = np.arange(n) % 8
    images = rng.integers(0, 100, (n, 1, SIDE, SIDE), dtype=np.uint8)
    for image, place in zip(images, classes, strict=True):
        row, column = 2 + 11 * (place // 4), 1 + 6 * (place % 4)
        image[0, row : row + 8, column : column + 5] += 120
    probabilities = torch.full((n, 8), 0.01).scatter_(1, torch.from_numpy(classes)[:, None], 0.93)
    majority = torch.from_numpy(np.where(np.arange(n) % 4 == 3, -1, classes))
    return TrainingFaces(torch.from_numpy(images), probabilities, majority)


def data(n: int = 128, *, holdout: int = 0, validation: int = 40) -> TrainingData:
    """Such faces to train on, to hold out and to validate on."""
    return TrainingData(faces(n), faces(40, seed=2).subset(slice(holdout)), faces(validation, seed=1))


def assert_same_run(folder: Path, other: Path) -> None:
    """Weights, averages and moments to the last bit, history but for the seconds, and all settings."""
    here, there = load_checkpoint(folder), load_checkpoint(other)
    assert here is not None
    assert there is not None
    histories = [
        [{name: value for name, value in row.items() if name != "seconds"} for row in run.details["history"]]
        for run in (here, there)
    ]
    assert histories[0] == histories[1]
    for key in ("schedule", "groups", "recipe"):
        assert here.details[key] == there.details[key]
    assert set(here.tensors) == set(there.tensors)
    for name, tensor in there.tensors.items():
        assert torch.equal(here.tensors[name], tensor), name


class Silent:
    """An observer that only counts, or stops a training at a chosen batch."""

    def __init__(self, stop_at: tuple[int, int] | None = None) -> None:
        self.stop_at = stop_at
        self.steps: list[tuple[str, int, int]] = []
        self.batches: list[tuple[int, int, int]] = []
        self.rows: list[list[EpochRow]] = []

    def on_step(self, what: str, done: int, total: int) -> None:
        self.steps.append((what, done, total))

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float, accuracy: float) -> None:
        self.batches.append((epoch, batch, n_batches))
        if (epoch, batch) == self.stop_at:
            self.stop()

    def on_epoch(self, history: list[EpochRow]) -> None:
        self.rows.append(list(history))

    def stop(self) -> None:
        raise KeyboardInterrupt
