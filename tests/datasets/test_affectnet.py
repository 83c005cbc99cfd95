"""The reader of AffectNet on small files in both official layouts."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from layouts import BROKEN, Files, in_folder, in_zip, picture, values

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets import read_affectnet

HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
)

OFFICIAL = [
    "neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt",
]  # fmt: skip


def line(code: object, box: str = "2,1,4,3") -> str:
    return f"{code}/{code}.jpg,{box},1.5;2;3;4,{code},-0.5,0.25"


def listed(lines: list[str], *, header: str = HEADER + "\n") -> Files:
    """The layout of 2017: each picture is 10 on the outside and 100 + its label within the box."""
    files = {"Manually_Annotated_file_lists/training.csv": (header + "\n".join(lines) + "\n").encode()}
    for code in range(11):
        pixels = np.full((6, 8), 10, np.uint8)
        pixels[1:4, 2:6] = 100 + code
        files[f"Manually_Annotated/Manually_Annotated_Images/{code}/{code}.jpg"] = picture(pixels)
    return files


def npy(value: object, dtype: str = "<U1") -> bytes:
    content = io.BytesIO()
    np.save(content, np.array(value, dtype=dtype), allow_pickle=dtype == "O")
    return content.getvalue()


def arrays() -> Files:
    files = {}
    for number, code in enumerate([3, 7, 0, 8, 10, 9]):
        files[f"val_set/annotations/{number}_exp.npy"] = npy(code, "<U2")
        files[f"val_set/annotations/{number}_val.npy"] = npy(0.5, "<f8")
        files[f"val_set/images/{number}.jpg"] = picture(50 + number)
    return {**files, "train_set/annotations/12_exp.npy": npy(6), "train_set/images/12.jpg": picture(12)}


def test_the_official_numbers_become_lamplits_labels_and_the_box_is_cut_out(tmp_path: Path) -> None:
    faces = read_affectnet(in_folder(listed([line(code) for code in range(11)]), tmp_path), "training")
    assert faces.labels is EXPRESSIONS
    assert [faces.labels[label] for label in faces.classes] == OFFICIAL
    assert values(faces.images) == [100, 101, 102, 103, 104, 105, 106, 107]
    assert {image.shape for image in faces.images} == {(3, 4)}
    assert len({int(pixel) for image in faces.images for pixel in image.flat}) == 8
    assert faces.refused == ()
    assert not faces.people_known


def test_a_list_without_header_and_lists_beside_the_pictures_are_read_too(tmp_path: Path) -> None:
    files = listed([line(2), line(9)], header="")
    moved = {name.rpartition("Manually_Annotated_file_lists/")[2]: files[name] for name in files}
    assert read_affectnet(in_zip(moved, tmp_path / "a.zip"), "training").classes.tolist() == [3]


def test_a_box_that_leaves_the_picture_is_cut_at_its_edge(tmp_path: Path) -> None:
    place = in_folder(listed([line(0, "-4,-4,100,100"), line(1)]), tmp_path)
    assert read_affectnet(place, "training").images[0].shape == (6, 8)


def test_what_cannot_be_used_is_left_out_and_told(tmp_path: Path) -> None:
    lines = [line(0), line(1), line(11), "x", line(2, "2,1,0,3"), line(3, "NULL,1,4,3"), line(4, "50,1,4,3")]
    lines += ["5/absent.jpg,2,1,4,3,,5,0,0", line(10, "NULL,NULL,NULL,NULL")]
    files = listed(lines)
    files["Manually_Annotated/Manually_Annotated_Images/1/1.jpg"] = BROKEN
    place = in_folder(files, tmp_path)
    faces = read_affectnet(place, "training")
    assert values(faces.images) == [100]
    reasons = {entry.name.rpartition("Images/")[2]: entry.reason for entry in faces.refused}
    assert set(reasons) == {"line 4", "line 5", "line 6", "line 7", "4/4.jpg", "5/absent.jpg", "1/1.jpg"}
    required = "needs 9 cells with a box in whole pixels and a label from 0 to 10"
    assert reasons["line 4"] == f"{required}, got 11"
    assert reasons["line 5"] == f"{required}, got 1 cells"
    assert "x1 < x2" in reasons["line 6"]
    assert "'NULL'" in reasons["line 7"]
    assert reasons["4/4.jpg"].startswith("needs a box within 8 x 6 pixels, got (50, 1, 54, 4)")
    with pytest.raises(DatasetError, match="got 7 that cannot"):
        read_affectnet(place, "training", strict=True)


def test_columns_in_another_order_are_refused(tmp_path: Path) -> None:
    header = HEADER.replace("expression,valence", "valence,expression") + "\n"
    with pytest.raises(DatasetError, match="needs the header subDirectory_filePath,face_x"):
        read_affectnet(in_folder(listed([line(0)], header=header), tmp_path), "training")


def test_a_list_without_its_pictures_is_refused(tmp_path: Path) -> None:
    files = {name: content for name, content in listed([line(0)]).items() if name.endswith(".csv")}
    with pytest.raises(DatasetError, match="the folder Manually_Annotated_Images with the pictures that"):
        read_affectnet(in_folder(files, tmp_path), "training")


def test_a_list_without_expressions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="at least one picture that can be used, got none"):
        read_affectnet(in_folder(listed([line(8)]), tmp_path), "training")


def test_the_later_layout_keeps_its_labels_in_arrays(tmp_path: Path) -> None:
    place = in_zip({f"AffectNet/{name}": content for name, content in arrays().items()}, tmp_path / "a.zip")
    faces = read_affectnet(place, "validation")
    assert [faces.labels[label] for label in faces.classes] == ["surprise", "contempt", "neutral"]
    assert values(faces.images) == [50, 51, 52]
    faces = read_affectnet(place, "training")
    assert (faces.names, faces.labels[faces.classes[0]]) == (("AffectNet/train_set/images/12.jpg",), "anger")


def test_numbers_are_in_the_order_of_counting(tmp_path: Path) -> None:
    files = {}
    for number in (2, 10, 9):
        files[f"val_set/annotations/{number}_exp.npy"] = npy(1)
        files[f"val_set/images/{number}.jpg"] = picture(number)
    assert values(read_affectnet(in_folder(files, tmp_path), "validation").images) == [2, 9, 10]


def huge() -> bytes:
    """A header that promises eight terabytes."""
    content = io.BytesIO()
    header = {"descr": "<i8", "fortran_order": False, "shape": (10**12,)}
    np.lib.format.write_array_header_1_0(content, header)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", BROKEN, npy("11", "<U2"), npy("x"), npy([1, 2], "<i8"), npy({}, "O"), huge(), npy(1)[:100]],
    ids=["empty", "text", "another label", "a word", "two numbers", "pickle", "too large", "cut off"],
)
def test_an_array_that_is_no_label_is_left_out(content: bytes, tmp_path: Path) -> None:
    files = {**arrays(), "val_set/annotations/1_exp.npy": content}
    faces = read_affectnet(in_folder(files, tmp_path), "validation")
    assert values(faces.images) == [50, 52]
    assert faces.refused[0].name == "val_set/annotations/1_exp.npy"
    assert faces.refused[0].reason.startswith("needs a NumPy file with one label from 0 to 10, got ")


@pytest.mark.parametrize("dtype", ["<U1", "<i8", "<u1"])
def test_labels_are_text_or_numbers(dtype: str, tmp_path: Path) -> None:
    files = {"val_set/annotations/0_exp.npy": npy(6, dtype), "val_set/images/0.jpg": picture(1)}
    faces = read_affectnet(in_folder(files, tmp_path), "validation")
    assert faces.labels[faces.classes[0]] == "anger"


def test_a_place_without_either_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"the list validation\.csv, or the folder val_set with images"):
        read_affectnet(tmp_path, "validation")


def test_there_is_no_test_split(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"one of \['training', 'validation'\], got 'test'"):
        read_affectnet(tmp_path, "test")
