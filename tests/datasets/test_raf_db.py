"""The reader of RAF-DB on small files in its layout."""

from __future__ import annotations

from pathlib import Path

import pytest
from layouts import BROKEN, Files, in_folder, in_zip, picture, values

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.labels import FER2013_SEVEN
from lamplit.datasets import read_raf_db

LIST = "EmoLabel/list_patition_label.txt"


def official(*more: str) -> Files:
    lines = [*(f"train_{code:05}.jpg {code}" for code in range(1, 8)), "test_0001.jpg 4", *more, ""]
    pictures = {f"Image/aligned/train_{code:05}_aligned.jpg": picture(code) for code in range(1, 8)}
    return {
        LIST: "\n".join(lines).encode(),
        **pictures,
        "Image/aligned/test_0001_aligned.jpg": picture(90),
        "Image/original/train_00001.jpg": picture(200),
    }


def test_the_official_numbers_become_lamplits_labels(tmp_path: Path) -> None:
    faces = read_raf_db(in_folder(official(), tmp_path), "training")
    assert faces.labels is FER2013_SEVEN
    assert [faces.labels[label] for label in faces.classes] == [
        "surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral",
    ]  # fmt: skip
    assert values(faces.images) == [1, 2, 3, 4, 5, 6, 7]
    assert not faces.people_known
    assert values(read_raf_db(tmp_path, "test").images) == [90]


def test_other_places_of_the_same_files_are_found(tmp_path: Path) -> None:
    flat = {name.split("/", 1)[1]: content for name, content in official().items()}
    inside = {f"RAF-DB/basic/{name}": content for name, content in official().items()}
    inside[f"RAF-DB/compound/{LIST}"] = b"train_0001.jpg 9\n"
    for place in (in_folder(flat, tmp_path / "flat"), in_zip(inside, tmp_path / "RAF-DB.zip")):
        assert values(read_raf_db(place, "training").images) == [1, 2, 3, 4, 5, 6, 7]


def test_bad_lines_and_pictures_are_named_or_left_out(tmp_path: Path) -> None:
    files = official("train_00008.jpg 8", "train_00009.jpg", "train_00010.jpg 3")
    files["Image/aligned/train_00002_aligned.jpg"] = BROKEN
    place = in_folder(files, tmp_path)
    with pytest.raises(DatasetError, match=r"list_patition_label\.txt: needs .* got 4 that cannot: line 9"):
        read_raf_db(place, "training")
    faces = read_raf_db(place, "training", strict=False)
    assert values(faces.images) == [1, 3, 4, 5, 6, 7]
    reasons = {entry.name.rpartition("/")[2]: entry.reason for entry in faces.refused}
    assert reasons["line 9"] == "needs a file name and a label from 1 to 7, got 'train_00008.jpg 8'"
    assert reasons["line 10"].endswith("got 'train_00009.jpg'")
    assert "No such file" in reasons["train_00010_aligned.jpg"]


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        (LIST, r"the list list_patition_label\.txt, got a place without it \(give the folder basic"),
        ("Image/aligned/", r"the folder Image/aligned, got a place without it \(unpack Image/aligned\.zip"),
    ],
)
def test_missing_files_are_refused_with_the_way_out(lost: str, message: str, tmp_path: Path) -> None:
    files = {name: content for name, content in official().items() if not name.startswith(lost)}
    with pytest.raises(DatasetError, match=message):
        read_raf_db(in_folder(files, tmp_path), "training")


def test_a_list_without_the_split_is_refused(tmp_path: Path) -> None:
    files = {**official(), LIST: b"train_00001.jpg 1\n"}
    with pytest.raises(DatasetError, match="lines that begin with test_, got none"):
        read_raf_db(in_folder(files, tmp_path), "test")


def test_an_unknown_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"one of \['training', 'test'\], got 'validation'"):
        read_raf_db(tmp_path, "validation")
