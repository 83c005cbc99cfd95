"""Alignment: where the eyes come to stand, how tilt is undone, and what pixels become."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box
from lamplit.faces.alignment import FRAMING, align_face, face_transform, five_points
from lamplit.faces.framing import EYE_DISTANCE_IN_CROP, EYE_HEIGHT_IN_CROP
from lamplit.faces.similarity import apply_transform
from lamplit.imaging.geometry import crop_square


def turned(points: AnyArray, degrees: float) -> AnyArray:
    """Points turned clockwise in the picture about their middle."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    middle = points.mean(axis=0)
    return (points - middle) @ np.array([[c, s], [-s, c]]) + middle


def tilt(five: AnyArray) -> float:
    right, left = five[:2]
    return float(np.degrees(np.arctan2(left[1] - right[1], left[0] - right[0])))


@pytest.mark.parametrize("degrees", [-40.0, 0.0, 25.0, 170.0])
def test_the_five_points_come_to_their_places(degrees: float) -> None:
    face = turned(90 * FRAMING + (300, 40), degrees)
    moved = apply_transform(face_transform(face, size=48), face)
    np.testing.assert_allclose(moved, 48 * FRAMING, atol=1e-9)


@pytest.mark.parametrize(("upright", "left"), [(0.0, 30.0), (0.5, 15.0), (1.0, 0.0)])
def test_the_tilt_is_undone_as_far_as_asked(upright: float, left: float) -> None:
    face = turned(90 * FRAMING + (300, 40), 30)
    moved = apply_transform(face_transform(face, size=100, upright=upright), face)
    assert tilt(moved) == pytest.approx(left)
    np.testing.assert_allclose(moved.mean(axis=0), 100 * FRAMING.mean(axis=0), atol=1e-9)
    assert np.hypot(*(moved[1] - moved[0])) == pytest.approx(100 * (FRAMING[1, 0] - FRAMING[0, 0]))


def test_five_points_are_means_of_landmarks() -> None:
    marks = np.arange(136.0).reshape(68, 2)
    five = five_points(marks)
    np.testing.assert_array_equal(five[:, 0], 2 * np.array([38.5, 44.5, 30, 48, 54]))
    np.testing.assert_array_equal(five_points(five), five)


def test_a_face_that_stands_right_is_the_plain_crop() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    for side, size in ((96, 48), (96, 96), (144, 48)):
        plain = crop_square(picture, Box(10, 20, 10 + side, 20 + side), size).astype(int)
        aligned = align_face(picture, side * FRAMING + (10, 20), size=size).astype(int)
        assert np.abs(aligned - plain).max() <= 1


@pytest.mark.parametrize("degrees", [0.0, 17.0, 45.0])
@pytest.mark.parametrize("side", [200, 333, 640])
def test_fine_texture_averages_instead_of_making_patterns(degrees: float, side: int) -> None:
    picture = np.indices((900, 900)).sum(axis=0).astype(np.uint8) % 2 * 200  # squares of one pixel
    crop = align_face(picture, turned(side * FRAMING + (130, 130), degrees), size=48)
    assert np.abs(crop.astype(int) - 100).max() <= 30  # black and white would be 0 and 200
    assert crop.std() < 10


def test_a_turned_edge_becomes_upright() -> None:
    # Left of the face's own middle line black, right of it white.
    face = turned(200 * FRAMING + (100, 100), 30)
    across = face[1] - face[0]
    middle = (face[0] + face[1]) / 2
    rows, columns = np.indices((400, 400)) + 0.5
    side = (columns - middle[0]) * across[0] + (rows - middle[1]) * across[1]
    crop = align_face(np.where(side > 0, 255, 0).astype(np.uint8), face, size=48)
    assert (crop[:, :23] == 0).all()
    assert (crop[:, 25:] == 255).all()


def test_beyond_the_picture_its_edge_goes_on() -> None:
    picture = np.full((100, 100, 3), (10, 20, 30), np.uint8)
    for corner in ((-30, -30), (60, 60), (-10, 70)):
        crop = align_face(picture, turned(60 * FRAMING + corner, 20), size=48)
        assert (crop == (10, 20, 30)).all()


def test_the_picture_is_left_as_it_is_and_may_be_a_view() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (200, 300), dtype=np.uint8)
    before = picture.copy()
    view = picture[::2, ::-1]
    crop = align_face(view, 60 * FRAMING + (20, 20), size=48)
    np.testing.assert_array_equal(crop, align_face(view.copy(), 60 * FRAMING + (20, 20), size=48))
    np.testing.assert_array_equal(picture, before)


@pytest.mark.parametrize(
    "points",
    [np.zeros((68, 2)), np.full((5, 2), np.nan), np.zeros((4, 2)), np.zeros(10), np.full((68, 2), np.inf)],
    ids=["at one place", "not a number", "four", "flat", "infinite"],
)
def test_points_of_no_face_are_refused(points: AnyArray) -> None:
    with pytest.raises(InvalidArgumentError, match=r"points: needs 68 or 5 finite points \(x, y\)"):
        align_face(np.zeros((50, 50), np.uint8), points, size=48)


PICTURE = np.zeros((50, 50), np.uint8)
# Mouth corners the wrong way round and so far apart that they pull as hard as the eyes.
CANCELLED = 25 + 10 * np.array([[-1.0, 0], [1, 0], [0, 0], [0.1922 / 0.1472, 0], [-0.1922 / 0.1472, 0]])


@pytest.mark.parametrize(
    ("image", "points", "settings", "message"),
    [
        (PICTURE, 40 * FRAMING + 500, {}, "points: needs a face in the picture of 50 x 50"),
        (PICTURE, 40_000 * FRAMING, {}, "points: needs .* at most 16384 pixels"),
        (PICTURE, 40 * FRAMING, {"size": 0}, "size: needs a whole number of at least 1"),
        (PICTURE, 40 * FRAMING, {"upright": 1.5}, "upright: needs a number from 0 to 1, got 1.5"),
        (PICTURE.astype(float), 40 * FRAMING, {}, "image: needs uint8"),
        (PICTURE, CANCELLED, {}, "points: needs points in the order"),
    ],
)
def test_other_mistakes_are_told(
    image: AnyArray, points: AnyArray, settings: dict[str, float], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        align_face(image, points, **{"size": 48, **settings})


def test_eyes_of_real_faces_end_up_where_the_network_expects_them(data_dir: Path) -> None:
    with np.load(data_dir / "landmarks.npz") as marks:
        certain = marks["FER2013Valid_face"] >= 0.9
        faces = marks["FER2013Valid_points"][certain].astype(np.float64)[:800]
    ends = [
        apply_transform(face_transform(48 * face, size=48), five_points(48 * face)[:2]) / 48 for face in faces
    ]
    middle, apart = np.mean(ends, axis=1), np.diff(ends, axis=1)[:, 0]  # (N, 2) each
    assert np.median(np.hypot(*apart.T)) == pytest.approx(EYE_DISTANCE_IN_CROP, abs=0.006)
    assert np.median(middle, axis=0) == pytest.approx((0.5, EYE_HEIGHT_IN_CROP), abs=0.004)
    # As they come, the faces scatter by 0.07 of the side and by 12 degrees.
    assert middle.std(axis=0).max() < 0.02
    assert np.degrees(np.arctan2(apart[:, 1], apart[:, 0])).std() < 3
