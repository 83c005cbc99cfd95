"""The cascade on real pictures, and on pictures that hold nobody."""

from __future__ import annotations

import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError, WeightsMissingError
from lamplit.core.values import Detection
from lamplit.faces import cascade
from lamplit.faces.cascade import CascadeFaceDetector
from lamplit.imaging.images import read_image

FACE = (177, 66, 274, 163)
"""Where the face of the sample is, in pixels of its 512 x 512."""


@pytest.fixture(scope="module")
def photo(repository: Path) -> Image.Image:
    return Image.open(repository / "examples" / "eileen-collins.jpg").convert("RGB")


def scaled(photo: Image.Image, scale: float) -> ByteArray:
    side = round(512 * scale)
    return np.asarray(photo.resize((side, side), Image.Resampling.BOX))


@pytest.mark.parametrize(
    ("scale", "min_size"), [(0.25, 20), (0.3125, None), (0.5, None), (1, None), (2, None), (3, None)]
)
def test_finds_the_one_face_at_every_scale(photo: Image.Image, scale: float, min_size: int | None) -> None:
    (found,) = CascadeFaceDetector(min_size=min_size).detect(scaled(photo, scale))
    # The windows of a cascade step by a tenth of their size, and so may the answer.
    np.testing.assert_allclose(found.box.xyxy / scale, FACE, atol=0.1 * (FACE[2] - FACE[0]))
    assert found.box.width == found.box.height


def test_grey_and_colour_give_the_same(photo: Image.Image) -> None:
    grey = read_image(photo.convert("L"))[..., 0]
    (of_grey,) = CascadeFaceDetector().detect(grey)
    (of_colour,) = CascadeFaceDetector().detect(np.asarray(photo))
    np.testing.assert_allclose(of_grey.box.xyxy, of_colour.box.xyxy, atol=2)


def test_two_faces_come_best_first(photo: Image.Image) -> None:
    small = np.zeros((512, 512, 3), np.uint8)
    small[128:384, 128:384] = scaled(photo, 0.5)
    found = CascadeFaceDetector().detect(np.hstack([small, np.asarray(photo)]))
    assert len(found) == 2
    assert [round(d.box.width / 10) for d in found] == [10, 5], "the large face gathers more windows"
    assert found[0].score > found[1].score
    assert found[0].box.x1 > 512 > found[1].box.x2


@pytest.mark.parametrize("level", [0, 1, 127, 255])
def test_an_even_picture_has_no_face(level: int) -> None:
    assert CascadeFaceDetector().detect(np.full((200, 300, 3), level, np.uint8)) == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", [(200, 300), (200, 300, 3)])
def test_noise_has_no_face(shape: tuple[int, ...], seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    assert CascadeFaceDetector().detect(noise) == []


@pytest.mark.parametrize("shape", [(1, 1), (19, 19), (20, 20), (24, 24), (5, 2000), (2000, 5), (1, 1, 3)])
@pytest.mark.parametrize("min_size", [None, 20])
def test_pictures_too_small_for_a_face_have_none(shape: tuple[int, ...], min_size: int | None) -> None:
    picture = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert CascadeFaceDetector(min_size=min_size).detect(picture) == []


@pytest.mark.parametrize("min_size", [20, 60, 97, 105])
def test_nothing_smaller_than_min_size_comes_back(photo: Image.Image, min_size: int) -> None:
    found = CascadeFaceDetector(min_size=min_size, neighbours=1).detect(np.asarray(photo))
    assert found
    assert all(min(d.box.width, d.box.height) >= min_size for d in found)


@pytest.mark.parametrize("min_size", [150, 400, 513, 100_000])
def test_a_min_size_above_the_face_finds_none(photo: Image.Image, min_size: int) -> None:
    assert CascadeFaceDetector(min_size=min_size).detect(np.asarray(photo)) == []


def test_more_neighbours_demand_more(photo: Image.Image) -> None:
    (found,) = CascadeFaceDetector().detect(np.asarray(photo))
    assert found.score >= 4
    assert CascadeFaceDetector(neighbours=10_000).detect(np.asarray(photo)) == []


def test_eight_threads_get_the_same_answers(photo: Image.Image) -> None:
    detector = CascadeFaceDetector()
    pictures = [scaled(photo, scale) for scale in (0.3125, 0.4, 0.5, 0.6)] * 6
    alone = [key(detector.detect(picture)) for picture in pictures]
    with ThreadPoolExecutor(8) as pool:
        together = [key(found) for found in pool.map(detector.detect, pictures)]
    assert together == alone
    assert len(set(alone)) == 4, "each size has an answer of its own"


def key(found: list[Detection]) -> tuple[tuple[float, ...], ...]:
    return tuple((*d.box.xyxy.tolist(), d.score) for d in found)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_size": 19}, r"min_size: needs a whole number of at least 20, got 19"),
        ({"min_size": 24.0}, r"min_size: needs a whole number of at least 20, got 24\.0"),
        ({"min_size": True}, r"min_size: .* got True"),
        ({"neighbours": 0}, r"neighbours: needs a whole number of at least 1, got 0"),
        ({"step": 1.0}, r"step: needs a finite number above 1 and below 10, got 1\.0"),
        ({"step": float("nan")}, r"step: .* got nan"),
        ({"step": "1.1"}, r"step: .* got '1\.1'"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        CascadeFaceDetector(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "image", [np.zeros((64, 64), np.float32), np.zeros((64, 64, 4), np.uint8), np.zeros(64, np.uint8)]
)
def test_other_arrays_are_refused(image: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match="uint8"):
        CascadeFaceDetector().detect(image)


def test_an_opencv_without_the_cascade_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cascade, "CASCADE_FILE", "no-such-cascade.xml")
    with pytest.raises(WeightsMissingError, match=r"no-such-cascade\.xml: needs an OpenCV .* pip install"):
        CascadeFaceDetector()


def test_finds_every_face_of_yale_in_even_light(data_dir: Path) -> None:
    # Measured: 15 of 15, and 164 of all 164 pictures, those lit from one side included.
    detector = CascadeFaceDetector()
    with zipfile.ZipFile(data_dir / "yalefaces.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".normal")]
        found = [detector.detect(read_image(archive.read(name))) for name in names]
    assert len(names) == 15
    assert sum(len(faces) == 1 for faces in found) >= 14
    widths = [faces[0].box.width for faces in found if faces]
    assert 120 < min(widths) < max(widths) < 170, "heads of Yale Faces are all taken from one distance"
