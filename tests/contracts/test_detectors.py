"""What every registered face detector promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError, WeightsMissingError
from lamplit.faces import FaceDetector, get_detector, list_detectors
from lamplit.imaging.images import read_image

detectors = pytest.mark.parametrize("name", list_detectors())


def built(name: str) -> FaceDetector:
    """Return a detector, or skip where this lamplit comes without its weights."""
    try:
        return get_detector(name)
    except WeightsMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def photo(repository: Path) -> ByteArray:
    return read_image(repository / "examples" / "eileen-collins.jpg")


@detectors
def test_is_a_detector(name: str) -> None:
    assert isinstance(built(name), FaceDetector)


@detectors
def test_finds_the_face_of_a_portrait(name: str, photo: ByteArray) -> None:
    (found,) = built(name).detect(photo)
    x1, y1, x2, y2 = found.box.xyxy
    assert found.box.xyxy.dtype == np.float32
    assert x1 < 225 < x2 and y1 < 115 < y2  # noqa: PT018  # the bridge of the nose, one place
    assert found.points is None or found.points.shape == (5, 2)


@detectors
@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (48, 48), (200, 300, 3)])
def test_an_even_picture_has_no_face(name: str, shape: tuple[int, ...]) -> None:
    assert built(name).detect(np.full(shape, 127, dtype=np.uint8)) == []


@detectors
def test_leaves_the_picture_as_it_is(name: str, photo: ByteArray) -> None:
    before = photo.copy()
    built(name).detect(photo)
    np.testing.assert_array_equal(photo, before)


@detectors
def test_threads_get_the_same_answer(name: str, photo: ByteArray) -> None:
    detector = built(name)
    with ThreadPoolExecutor(4) as pool:
        boxes = [tuple(found[0].box.xyxy) for found in pool.map(detector.detect, [photo] * 12)]
    assert len(set(boxes)) == 1


@detectors
def test_an_unknown_setting_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgumentError, match="settings that it knows"):
        get_detector(name, no_such_setting=1)
