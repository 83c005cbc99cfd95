"""Faces brought upright: a real face that was tilted, and pictures of nobody."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from lamplit.core.values import Box
from lamplit.faces import detect_faces
from lamplit.faces.alignment import five_points
from lamplit.faces.framing import crop_face, face_box
from lamplit.faces.landmarks import LandmarkModel
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from lamplit.training.upright import upright_faces

SIDE = 48


@pytest.fixture(scope="module")
def marks() -> LandmarkModel:
    return LandmarkModel(threads=1)


@pytest.fixture(scope="module")
def tilted(repository: Path) -> torch.Tensor:
    """A face turned by 20 degrees either way, framed as FER+ frames faces."""
    image = grey_from_rgb(read_image(repository / "examples" / "eileen-collins.jpg"))
    box = detect_faces(image)[0].box
    middle = ((box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2)
    size = image.shape[::-1]
    turned = [
        cv2.warpAffine(image, cv2.getRotationMatrix2D(middle, angle, 1.0), size) for angle in (-20.0, 20.0)
    ]
    return torch.from_numpy(np.stack([crop_face(one, box, size=SIDE) for one in turned]))[:, None]


def tilts(faces: torch.Tensor, marks: LandmarkModel) -> list[float]:
    """How far the line through the eyes is from level, in degrees."""
    box = face_box(Box(0, 0, SIDE, SIDE))
    eyes = [
        np.diff(five_points(marks.locate(face, box).points)[:2], axis=0)[0] for face in faces[:, 0].numpy()
    ]
    return [float(np.degrees(np.arctan2(y, x))) for x, y in eyes]


def test_tilt_is_taken_away(tilted: torch.Tensor, marks: LandmarkModel) -> None:
    before, after = tilts(tilted, marks), tilts(upright_faces(tilted, marks), marks)
    assert [round(abs(tilt) / 20) for tilt in before] == [1, 1]
    assert np.sign(before[0]) != np.sign(before[1])
    assert max(map(abs, after)) < 4


def test_form_type_and_order_stay_and_nothing_is_overwritten(
    tilted: torch.Tensor, marks: LandmarkModel
) -> None:
    before = tilted.clone()
    found = upright_faces(tilted, marks)
    assert (found.shape, found.dtype) == (tilted.shape, torch.uint8)
    assert torch.equal(tilted, before)
    assert torch.equal(upright_faces(tilted.flip(0), marks), found.flip(0))


def test_nobody_stays_as_it_is(marks: LandmarkModel) -> None:
    noise = torch.randint(0, 256, (2, 1, SIDE, SIDE), generator=torch.Generator().manual_seed(0))
    nobody = noise.to(torch.uint8)
    assert torch.equal(upright_faces(nobody, marks), nobody)
    assert upright_faces(nobody[:0], marks).shape == (0, 1, SIDE, SIDE)
