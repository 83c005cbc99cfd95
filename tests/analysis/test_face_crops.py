"""Faces are cut out by the mean of what two networks say of their points, or by what there is."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.analysis.face_crops import face_crops
from lamplit.core.landmarks import FIVE, Landmarks, trusted
from lamplit.core.values import Box, Detection
from lamplit.datasets.five_points import USUAL
from lamplit.faces.alignment import align_face
from lamplit.faces.framing import crop_face

PICTURE = np.random.default_rng(0).integers(0, 256, (120, 120), dtype=np.uint8)
BOX = Box(30, 30, 90, 90)


def marks(five: np.ndarray) -> Landmarks:
    """Landmarks whose five points are these."""
    points = np.zeros((68, 2), np.float32)
    for part, point in zip(FIVE, five, strict=True):
        points[part] = point
    return Landmarks(points=points, spread=np.ones(68, np.float32), score=0.9)


def cut(points: np.ndarray | None, found: Landmarks | None) -> np.ndarray:
    """The one face, grey."""
    detection = Detection(box=BOX, score=0.9, points=points)
    return face_crops(PICTURE, [detection], [found], size=48)[0, ..., 0]


def test_by_the_mean_where_both_are_known() -> None:
    theirs, ours = (USUAL * 60 + shift for shift in (np.float32(28), np.float32(36)))
    expected = align_face(PICTURE, (theirs + ours) / 2, size=48)
    np.testing.assert_array_equal(cut(theirs, marks(ours)), expected)
    assert (expected != align_face(PICTURE, ours, size=48)).any()


@pytest.mark.parametrize("which", ["detector", "landmarks"])
def test_by_one_where_the_other_is_missing(which: str) -> None:
    five = USUAL * 60 + np.float32(30)
    points, found = (five, None) if which == "detector" else (None, marks(five))
    np.testing.assert_array_equal(cut(points, found), align_face(PICTURE, five, size=48))


@pytest.mark.parametrize("points", [None, np.full((5, 2), 40, np.float32)])
def test_by_the_box_where_there_are_no_points_or_all_in_one_place(points: np.ndarray | None) -> None:
    np.testing.assert_array_equal(cut(points, None), crop_face(PICTURE, BOX, size=48))


def test_landmarks_of_nobody_are_not_trusted() -> None:
    five = marks(USUAL * 60)
    assert trusted(five) is five
    assert trusted(Landmarks(points=five.points, spread=five.spread, score=0.3)) is None
