"""The reader of FER+ on tiny made-up data, in every layout and with every kind of damage."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lamplit.core.errors import DatasetError, InvalidArgumentError, LamplitError
from lamplit.datasets import FerPlus, read_ferplus

HEADER = b"Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"

ROWS = [
    ("Training", "a.png", [4, 0, 0, 1, 3, 2, 0, 0, 0, 0]),
    ("PublicTest", "d.png", [0, 10, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("Training", "", [0, 0, 0, 0, 0, 0, 0, 0, 0, 10]),  # a row without a picture, between two with one
    ("Training", "b.png", [6, 0, 1, 1, 0, 0, 0, 0, 2, 0]),
    ("PublicTest", "", [0, 0, 0, 0, 0, 0, 0, 0, 10, 0]),
    ("PublicTest", "e.png", [0, 0, 0, 0, 0, 0, 9, 0, 0, 1]),
    ("Training", "c.png", [1, 2, 3, 4, 0, 0, 0, 0, 0, 0]),
    ("PrivateTest", "", [0, 0, 0, 0, 0, 0, 0, 0, 0, 10]),
]
FOLDERS = {"Training": "FER2013Train", "PublicTest": "FER2013Valid", "PrivateTest": "FER2013Test"}

# One more picture than names: rows without a name have pixels in fer2013.csv all the same.
PIXELS = np.random.default_rng(0).integers(0, 256, (len(ROWS), 48, 48), dtype=np.uint8)

Files = dict[str, bytes]


def png(pixels: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="png")
    return content.getvalue()


def votes_csv() -> bytes:
    lines = [",".join([usage, name, *map(str, votes)]).encode() for usage, name, votes in ROWS]
    return b"\n".join([HEADER, *lines, b""])


def official() -> Files:
    pictures = {
        f"{FOLDERS[usage]}/{name}": png(pixels)
        for (usage, name, _), pixels in zip(ROWS, PIXELS, strict=True)
        if name
    }
    return {"fer2013new.csv": votes_csv(), **pictures}


def with_pixels_csv() -> Files:
    lines = [
        f"0,{' '.join(map(str, pixels.ravel()))},{usage}".encode()
        for (usage, _, _), pixels in zip(ROWS, PIXELS, strict=True)
    ]
    return {"fer2013new.csv": votes_csv(), "fer2013.csv": b"\n".join([b"emotion,pixels,Usage", *lines, b""])}


def in_folder(files: Files, place: Path) -> Path:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def in_zip(files: Files, place: Path) -> Path:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return place


LAYOUTS: dict[str, Callable[[Path], Path]] = {
    "folder": lambda place: in_folder(official(), place),
    "zip": lambda place: in_zip(official(), place / "any-name.zip"),
    "folder with ferplus.zip": lambda place: in_zip(official(), place / "ferplus.zip").parent,
    "folder with fer2013.csv": lambda place: in_folder(with_pixels_csv(), place),
    "zip with fer2013.csv": lambda place: in_zip(with_pixels_csv(), place / "any-name.zip"),
}
layouts = pytest.mark.parametrize("layout", LAYOUTS)


def expected(usage: str) -> tuple[tuple[str, ...], np.ndarray, list[list[int]]]:
    chosen = [i for i, row in enumerate(ROWS) if row[0] == usage and row[1]]
    return tuple(ROWS[i][1] for i in chosen), PIXELS[chosen], [ROWS[i][2] for i in chosen]


@layouts
@pytest.mark.parametrize(("split", "usage"), [("training", "Training"), ("validation", "PublicTest")])
def test_every_layout_gives_the_same_faces(layout: str, split: str, usage: str, tmp_path: Path) -> None:
    faces = read_ferplus(LAYOUTS[layout](tmp_path), split)
    names, images, votes = expected(usage)
    assert (faces.split, faces.names, len(faces)) == (split, names, len(names))
    np.testing.assert_array_equal(faces.images, images, strict=True)
    np.testing.assert_array_equal(faces.votes, np.array(votes, dtype=np.int64), strict=True)


def test_path_may_be_a_string(tmp_path: Path) -> None:
    assert len(read_ferplus(str(LAYOUTS["zip"](tmp_path)), "validation")) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\r"),
        lambda text: text + b"\n\n",
        lambda text: text.replace(b"a.png", b" a.png "),
    ],
    ids=["byte order mark", "Windows lines", "old Mac lines", "empty lines", "spaces around names"],
)
def test_how_the_table_was_saved_does_not_matter(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    files = official()
    files["fer2013new.csv"] = change(files["fer2013new.csv"])
    assert read_ferplus(in_folder(files, tmp_path), "training").names == ("a.png", "b.png", "c.png")


def test_a_name_that_stands_twice_gives_two_faces(tmp_path: Path) -> None:
    files = official()
    files["fer2013new.csv"] += b"Training,a.png,0,0,0,0,0,0,0,10,0,0\n"
    faces = read_ferplus(in_folder(files, tmp_path), "training")
    assert faces.names == ("a.png", "b.png", "c.png", "a.png")
    np.testing.assert_array_equal(faces.images[0], faces.images[3])
    assert faces.votes[[0, 3], 7].tolist() == [0, 10]


@layouts
def test_progress_is_told_after_each_picture(layout: str, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    read_ferplus(LAYOUTS[layout](tmp_path), "training", on_picture=lambda *step: told.append(step))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.fixture
def faces(tmp_path: Path) -> FerPlus:
    return read_ferplus(LAYOUTS["folder"](tmp_path), "training")


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (np.array([True, False, True]), ("a.png", "c.png")),
        (np.array([2, 0]), ("c.png", "a.png")),
        (np.array([1, 1]), ("b.png", "b.png")),
        (np.zeros(3, dtype=bool), ()),
    ],
)
def test_subset_keeps_names_pictures_and_votes_together(
    faces: FerPlus, chosen: np.ndarray, names: tuple[str, ...]
) -> None:
    part = faces.subset(chosen)
    assert (part.split, part.names, len(part)) == ("training", names, len(names))
    np.testing.assert_array_equal(part.images, faces.images[chosen])
    np.testing.assert_array_equal(part.votes, faces.votes[chosen])


@pytest.mark.parametrize("chosen", [np.array([3]), np.array([True, False])])
def test_subset_refuses_faces_that_are_not_there(faces: FerPlus, chosen: np.ndarray) -> None:
    with pytest.raises(IndexError):
        faces.subset(chosen)


def refusal(files: Files, place: Path, split: str = "training") -> LamplitError:
    """Read from a folder and from a zip, which must refuse with one voice; return the zip's error."""
    with pytest.raises(DatasetError) as from_folder:
        read_ferplus(in_folder(files, place / "folder"), split)
    with pytest.raises(DatasetError) as from_zip:
        read_ferplus(in_zip(files, place / "files.zip"), split)
    (place / "files.zip").unlink()
    assert from_folder.value.required == from_zip.value.required
    return from_zip.value


