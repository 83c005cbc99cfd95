"""Crops brought upright: a real face that was tilted, pictures of nobody, and what is refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.landmarks import Landmarks
from lamplit.core.values import Box
from lamplit.faces import detect_faces
from lamplit.faces.alignment import FRAMING, five_points
from lamplit.faces.framing import crop_face, face_box
from lamplit.faces.landmarks import LandmarkModel
from lamplit.faces.upright import upright_crops
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image

SIDE = 96


@pytest.fixture(scope="module")
def marks() -> LandmarkModel:
    return LandmarkModel(threads=1)


@pytest.fixture(scope="module")
def tilted(repository: Path) -> ByteArray:
    """A face turned by 20 degrees either way, framed as FER+ frames faces."""
    image = grey_from_rgb(read_image(repository / "examples" / "eileen-collins.jpg"))
    box = detect_faces(image)[0].box
    middle = ((box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2)
    size = image.shape[::-1]
    turned = [
        cv2.warpAffine(image, cv2.getRotationMatrix2D(middle, angle, 1.0), size) for angle in (-20.0, 20.0)
    ]
    return np.stack([crop_face(one, box, size=SIDE) for one in turned])


def places(faces: ByteArray, marks: LandmarkModel) -> np.ndarray:
    """The five points of each face, in shares of the crop."""
    side = faces.shape[1]
    box = face_box(Box(0, 0, side, side))
    return np.stack([five_points(marks.locate(face, box).points) for face in faces]) / side


def tilts(points: np.ndarray) -> np.ndarray:
    """How far the line through the eyes is from level, in degrees."""
    x, y = (points[:, 1] - points[:, 0]).T
    return np.degrees(np.arctan2(y, x))


@pytest.mark.parametrize("size", [48, SIDE])
def test_tilt_is_taken_away_and_the_face_comes_to_its_place(
    tilted: ByteArray, marks: LandmarkModel, size: int
) -> None:
    before, after = places(tilted, marks), places(upright_crops(tilted, size=size, marks=marks), marks)
    np.testing.assert_allclose(np.abs(tilts(before)), 20, atol=6)
    assert np.sign(tilts(before)).sum() == 0
    assert np.abs(tilts(after)).max() < 4
    assert np.abs(after - FRAMING)[:, :3].max() < 0.04, "eyes and nose; a smile is wide"
    assert np.abs(after - FRAMING).mean() < 0.5 * np.abs(before - FRAMING).mean()


def test_type_and_order_stay_and_nothing_is_overwritten(tilted: ByteArray, marks: LandmarkModel) -> None:
    before = tilted.copy()
    found = upright_crops(tilted, size=SIDE, marks=marks)
    assert (found.shape, found.dtype) == (tilted.shape, np.uint8)
    np.testing.assert_array_equal(tilted, before)
    np.testing.assert_array_equal(upright_crops(tilted[::-1], size=SIDE, marks=marks), found[::-1])


def test_nobody_keeps_the_framing(marks: LandmarkModel) -> None:
    nobody = np.random.default_rng(0).integers(0, 256, (2, SIDE, SIDE), dtype=np.uint8)
    found = upright_crops(nobody, size=SIDE, marks=marks)
    np.testing.assert_array_equal(found, nobody)
    assert not np.shares_memory(found, nobody)
    assert upright_crops(nobody[:0], size=48, marks=marks).shape == (0, 48, 48)


FAR = np.full((68, 2), 9e6) + np.arange(136).reshape(68, 2)


@pytest.mark.parametrize("points", [np.full((68, 2), 40.0), FAR], ids=["in one place", "far outside"])
def test_points_that_nothing_can_be_aligned_by_keep_the_framing(
    tilted: ByteArray, points: np.ndarray
) -> None:
    class Sure:
        def locate(self, image: ByteArray, box: Box) -> Landmarks:
            return Landmarks(points=points.astype(np.float32), spread=np.ones(68, np.float32), score=1.0)

    found = upright_crops(tilted, size=SIDE, marks=Sure())  # type: ignore[arg-type]
    np.testing.assert_array_equal(found, tilted)


@pytest.mark.parametrize(
    "crops",
    [np.zeros((1, 48, 40), np.uint8), np.zeros((1, 48, 48), np.float32), np.zeros((48, 48), np.uint8)],
)
def test_what_are_no_squares_is_refused(marks: LandmarkModel, crops: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match=r"crops: needs uint8 squares of shape \(N, S, S\), got "):
        upright_crops(crops, size=48, marks=marks)
