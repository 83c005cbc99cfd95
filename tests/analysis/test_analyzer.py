"""The pipeline for one picture: the same answer however the picture comes."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lamplit.analysis import Analyzer, analyze
from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import (
    EmptyImageError,
    ImageTooLargeError,
    InvalidArgumentError,
    InvalidImageError,
    MisnamedImageError,
    NotAnImageError,
    TruncatedImageError,
    UnreadableImageError,
    WeightsMissingError,
)
from lamplit.core.labels import EXPRESSIONS
from lamplit.core.values import Box, Detection
from lamplit.faces import NetFaceDetector
from lamplit.faces.alignment import align_face, five_points
from lamplit.faces.framing import crop_face
from lamplit.faces.head_pose import estimate_head_pose
from lamplit.faces.landmarks import LandmarkModel
from lamplit.imaging.images import read_image
from lamplit.light import measure
from lamplit.light.gauntlet import GAUNTLET
from lamplit.weights.registry import QUICK_EXPRESSION


class Fixed:
    """A detector that finds the same boxes in every picture."""

    def __init__(self, *boxes: Box) -> None:
        self.boxes = boxes

    def detect(self, image: AnyArray) -> list[Detection]:
        return [Detection(box=box, score=float(n)) for n, box in enumerate(self.boxes)]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(threads=1)


@pytest.fixture(scope="module")
def path(repository: Path) -> Path:
    return repository / "examples" / "eileen-collins.jpg"


@pytest.fixture(scope="module")
def pixels(path: Path) -> ByteArray:
    return read_image(path)


def test_the_sample_shows_one_happy_face(analyzer: Analyzer, path: Path, pixels: ByteArray) -> None:
    result = analyzer.analyze(path)
    (face,) = result
    assert (result.width, result.height) == (512, 512)
    assert result.light == measure(pixels)
    assert face.expression == "happiness"
    assert face.labels == analyzer.labels == tuple(EXPRESSIONS)
    assert sum(face.distribution) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(face.box.xyxy, (177, 66, 274, 163), atol=8)


def test_the_light_of_a_face_is_that_inside_its_box(
    analyzer: Analyzer, path: Path, pixels: ByteArray
) -> None:
    result = analyzer.analyze(path)
    (face,) = result
    x1, y1 = np.floor(face.box.xyxy[:2]).astype(int)
    x2, y2 = np.rint(face.box.xyxy[2:]).astype(int)
    assert face.light.histogram == measure(pixels[y1:y2, x1:x2]).histogram
    assert face.light == measure(pixels, face.box)
    assert face.light.backlight is not None
    assert result.light.backlight is None


@pytest.mark.parametrize(
    "form",
    [
        str,
        lambda path: path,
        lambda path: path.read_bytes(),
        lambda path: bytearray(path.read_bytes()),
        lambda path: io.BytesIO(path.read_bytes()),
        Image.open,
        lambda path: np.asarray(Image.open(path)),
        lambda path: np.asarray(Image.open(path)) / 255.0,
    ],
    ids=["str", "path", "bytes", "bytearray", "file", "pillow", "array", "float array"],
)
def test_every_kind_of_input_gives_the_same(
    analyzer: Analyzer, path: Path, form: Callable[[Path], Any]
) -> None:
    assert analyzer.analyze(form(path)) == analyzer.analyze(path)


@pytest.mark.parametrize("condition", ["night", "backlight", "over-exposed"])
def test_a_face_has_the_probabilities_of_its_crop_in_any_light(pixels: ByteArray, condition: str) -> None:
    box = Box(177, 66, 274, 163)
    light = next(light for light in GAUNTLET if light.condition == condition)
    lit = light.apply(pixels[None])[0]
    analyzer = Analyzer(detector=Fixed(box), landmarks=False, threads=1)
    (face,) = analyzer.analyze(lit)
    crop = crop_face(lit, box, size=analyzer.classifier.card.input_size)
    expected = analyzer.classifier.predict_proba(crop[None])[0]
    np.testing.assert_array_equal(np.array(face.distribution, np.float32), expected)
    assert (face.landmarks, face.pose) == (None, None)


@pytest.mark.parametrize("condition", ["dim", "over-exposed"])
def test_a_face_is_aligned_by_its_landmarks_and_has_a_pose(pixels: ByteArray, condition: str) -> None:
    box = Box(177, 66, 274, 163)
    light = next(light for light in GAUNTLET if light.condition == condition)
    lit = light.apply(pixels[None])[0]
    analyzer = Analyzer(detector=Fixed(box), threads=1)
    (face,) = analyzer.analyze(lit)
    assert face.landmarks is not None
    np.testing.assert_array_equal(face.landmarks, LandmarkModel(threads=1).locate(lit, box).points)
    crop = align_face(lit, face.landmarks, size=analyzer.classifier.card.input_size)
    expected = analyzer.classifier.predict_proba(crop[None])[0]
    np.testing.assert_array_equal(np.array(face.distribution, np.float32), expected)
    assert face.pose == estimate_head_pose(face.landmarks)


def test_landmarks_are_where_the_face_is(analyzer: Analyzer, repository: Path, pixels: ByteArray) -> None:
    (face,) = analyzer.analyze(pixels)
    rows = np.loadtxt(repository / "examples" / "eileen-collins-points.csv", delimiter=",", skiprows=1)
    assert face.landmarks is not None
    away = np.linalg.norm(face.landmarks - rows[:, 1:], axis=1)
    eyes = np.linalg.norm(rows[36, 1:] - rows[45, 1:])
    assert away.mean() / eyes < 0.07
    assert face.pose is not None
    assert abs(face.pose.yaw) < 25


def test_what_is_no_face_has_neither_landmarks_nor_a_pose() -> None:
    wall = np.full((200, 200, 3), 128, np.uint8)
    (face,) = Analyzer(detector=Fixed(Box(50, 50, 150, 150)), threads=1).analyze(wall)
    assert (face.landmarks, face.pose) == (None, None)


@pytest.mark.parametrize("landmarks", [3, None, ["a"]])
def test_landmarks_of_another_kind_are_refused(landmarks: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="landmarks: needs True, False, weights by name or path"):
        Analyzer(landmarks=landmarks)


def test_detector_and_analyzer_share_one_landmark_network_and_ask_once(pixels: ByteArray) -> None:
    analyzer = Analyzer(threads=1)
    assert isinstance(analyzer.detector, NetFaceDetector)
    assert analyzer.detector._verification is not None
    assert analyzer.landmarks is analyzer.detector._verification.landmarks
    found = analyzer.detector.detect(pixels)
    bare = [dataclasses.replace(one, landmarks=None) for one in found]
    light = measure(pixels)
    asked, again = (analyzer.describe(pixels, some, light) for some in (found, bare))
    for first, second in zip(asked, again, strict=True):
        np.testing.assert_allclose(first.landmarks, second.landmarks, atol=1e-2)


def test_a_cascade_reads_expressions_too(analyzer: Analyzer, pixels: ByteArray) -> None:
    quick = Analyzer(weights="cascade", threads=1)
    (face,), (usual,) = quick.analyze(pixels), analyzer.analyze(pixels)
    assert face.expression == usual.expression == "happiness"
    assert face.distribution != usual.distribution, "the smallest network is sure of a laughing face"
    (alone,) = Analyzer(weights=QUICK_EXPRESSION, threads=1).analyze(pixels)
    assert face.distribution == alone.distribution
    (own,) = Analyzer(weights=quick.classifier).analyze(pixels)
    assert own.distribution == face.distribution


def test_what_cannot_read_expressions_is_refused() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"weights: needs weights by name or path, one of \['cascade', "
    ):
        Analyzer(weights=3)  # type: ignore[arg-type]


def test_landmark_weights_that_are_not_there_are_named() -> None:
    with pytest.raises(WeightsMissingError, match="no-such"):
        Analyzer(landmarks="no-such")


def test_the_short_function_answers_as_an_analyzer(analyzer: Analyzer, path: Path) -> None:
    (short,), (face,) = analyze(path), analyzer.analyze(path)
    assert short.box == face.box
    np.testing.assert_allclose(short.distribution, face.distribution, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (300, 400, 3), (5, 2000)])
def test_nobody_there_is_an_empty_result(analyzer: Analyzer, shape: tuple[int, ...]) -> None:
    result = analyzer.analyze(np.full(shape, 90, np.uint8))
    assert len(result) == 0
    assert list(result) == []
    assert (result.height, result.width) == shape[:2]
    assert result.light.mean == pytest.approx(90 / 255, abs=1e-6)


def test_several_faces_keep_the_detectors_order(pixels: ByteArray) -> None:
    boxes = (Box(177, 66, 274, 163), Box(0, 0, 60, 60), Box(400, 400, 511, 511))
    result = Analyzer(detector=Fixed(*boxes), threads=1).analyze(pixels)
    assert [face.box for face in result] == list(boxes)
    assert [face.score for face in result] == [0.0, 1.0, 2.0]
    assert result[0].expression == "happiness"
    assert len({face.distribution for face in result}) == 3


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (Box(-50, -50, 50, 50), (0, 0, 50, 50)),
        (Box(490.5, 500.25, 600, 700), (490, 500, 512, 512)),
        (Box(10.2, 10.2, 10.4, 10.4), (10, 10, 11, 11)),
        (Box(-5, -5, 2000, 2000), (0, 0, 512, 512)),
    ],
)
def test_boxes_that_leave_the_picture_count_inside_it(
    pixels: ByteArray, box: Box, inside: tuple[int, int, int, int]
) -> None:
    (face,) = Analyzer(detector=Fixed(box), threads=1).analyze(pixels)
    x1, y1, x2, y2 = inside
    assert face.light.histogram == measure(pixels[y1:y2, x1:x2]).histogram
    assert face.box == box


def test_a_box_outside_the_picture_is_the_detectors_mistake(pixels: ByteArray) -> None:
    analyzer = Analyzer(detector=Fixed(Box(900, 900, 950, 950)), threads=1)
    with pytest.raises(InvalidArgumentError, match="box: needs a box that touches the picture of 512 x 512"):
        analyzer.analyze(pixels)


def test_the_picture_stays_as_it_is(analyzer: Analyzer, pixels: ByteArray) -> None:
    before = pixels.copy()
    analyzer.analyze(pixels)
    np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("no-such-file.jpg", UnreadableImageError),
        (".", UnreadableImageError),
        (b"", EmptyImageError),
        (np.zeros((0, 10), np.uint8), InvalidImageError),
        (b"plain text", NotAnImageError),
        (None, InvalidArgumentError),
        (3.5, InvalidArgumentError),
        (np.zeros((4, 4, 7), np.uint8), InvalidArgumentError),
    ],
)
def test_bad_input_is_told_by_the_kind_of_error(
    analyzer: Analyzer, source: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        analyzer.analyze(source)


def test_damaged_files_are_told_apart(analyzer: Analyzer, path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    with pytest.raises(TruncatedImageError, match="ends before the picture does"):
        analyzer.analyze(content[: len(content) // 2])
    (tmp_path / "photo.png").write_bytes(content)
    with pytest.raises(MisnamedImageError, match=r"photo\.png: needs .*PNG.* got .*JPEG"):
        analyzer.analyze(tmp_path / "photo.png")


def test_max_pixels_refuses_larger_pictures(path: Path) -> None:
    small = Analyzer(max_pixels=512 * 512 - 1, threads=1)
    with pytest.raises(ImageTooLargeError, match="at most 262,143 pixels, got 512 x 512"):
        small.analyze(path)
    assert len(Analyzer(max_pixels=512 * 512, threads=1).analyze(path)) == 1


def test_min_size_reaches_the_detector(path: Path) -> None:
    assert len(Analyzer(min_size=200, threads=1).analyze(path)) == 0


def test_threads_share_one_analyzer(analyzer: Analyzer, path: Path, pixels: ByteArray) -> None:
    sources: list[Any] = [path, pixels, pixels[::-1], np.zeros((100, 100), np.uint8)] * 4
    alone = [analyzer.analyze(source) for source in sources[:4]] * 4
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(analyzer.analyze, sources))
    assert [r.light for r in together] == [r.light for r in alone]
    for one, other in zip(alone, together, strict=True):
        assert [face.box for face in one] == [face.box for face in other]
        for expected, came in zip(one, other, strict=True):
            np.testing.assert_allclose(came.distribution, expected.distribution, atol=1e-6)


def test_a_face_with_points_is_aligned_by_them(repository: Path, pixels: ByteArray) -> None:
    rows = np.loadtxt(repository / "examples" / "eileen-collins-points.csv", delimiter=",", skiprows=1)
    points = five_points(rows[:, 1:]).astype(np.float32)

    class Pointing:
        def detect(self, image: AnyArray) -> list[Detection]:
            return [Detection(box=Box(177, 66, 274, 163), score=1.0, points=points)]

    analyzer = Analyzer(detector=Pointing(), landmarks=False, threads=1)
    (face,) = analyzer.analyze(pixels)
    crop = align_face(pixels, points, size=analyzer.classifier.card.input_size)
    expected = analyzer.classifier.predict_proba(crop[None])[0]
    np.testing.assert_array_equal(np.array(face.distribution, np.float32), expected)
    assert face.expression == "happiness"


def test_faces_that_are_found_already_can_be_described(analyzer: Analyzer, pixels: ByteArray) -> None:
    light = measure(pixels)
    found = analyzer.find(pixels, light)
    assert analyzer.describe(pixels, found, light) == analyzer.analyze(pixels)
    assert len(analyzer.describe(pixels, [], light)) == 0


class Finder:
    def find(self, image: AnyArray) -> list[Detection]:
        return []


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (
            {"detector": "no-such"},
            InvalidArgumentError,
            r"detector: needs one of \['boosted', 'cascade', 'net'\]",
        ),
        ({"detector": Finder()}, InvalidArgumentError, "an object with a method detect.* got Finder"),
        ({"detector": None}, InvalidArgumentError, "got NoneType"),
        (
            {"detector": Fixed(), "min_size": 30},
            InvalidArgumentError,
            "min_size: needs a detector given by name",
        ),
        ({"min_size": 5}, InvalidArgumentError, "min_size: needs a whole number of at least 8"),
        ({"max_pixels": 0}, InvalidArgumentError, "max_pixels: needs a whole number of at least 1"),
        ({"max_pixels": 1e6}, InvalidArgumentError, "max_pixels"),
        ({"threads": 0}, InvalidArgumentError, "threads"),
        ({"device": "tpu"}, InvalidArgumentError, "device"),
        ({"weights": "no-such"}, WeightsMissingError, "no-such: needs one of"),
    ],
)
def test_settings_out_of_range_are_refused(
    settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Analyzer(**settings)
