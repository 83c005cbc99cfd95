from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from lamplit.expression.face_motion import FaceMotion, MuscleReader
from lamplit.imaging.images import read_image, write_image

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def smile(photo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample photo with its left mouth corner pulled up and out by 3.4 pixels each."""
    image = read_image(photo)
    rows, columns = np.indices(image.shape[:2], dtype=np.float32)
    near = 3.4 * np.exp(-((columns - 246) ** 2 + (rows - 141) ** 2) / 162)
    path = tmp_path_factory.mktemp("flow") / "smile.png"
    write_image(path, cv2.remap(image, columns - near, rows + near, cv2.INTER_LINEAR))
    return path


def test_a_pulled_mouth_corner_leads_the_table(lamplit: Run, photo: Path, smile: Path) -> None:
    result = lamplit("flow", photo, smile)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line.split() for line in result.stdout.splitlines()]
    (line,) = [words for words in lines if words[:3] == ["zygomaticus", "major", "left"]]
    assert line[4] == "↗"
    assert int(line[5]) > 25
    assert line[-1] == "AU12"


def test_the_folder_gets_pictures_and_a_table(lamplit: Run, photo: Path, smile: Path, tmp_path: Path) -> None:
    result = lamplit("flow", photo, smile, photo, "--out", tmp_path / "new", "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"smile-flow.png", "eileen-collins-flow.png", "flow.csv"}
    assert read_image(tmp_path / "new" / "smile-flow.png").shape == (598, 1296, 3)
    with (tmp_path / "new" / "flow.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["after"] for row in rows] == [str(smile)] * 28 + [str(photo)] * 28
    assert max(float(row["strength"]) for row in rows[28:]) < 5


@pytest.mark.parametrize("way", [[], ["--consecutive"]])
def test_each_picture_is_read_once(
    lamplit: Run, photo: Path, smile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: list[str]
) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(smile.read_bytes())
    place, read, placed = MuscleReader.place, [], []

    def counted(path: Path, **options: Any) -> Any:
        read.append(path)
        return read_image(path, **options)

    def looked_at(reader: MuscleReader, image: Any, *, name: str) -> Any:
        placed.append(name)
        return place(reader, image, name=name)

    monkeypatch.setattr("lamplit.cli.flow.read_image", counted)
    monkeypatch.setattr(MuscleReader, "place", looked_at)
    assert lamplit("flow", photo, smile, other, "--quiet", *way).exit_code == 0
    assert read == [photo, smile, other]
    assert placed == [str(path) for path in read]


def test_a_neutral_picture_that_fails_is_read_once(
    lamplit: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def counted(path: Path, **options: Any) -> Any:
        read.append(path)
        return read_image(path, **options)

    monkeypatch.setattr("lamplit.cli.flow.read_image", counted)
    assert lamplit("flow", "gone.jpg", photo, photo).exit_code == 1
    assert read == [Path("gone.jpg")]


def test_rows_are_kept_when_the_user_stops(
    lamplit: Run, photo: Path, smile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, seen = MuscleReader.compare, []

    def stopped(reader: MuscleReader, *pictures: Any, **options: Any) -> FaceMotion:
        seen.append((tmp_path / "flow.csv").read_text().count("\n") - 1)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return read(reader, *pictures, **options)

    monkeypatch.setattr(MuscleReader, "compare", stopped)
    assert lamplit("flow", photo, smile, photo, "--out", tmp_path, "--quiet").exit_code == 130
    assert seen == [0, 28]
    with (tmp_path / "flow.csv").open(encoding="utf-8", newline="") as file:
        assert [row["after"] for row in csv.DictReader(file)] == [str(smile)] * 28


def test_json_is_a_document_per_pair(lamplit: Run, photo: Path, smile: Path) -> None:
    result = lamplit("flow", photo, smile, photo, "--consecutive", "--json")
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["before"], first["after"]) == (str(photo), str(smile))
    assert (second["before"], second["after"]) == (str(smile), str(photo))
    place = next(i for i, row in enumerate(first["muscles"]) if row["muscle"] == "zygomaticus major")
    assert first["muscles"][place]["along"] > 25
    assert second["muscles"][place]["along"] < -25


def test_failed_pairs_are_told_and_the_others_go_on(
    lamplit: Run, photo: Path, smile: Path, tmp_path: Path
) -> None:
    write_image(tmp_path / "wall.png", np.full((90, 90), 128, np.uint8))
    result = lamplit("flow", photo, "gone.jpg", tmp_path / "wall.png", smile, "--out", tmp_path / "out")
    assert result.exit_code == 1
    gone, wall, wrote = result.stderr.splitlines()
    assert gone == "gone.jpg: needs a file that exists, got no such file"
    assert wall.startswith(f"{tmp_path / 'wall.png'}: needs a picture with a face, got a picture without one")
    assert wrote == f"wrote {tmp_path / 'out'}"
    assert result.stdout.count("mentalis") == 1


def test_a_neutral_picture_without_a_face_is_told_once(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    write_image(tmp_path / "wall.png", np.full((90, 90), 128, np.uint8))
    result = lamplit("flow", tmp_path / "wall.png", photo, photo, photo)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("wall.png: needs a picture with a face") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--align", "nose"], "lamplit: alignment: needs one of ['flow', 'ecc', 'eyes', 'box'], got 'nose'"),
        (["--method", "lk"], "lamplit: method: needs one of"),
        (["--preparation", "all"], "lamplit: preparation: needs one of"),
        (["--max-pixels", "0"], "lamplit: --max-pixels: needs a whole number of at least 1, got 0"),
        (["--out", "{photo}"], "lamplit: {photo}: needs a folder that can be written"),
    ],
)
def test_what_cannot_start_ends_with_2(lamplit: Run, photo: Path, words: list[str], message: str) -> None:
    result = lamplit("flow", photo, photo, *(word.format(photo=photo) for word in words))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message.format(photo=photo))


def test_a_folder_is_no_picture(lamplit: Run, photo: Path) -> None:
    result = lamplit("flow", photo, photo.parent)
    assert result.exit_code == 1
    expected = (
        f"{photo.parent}: needs a picture, got a folder (name the pictures in it, such as folder/*.jpg)"
    )
    assert result.stderr == expected + "\n"


def test_no_input_is_written_over(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "flow.csv").write_bytes(photo.read_bytes())
    result = lamplit("flow", photo, tmp_path / "flow.csv", "--out", tmp_path)
    assert result.exit_code == 2
    assert "a folder whose flow.csv is no input" in result.stderr
    assert (tmp_path / "flow.csv").read_bytes() == photo.read_bytes()
