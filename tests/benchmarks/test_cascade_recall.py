"""How the benchmark of cascades counts: faces once, everything else as false, equal scores together."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from cascade_recall import Answers, ellipse, judged, plain, pooled, scene_of
from lamplit.core.values import Box, Detection
from lamplit.faces.framing import face_box

WHOLE = np.array([[0.0, 0.0, 1.0, 1.0]])
SQUARES = np.array([[0, 0, 40, 40], [100, 100, 200, 200]], np.float32)


def at(x1: float, y1: float, x2: float, y2: float, score: float) -> Detection:
    return Detection(box=Box(x1, y1, x2, y2), score=score)


def test_every_face_counts_once() -> None:
    found = [
        at(1, 1, 40, 40, 2.0),
        at(0, 0, 40, 40, 5.0),
        at(60, 60, 90, 90, 9.0),
        at(110, 100, 200, 200, 1.0),
    ]
    assert judged(found, SQUARES) == [(9.0, -1), (5.0, 0), (2.0, -1), (1.0, 1)]


def test_either_frame_of_a_face_is_right() -> None:
    box = face_box(Box(100, 100, 200, 200)).xyxy.tolist()
    assert judged([at(*box, 3.0)], SQUARES) == [(3.0, 1)]
    assert judged([], SQUARES) == []


def test_a_small_face_in_its_crop_is_right_by_its_own_points() -> None:
    small = np.array([[0, 0, 40, 40], [120, 120, 160, 160]], np.float32)
    found = [at(125, 120, 158, 155, 3.0)]
    assert judged(found, SQUARES) == [(3.0, -1)]
    assert judged(found, SQUARES, small) == [(3.0, 1)]
    assert judged([at(0, 0, 40, 40, 3.0)], SQUARES, small) == [(3.0, 0)]


def test_points_frame_a_square_in_the_scene() -> None:
    crops, background = np.full((1, 48, 48), 200, np.uint8), np.zeros((80, 80), np.uint8)
    scene = scene_of(crops, [Box(10, 20, 70, 80)], background, np.array([[0.25, 0, 0.75, 0.5]]), plain)
    assert scene.squares.tolist() == [[10, 20, 70, 80]]
    assert scene.pointed.tolist() == [[25, 20, 55, 50]]


def answers() -> Answers:
    """Five faces in ten pictures: 8 right, 7 false, twice 5 (right and false), 1 right."""
    right = np.array([True, False, True, False, True])
    scores = np.array([8.0, 7.0, 5.0, 5.0, 1.0])
    sides = np.array([30.0, 0, 50, 0, 100])
    return Answers(scores, right, sides, np.array([30.0, 30, 50, 100, 100]), 10)


def test_recall_at_so_many_false_ones() -> None:
    thresholds, false, recall = answers().curve()
    assert thresholds.tolist() == [8.0, 7.0, 5.0, 1.0]
    assert false.tolist() == pytest.approx([0.0, 0.1, 0.2, 0.2])
    assert recall.tolist() == pytest.approx([0.2, 0.2, 0.4, 0.6])
    row = answers().at(0.1)
    assert (row["recall"], row["false_positives"], row["threshold"]) == (0.2, 0.1, 7.0)
    assert (row["24 to 39 pixels"], row["40 to 79 pixels"]) == (0.5, 0.0)
    assert (row["most_recall"], row["most_false_positives"]) == (0.6, 0.2)
    assert answers().at(0.2)["80 to 200 pixels"] == 0.5


def test_several_lights_as_one() -> None:
    both = pooled([answers(), answers()])
    assert (both.pictures, both.at(0.2)["recall"]) == (20, 0.6)


def test_squares_keep_their_corners_and_ellipses_do_not() -> None:
    crops, background = np.full((1, 48, 48), 200, np.uint8), np.zeros((80, 80), np.uint8)
    square = [Box(10, 10, 70, 70)]
    hard, soft = (scene_of(crops, square, background, WHOLE, mask).image for mask in (plain, ellipse))
    assert (hard[10, 10], soft[10, 10], soft[40, 40]) == (200, 0, 200)
    assert ellipse(60)[30, 30] == 1.0
