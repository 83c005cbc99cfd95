"""The reader of JAFFE on small files in its layout."""

from __future__ import annotations

from pathlib import Path

import pytest
from layouts import BROKEN, Files, in_folder, in_zip, picture, values

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.labels import FER2013_SEVEN
from lamplit.datasets import read_jaffe

LABEL_OF = {
    "AN": "anger",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}


def official() -> Files:
    files = {f"jaffe/KA.{code}1.{39 + i}.tiff": picture(i, "tiff") for i, code in enumerate(LABEL_OF)}
    return {**files, "jaffe/YM.HA3.54.tiff": picture(90, "tiff"), "jaffe/README_FIRST.txt": b"please cite"}


@pytest.mark.parametrize("zipped", [False, True])
def test_names_give_label_and_person(zipped: bool, tmp_path: Path) -> None:
    place = in_zip(official(), tmp_path / "jaffe.zip") if zipped else in_folder(official(), tmp_path)
    faces = read_jaffe(place)
    assert faces.labels is FER2013_SEVEN
    assert [faces.labels[label] for label in faces.classes] == [*LABEL_OF.values(), "happiness"]
    assert values(faces.images) == [0, 1, 2, 3, 4, 5, 6, 90]
    assert faces.people == ("KA",) * 7 + ("YM",)
    assert faces.refused == ()


def test_a_second_copy_is_left_out(tmp_path: Path) -> None:
    again = {
        "png/KA.AN1.39.png": picture(0),
        "__MACOSX/jaffe/._KA.AN1.39.tiff": b"",
        "jaffe/KA.XX1.1.tiff": b"",
    }
    faces = read_jaffe(in_folder({**official(), **again}, tmp_path))
    assert len(faces) == 8
    assert [str(entry) for entry in faces.refused] == [
        "png/KA.AN1.39.png: is there already as jaffe/KA.AN1.39.tiff"
    ]


def test_a_place_without_such_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DatasetError, match=r"pictures named like KA\.AN1\.39\.tiff, got none \(give the folder"
    ):
        read_jaffe(tmp_path)


def test_a_damaged_picture_is_refused_or_left_out(tmp_path: Path) -> None:
    place = in_folder({**official(), "jaffe/YM.HA3.54.tiff": BROKEN}, tmp_path)
    with pytest.raises(DatasetError, match=r"got 1 that cannot: jaffe/YM\.HA3\.54\.tiff: needs a JPEG"):
        read_jaffe(place)
    assert len(read_jaffe(place, strict=False)) == 7


def test_there_are_no_splits(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="this data set has no splits"):
        read_jaffe(tmp_path, "test")
