"""Candidates are what three networks say of them; the landmark network is asked where that is promising."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError, WeightsMissingError
from lamplit.core.landmarks import Landmarks
from lamplit.core.values import Box, Detection
from lamplit.faces import FaceVerifier, Verification
from lamplit.faces.landmarks import LandmarkModel, usual_landmarks
from lamplit.faces.verification import DETECTOR_SAY, FEW, HINT, LANDMARK_SAY, PROMISING, TRUST, VERIFIER_SAY
from lamplit.faces.verifier import usual_verifier
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from lamplit.weights.registry import DEFAULT_LANDMARKS

FACE, WALL = Box(177, 66, 274, 163), Box(20, 300, 117, 397)


@pytest.fixture(scope="module")
def photo(repository: Path) -> ByteArray:
    return grey_from_rgb(read_image(repository / "examples" / "eileen-collins.jpg"))


class SaysOf:
    """A verifier whose answers are known."""

    def __init__(self, logits: Sequence[float]) -> None:
        self.said = logits

    def logits(self, grey: ByteArray, boxes: Sequence[Box]) -> FloatArray:
        assert len(boxes) == len(self.said)
        return np.array(self.said, np.float32)


class Counts:
    """A landmark network that is sure of everything and remembers what it was asked about."""

    def __init__(self) -> None:
        self.asked: list[Box] = []

    def locate_all(self, image: AnyArray, boxes: Sequence[Box]) -> list[Landmarks]:
        self.asked += boxes
        points, spread = np.zeros((68, 2), np.float32), np.ones(68, np.float32)
        return [Landmarks(points=points, spread=spread, score=0.9) for _ in boxes]


def test_a_face_is_told_from_a_wall(photo: ByteArray) -> None:
    found = Verification(threads=1).of(
        photo, [Detection(box=WALL, score=0.4), Detection(box=FACE, score=0.4)]
    )
    assert found[0].box == FACE
    assert found[0].score > 0.5
    assert all(one.score < 0.3 for one in found[1:])
    marks = LandmarkModel(threads=1).locate(photo, FACE)
    assert found[0].landmarks is not None
    np.testing.assert_allclose(found[0].landmarks.points, marks.points, atol=1e-2)


def test_scores_are_those_of_all_three(photo: ByteArray) -> None:
    marks = Counts()
    checked = Verification(verifier=SaysOf([1.5, 2.0]), landmarks=marks)  # type: ignore[arg-type]
    found = checked.of(photo, [Detection(box=FACE, score=0.7), Detection(box=WALL, score=0.6)])
    for one, (first, second) in zip(found, ((0.7, 1.5), (0.6, 2.0)), strict=True):
        logits = DETECTOR_SAY * np.log(first / (1 - first)) + VERIFIER_SAY * second
        expected = logits + LANDMARK_SAY * np.log(0.9 / 0.1) + TRUST
        assert one.score == pytest.approx(1 / (1 + np.exp(-expected)), abs=1e-4)
    assert marks.asked == [FACE, WALL]


def test_what_is_not_promising_is_left_out_and_costs_no_landmarks(photo: ByteArray) -> None:
    marks = Counts()
    checked = Verification(verifier=SaysOf([-20.0, 9.0]), landmarks=marks)  # type: ignore[arg-type]
    found = checked.of(photo, [Detection(box=WALL, score=0.9), Detection(box=FACE, score=0.5)])
    assert [one.box for one in found] == marks.asked == [FACE]
    assert DETECTOR_SAY * np.log(0.9 / 0.1) - 20 * HINT < PROMISING < 0


def test_of_what_is_hardly_likely_few_are_asked_about(photo: ByteArray) -> None:
    rare = [Detection(box=WALL, score=0.15)] * 20
    for likely, asked in ((0, FEW), (3, 3 + FEW), (9, 9 + FEW)):
        checked = Verification(verifier=SaysOf([5.0] * asked), landmarks=Counts())  # type: ignore[arg-type]
        assert len(checked.of(photo, [Detection(box=FACE, score=0.6)] * likely + rare)) == asked


def test_nothing_is_asked_about_nothing(photo: ByteArray) -> None:
    assert Verification(threads=1).of(photo, []) == []


def test_all_who_ask_alike_share_the_networks() -> None:
    one, other = Verification(threads=1), Verification(threads=1)
    assert one.verifier is other.verifier is usual_verifier(threads=1)
    assert one.landmarks is other.landmarks is usual_landmarks(threads=1)


def test_the_verifier_knows_a_face_in_bad_light(photo: ByteArray) -> None:
    model = FaceVerifier(threads=1)
    for factor in (1.0, 0.3, 0.1):
        dim = np.rint(photo * factor).astype(np.uint8)
        face, wall = model.logits(dim, [FACE, WALL])
        assert face > 0 > wall


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="verifier: needs a network with a method logits, got str"):
        Verification(verifier="mine.onnx")  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match="landmarks: needs a network with a method locate_all"):
        Verification(landmarks=True)  # type: ignore[arg-type]


def test_colour_is_weighed_into_grey_and_other_arrays_are_refused(photo: ByteArray) -> None:
    model = FaceVerifier(threads=1)
    colour = np.stack([photo] * 3, axis=2)
    np.testing.assert_allclose(model.logits(colour, [FACE]), model.logits(photo, [FACE]), atol=0.2)
    with pytest.raises(InvalidArgumentError):
        model.logits(np.zeros((4, 4), np.float32), [])


def test_files_that_are_no_verifier_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError):
        FaceVerifier(tmp_path / "nothing.onnx")
    with pytest.raises(WeightsCorruptError, match=r"needs a network with the outputs \['face', 'points'\]"):
        FaceVerifier(DEFAULT_LANDMARKS)
