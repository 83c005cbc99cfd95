"""`lamplit analyze`: what it prints, writes and answers to the shell."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from damaged_pictures import write_damaged
from lamplit.core.labels import EXPRESSIONS
from lamplit.imaging.images import read_image, write_image

Run = Callable[..., Any]


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    write_image(tmp_path / "wall.png", np.full((80, 90, 3), 200, np.uint8))
    return tmp_path / "wall.png"


def rows_in(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)) if path.suffix == ".csv" else [json.loads(line) for line in file]


def test_the_table_names_what_the_sample_shows(lamplit: Run, photo: Path) -> None:
    result = lamplit("analyze", photo)
    assert result.exit_code == 0
    (line,) = [line for line in result.stdout.splitlines() if photo.name in line]
    assert "happiness" in line
    assert "%" in line
    assert result.stdout.splitlines()[-1] == "1 picture: 1 ok"
    assert result.stderr == ""


def test_a_failed_input_ends_with_1_and_its_reason(lamplit: Run, photo: Path, wall: Path) -> None:
    result = lamplit("analyze", photo, "gone.jpg", wall)
    assert result.exit_code == 1
    assert "needs a file that exists, got no such file" in result.stdout
    assert "no face" in result.stdout
    assert result.stdout.splitlines()[-1] == "3 pictures: 1 ok, 1 no face, 1 failed (1 unreadable)"


def test_nobody_there_is_no_failure(lamplit: Run, wall: Path) -> None:
    result = lamplit("analyze", wall)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "1 picture: 1 no face"


def test_json_is_a_document_per_picture_and_nothing_else(
    lamplit: Run, photo: Path, wall: Path, tmp_path: Path
) -> None:
    result = lamplit("analyze", "--json", photo, "gone.jpg", wall, "--out", tmp_path / "out.csv")
    assert result.exit_code == 1
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert [document["status"] for document in documents] == ["ok", "unreadable", "no face"]
    (face,) = documents[0]["faces"]
    assert face["expression"] == "happiness"
    assert list(face["probabilities"]) == list(EXPRESSIONS)
    assert sum(face["probabilities"].values()) == pytest.approx(1.0, abs=1e-4)
    assert documents[1]["faces"] is None
    assert documents[2]["faces"] == []
    assert len(rows_in(tmp_path / "out.csv")) == 3


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_out_writes_a_row_per_picture(
    lamplit: Run, photo: Path, wall: Path, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / "new" / f"results{suffix}"
    result = lamplit("analyze", photo, wall, "gone.jpg", "--out", out)
    assert result.exit_code == 1
    assert f"wrote {out}" in result.stderr
    rows = rows_in(out)
    assert [row["source"] for row in rows] == [str(photo), str(wall), "gone.jpg"]
    assert [row["status"] for row in rows] == ["ok", "no face", "unreadable"]
    assert rows[0]["expression"] == "happiness"
    assert float(rows[0]["happiness"]) == max(float(rows[0][label]) for label in EXPRESSIONS)
    assert sum(float(rows[0][label]) for label in EXPRESSIONS) == pytest.approx(1.0, abs=1e-4)
    assert float(rows[0]["x1"]) == pytest.approx(177, abs=5)
    assert rows[2]["message"] == "needs a file that exists, got no such file"


def test_quiet_says_nothing_when_all_went_well(lamplit: Run, photo: Path, wall: Path, tmp_path: Path) -> None:
    out, copies = tmp_path / "out.csv", tmp_path / "copies"
    result = lamplit("analyze", photo, wall, "--quiet", "--out", out, "--annotate", copies)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert len(rows_in(out)) == 2
    assert len(list(copies.iterdir())) == 1


def test_quiet_still_tells_failures(lamplit: Run, photo: Path) -> None:
    result = lamplit("analyze", photo, "[red]gone.jpg", "-q", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("[red]gone.jpg: unreadable: needs a file that exists, got no such file")
    assert result.stderr.count("\n") == 1


def test_annotated_copies_differ_and_spare_the_originals(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a/me.jpg", "b/me.jpg", "b/ME.png", "me.tif", "me.happy")]
    for number, path in enumerate(paths):
        path.parent.mkdir(exist_ok=True)
        image = Image.open(photo)
        image.putpixel((0, 0), (number, 0, 0))
        image.save(path, {".tif": "TIFF", ".png": "PNG"}.get(path.suffix, "JPEG"))
    before = {path: path.read_bytes() for path in paths}
    copies = tmp_path / "copies"
    result = lamplit("analyze", *paths, "--annotate", copies)
    assert result.exit_code == 0
    assert f"wrote {copies}" in result.stderr
    assert {path: path.read_bytes() for path in paths} == before
    assert sorted(path.name for path in copies.iterdir()) == [
        "ME-annotated.png",
        "me-annotated-2.jpg",
        "me-annotated.jpg",
        "me.happy-annotated.png",
        "me.tif-annotated.png",
    ]
    original = read_image(photo)
    for path in copies.iterdir():
        copy = read_image(path)
        assert copy.shape == original.shape
        changed = (np.abs(copy.astype(int) - original) > 60).any(axis=2)
        assert changed[60:175, 160:290].any(), "the box is drawn around the face"
        assert not changed[400:].any(), "and nothing far from it"


def test_copies_beside_originals_never_replace_one(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    for name in ("me.jpg", "me-annotated.jpg", "Me-Annotated-2.JPG"):
        shutil.copy(photo, tmp_path / name)
    lamplit("analyze", tmp_path, "--annotate", tmp_path)
    for name in ("me.jpg", "me-annotated.jpg", "Me-Annotated-2.JPG"):
        assert (tmp_path / name).read_bytes() == photo.read_bytes()
    assert (tmp_path / "me-annotated-3.jpg").is_file()
    assert len(list(tmp_path.iterdir())) == 6


def test_pictures_without_a_face_get_no_copy(lamplit: Run, wall: Path, tmp_path: Path) -> None:
    assert lamplit("analyze", wall, "--annotate", tmp_path / "copies").exit_code == 0
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_copy_that_cannot_be_written_stops_nothing(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "copies" / f"{photo.stem}-annotated.jpg").mkdir(parents=True)
    shutil.copy(photo, tmp_path / "other.jpg")
    result = lamplit("analyze", photo, tmp_path / "other.jpg", "--annotate", tmp_path / "copies")
    assert result.exit_code == 1
    assert f"{photo.stem}-annotated.jpg: needs a file, got a folder" in result.stderr
    assert result.stdout.splitlines()[-1] == "2 pictures: 2 ok"
    assert (tmp_path / "copies" / "other-annotated.jpg").is_file()


def test_a_very_long_name_gets_a_copy(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    shutil.copy(photo, tmp_path / ("é" * 124 + "x.jpg"))
    result = lamplit("analyze", tmp_path, "--annotate", tmp_path / "copies")
    assert result.exit_code == 0
    assert len(list((tmp_path / "copies").iterdir())) == 1


def test_folders_and_patterns_in_natural_order(lamplit: Run, tmp_path: Path) -> None:
    for name in ("day2/10.png", "day2/9.png", "day1/a.png", "notes.txt", ".hidden.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_image(tmp_path / "pixel.png", np.zeros((4, 4), np.uint8))
        (tmp_path / "pixel.png").rename(tmp_path / name)
    for given in (str(tmp_path), f"{tmp_path}/day*", f"{tmp_path}/**/*.png"):
        result = lamplit("analyze", "--json", given)
        sources = [json.loads(line)["source"] for line in result.stdout.splitlines()]
        assert sources == [str(tmp_path / name) for name in ("day1/a.png", "day2/9.png", "day2/10.png")]
        assert result.exit_code == 0


def test_nothing_to_find_is_a_failed_input(lamplit: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = lamplit("analyze", tmp_path / "empty", f"{tmp_path}/*.jpg")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "2 pictures: 2 failed (2 unreadable)"


@pytest.mark.parametrize(
    "name",
    ["[red]x.jpg", "[bold]x[link=a].jpg", "=1+1.jpg", "-q.jpg", "a b'c\".jpg", "日本 😀.jpg", ":smile:.jpg"],
)
def test_names_are_taken_literally(lamplit: Run, photo: Path, tmp_path: Path, name: str) -> None:
    shutil.copy(photo, tmp_path / name)
    result = lamplit(
        "analyze", tmp_path / name, "--annotate", tmp_path / "copies", "--out", tmp_path / "o.jsonl"
    )
    assert result.exit_code == 0
    assert name in result.stdout
    assert rows_in(tmp_path / "o.jsonl")[0]["source"] == str(tmp_path / name)
    assert len(list((tmp_path / "copies").iterdir())) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--weights", "no-such"], "lamplit: no-such: needs one of ['nano', 'base', 'large', 'expression-"),
        (["--weights", "gone.onnx"], "lamplit: gone.onnx: needs a weight file that can be read"),
        (["--detector", "no-such"], "lamplit: detector: needs one of ['boosted', 'cascade', 'net']"),
        (["--device", "tpu"], "lamplit: device: needs one of ['auto', 'cpu'"),
        (["--min-size", "5"], "lamplit: min_size: needs a whole number of at least 8, got 5"),
        (["--landmarks"], "lamplit: --landmarks: needs --out or --annotate, where they go, got neither"),
        (["--max-pixels", "0"], "lamplit: max_pixels: needs a whole number of at least 1, got 0"),
        (["--out", "results.txt"], "lamplit: results.txt: needs a name that ends in .csv"),
        (["--out", "folder.csv"], "lamplit: folder.csv: needs"),
        (["--out", "file/out.csv"], "lamplit: file/out.csv: needs"),
        (["--annotate", "file"], "lamplit: file: needs a folder that can be written, got File exists"),
    ],
)  # fmt: skip
def test_what_cannot_start_ends_with_2_and_the_reason(
    lamplit: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file").write_text("in the way")
    result = lamplit("analyze", photo, *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_options_reach_the_analyzer(lamplit: Run, photo: Path) -> None:
    assert "1 no face" in lamplit("analyze", photo, "--min-size", 200).stdout
    assert "1 failed (1 too large)" in lamplit("analyze", photo, "--max-pixels", 1000).stdout


def test_long_runs_show_the_first_and_count_the_rest(lamplit: Run, tmp_path: Path) -> None:
    result = lamplit("analyze", *(tmp_path / f"{n}.jpg" for n in range(203)))
    assert result.exit_code == 1
    assert "… and 3 more inputs: give --out to keep every row" in result.stdout
    assert result.stdout.splitlines()[-1] == "203 pictures: 203 failed (203 unreadable)"


@pytest.fixture
def album(photo: Path, tmp_path: Path) -> tuple[list[Path], dict[Path, str]]:
    """20 pictures with a face, 20 without, 20 damaged; the status each should get."""
    folder = tmp_path / "album"
    folder.mkdir()
    small = Image.open(photo).convert("RGB").resize((160, 160), Image.Resampling.BOX)
    rng = np.random.default_rng(0)
    statuses: dict[Path, str] = {}
    for number in range(20):
        suffix = (".jpg", ".png", ".webp", ".bmp")[number % 4]
        small.point(lambda level, gain=1 - number / 60: int(level * gain)).save(
            folder / f"face{number}{suffix}"
        )
        noise = rng.integers(number, 200, (80, 100, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"nobody{number}{suffix}")
        statuses |= {folder / f"face{number}{suffix}": "ok", folder / f"nobody{number}{suffix}": "no face"}
    statuses |= write_damaged(folder, small, 0)
    (folder / "folder.jpg").mkdir()
    return [folder, folder / "folder.jpg"], statuses | {folder / "folder.jpg": "unreadable"}


def test_a_folder_with_damaged_files_runs_to_its_end(
    lamplit: Run, album: tuple[list[Path], dict[Path, str]], tmp_path: Path
) -> None:
    paths, expected = album
    result = lamplit("analyze", *paths, "--out", tmp_path / "out.parquet", "--annotate", tmp_path / "copies")
    assert result.exit_code == 1
    rows = rows_in(tmp_path / "out.parquet")
    assert {row["source"]: row["status"] for row in rows} == {str(path): s for path, s in expected.items()}
    assert len(rows) == len(expected)
    counts = Counter(expected.values())
    assert (counts["ok"], counts["no face"], len(expected)) == (20, 20, 61 if hasattr(os, "mkfifo") else 60)
    assert all(bool(row["message"]) == (row["n_faces"] is None) for row in rows)
    assert {row["expression"] for row in rows if row["status"] == "ok"} == {"happiness"}
    assert len(list((tmp_path / "copies").iterdir())) == 20
    last = result.stdout.splitlines()[-1]
    assert last.startswith(f"{len(expected)} pictures: 20 ok, 20 no face, {len(expected) - 40} failed (")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    shutil.copy(photo, tmp_path / "secret.jpg")
    (tmp_path / "secret.jpg").chmod(0)
    result = lamplit("analyze", "--json", tmp_path)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["message"] == "needs a file that can be read, got Permission denied"


def test_landmarks_go_to_the_table_and_into_the_picture(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    table, plain, drawn = tmp_path / "faces.csv", tmp_path / "plain", tmp_path / "drawn"
    assert lamplit("analyze", photo, "--annotate", plain).exit_code == 0
    assert lamplit("analyze", photo, "--out", table, "--annotate", drawn, "--landmarks").exit_code == 0
    with table.open(newline="") as file:
        first = next(iter(csv.DictReader(file)))
    edges = [float(first[name]) for name in ("x1", "y1", "x2", "y2")]
    assert edges[0] < float(first["x_30"]) < edges[2]
    assert edges[1] < float(first["y_30"]) < edges[3]
    assert abs(float(first["roll"])) < 45
    (before,), (after,) = (list(folder.iterdir()) for folder in (plain, drawn))
    assert before.name == after.name
    assert (read_image(before) != read_image(after)).any()
