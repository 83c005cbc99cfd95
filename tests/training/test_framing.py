"""From photos and crops to framed faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError
from lamplit.core.labels import LabelSet
from lamplit.datasets.labelled import LabelledFaces, Refused
from lamplit.faces import get_detector
from lamplit.faces.framing import crop_face, face_square
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from lamplit.training.framing import frame_faces

DETECTOR = get_detector("cascade")
LABELS = LabelSet("two", ("calm", "happy"))


@pytest.fixture(scope="module")
def photo(repository: Path) -> ByteArray:
    return grey_from_rgb(read_image(repository / "examples" / "eileen-collins.jpg"))


def pictures(*images: ByteArray, refused: tuple[Refused, ...] = ()) -> LabelledFaces:
    names = tuple(f"{number}.png" for number in range(len(images)))
    classes = np.arange(len(images)) % 2
    return LabelledFaces("mine", LABELS, names, images, classes, ("",) * len(images), refused)


def test_a_photo_is_cut_as_the_analyzer_cuts_it(photo: ByteArray) -> None:
    framed = frame_faces(pictures(photo, photo), DETECTOR)
    box = DETECTOR.detect(photo)[0].box
    assert framed.squares == (face_square(box),) * 2
    assert framed.n_found == 2
    np.testing.assert_array_equal(framed.crops(48)[0], crop_face(photo, box, size=48))


def test_as_is_takes_whole_pictures(photo: ByteArray) -> None:
    framed = frame_faces(pictures(photo, photo[:100, :50]), DETECTOR, framing="as-is")
    assert framed.n_found == 0
    assert [square.xyxy.tolist() for square in framed.squares] == [[0, 0, 512, 512], [0, 0, 50, 100]]
    assert framed.crops(24).shape == (2, 24, 24)


@pytest.mark.parametrize(
    ("height", "width", "is_crop"),
    [
        (48, 48, True),
        (256, 256, True),
        (100, 75, True),
        (100, 74, False),
        (257, 257, False),
        (64, 200, False),
    ],
)
def test_without_a_face_only_what_looks_like_a_crop_is_taken(
    photo: ByteArray, height: int, width: int, is_crop: bool
) -> None:
    even = np.full((height, width), 90, np.uint8)
    framed = frame_faces(pictures(photo, photo, even), DETECTOR)
    assert len(framed) == 2 + is_crop
    assert [str(entry) for entry in framed.refused] == ([] if is_crop else ["2.png: no face was found in it"])
    assert len(frame_faces(pictures(photo, photo, even), DETECTOR, framing="find")) == 2


def test_what_the_reader_left_out_stays_on_the_list(photo: ByteArray) -> None:
    framed = frame_faces(pictures(photo, photo, refused=(Refused("b.png", "empty"),)), DETECTOR)
    assert framed.refused == (Refused("b.png", "empty"),)


def test_a_label_without_a_face_is_an_error_that_names_the_way_out(photo: ByteArray) -> None:
    wall = np.full((300, 300), 90, np.uint8)
    with pytest.raises(DatasetError) as caught:
        frame_faces(pictures(photo, wall), DETECTOR)
    assert str(caught.value) == (
        "mine: needs a face of every label, got none of happy: 1.png: no face was found in it "
        "(if the pictures are face crops already, say so with --as-is)"
    )


def test_progress_counts_pictures(photo: ByteArray) -> None:
    told: list[tuple[int, int]] = []
    frame_faces(pictures(photo, photo), DETECTOR, on_picture=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_exposed_is_what_the_classifier_shows_its_network() -> None:
    backlit = np.full((48, 48), 255, np.uint8)
    backlit[8:44, 10:38] = 20
    even = np.full((48, 48), 120, np.uint8)
    framed = frame_faces(pictures(backlit, even), DETECTOR, framing="as-is")
    exposed = framed.exposed(48)
    assert exposed.dtype == np.float32
    assert exposed[0, 24, 24] == pytest.approx(0.45)
    np.testing.assert_array_equal(exposed[1], np.full((48, 48), 120 / 255, np.float32))


def test_a_subset_keeps_squares_with_their_pictures(photo: ByteArray) -> None:
    framed = frame_faces(pictures(photo, photo[:100, :50]), DETECTOR, framing="as-is")
    part = framed.subset(np.array([1]))
    assert part.pictures.names == ("1.png",)
    assert part.squares[0].width == 50
    both = frame_faces(pictures(photo, np.full((48, 48), 90, np.uint8)), DETECTOR)
    assert (both.found, both.subset(np.array([1])).n_found) == ((True, False), 0)
