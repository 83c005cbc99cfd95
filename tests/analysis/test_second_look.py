"""The second look: only where the light is bad and nobody was found, and never in good light."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamplit.analysis import Analyzer
from lamplit.analysis.second_look import against_the_light, corrected_for_detection, detect_in_any_light
from lamplit.core.values import Box, Detection
from lamplit.imaging.images import read_image
from lamplit.light import measure

PHOTO = Path(__file__).parents[2] / "examples" / "eileen-collins.jpg"
FACE = Detection(box=Box(1, 1, 9, 9), score=1.0)


class Recorder:
    """A detector that finds a face only in pictures brighter than a level, and keeps what it was shown."""

    def __init__(self, level: float) -> None:
        self.level = level
        self.seen: list[np.ndarray] = []

    def detect(self, image: np.ndarray) -> list[Detection]:
        self.seen.append(image)
        return [FACE] if image.mean() > self.level else []


def dark(shape: tuple[int, ...]) -> np.ndarray:
    """Few photons of a scene that becomes brighter to the right."""
    light = np.linspace(2.0, 8.0, shape[1]).reshape(1, -1, *[1] * (len(shape) - 2))
    return np.random.default_rng(0).poisson(np.broadcast_to(light, shape)).astype(np.uint8)


@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 3)])
def test_a_dark_picture_is_looked_at_again(shape: tuple[int, ...]) -> None:
    picture, detector = dark(shape), Recorder(60)
    assert detect_in_any_light(detector, picture, measure(picture)) == [FACE]
    first, second = detector.seen
    assert first is picture
    assert second.shape == shape
    assert second.dtype == np.uint8


def test_what_the_first_look_finds_is_enough() -> None:
    picture, detector = dark((40, 50)), Recorder(0)
    assert detect_in_any_light(detector, picture, measure(picture)) == [FACE]
    assert len(detector.seen) == 1


def test_noise_alone_is_not_corrected() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    detector = Recorder(255)
    assert measure(noise).verdict != ("good",)
    assert detect_in_any_light(detector, noise, measure(noise)) == []
    assert len(detector.seen) == 1


def test_good_light_is_never_corrected() -> None:
    picture, detector = np.arange(256, dtype=np.uint8).reshape(16, 16), Recorder(255)
    assert measure(picture).verdict == ("good",)
    assert detect_in_any_light(detector, picture, measure(picture)) == []
    assert len(detector.seen) == 1


def backlit(shape: tuple[int, int] = (96, 120)) -> np.ndarray:
    """A nearly black head before a white window."""
    picture = np.full(shape, 250, np.uint8)
    rows, columns = (slice(length // 3, length * 5 // 6) for length in shape)
    picture[rows, columns] = np.random.default_rng(0).integers(8, 24, picture[rows, columns].shape)
    return picture


class Inside(Recorder):
    """A detector that finds a face only where the middle of the picture is bright enough."""

    def detect(self, image: np.ndarray) -> list[Detection]:
        self.seen.append(image)
        height, width = image.shape[:2]
        middle = image[height // 2 : height * 2 // 3, width // 2 : width * 2 // 3]
        return [FACE] if middle.mean() > self.level else []


def test_a_picture_against_the_light_is_exposed_for_its_dark_part() -> None:
    picture, detector = backlit(), Inside(90)
    assert measure(picture).verdict == ("good",), "the reading of the whole cannot tell"
    assert detect_in_any_light(detector, picture, measure(picture)) == [FACE]
    assert len(detector.seen) == 2


@pytest.mark.parametrize(
    "picture",
    [
        np.full((64, 64), 255, np.uint8),
        np.zeros((64, 64, 3), np.uint8),
        np.tile(np.arange(256, dtype=np.uint8), (64, 1)),
        np.full((1, 1), 255, np.uint8),
        np.full((3, 200), 250, np.uint8),
    ],
    ids=["white", "black", "ramp", "one pixel", "strip"],
)
def test_other_pictures_were_not_taken_against_the_light(picture: np.ndarray) -> None:
    assert not against_the_light(picture)


@pytest.mark.parametrize("channels", [(), (3,)])
def test_large_pictures_are_corrected_small_and_boxes_come_back_large(channels: tuple[int, ...]) -> None:
    picture, detector = dark((1500, 2100, *channels)), Recorder(60)
    (found,) = detect_in_any_light(detector, picture, measure(picture))
    assert detector.seen[1].shape == (750, 1050, *channels)
    assert found.box == Box(2, 2, 18, 18)


def test_a_corrected_colour_picture_is_grey() -> None:
    red, green, blue = np.moveaxis(corrected_for_detection(dark((30, 30, 3))), 2, 0)
    assert (red == green).all()
    assert (green == blue).all()


def test_an_analysis_in_good_light_is_the_same_to_the_last_bit() -> None:
    photo = read_image(PHOTO)
    plain = Analyzer(second_look=False, threads=1).analyze(photo)
    careful = Analyzer(second_look=True, threads=1).analyze(photo)
    assert plain.light.verdict == ("good",)
    assert len(plain) == 1
    assert plain == careful


def test_the_crop_for_the_network_comes_from_the_picture_as_it_is() -> None:
    picture = dark((60, 60))
    found = Detection(box=Box(10, 10, 50, 50), score=1.0)

    class SecondTime(Recorder):
        def detect(self, image: np.ndarray) -> list[Detection]:
            self.seen.append(image)
            return [found] if len(self.seen) == 2 else []

    analyzer = Analyzer(detector=SecondTime(0), threads=1)
    (face,) = analyzer.analyze(picture)

    class Always(Recorder):
        def detect(self, image: np.ndarray) -> list[Detection]:
            return [found]

    (same,) = Analyzer(detector=Always(0), threads=1).analyze(picture)
    assert face == same
