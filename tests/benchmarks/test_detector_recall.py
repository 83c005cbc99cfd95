"""The benchmark of the detector reads recall at each rate of false positives."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from cascade_recall import Answers
from detector_recall import finds, rows_of, square_of
from lamplit.core.arrays import AnyArray
from lamplit.core.values import Box, Detection
from lamplit.faces.framing import face_box
from lamplit.training.scenes.pictures import Cutout


def answers(right: list[bool]) -> Answers:
    """Ten scenes with a face each; detections from the surest to the least sure."""
    sides = np.full(10, 50.0)
    return Answers(np.linspace(9, 1, len(right)), np.array(right), np.where(right, 50.0, 0.0), sides, 10)


def test_recall_is_read_at_both_rates() -> None:
    good = {"network": answers([True] * 6 + [False] + [True] * 2)}
    bad = {"network": answers([True, False, True])}
    rows = rows_of({"good light": good, "dim": bad, "night": bad})
    assert rows["good light"]["network"]["at 0.05"]["recall"] == 0.6
    assert rows["good light"]["network"]["at 0.1"]["recall"] == 0.8
    assert rows["mean of the bad lights"]["network"] == {"at 0.05": 0.1, "at 0.1": 0.2}


class Always:
    """Find the same box in every picture."""

    def __init__(self, box: Box) -> None:
        self.box = box

    def detect(self, image: AnyArray) -> list[Detection]:
        return [Detection(box=self.box, score=2.0)]


def test_a_face_is_found_by_either_of_its_frames() -> None:
    picture, square = np.zeros((100, 100), np.uint8), Box(20, 20, 80, 80)
    assert square_of(Cutout.of(picture, (50, 50, 60, 0))) == square
    assert finds(Always(square), picture, square, 1.0)
    assert finds(Always(face_box(square)), picture, square, 2.0)
    assert not finds(Always(square), picture, square, 2.1)
    assert not finds(Always(Box(60, 60, 100, 100)), picture, square, 1.0)
