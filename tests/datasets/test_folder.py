"""A folder or zip with one sub-folder per expression, tidy and untidy."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from layouts import BROKEN, Files, in_folder, in_zip, picture, values

from lamplit.core.errors import DatasetError
from lamplit.datasets import LabelledFaces, read_folder

TIDY = {
    "sad/1.png": picture(1),
    "happy/ann/2.png": picture(2),
    "happy/3.jpg": picture(3, "jpeg"),
    "Angry/4": picture(4, "gif"),  # the content decides, not the suffix
}


def read_both(files: Files, place: Path, **settings) -> LabelledFaces:
    """Read from a folder and from a zip, which must agree; return what the folder gave."""
    from_folder = read_folder(in_folder(files, place / "mine"), **settings)
    from_zip = read_folder(in_zip(files, place / "zipped" / "mine.zip"), **settings)
    assert (from_zip.name, from_zip.labels, from_zip.names) == (
        from_folder.name,
        from_folder.labels,
        from_folder.names,
    )
    assert values(from_zip.images) == values(from_folder.images)
    assert from_zip.refused == from_folder.refused
    return from_folder


def refusal(files: Files, place: Path, **settings) -> DatasetError:
    """Fail to read from a folder and from a zip, which must refuse alike; return the folder's error."""
    with pytest.raises(DatasetError) as from_zip:
        read_folder(in_zip(files, place / "zipped" / "mine.zip"), **settings)
    with pytest.raises(DatasetError) as from_folder:
        read_folder(in_folder(files, place / "mine"), **settings)
    assert from_zip.value.reason == from_folder.value.reason
    return from_folder.value


def test_sub_folders_become_labels_in_lamplits_order(tmp_path: Path) -> None:
    faces = read_both(TIDY, tmp_path, strict=True)
    assert (faces.name, faces.labels.name) == ("mine", "mine")
    assert faces.labels.names == ("happiness", "sadness", "anger")
    assert faces.names == ("Angry/4", "happy/3.jpg", "happy/ann/2.png", "sad/1.png")
    assert values(faces.images) == [4, 3, 2, 1]
    assert faces.classes.tolist() == [2, 0, 0, 1]
    assert not faces.people_known
    assert faces.refused == ()


def test_other_names_become_labels_of_their_own(tmp_path: Path) -> None:
    faces = read_both({"sad/1.png": picture(1), "bored/2.png": picture(2)}, tmp_path)
    assert faces.labels.names == ("bored", "sad")
    assert faces.classes.tolist() == [0, 1]


def test_folders_with_the_same_meaning_are_one_label(tmp_path: Path) -> None:
    files = {"happy/1.png": picture(1), "Happiness/2.png": picture(2), "sad/3.png": picture(3)}
    faces = read_both(files, tmp_path)
    assert dict(zip(faces.names, faces.classes.tolist(), strict=True)) == {
        "happy/1.png": 0,
        "Happiness/2.png": 0,
        "sad/3.png": 1,
    }


def test_a_folder_around_all_is_looked_into(tmp_path: Path) -> None:
    wrapped = {f"My pictures/2024/{name}": content for name, content in TIDY.items()}
    faces = read_both({**wrapped, "__MACOSX/My pictures/._x": b"", "README.txt": b"hello"}, tmp_path)
    assert faces.labels.names == ("happiness", "sadness", "anger")
    assert faces.names[0] == "My pictures/2024/Angry/4"


def test_hidden_and_system_files_count_as_absent(tmp_path: Path) -> None:
    litter = [
        "sad/.DS_Store",
        "sad/Thumbs.db",
        ".git/config",
        "happy/._3.jpg",
        "__MACOSX/sad/x",
        "desktop.ini",
    ]
    faces = read_both({**TIDY, **dict.fromkeys(litter, BROKEN)}, tmp_path, strict=True)
    assert len(faces) == 4


UNTIDY = {
    **TIDY,
    "sad/5.png": BROKEN,
    "sad/6.png": picture(6)[:60],
    "happy/notes.txt": b"some words",
    "loose.png": picture(7),
    "labels.csv": b"a,b",
}


