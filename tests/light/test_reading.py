from __future__ import annotations

import math
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box
from lamplit.imaging.images import read_image, write_image
from lamplit.light import measure
from lamplit.light.balance import count_ninths, side_imbalance
from lamplit.light.histogram import count_levels, histogram_statistics
from lamplit.light.noise import noise_sigma
from lamplit.light.reading import pixels_inside
from lamplit.light.stops import LINEAR_LIGHT

RNG = np.random.default_rng(0)
FACE = RNG.integers(40, 200, (33, 28), dtype=np.uint8)


def test_the_parts_stand_in_the_reading() -> None:
    reading = measure(FACE)
    assert reading.histogram == tuple(np.bincount(FACE.ravel(), minlength=256).tolist())
    assert {type(count) for count in reading.histogram} == {int}
    numbers = reading.as_dict()
    for name, value in histogram_statistics(count_levels(FACE)).items():
        assert numbers[name] == value
    assert reading.noise == noise_sigma(FACE)
    assert (reading.left_right, reading.up_down) == side_imbalance(count_ninths(FACE))
    assert reading.backlight is None
    assert {type(value) for value in numbers.values()} == {float, type(None)}


def test_the_verdict_is_told() -> None:
    black = measure(np.zeros((20, 20), dtype=np.uint8))
    assert (black.verdict, black.usable) == (("dark", "flat"), False)
    ramp = measure(np.arange(256, dtype=np.uint8).reshape(16, 16))
    assert (ramp.verdict, ramp.usable) == (("good",), True)


def test_a_face_is_measured_inside_its_box() -> None:
    picture = np.zeros((100, 100), dtype=np.uint8)
    picture[20:53, 30:58] = FACE
    reading, alone = measure(picture, Box(30, 20, 58, 53)), measure(FACE)
    assert reading.histogram == alone.histogram
    assert (reading.noise, reading.left_right) == (alone.noise, alone.left_right)


def test_the_surround_reaches_half_a_box_to_every_side() -> None:
    # A face of 4 x 4 at level 10 and a ring of 2 pixels around it, whose 48 pixels are white for one half;
    # what lies farther away is black and does not count.
    picture = np.zeros((20, 20), dtype=np.uint8)
    picture[6:14, 6:14] = np.arange(8) % 2 * 255
    picture[8:12, 8:12] = 10
    reading = measure(picture, Box(8, 8, 12, 12))
    assert reading.histogram[10] == 16
    assert reading.backlight == pytest.approx(math.log2(0.5 / LINEAR_LIGHT[10]))


def test_the_surround_ends_where_the_picture_does() -> None:
    picture = np.full((8, 8), 255, dtype=np.uint8)
    picture[:4, :4] = 10
    assert measure(picture, Box(0, 0, 4, 4)).backlight == pytest.approx(-math.log2(LINEAR_LIGHT[10]))
    assert measure(picture, Box(-9, -9, 90, 90)).backlight is None


def test_a_dark_face_before_a_window_is_backlit() -> None:
    picture = np.full((60, 60, 3), 250, dtype=np.uint8)
    picture[20:40, 20:40] = RNG.integers(20, 90, (20, 20, 1))
    assert "backlit" in measure(picture, Box(20, 20, 40, 40)).verdict
    assert "backlit" not in measure(picture).verdict


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        (Box(2, 3, 5, 7), slice(3, 7), slice(2, 5)),
        (Box(2.9, 3.9, 5.4, 7.6), slice(3, 8), slice(2, 5)),
        (Box(-4, -4, 3, 3), slice(0, 3), slice(0, 3)),
        (Box(-4, -4, 0.2, 0.2), slice(0, 1), slice(0, 1)),
        (Box(8, 6, 99, 99), slice(6, 10), slice(8, 12)),
        (Box(11.9, 9.9, 99, 99), slice(9, 10), slice(11, 12)),
        (Box(5.1, 5.1, 5.2, 5.2), slice(5, 6), slice(5, 6)),
    ],
)
def test_pixels_inside(box: Box, rows: slice, columns: slice) -> None:
    picture = np.arange(120, dtype=np.uint8).reshape(10, 12)
    np.testing.assert_array_equal(pixels_inside(picture, box), picture[rows, columns])
    assert measure(picture, box).histogram == measure(picture[rows, columns]).histogram


