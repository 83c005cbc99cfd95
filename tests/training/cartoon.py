"""Made-up faces and pictures, and a small cascade's training of them in a program that can be killed.

    python cartoon.py FOLDER [STAGES]

With a number of stages the program kills itself once those are written.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.training.cascade_faces import FaceStock
from lamplit.training.cascade_recipe import CascadeRecipe, cascade_recipe_from_dict
from lamplit.training.cascade_stage import StageRound
from lamplit.training.cascade_state import CascadeState
from lamplit.training.cascade_training import CascadeData, train_cascade

SMALL = {
    "name": "cartoon",
    "window": 12,
    "step": 2,
    "families": ["two-x", "two-y", "three-x"],
    "stage_features": 300,
    "round_features": 300,
    "faces": 150,
    "held_out_faces": 60,
    "others": 150,
    "held_out_others": 60,
    "yale_b": 0.0,
    "landmarks": 0.0,
    "stages": 3,
    "detection_rates": [0.95],
    "rounds": [2, 4, 6],
    "visits": 60,
}


def recipe(**changes: object) -> CascadeRecipe:
    return cascade_recipe_from_dict(SMALL | changes, where="cartoon.toml")


def faces(n: int, seed: int = 0) -> ByteArray:
    """A bright oval with two dark eyes and a dark mouth, (n, 48, 48)."""
    random = np.random.default_rng(seed)
    drawn = random.integers(60, 120, (n, 48, 48)).astype(np.uint8)
    for face in drawn:
        cv2.ellipse(face, (24, 24), (18, 22), 0, 0, 360, int(random.integers(170, 230)), -1)
        for x in (15, 33):
            cv2.circle(face, (x + int(random.integers(-1, 2)), 19), 4, int(random.integers(20, 70)), -1)
        cv2.ellipse(face, (24, 37), (8, 3), 0, 0, 360, int(random.integers(40, 90)), -1)
    return drawn


def pictures(n: int, seed: int = 1) -> tuple[ByteArray, ...]:
    """Blurred noise with bars, of two sizes."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(n):
        shape = (60, 80) if number % 2 else (72, 50)
        picture = cv2.GaussianBlur(random.integers(0, 256, shape).astype(np.float32), (0, 0), 2)
        picture = (picture - picture.mean()) * 4 + 128
        picture[:: int(random.integers(5, 12))] += 40
        made.append(picture.clip(0, 255).astype(np.uint8))
    return tuple(made)


def data() -> CascadeData:
    none = np.empty((0, 48, 48), np.uint8)
    return CascadeData(FaceStock(faces(80), none), FaceStock(faces(40, seed=2), none), pictures(12))


class Watcher:
    """Counts what it is told, and ends the program after so many stages."""

    def __init__(self, last: int | None = None) -> None:
        self.last = last
        self.visits, self.rounds = 0, 0
        self.stages: list[CascadeState] = []

    def on_visit(self, stage: int, found: int, wanted: int, visits: int) -> None:
        self.visits += 1

    def on_round(self, stage: int, rounds: int, most: int, how: StageRound) -> None:
        self.rounds += 1
        if self.last == stage - 1:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_stage(self, state: CascadeState) -> None:
        self.stages.append(state)


if __name__ == "__main__":
    stop_after = int(sys.argv[2]) if len(sys.argv) > 2 else None
    train_cascade(recipe(), data(), Path(sys.argv[1]), Watcher(stop_after))
