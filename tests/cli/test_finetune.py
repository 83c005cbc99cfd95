"""`lamplit train finetune` on a folder of made-up crops, from a small network's weights."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import finished
import numpy as np
import pytest

from lamplit.expression import ExpressionClassifier
from lamplit.imaging.images import read_image, write_image

Run = Callable[..., Any]

RECIPE = """
dataset = "folder"

[finetune]
weights = "WEIGHTS"
scales = [1.0]
copies = [1]
folds = 3
"""


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recipe")
    path = folder / "halves.toml"
    path.write_text(RECIPE.replace("WEIGHTS", finished.write_finished(folder).as_posix()))
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two labels of eyes that are open or shut, and files that cannot be used."""
    folder = tmp_path_factory.mktemp("data") / "mine"
    rng = np.random.default_rng(0)
    for label, bright in (("awake", slice(0, 24)), ("sleepy", slice(24, 48))):
        for number in range(15):
            picture = rng.integers(0, 90, (48, 48), dtype=np.uint8)
            picture[bright] += 120
            write_image(folder / label / f"{number}.png", picture)
    (folder / "awake" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


@pytest.fixture
def trained(lamplit: Run, recipe: Path, data: Path, tmp_path: Path) -> tuple[Any, Path]:
    out = tmp_path / "run"
    return lamplit("train", recipe, "--data", data, "--out", out, "--as-is"), out


def test_a_folder_becomes_weights_with_a_report(trained: tuple[Any, Path]) -> None:
    result, out = trained
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in out.iterdir()) == [
        "answers.csv", "confusion.png", "evaluation.html", "figures.json", "halves.json", "halves.onnx",
        "left-out.txt", "reliability.png",
    ]  # fmt: skip
    assert "halves on mine: held-out share of 0.2" in result.stdout.replace("\n", " ")
    said = result.stdout.replace("\n", "")
    assert "chosen by cross-validation over the training faces: 48 x 48 pixels, faces as they are" in said
    assert f"1 picture left out, with the reasons: {out / 'left-out.txt'}" in said
    assert (out / "left-out.txt").read_text().startswith("awake/broken.jpg: ")
    assert result.stderr == ""
    classifier = ExpressionClassifier(out / "halves.onnx", threads=1)
    assert classifier.labels == ("awake", "sleepy")
    card, figures = (json.loads((out / name).read_text()) for name in ("halves.json", "figures.json"))
    (metrics,) = card["metrics"]
    assert (metrics["faces"], metrics["labels"]) == (6, "2 classes (mine)")
    assert metrics["accuracy"] == round(figures["all"]["accuracy"], 6) > 0.8
    assert figures["sha256"] == card["sha256"]
    with (out / "answers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    right = [row["label"] == row["answer"] for row in rows]
    assert sum(right) / 6 == pytest.approx(metrics["accuracy"], abs=1e-6)
    first = float(rows[0]["awake"]), float(rows[0]["sleepy"])
    assert sum(first) == pytest.approx(1, abs=1e-3)
    assert min(read_image(out / "confusion.png").shape[:2]) > 200


def test_a_report_on_everybody_says_whose_networks_they_were(
    lamplit: Run, recipe: Path, data: Path, tmp_path: Path
) -> None:
    people = tmp_path / "people.toml"
    people.write_text(recipe.read_text() + 'report = "people"\n')
    listed = tmp_path / "faces.csv"
    rows = [
        f"{path.as_posix()},{path.parent.name},=p{int(path.stem) % 3}\n"
        for path in sorted(data.glob("*/*.png"))
    ]
    listed.write_text("path,label,person\n" + "".join(rows))
    result = lamplit("train", people, "--data", listed, "--out", tmp_path / "run", "--as-is")
    assert result.exit_code == 0, result.stderr
    (metrics,) = json.loads((tmp_path / "run" / "people.json").read_text())["metrics"]
    assert (metrics["faces"], metrics["split"]) == (30, "leave one of 3 people out")
    assert metrics["protocol"].endswith(
        "judged by a network without that person; these weights learnt from all"
    )
    with (tmp_path / "run" / "answers.csv").open(newline="") as file:
        people_named = {row["person"] for row in csv.DictReader(file)}
    assert people_named == {"./=p0", "./=p1", "./=p2"}  # no cell that a spreadsheet would run


def test_quiet_prints_nothing(
    lamplit: Run, recipe: Path, data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("--out", tmp_path / "run", "--as-is", "--quiet", "--name", "other")
    result = lamplit("train", recipe, "--data", data, *words)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "run" / "other.onnx").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["RECIPE", "--data", "gone"], "lamplit: gone: needs a folder or a zip"),
        (
            ["RECIPE", "--data", "DATA", "--find-faces"],
            "lamplit: mine: needs a face of every label, got none of",
        ),
        (["RECIPE", "--data", "gone.csv"], "lamplit: gone.csv: needs a CSV file, got no such file"),
        (["paper", "--data", "DATA", "--as-is"], "lamplit: paper: needs a table [finetune], got none"),
        (["lost.toml", "--data", "DATA"], "lamplit: lost.onnx: needs a weight file that can be read"),
    ],
)
def test_what_cannot_start_ends_with_2_and_the_reason(
    lamplit: Run,
    recipe: Path,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lost.toml").write_text(RECIPE.replace("WEIGHTS", "lost.onnx"))
    result = lamplit("train", *({"DATA": data, "RECIPE": recipe}.get(word, word) for word in words))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith(message)
    assert not (tmp_path / "runs").exists()
