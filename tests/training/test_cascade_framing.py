"""Faces framed alike: wherever, however large and however turned they were."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lamplit.training.cascade_framing import MOST_TURNED, are_frontal, framed_alike

EYES_AND_MOUTH = np.array([(18.0, 18.72), (18.0 + 18.0 - 6.0, 18.72), (24.0, 36.96)])
EYES_AND_MOUTH[:2, 0] = 24.0 - 9.0, 24.0 + 9.0


def landmarks(marks: np.ndarray) -> np.ndarray:
    """The 68 points of which only the middles of eyes and mouth matter, in fractions of 48 pixels."""
    points = np.full((1, 68, 2), 0.5, np.float32)
    points[0, 36:42], points[0, 42:48], points[0, 48:] = marks / 48
    return points


def drawn(marks: np.ndarray) -> np.ndarray:
    """A bright crop with a dark spot on each mark, as smooth as a face."""
    face = np.full((48 * 8, 48 * 8), 220, np.uint8)
    for x, y in marks:
        cv2.circle(face, (round(8 * x), round(8 * y)), 20, 20, -1)
    return cv2.resize(face, (48, 48), interpolation=cv2.INTER_AREA)[None]


def changed(scale: float, degrees: float, shift: tuple[float, float]) -> np.ndarray:
    turn = np.radians(degrees)
    matrix = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return (EYES_AND_MOUTH - 24) @ matrix.T + 24 + shift


@pytest.mark.parametrize(
    ("scale", "degrees", "shift"),
    [(1.0, 0.0, (0.0, 0.0)), (0.8, 0.0, (2.0, -1.5)), (1.15, 10.0, (-1.0, 1.0)), (0.9, 30.0, (1.0, 0.0))],
)
def test_eyes_come_to_one_place(scale: float, degrees: float, shift: tuple[float, float]) -> None:
    marks = changed(scale, degrees, shift)
    framed = framed_alike(drawn(marks), landmarks(marks))[0]
    kept = float(np.clip(degrees, -MOST_TURNED, MOST_TURNED))
    eyes = EYES_AND_MOUTH[:2].mean(axis=0)
    turn = np.radians(kept)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    for x, y in (EYES_AND_MOUTH - eyes) @ rotation.T + eyes:
        around = 255.0 - framed[int(y) - 4 : int(y) + 5, int(x) - 4 : int(x) + 5]
        around -= 40
        around = around.clip(0)
        rows, columns = np.indices(around.shape)
        assert (columns * around).sum() / around.sum() + int(x) - 4 == pytest.approx(x - 0.5, abs=0.6)
        assert (rows * around).sum() / around.sum() + int(y) - 4 == pytest.approx(y - 0.5, abs=0.6)


def test_who_is_turned_aside_too_large_or_without_landmarks_is_none() -> None:
    aside = EYES_AND_MOUTH.copy()
    aside[1, 0] = 22.0
    cases = [EYES_AND_MOUTH, aside, changed(1.5, 0, (0, 0)), changed(0.6, 0, (0, 0)), np.full((3, 2), np.nan)]
    points = np.concatenate([landmarks(marks) for marks in cases])
    assert are_frontal(points).tolist() == [True, False, False, False, False]
