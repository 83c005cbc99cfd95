from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box, Detection
from lamplit.expression.face_motion import ALIGNMENTS, FaceMotion, MuscleReader
from lamplit.faces.detector import get_detector
from lamplit.faces.eyes import find_eyes, usual_eyes
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image

EYES = np.array([[203.0, 101.0], [245.5, 103.3]])
"""The centres of the sample photo's eyes, read off by eye, to a pixel or three."""


@pytest.fixture(scope="module")
def photo(repository: Path) -> np.ndarray:
    return grey_from_rgb(read_image(repository / "examples" / "eileen-collins.jpg"))


def pulled(image: np.ndarray, at: tuple[float, float], by: tuple[float, float], reach: float) -> np.ndarray:
    """Pull the skin around a point, most at the point, hardly beyond twice the reach."""
    rows, columns = np.indices(image.shape, dtype=np.float32)
    near = np.exp(-((columns - at[0]) ** 2 + (rows - at[1]) ** 2) / (2 * reach**2))
    x, y = columns - near * np.float32(by[0]), rows - near * np.float32(by[1])
    return cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def turned(image: np.ndarray) -> np.ndarray:
    matrix = cv2.getRotationMatrix2D((224, 110), 4, 1.03)
    matrix[:, 2] += (6, -4)
    return cv2.warpAffine(image, matrix, image.shape[::-1], borderMode=cv2.BORDER_REPLICATE)


def of(motion: FaceMotion, values: str, muscle: str) -> float:
    names = [known.full_name for known in motion.muscles.muscles]
    return float(getattr(motion.muscles, values)[names.index(muscle)])


def in_photo(x: float, y: float) -> tuple[float, float]:
    """Return where a place given in eye distances lies in the photo."""
    across = EYES[1] - EYES[0]
    place = EYES.mean(axis=0) + x * across + y * np.array([-across[1], across[0]])
    return float(place[0]), float(place[1])


@pytest.mark.parametrize("alignment", ALIGNMENTS)
def test_a_face_and_itself_do_not_move(photo: np.ndarray, alignment: str) -> None:
    motion = MuscleReader(alignment=alignment).compare(photo, photo)
    assert motion.eyes_from == "before"
    assert motion.muscles.strengths.max() < 5
    assert motion.muscles.confidence.min() > 0.9


@pytest.mark.parametrize("method", ["dis", "farneback"])
def test_a_mouth_corner_that_is_pulled_is_the_zygomaticus_of_that_side(
    photo: np.ndarray, method: str
) -> None:
    # By 0.08 eye distances, up and out to the picture's right: the subject's left.
    after = pulled(photo, in_photo(0.54, 0.92), (3.4, -3.4), reach=9)
    motion = MuscleReader(method=method).compare(photo, after)
    assert of(motion, "along", "zygomaticus major, left") > 25
    assert of(motion, "directions", "zygomaticus major, left") == pytest.approx(45, abs=15)
    assert of(motion, "strengths", "zygomaticus major, right") < 10
    assert of(motion, "strengths", "frontalis, medial part, left") < 10


def test_the_head_may_turn_in_the_plane_meanwhile(photo: np.ndarray) -> None:
    after = turned(pulled(photo, in_photo(0.0, 1.5), (0, 6), reach=12))  # the chin drops by a tenth
    motion = MuscleReader().compare(photo, after)
    assert of(motion, "along", "mentalis") < -40
    assert of(motion, "directions", "mentalis") == pytest.approx(270, abs=15)
    assert of(motion, "strengths", "frontalis, lateral part, left") < 10
    assert MuscleReader().compare(photo, turned(photo)).muscles.strengths.max() < 12


def test_given_eyes_need_no_detector(photo: np.ndarray) -> None:
    class Blind:
        def detect(self, image: np.ndarray) -> list:
            raise AssertionError("nobody may look for faces")

    after = pulled(photo, in_photo(-0.54, 0.92), (-3.4, -3.4), reach=9)
    motion = MuscleReader(detector=Blind()).compare(photo, after, eyes=(EYES, EYES))
    assert motion.eyes_from == "given"
    assert of(motion, "along", "zygomaticus major, right") > 25
    by_eyes = MuscleReader(detector=Blind(), alignment="eyes").compare(photo, photo, eyes=(EYES, EYES + 3))
    np.testing.assert_allclose(by_eyes.frames[1][:, :2], by_eyes.frames[0][:, :2], atol=1e-5)