@pytest.mark.parametrize("edges", [(-9, 0, 0, 5), (12, 0, 20, 5), (0, -9, 5, 0), (0, 10, 5, 20)])
def test_a_box_beside_the_picture_is_refused(edges: tuple[float, ...]) -> None:
    with pytest.raises(
        InvalidArgumentError, match="box: needs a box that touches the picture of 12 x 10, got"
    ):
        measure(np.zeros((10, 12), dtype=np.uint8), Box(*edges))


@pytest.mark.parametrize("side", [1, 2, 3, 4])
def test_tiny_faces_are_measured(side: int) -> None:
    reading = measure(np.full((9, 9), 100, dtype=np.uint8), Box(4, 4, 4 + side, 4 + side))
    assert sum(reading.histogram) == side * side
    assert reading.noise == 0.0
    assert reading.backlight == 0.0


@pytest.mark.parametrize("x", [0, 3, 8])
@pytest.mark.parametrize("y", [0, 5, 9])
@pytest.mark.parametrize("within", [0.0, 0.1, 0.4, 0.5, 0.7])
def test_a_face_below_a_pixel_is_compared_with_what_is_around(x: int, y: int, within: float) -> None:
    # The face is white, all else black, whose light counts as that of level 1.
    picture = np.zeros((10, 9), np.uint8)
    picture[y, x] = 255
    reading = measure(picture, Box(x + within, y + within, x + within + 0.2, y + within + 0.2))
    assert reading.histogram[255] == sum(reading.histogram) == 1
    assert reading.backlight is None or reading.backlight == pytest.approx(-math.log2(255 * 12.92), abs=0.01)


def test_below_a_pixel_there_may_be_a_surround() -> None:
    picture = np.zeros((10, 9), np.uint8)
    picture[3, 3] = 255
    backlight = measure(picture, Box(3, 3, 3.2, 3.2)).backlight
    assert backlight == pytest.approx(-math.log2(255 * 12.92), abs=0.01)


@settings(deadline=None, max_examples=200)
@given(st.floats(-1, 9), st.floats(-1, 10), st.floats(0.001, 2), st.floats(0.001, 2))
def test_small_boxes_anywhere_give_numbers(x: float, y: float, width: float, height: float) -> None:
    picture, box = np.arange(90, dtype=np.uint8).reshape(10, 9), Box(x, y, x + width, y + height)
    if box.x2 <= 0 or box.y2 <= 0 or box.x1 >= 9 or box.y1 >= 10:
        return
    backlight = measure(picture, box).backlight
    assert backlight is None or math.isfinite(backlight)


def test_everything_that_holds_a_picture_reads_the_same(tmp_path: Path) -> None:
    write_image(tmp_path / "face.png", FACE)
    box = Box(3, 4, 20, 25)
    expected = measure(FACE, box)
    for image in (str(tmp_path / "face.png"), (tmp_path / "face.png").read_bytes(), FACE / 255):
        assert measure(image, box) == expected
    assert measure(np.repeat(FACE[..., None], 3, axis=2), box) == expected


def test_the_picture_stays_as_it_is(repository: Path) -> None:
    picture = read_image(repository / "examples" / "eileen-collins.jpg")
    before = picture.copy()
    measure(picture, Box(177, 66, 274, 163))
    np.testing.assert_array_equal(picture, before)


def test_the_light_of_the_sample(repository: Path) -> None:
    reading = measure(repository / "examples" / "eileen-collins.jpg", Box(177, 66, 274, 163))
    assert (reading.verdict, reading.usable) == (("good",), True)
    assert reading.left_right < 0  # the lamp stands at her right


def test_side_light_has_the_sign_of_the_subjects_side(data_dir: Path) -> None:
    # Extended Yale B: positive azimuth is light from the subject's right.
    with zipfile.ZipFile(data_dir / "CroppedYale.zip") as archive:
        folder = "CroppedYale/yaleB01/yaleB01_P00A"
        right, left = (measure(archive.read(f"{folder}{side}E+00.pgm")) for side in ("+070", "-070"))
    assert right.left_right < -2
    assert left.left_right > 2
    assert "side-lit" in right.verdict
    assert "side-lit" in left.verdict
