"""The reader of the cropped Extended Yale B on archives that the tests make."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import DatasetError
from lamplit.datasets.yale_b import HEIGHT, WIDTH, ZIP_FILE, YaleB, angle_from_axis, read_yale_b
from lamplit.datasets.yale_b_framing import EYE_DISTANCE, EYES, frame_like_ferplus, pixels_inside


def pgm(level: int, height: int = HEIGHT, width: int = WIDTH) -> bytes:
    return b"P5\n%d %d\n255\n" % (width, height) + bytes([level]) * (height * width)


# In an order that is not the one of the faces.
FILES = {
    "CroppedYale/yaleB02/yaleB02_P00A+000E+00.pgm": pgm(20),
    "CroppedYale/yaleB01/yaleB01_P00A+000E+00.pgm": pgm(10),
    "CroppedYale/yaleB01/yaleB01_P00A+035E-20.pgm": pgm(12),
    "CroppedYale/yaleB01/yaleB01_P00A+000E-20.pgm": pgm(9),
    "CroppedYale/yaleB01/yaleB01_P00A-110E+65.pgm": pgm(8),
    "CroppedYale/yaleB01/yaleB01_P00_Ambient.pgm": pgm(1, 480, 640),
    "CroppedYale/yaleB01/yaleB01_P00A+050E-40.pgm.bad": b"not looked at",
    "CroppedYale/yaleB01/yaleB01_P00.info": b"yaleB01_P00A+000E+00.pgm\n",
    "CroppedYale/yaleB01/DEADJOE": b"left by an editor",
}


def zip_of(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return path


def folder_of(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


@pytest.fixture(params=["folder", "folder with the zip", "zip", "bzip2"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "folder":
        return folder_of(tmp_path, FILES)
    compression = zipfile.ZIP_BZIP2 if request.param == "bzip2" else zipfile.ZIP_DEFLATED
    path = zip_of(tmp_path / ZIP_FILE, FILES, compression)
    return path.parent if request.param == "folder with the zip" else path


def test_faces_come_by_person_azimuth_and_elevation(place: Path) -> None:
    faces = read_yale_b(place)
    assert faces.images.shape == (5, HEIGHT, WIDTH)
    assert faces.images.dtype == np.uint8
    assert faces.images[:, 0, 0].tolist() == [8, 9, 10, 12, 20]
    assert faces.images[:, -1, -1].tolist() == [8, 9, 10, 12, 20]
    assert faces.person.tolist() == [1, 1, 1, 1, 2]
    assert faces.azimuth.tolist() == [-110, 0, 0, 35, 0]
    assert faces.elevation.tolist() == [65, -20, 0, -20, 0]
    assert (faces.azimuth.dtype, faces.elevation.dtype) == (np.float32, np.float32)
    assert len(faces) == 5


def test_what_the_original_marks_as_bad_is_named_and_not_read(place: Path) -> None:
    assert read_yale_b(place).bad == ("yaleB01_P00A+050E-40.pgm.bad",)


def test_progress_counts_the_pictures_that_are_read(place: Path) -> None:
    told: list[tuple[int, int]] = []
    read_yale_b(place, on_picture=lambda done, total: told.append((done, total)))
    assert told == [(n, 5) for n in range(1, 6)]


def test_a_path_may_be_text(tmp_path: Path) -> None:
    assert len(read_yale_b(str(folder_of(tmp_path, FILES)))) == 5


def test_pixels_come_row_by_row(tmp_path: Path) -> None:
    ramp = np.arange(HEIGHT * WIDTH, dtype=np.uint32).astype(np.uint8).reshape(HEIGHT, WIDTH)
    content = b"P5\n%d %d\n255\n" % (WIDTH, HEIGHT) + ramp.tobytes()
    faces = read_yale_b(folder_of(tmp_path, {"yaleB39_P00A+000E+90.pgm": content}))
    np.testing.assert_array_equal(faces.images[0], ramp)
    assert (faces.person.tolist(), faces.elevation.tolist()) == ([39], [90.0])


@pytest.mark.parametrize(
    ("content", "came"),
    [
        (pgm(1)[:-40], "needs .*, got"),
        (b"", "needs .*, got"),
        (b"P5 of another kind", "needs .*, got"),
        (pgm(1, 480, 640), "needs 168 x 192 pixels, got 640 x 480"),
        (pgm(1, WIDTH, HEIGHT), "needs 168 x 192 pixels, got 192 x 168"),
    ],
    ids=["cut off", "empty", "no picture", "uncropped", "on its side"],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_damaged_picture_is_named(content: bytes, came: str, packed: bool, tmp_path: Path) -> None:
    name = "CroppedYale/yaleB01/yaleB01_P00A+035E-20.pgm"
    files = FILES | {name: content}
    place = zip_of(tmp_path / "a.zip", files) if packed else folder_of(tmp_path, files)
    with pytest.raises(DatasetError, match=came) as caught:
        read_yale_b(place)
    assert caught.value.subject == f"{place}: {name}"


@pytest.mark.parametrize("name", ["yaleB01_P00_Ambient.pgm", "yaleB01_P00A+000E+00.pgm.bad", "xyaleB.pgm"])
def test_no_picture_is_told_with_what_to_give(name: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        read_yale_b(folder_of(tmp_path, {name: pgm(1)}))
    assert str(caught.value) == (
        f"{tmp_path}: needs pictures named like yaleB01_P00A+035E-20.pgm, got none (give the folder or zip "
        "of the cropped set, or a folder that holds CroppedYale.zip)"
    )


def test_nothing_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"absent: needs a folder or a zip that can be read"):
        read_yale_b(tmp_path / "absent")


def lights(*directions: tuple[float, float]) -> YaleB:
    """Black faces, one for each light, of people who are numbered in turn."""
    azimuth, elevation = np.array(directions, np.float32).reshape(-1, 2).T
    n = len(directions)
    images = np.zeros((n, HEIGHT, WIDTH), np.uint8)
    images[:, 0, 0] = np.arange(n)
    return YaleB(images, np.arange(n) + 1, azimuth, elevation, ("x.bad",))


@pytest.mark.parametrize(
    ("azimuth", "elevation", "degrees"),
    [
        (0, 0, 0.0),
        (35, 0, 35.0),
        (0, -40, 40.0),
        (-60, 60, np.degrees(np.arccos(0.25))),
        (90, 45, 90.0),
        (0, 90, 90.0),
        (130, 0, 130.0),
        (180, 0, 180.0),
    ],
)
def test_angle_from_the_camera_axis(azimuth: float, elevation: float, degrees: float) -> None:
    for a, e in [(azimuth, elevation), (-azimuth, elevation), (azimuth, -elevation)]:
        angle = angle_from_axis(np.array([a]), np.array([e]))
        assert angle.dtype == np.float32
        assert angle.tolist() == pytest.approx([degrees], abs=1e-4)


@pytest.mark.parametrize(
    ("direction", "subset"),
    [
        ((0, 0), 1),
        ((10, 0), 1),
        ((-5, 10), 1),
        ((0, 20), 2),
        ((15, 20), 2),
        ((25, 0), 2),
        ((35, 15), 3),
        ((50, 0), 3),
        ((-35, 40), 3),  # 51.1 degrees by its name
        ((35, 65), 4),
        ((70, 45), 4),
        ((85, 20), 5),
        ((0, 90), 5),
        ((-130, 20), 5),
    ],
)
def test_subset_by_angle(direction: tuple[float, float], subset: int) -> None:
    faces = lights(direction)
    assert faces.subset.tolist() == [subset]
    assert faces.subset.dtype == np.int64


def test_frontal_is_the_one_light_at_the_camera() -> None:
    assert lights((0, 0), (0, 20), (10, 0)).frontal.tolist() == [True, False, False]


@pytest.mark.parametrize("chosen", [np.array([True, False, True]), np.array([0, 2])], ids=["mask", "numbers"])
def test_chosen_faces_keep_what_belongs_to_them(chosen: np.ndarray) -> None:
    some = lights((0, 0), (0, 20), (10, 0)).choose(chosen)
    assert some.images[:, 0, 0].tolist() == [0, 2]
    assert some.person.tolist() == [1, 3]
    assert (some.azimuth.tolist(), some.elevation.tolist()) == ([0, 10], [0, 0])
    assert some.bad == ("x.bad",)
    assert len(some) == 2


def test_no_face_can_be_chosen_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        lights((0, 0)).choose(np.array([1]))


class TestFraming:
    @pytest.mark.parametrize("size", [48, 96])
    def test_eyes_come_where_ferplus_has_them(self, size: int) -> None:
        for side in (-1, 1):
            image = np.zeros((1, HEIGHT, WIDTH), np.uint8)
            x, y = round(EYES[0] + side * EYE_DISTANCE / 2), round(EYES[1])
            image[0, y - 6 : y + 6, x - 6 : x + 6] = 255  # its middle is (x, y)
            (framed,) = frame_like_ferplus(image, size=size).astype(float)
            rows, columns = np.mgrid[:size, :size] + 0.5
            assert (rows * framed).sum() / framed.sum() == pytest.approx(0.39 * size, abs=0.1)
            expected = (0.5 + side * 0.375 / 2) * size
            assert (columns * framed).sum() / framed.sum() == pytest.approx(expected, abs=0.1)

    def test_faces_are_framed_one_by_one(self) -> None:
        images = np.random.default_rng(0).integers(0, 256, (3, HEIGHT, WIDTH), dtype=np.uint8)
        framed = frame_like_ferplus(images)
        assert (framed.shape, framed.dtype) == ((3, 48, 48), np.uint8)
        np.testing.assert_array_equal(framed[1], frame_like_ferplus(images[1:2])[0])

    def test_pixels_inside_by_hand(self) -> None:
        # The frame is 98 / 0.375 = 261.3 pixels wide, so one of 48 spans 5.444. It begins at x = -48.67 and
        # y = -55.92: the centres of columns 9 to 39 lie in [0, 168), those of rows 10 to 45 in [0, 192).
        expected = np.zeros((48, 48), bool)
        expected[10:46, 9:40] = True
        np.testing.assert_array_equal(pixels_inside(), expected)

    def test_outside_the_picture_its_edge_goes_on(self) -> None:
        images = np.random.default_rng(0).integers(0, 256, (1, HEIGHT, WIDTH), dtype=np.uint8)
        (framed,) = frame_like_ferplus(images)
        inside = pixels_inside()
        rows, columns = np.nonzero(inside.any(1))[0], np.nonzero(inside.any(0))[0]
        # The row on the edge is a mixture of edge and picture; beyond it nothing changes any more.
        above, left = framed[: rows[0] - 1, columns], framed[rows, : columns[0] - 1]
        assert (above == above[:1]).all()
        assert (left == left[:, :1]).all()
        assert len(np.unique(framed[inside])) > 20