@pytest.mark.parametrize(
    ("eyes", "message"),
    [
        ((EYES,), r"eyes: needs those of both pictures, \(2, 2\) each, got 1 of them"),
        ((EYES * np.nan, EYES), "eyes before: needs two points"),
        ((EYES, EYES[::-1]), "eyes after: needs two points"),
    ],
)
def test_given_eyes_are_a_pair_of_points_for_each_picture(
    photo: np.ndarray, eyes: tuple, message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        MuscleReader().compare(photo, photo, eyes=eyes)


def test_eyes_that_are_shut_in_the_first_picture_are_taken_from_the_second(photo: np.ndarray) -> None:
    (detection,) = get_detector("cascade").detect(photo)
    shut = photo.copy()
    for x, y in EYES.astype(int):
        shut[y - 10 : y + 10, x - 15 : x + 15] = 150
    assert find_eyes(shut, detection.box) is None
    motion = MuscleReader().compare(shut, photo)
    assert motion.eyes_from == "after"
    known = MuscleReader().compare(photo, photo)
    np.testing.assert_allclose(motion.frames[0], known.frames[0], atol=4)
    assert MuscleReader().compare(shut, shut).eyes_from == "box"
    with pytest.raises(InvalidArgumentError, match="after: needs a face whose eyes are found"):
        MuscleReader(alignment="eyes").compare(photo, shut)


def test_the_sample_photos_eyes_are_found(photo: np.ndarray) -> None:
    (detection,) = get_detector("cascade").detect(photo)
    np.testing.assert_allclose(find_eyes(photo, detection.box), EYES, atol=5)
    np.testing.assert_allclose(usual_eyes(detection.box), EYES, atol=12)
    assert find_eyes(np.full((90, 90), 128, np.uint8), Box(10, 10, 80, 80)) is None


def test_a_sequence_is_followed_from_the_first_or_from_frame_to_frame(photo: np.ndarray) -> None:
    frames = [pulled(photo, in_photo(0.0, 1.5), (0, way), reach=12) for way in (0, 3, 6)]
    from_first = [of(motion, "along", "mentalis") for motion in MuscleReader().follow(frames)]
    steps = [of(m, "along", "mentalis") for m in MuscleReader().follow(frames, consecutive=True)]
    assert len(from_first) == len(steps) == 2
    assert from_first[1] == pytest.approx(2 * from_first[0], rel=0.25)
    assert steps[0] == pytest.approx(from_first[0], abs=1)
    assert steps[1] == pytest.approx(from_first[0], rel=0.4)
    assert list(MuscleReader().follow([])) == []


class Counting:
    """A detector that counts its pictures."""

    def __init__(self) -> None:
        self.n_pictures = 0

    def detect(self, image: np.ndarray) -> list[Detection]:
        self.n_pictures += 1
        return get_detector("cascade").detect(image)


@pytest.mark.parametrize("consecutive", [False, True])
def test_a_sequence_is_looked_at_once(photo: np.ndarray, consecutive: bool) -> None:
    detector = Counting()
    list(MuscleReader(detector=detector).follow([photo] * 3, consecutive=consecutive))
    assert detector.n_pictures == 3


def test_a_placed_face_stands_for_its_picture(photo: np.ndarray) -> None:
    reader, after = MuscleReader(), pulled(photo, in_photo(0.0, 1.5), (0, 3), reach=12)
    placed = reader.compare(reader.place(photo), reader.place(after))
    assert np.array_equal(placed.flow, reader.compare(photo, after).flow)
    given = reader.compare(reader.place(photo), after, eyes=(EYES, EYES))
    assert given.eyes_from == "given"
    assert np.array_equal(given.flow, reader.compare(photo, after, eyes=(EYES, EYES)).flow)


def test_a_picture_to_place_needs_a_face() -> None:
    with pytest.raises(InvalidArgumentError, match=r"^image: needs a picture with a face"):
        MuscleReader().place(np.full((200, 200), 128, np.uint8))


def test_a_picture_without_a_face_is_refused(photo: np.ndarray) -> None:
    wall = np.full((200, 200), 128, np.uint8)
    with pytest.raises(InvalidArgumentError, match="after: needs a picture with a face"):
        MuscleReader().compare(photo, wall)


@pytest.mark.parametrize("setting", ["alignment", "method", "preparation"])
def test_unknown_settings_are_refused(setting: str) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{setting}: needs one of"):
        MuscleReader(**{setting: "best"})