def test_unknown_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidArgumentError,
        match=r"split: needs one of \['training', 'validation', 'test'\], got 'Training'",
    ):
        read_ferplus(LAYOUTS["folder"](tmp_path), "Training")


def test_a_place_without_votes_is_refused_with_the_way_out(tmp_path: Path) -> None:
    error = refusal({"readme.txt": b""}, tmp_path)
    assert str(error) == (
        f"{tmp_path / 'files.zip'}: needs a file fer2013new.csv (the votes of FER+), got a place without it "
        "(give the folder or zip of FER+, or a folder that holds ferplus.zip)"
    )


def test_an_absent_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DatasetError, match=r"nowhere: needs a folder or a zip that can be read.*No such file"
    ):
        read_ferplus(tmp_path / "nowhere", "training")


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ferplus.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(DatasetError, match=r"ferplus\.zip: needs a folder or a zip that can be read, got"):
        read_ferplus(tmp_path, "training")


def test_a_split_without_pictures_is_refused(tmp_path: Path) -> None:
    error = refusal(official(), tmp_path, "test")
    assert str(error) == (
        f"{tmp_path / 'files.zip'}: fer2013new.csv: needs rows of the test split with a picture, got none"
    )


@pytest.mark.parametrize(
    ("header", "came"),
    [
        (b"", "got nothing"),
        (HEADER.rpartition(b",")[0], "got Usage,Image name,neutral"),
        (b"a,b,c", "got a,b,c"),
        (HEADER.replace(b"happiness,surprise", b"surprise,happiness"), "neutral,surprise,happiness"),
    ],
    ids=["empty", "a column short", "another table", "columns in another order"],
)
def test_another_header_is_refused(header: bytes, came: str, tmp_path: Path) -> None:
    files = official()
    files["fer2013new.csv"] = files["fer2013new.csv"].replace(HEADER, header, 1)
    error = refusal(files, tmp_path)
    assert error.subject == f"{tmp_path / 'files.zip'}: fer2013new.csv"
    assert error.required == f"the header {HEADER.decode()}"
    assert came in str(error)


