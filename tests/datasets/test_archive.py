from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from lamplit.core.errors import DatasetError
from lamplit.datasets.archive import Archive

FILES = {"votes.csv": b",".join(b"%d" % (n * n) for n in range(200)), "pictures/a.png": bytes(range(256))}

COMPRESSIONS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
FIRST_CONTENT = 30 + len("votes.csv")  # a zip begins with a header of 30 bytes and the name


def zip_of(path: Path, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as target:
        for name, content in FILES.items():
            target.writestr(name, content)
    return path


@pytest.fixture(params=["folder", *COMPRESSIONS], ids=str)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param != "folder":
        return zip_of(tmp_path / "files.zip", request.param)
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_folder_and_zip_hold_the_same_files(place: Path) -> None:
    with Archive(place) as files:
        assert {name: files.read(name) for name in FILES} == FILES


def test_has_knows_files_and_only_files(place: Path) -> None:
    with Archive(place) as files:
        assert files.has("pictures/a.png")
        assert not files.has("pictures")
        assert not files.has("a.png")


def test_names_are_those_of_all_files_in_order(place: Path) -> None:
    with Archive(place) as files:
        assert files.names() == ["pictures/a.png", "votes.csv"]
        assert all(files.has(name) for name in files.names())


def test_folders_within_a_zip_are_no_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "files.zip", "w") as target:
        target.mkdir("empty")
        target.writestr("b/c/2.txt", b"2")
        target.writestr("b/1.txt", b"1")
    with Archive(tmp_path / "files.zip") as files:
        assert files.names() == ["b/1.txt", "b/c/2.txt"]


def test_folders_within_a_folder_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with Archive(tmp_path) as files:
        assert files.names() == []


@pytest.mark.parametrize("name", ["pictures/b.png", "pictures", "nul\0byte"])
def test_a_file_that_is_absent_is_named_with_its_archive(place: Path, name: str) -> None:
    with (
        Archive(place) as files,
        pytest.raises(DatasetError, match="needs a file that can be read") as caught,
    ):
        files.read(name)
    assert caught.value.subject == f"{place}: {name}"


def test_neither_folder_nor_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip at all")
    for path, came in [("absent.zip", "No such file"), ("text.zip", "not a zip file")]:
        with pytest.raises(DatasetError, match=rf"{path}: needs a folder or a zip that can be read.*{came}"):
            Archive(tmp_path / path)


def test_a_zip_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "files.zip")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DatasetError, match="not a zip file"):
        Archive(path)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("offset", [10, 40, 160])
def test_damaged_content_is_refused_whatever_the_decompressor_says(
    tmp_path: Path, compression: int, offset: int
) -> None:
    path = zip_of(tmp_path / "files.zip", compression)
    content = bytearray(path.read_bytes())
    content[FIRST_CONTENT + offset] ^= 0xFF
    path.write_bytes(content)
    with Archive(path) as files:
        with pytest.raises(DatasetError, match=r"files\.zip: votes\.csv: needs a file that can be read, got"):
            files.read("votes.csv")
        assert files.read("pictures/a.png") == FILES["pictures/a.png"]


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "files.zip")
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[6] |= 1  # the flag stands in the file's own header
    content[directory + 8] |= 1  # and in the directory
    path.write_bytes(content)
    with Archive(path) as files, pytest.raises(DatasetError, match="encrypted"):
        files.read("votes.csv")


def test_the_zip_is_closed_behind_the_block(tmp_path: Path) -> None:
    with Archive(zip_of(tmp_path / "files.zip")) as files:
        files.read("votes.csv")
    with pytest.raises(DatasetError, match="closed"):
        files.read("votes.csv")


def test_folders_are_found_with_and_without_files(tmp_path: Path) -> None:
    (tmp_path / "folder" / "b" / "c").mkdir(parents=True)
    (tmp_path / "folder" / "empty").mkdir()
    (tmp_path / "folder" / "b" / "c" / "2.txt").write_bytes(b"2")
    with zipfile.ZipFile(tmp_path / "files.zip", "w") as target:
        target.mkdir("empty")
        target.writestr("b/c/2.txt", b"2")  # without entries for b and b/c, as many zips have it
        target.writestr("1.txt", b"1")
    for place in ("folder", "files.zip"):
        with Archive(tmp_path / place) as files:
            assert files.folders() == ["b", "b/c", "empty"]
