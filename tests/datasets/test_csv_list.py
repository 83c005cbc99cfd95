"""A CSV that says of each picture what it shows, and who."""

from __future__ import annotations

from pathlib import Path

import pytest
from layouts import BROKEN, in_folder, picture, values

from lamplit.core.errors import DatasetError
from lamplit.datasets import LabelledFaces, read_csv

PICTURES = {"pictures/1.png": picture(1), "2.png": picture(2), "3.png": picture(3)}

TABLE = """path,label,person
pictures/1.png,happy,Ann
2.png,sad,Bob
3.png,Happiness,Ann
"""


def place(tmp_path: Path, table: str | bytes, **more: bytes) -> Path:
    content = table.encode() if isinstance(table, str) else table
    return in_folder({**PICTURES, **more, "mine.csv": content}, tmp_path) / "mine.csv"


def read(tmp_path: Path, table: str | bytes, **settings) -> LabelledFaces:
    return read_csv(place(tmp_path, table), **settings)


def test_rows_give_pictures_labels_and_people(tmp_path: Path) -> None:
    faces = read(tmp_path, TABLE, strict=True)
    assert (faces.name, faces.labels.names) == ("mine", ("happiness", "sadness"))
    assert faces.names == ("pictures/1.png", "2.png", "3.png")
    assert values(faces.images) == [1, 2, 3]
    assert faces.classes.tolist() == [0, 1, 0]
    assert faces.people == ("Ann", "Bob", "Ann")
    assert faces.people_known


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace(",", " , "),
        lambda text: text.replace("path,label,person", "Path,LABEL,Person"),
        lambda text: text.replace("pictures/1", "pictures\\1"),
        lambda text: text + "\n,,\n",
    ],
    ids=[
        "byte order mark",
        "Windows lines",
        "semicolons",
        "tabs",
        "spaces",
        "capitals",
        "backslashes",
        "empty rows",
    ],
)
def test_how_the_table_was_saved_does_not_matter(change, tmp_path: Path) -> None:
    faces = read(tmp_path, change(TABLE), strict=True)
    assert faces.classes.tolist() == [0, 1, 0]
    assert faces.people == ("Ann", "Bob", "Ann")


def test_columns_may_stand_in_any_order_among_others(tmp_path: Path) -> None:
    faces = read(tmp_path, "age,label,path\n30,bored,2.png\n40,happy,3.png\n")
    assert faces.labels.names == ("bored", "happy")
    assert (faces.names, faces.people) == (("2.png", "3.png"), ("", ""))


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    elsewhere = in_folder({"9.png": picture(9)}, tmp_path / "elsewhere") / "9.png"
    faces = read(tmp_path / "list", f"path,label\n{elsewhere},happy\n2.png,sad\n")
    assert values(faces.images) == [9, 2]


SPLIT = "path,label,split\npictures/1.png,happy,train\n2.png,sad,train\n3.png,happy,test\n"


def test_a_split_keeps_the_labels_of_the_whole_list(tmp_path: Path) -> None:
    faces = read(tmp_path, SPLIT, split="test")
    assert (faces.names, faces.labels.names) == (("3.png",), ("happiness", "sadness"))
    assert len(read(tmp_path, SPLIT)) == 3


def test_a_split_that_no_row_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="rows of the split 'val', got splits: test, train"):
        read(tmp_path, SPLIT, split="val")
    with pytest.raises(DatasetError, match="got splits: none"):
        read(tmp_path, TABLE, split="val")


UNTIDY = TABLE + "4.png,sad,Bob\n,happy,Ann\n2.png,happy,Ann\nbroken.png,sad,Bob\n3.png,,Cem\nx.png,sad\n"


def test_what_cannot_be_used_is_left_out_and_told(tmp_path: Path) -> None:
    faces = read_csv(place(tmp_path, UNTIDY, **{"broken.png": BROKEN}))
    assert values(faces.images) == [1, 2, 3]
    reasons = {entry.name: entry.reason for entry in faces.refused}
    assert reasons["line 6"] == "needs a path, got an empty cell"
    assert reasons["line 7"] == "2.png stands in line 3, as 'sad'"
    assert reasons["line 9"] == "needs a label, got an empty cell"
    assert reasons["line 10"] == "needs 3 cells, got 2"
    assert "No such file" in reasons["4.png"]
    assert "got bytes that begin with" in reasons["broken.png"]


def test_strict_names_everything_at_once(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"got 6 that cannot: line 6: .*broken\.png"):
        read(tmp_path, UNTIDY, strict=True)


def test_a_label_that_lost_all_its_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"every label that can be used, got none of sadness: 4\.png"):
        read(tmp_path, "path,label\n3.png,happy\n4.png,sad\n")


def test_a_word_that_lost_its_pictures_while_its_label_did_not_is_no_error(tmp_path: Path) -> None:
    faces = read(tmp_path, "path,label\n3.png,happy\n4.png,happiness\n2.png,sad\n")
    assert faces.classes.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("table", "came"),
    [
        ("", "nothing"),
        ("image,label\n2.png,sad\n", "image,label"),
        ("2.png,sad\n3.png,happy\n", "2.png,sad"),
        ("path,label,label\n2.png,sad,sad\n", "path,label,label"),
    ],
)
def test_another_header_is_refused(table: str, came: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="a header with the columns path and label, each once") as caught:
        read(tmp_path, table)
    assert caught.value.came == came


@pytest.mark.parametrize(
    ("table", "came"),
    [("path,label\n", "a header alone"), ("path,label\n2.png\n", "none: line 2: needs 2 cells, got 1")],
)
def test_a_list_without_rows_is_refused(table: str, came: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=f"rows with a path and a label, got {came}"):
        read(tmp_path, table)


def test_one_label_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"mine: needs at least two labels, got \['happiness'\]"):
        read(tmp_path, "path,label\n2.png,happy\n3.png,happiness\n")


def test_a_folder_and_an_absent_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"needs a CSV file, got a folder .*read_folder"):
        read_csv(tmp_path)
    with pytest.raises(DatasetError, match="needs a CSV file, got no such file"):
        read_csv(tmp_path / "absent.csv")