@pytest.mark.parametrize(
    ("row", "came"),
    [
        (b"Training,x.png,1,2,3", "5 columns"),
        (b"Training", "1 columns"),
        (b"Training,x.png,0,0,0,0,0,0,0,0,0,0,0", "13 columns"),
        (b"Training,x.png,0,0,many,0,0,0,0,0,0,0", "'many'"),
        (b"Training,x.png,0,0,2.5,0,0,0,0,0,0,0", "'2.5'"),
        (b"Training,x.png,0,0,,0,0,0,0,0,0,0", "''"),
        (b"Training,x.png,0,0,-2,0,0,0,0,0,0,9", "counts from -2 to 9"),
        (b"Training,x.png,0,0,99999999999999999999,0,0,0,0,0,0,0", "counts from 0 to 99999999999999999999"),
        (b"Training,x.png,0,0,\xff,0,0,0,0,0,0,0", "invalid literal"),
    ],
)
def test_a_row_that_is_no_vote_is_refused_with_its_line(row: bytes, came: str, tmp_path: Path) -> None:
    files = official()
    files["fer2013new.csv"] += row + b"\n"
    error = refusal(files, tmp_path)
    assert error.subject == f"{tmp_path / 'files.zip'}: fer2013new.csv, line {len(ROWS) + 2}"
    assert error.required == "usage, name and 10 whole counts"
    assert came in error.came


@pytest.mark.parametrize("name", ["fer2013new.csv", "fer2013.csv"])
def test_a_table_that_python_cannot_take_apart_is_refused(name: str, tmp_path: Path) -> None:
    files = with_pixels_csv()
    files[name] += b"x" * 200_000 + b"\n"
    error = refusal(files, tmp_path)
    assert str(error) == (
        f"{tmp_path / 'files.zip'}: {name}: needs comma-separated values, "
        "got field larger than field limit (131072)"
    )


MEMBER = "FER2013Train/b.png"


def test_a_missing_picture_is_refused(tmp_path: Path) -> None:
    files = official()
    del files[MEMBER]
    error = refusal(files, tmp_path)
    assert error.subject == f"{tmp_path / 'files.zip'}: {MEMBER}"
    assert error.required == "a file that can be read"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "needs a picture, got 0 bytes"),
        (b"no picture at all", "got bytes that begin with b'no picture a'"),
        (png(PIXELS[3])[:1000], "needs a whole picture, got a file that ends before the picture does"),
        (png(PIXELS[3])[:60] + bytes(60) + png(PIXELS[3])[120:], "needs a sound picture, got content that"),
    ],
    ids=["empty", "text", "cut off", "overwritten"],
)
def test_a_corrupt_picture_is_refused_with_archive_and_member(
    content: bytes, reason: str, tmp_path: Path
) -> None:
    error = refusal({**official(), MEMBER: content}, tmp_path)
    assert error.subject == f"{tmp_path / 'files.zip'}: {MEMBER}"
    assert reason in str(error)


@pytest.mark.parametrize("shape", [(48, 47), (47, 48), (96, 96), (1, 1)])
def test_a_picture_of_another_size_is_refused(shape: tuple[int, int], tmp_path: Path) -> None:
    error = refusal({**official(), MEMBER: png(np.zeros(shape, dtype=np.uint8))}, tmp_path)
    assert str(error) == (
        f"{tmp_path / 'files.zip'}: {MEMBER}: needs 48 x 48 pixels, got {shape[1]} x {shape[0]}"
    )


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        ("7 " * 2303, "needs 2,304 numbers, got 2,303"),
        ("7 " * 2305, "needs 2,304 numbers, got 2,305"),
        ("", "needs 2,304 numbers, got 0"),
        ("256 " + "7 " * 2303, "needs numbers from 0 to 255, got 7 to 256"),
        ("-1 " + "7 " * 2303, "needs numbers from 0 to 255, got -1 to 7"),
        ("grey " * 2304, "needs whole numbers, got"),
        ("0.5 " * 2304, "needs whole numbers, got"),
        ("99999999999999999999 " * 2304, "needs whole numbers, got"),
    ],
    ids=["too few", "too many", "none", "too high", "negative", "words", "fractions", "beyond int64"],
)
def test_pixels_that_make_no_picture_are_refused(pixels: str, reason: str, tmp_path: Path) -> None:
    files = with_pixels_csv()
    lines = files["fer2013.csv"].split(b"\n")
    lines[4] = f"0,{pixels},Training".encode()  # the row of b.png, below the header
    files["fer2013.csv"] = b"\n".join(lines)
    error = refusal(files, tmp_path)
    assert error.subject == f"{tmp_path / 'files.zip'}: fer2013.csv: b.png"
    assert reason in str(error)


def test_another_number_of_rows_in_the_two_tables_is_refused(tmp_path: Path) -> None:
    files = with_pixels_csv()
    lines = files["fer2013.csv"].split(b"\n")
    del lines[4]
    files["fer2013.csv"] = b"\n".join(lines)
    assert str(refusal(files, tmp_path)) == (
        f"{tmp_path / 'files.zip'}: fer2013.csv: needs 4 rows of the training split, got 3"
    )
