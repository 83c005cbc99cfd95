"""The reader of FER2013's seven labels on tiny made-up tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from layouts import in_folder, in_zip, values

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets import read_fer2013

PIXELS = np.random.default_rng(0).integers(0, 256, (9, 48, 48), dtype=np.uint8)


def row(code: object, usage: str, number: int) -> str:
    return f"{code},{' '.join(map(str, PIXELS[number].ravel()))},{usage}"


ROWS = [
    *(row(code, "Training", code) for code in range(7)),
    row(3, "PublicTest", 7),
    row(6, "PrivateTest", 8),
]


def table(*more: str) -> bytes:
    return "\n".join(["emotion,pixels,Usage", *ROWS, *more, ""]).encode()


def test_the_official_numbers_become_lamplits_labels(tmp_path: Path) -> None:
    faces = read_fer2013(in_folder({"fer2013.csv": table()}, tmp_path), "training")
    assert faces.labels.names == EXPRESSIONS.names[:7]
    assert [faces.labels[label] for label in faces.classes] == [
        "anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral",
    ]  # fmt: skip
    np.testing.assert_array_equal(np.stack(faces.images), PIXELS[:7])
    assert faces.names[0] == "line 2"
    assert not faces.people_known


@pytest.mark.parametrize(("split", "number"), [("validation", 7), ("test", 8)])
def test_splits_are_those_of_the_challenge(split: str, number: int, tmp_path: Path) -> None:
    faces = read_fer2013(in_folder({"fer2013.csv": table()}, tmp_path), split)
    assert values(faces.images) == [PIXELS[number, 0, 0]]
    assert faces.labels[faces.classes[0]] == ("happiness" if number == 7 else "neutral")


def test_the_table_is_found_wherever_it_lies(tmp_path: Path) -> None:
    other_order = "\n".join([
        "emotion, Usage, pixels",
        *(",".join([cells[0], cells[2], cells[1]]) for cells in (line.split(",") for line in ROWS)),
    ])  # fmt: skip
    places = [
        in_folder({"fer2013.csv": table()}, tmp_path / "a"),
        in_folder({"any name.csv": table()}, tmp_path / "b") / "any name.csv",
        in_zip({"fer2013/fer2013.csv": table()}, tmp_path / "c.zip"),
        in_folder({"icml_face_data.csv": other_order.encode()}, tmp_path / "d"),
    ]
    for place in places:
        assert read_fer2013(place, "training").classes.tolist() == [4, 5, 6, 1, 3, 2, 0]


BAD = [row(7, "Training", 0), row("x", "Training", 0), "0,1 2 3,Training", "0,1", row(0, "Test", 0)]


def test_bad_rows_are_named_by_line_or_left_out(tmp_path: Path) -> None:
    place = in_folder({"fer2013.csv": table(*BAD)}, tmp_path)
    with pytest.raises(DatasetError, match=r"fer2013\.csv: needs .* got 5 that cannot: line 11: .*got '7'"):
        read_fer2013(place, "training")
    faces = read_fer2013(place, "training", strict=False)
    assert len(faces) == 7
    reasons = {entry.name: entry.reason for entry in faces.refused}
    assert reasons["line 12"] == "needs an emotion from 0 to 6, got 'x'"
    assert reasons["line 13"] == "needs 2,304 numbers, got 3"
    assert reasons["line 14"].endswith("got 2: 0,1")
    assert reasons["line 15"].startswith(
        "needs 3 cells, the last of ['Training', 'PublicTest', 'PrivateTest']"
    )


@pytest.mark.parametrize("header", ["", "emotion,pixels", "pixels,label,Usage"])
def test_another_header_is_refused(header: str, tmp_path: Path) -> None:
    content = "\n".join([header, *ROWS]).encode()
    with pytest.raises(DatasetError, match="the header emotion,pixels,Usage"):
        read_fer2013(in_folder({"fer2013.csv": content}, tmp_path), "training")


def test_a_place_without_the_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"the file fer2013\.csv, got a place without it"):
        read_fer2013(tmp_path, "training")
    with pytest.raises(DatasetError, match="got a place without it"):
        read_fer2013(tmp_path / "absent.csv", "training")


@pytest.mark.parametrize("split", [None, "Training"])
def test_an_unknown_split_is_refused(split: str | None, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"one of \['training', 'validation', 'test'\]"):
        read_fer2013(tmp_path, split)