def test_what_cannot_be_used_is_left_out_and_told(tmp_path: Path) -> None:
    faces = read_both(UNTIDY, tmp_path)
    assert values(faces.images) == [4, 3, 2, 1]
    reasons = {entry.name: entry.reason for entry in faces.refused}
    assert set(reasons) == {"loose.png", "happy/notes.txt", "sad/5.png", "sad/6.png"}
    assert reasons["loose.png"] == "lies beside the folders, and nothing says its label"
    assert "got bytes that begin with b'some words'" in reasons["happy/notes.txt"]
    assert "a file that ends before the picture does" in reasons["sad/6.png"]


def test_strict_names_everything_at_once(tmp_path: Path) -> None:
    message = str(refusal(UNTIDY, tmp_path, strict=True))
    assert "needs pictures that can all be used, got 4 that cannot" in message
    assert all(name in message for name in ("loose.png", "happy/notes.txt", "sad/5.png", "sad/6.png"))


def test_a_label_that_lost_all_its_pictures_is_an_error(tmp_path: Path) -> None:
    error = refusal({**TIDY, "sad/1.png": BROKEN}, tmp_path)
    assert error.required == "a picture of every label that can be used"
    assert error.came.startswith("none of sadness: sad/1.png: needs a JPEG")


def test_an_empty_folder_is_an_error_that_says_which(tmp_path: Path) -> None:
    (tmp_path / "mine" / "fear").mkdir(parents=True)
    (tmp_path / "mine" / "disgust" / "deeper").mkdir(parents=True)
    with pytest.raises(DatasetError, match=r"pictures in every folder, got none in disgust, fear .*remove"):
        read_folder(in_folder(TIDY, tmp_path / "mine"))
    with zipfile.ZipFile(in_zip(TIDY, tmp_path / "mine.zip"), "a") as target:
        target.mkdir("fear")
    with pytest.raises(DatasetError, match="pictures in every folder, got none in fear"):
        read_folder(tmp_path / "mine.zip")


SPLIT = {
    **{f"train/{name}": content for name, content in TIDY.items()},
    "test/sad/8.png": picture(8),
    "test/happy/9.png": picture(9),
}


def test_splits_are_read_by_name(tmp_path: Path) -> None:
    assert values(read_both(SPLIT, tmp_path, split="test").images) == [9, 8]
    assert (
        len(
            read_both(
                {f"all/{name}": content for name, content in SPLIT.items()}, tmp_path / "b", split="train"
            )
        )
        == 4
    )


def test_splits_without_a_choice_are_refused_with_the_way_out(tmp_path: Path) -> None:
    error = refusal(SPLIT, tmp_path)
    assert error.reason == "needs one folder of pictures per expression, got the splits test, train"
    assert error.hint == 'name the one to read, as in split="test"'


def test_a_split_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(SPLIT, tmp_path, split="val").reason == "needs a folder 'val', got test, train"


@pytest.mark.parametrize(
    ("files", "came"),
    [
        ({"1.png": picture(1)}, "no folder"),
        ({"happy/1.png": picture(1)}, "only 'happy'"),
        ({"bored/1.png": picture(1)}, "only 'bored'"),
    ],
)
def test_too_few_folders_are_refused(files: Files, came: str, tmp_path: Path) -> None:
    assert refusal(files, tmp_path).reason == f"needs one folder of pictures per expression, got {came}"


def test_an_absent_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DatasetError, match=r"nowhere: needs a folder or a zip that can be read.*No such file"
    ):
        read_folder(tmp_path / "nowhere")


def test_a_known_set_of_folders_is_recognised(tmp_path: Path) -> None:
    states = ["happy", "normal", "sad", "sleepy", "surprised", "wink"]
    faces = read_both({f"{state}/1.png": picture(i) for i, state in enumerate(states)}, tmp_path)
    assert faces.labels.name == "yale-six"


def test_pictures_are_shrunk_to_the_longest_side(tmp_path: Path) -> None:
    faces = read_folder(in_folder(TIDY, tmp_path / "mine"), longest=4)
    assert {image.shape for image in faces.images} == {(3, 4)}
