"""Detectors by name, and detectors of the user's own."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError, NotAnImageError, UnreadableImageError
from lamplit.core.values import Box, Detection
from lamplit.faces import CascadeFaceDetector, FaceDetector, detect_faces, get_detector, list_detectors


class Middle:
    """A detector that somebody could write: it always sees one face in the middle."""

    def detect(self, image: AnyArray) -> list[Detection]:
        height, width = image.shape[:2]
        return [Detection(box=Box(width / 4, height / 4, 3 * width / 4, 3 * height / 4), score=1.0)]


class NoDetector:
    def find(self, image: AnyArray) -> list[Detection]:
        return []


def test_the_list_is_sorted_and_every_name_can_be_built() -> None:
    assert list_detectors() == sorted(list_detectors())
    assert isinstance(get_detector("cascade"), FaceDetector)


def test_a_detector_of_ones_own_needs_only_the_method() -> None:
    assert isinstance(Middle(), FaceDetector)
    assert not isinstance(NoDetector(), FaceDetector)


def test_settings_reach_the_detector() -> None:
    detector = get_detector("cascade", min_size=40, step=1.2, neighbours=7)
    assert isinstance(detector, CascadeFaceDetector)
    assert (detector.min_size, detector.step, detector.neighbours) == (40, 1.2, 7)


@pytest.mark.parametrize("name", ["no-such", "", "Cascade", None, ["cascade"]])
def test_an_unknown_name_lists_the_known(name: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"detector: needs one of \[.*'cascade'.*\], got"):
        get_detector(name)


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(InvalidArgumentError, match=r"detector cascade: needs settings .* 'minimum'"):
        get_detector("cascade", minimum=20)


def test_detect_faces_reads_what_read_image_reads(repository: Path) -> None:
    path = repository / "examples" / "eileen-collins.jpg"
    image = Image.open(path)
    content = path.read_bytes()
    sources = [path, str(path), content, io.BytesIO(content), image, np.asarray(image)]
    boxes = {tuple(found.box.xyxy.tolist()) for source in sources for found in detect_faces(source)}
    assert len(boxes) == 1


def test_detect_faces_passes_min_size_on(repository: Path) -> None:
    path = repository / "examples" / "eileen-collins.jpg"
    assert detect_faces(path, min_size=200) == []
    with pytest.raises(InvalidArgumentError, match="min_size: needs a whole number of at least 8, got 3"):
        detect_faces(path, min_size=3)


def test_detect_faces_says_what_is_wrong_with_a_picture() -> None:
    with pytest.raises(UnreadableImageError, match="no such file"):
        detect_faces("no-such-file.jpg")
    with pytest.raises(NotAnImageError):
        detect_faces(b"plain text")
    with pytest.raises(InvalidArgumentError, match="one of"):
        detect_faces(np.zeros((64, 64), np.uint8), detector="no-such")
