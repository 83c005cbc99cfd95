"""`lamplit train` and `lamplit evaluate` on a data set of a few made-up pictures."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ferplus_files import stripes, write_ferplus

from lamplit.expression import ExpressionClassifier
from lamplit.imaging.images import read_image

Run = Callable[..., Any]

RECIPE = """
size = 24
epochs = 2
batch_size = 16
averaging = 0.9

[settings]
widths = [4, 8, 8, 8]
depths = [1, 1, 1, 1]
fused = 8
"""

PICTURES = {"training": 64, "validation": 24, "test": 8}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FER+ in its official layout: a bright stripe whose place is the expression."""
    rng = np.random.default_rng(0)
    pictures = {split: stripes(n, rng) for split, n in PICTURES.items()}
    return write_ferplus(tmp_path_factory.mktemp("data"), pictures)


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "stripes.toml"
    path.write_text(RECIPE)
    return path


@pytest.fixture(scope="module")
def trained(data: Path, recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A run by the command in a process of its own; its folder, and what the terminal saw."""
    folder = tmp_path_factory.mktemp("runs") / "stripes"
    words = [sys.executable, "-m", "lamplit", "train", str(recipe), "--data", str(data), "--out", str(folder)]
    settings = os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "120"}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=settings, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder, done


def test_training_leaves_weights_card_log_and_curves(trained: tuple[Path, Any]) -> None:
    folder, _ = trained
    assert sorted(path.name for path in folder.iterdir()) == [
        "checkpoint.safetensors", "curves.png", "log.csv", "stripes.json", "stripes.onnx",
    ]  # fmt: skip
    with (folder / "log.csv").open(newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]
    assert min(read_image(folder / "curves.png").shape[:2]) > 200
    classifier = ExpressionClassifier(folder / "stripes.onnx", threads=1)
    assert classifier.predict_proba(np.zeros((1, 48, 48), np.uint8)).shape == (1, 8)


def test_the_card_carries_what_was_measured(trained: tuple[Path, Any]) -> None:
    card = json.loads((trained[0] / "stripes.json").read_text())
    content = (trained[0] / "stripes.onnx").read_bytes()
    assert card["sha256"] == hashlib.sha256(content).hexdigest()
    assert card["recipe"]["settings"]["widths"] == [4, 8, 8, 8]
    metrics = {row["labels"]: row for row in card["metrics"]}
    assert metrics["8 classes (expressions)"]["faces"] == 24
    assert metrics["6 classes (ekman-six)"]["faces"] == 18
    assert {row["split"] for row in card["metrics"]} == {"validation"}


def test_the_terminal_sees_lines_of_ours_alone(trained: tuple[Path, Any]) -> None:
    _, done = trained
    lines = done.stderr.splitlines()
    number = r"\d+\.\d+"
    for epoch, line in enumerate(lines[:2], start=1):
        assert re.fullmatch(
            rf"epoch   {epoch}  training / validation: "
            rf"loss {number} / {number}  accuracy {number} / {number}",
            line,
        )
    assert re.match(r"epoch 2/2 .* 6/6 loss", lines[2])
    assert len(lines) == 3
    assert "accuracy" in done.stdout
    assert "happiness" in done.stdout
    assert "weights and card: " in done.stdout


def test_a_recipe_with_claims_leaves_a_page(lamplit: Run, data: Path, tmp_path: Path) -> None:
    recipe, folder = tmp_path / "six.toml", tmp_path / "six"
    six = 'labels = "ekman-six"\ntargets = "majority"\n'
    claims = '[claims]\nsource = "somebody"\naccuracy = 0.9\ntrain_loss = 0.25\n'
    recipe.write_text(six + RECIPE + claims)
    result = lamplit("train", recipe, "--data", data, "--out", folder)
    assert result.exit_code == 0
    assert f"claimed and measured: {folder / 'claimed-and-measured.html'}" in result.stdout.replace("\n", "")
    card = json.loads((folder / "six.json").read_text())
    assert card["label_set"] == "ekman-six"
    assert [row["faces"] for row in card["metrics"]] == [18], "the six of 24 validation faces, once"
    page = (folder / "claimed-and-measured.html").read_text()
    for figure in (0.9, card["metrics"][0]["accuracy"], 0.25, card["history"][-1]["train_loss"]):
        assert f"{figure:.4f}" in page
    assert "somebody" in page
    assert min(read_image(folder / "loss.png").shape[:2]) > 200
    assert ExpressionClassifier(folder / "six.onnx", threads=1).labels[3] == "happiness"


def test_training_again_goes_on_and_quiet_prints_nothing(
    lamplit: Run,
    trained: tuple[Path, Any],
    data: Path,
    recipe: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(trained[0], folder)
    (folder / "stripes.onnx").unlink()
    result = lamplit("train", recipe, "--data", data, "--out", folder, "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert capfd.readouterr() == ("", "")
    again, before = (json.loads((where / "stripes.json").read_text()) for where in (folder, trained[0]))
    assert again["history"] == before["history"], "the run was finished: nothing is trained twice"
    assert again["metrics"] == before["metrics"]


@pytest.mark.skipif(
    not (torch.distributed.is_available() and torch.distributed.is_gloo_available()),
    reason="this torch was built without Gloo, which joins processes on CPUs",
)
def test_two_processes_train_and_one_writes(data: Path, recipe: Path, tmp_path: Path) -> None:
    folder, torchrun = tmp_path / "stripes", [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    words = ["--nproc_per_node", "2", "-m", "lamplit", "train", recipe, "--data", data, "--out", folder]
    settings = os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "120"}
    done = subprocess.run(
        [*torchrun, *map(str, words)], capture_output=True, text=True, check=False, env=settings, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert [line[:9] for line in done.stderr.splitlines() if line.startswith("epoch ")] == [
        "epoch   1", "epoch   2", "epoch 2/2",
    ]  # fmt: skip
    assert done.stdout.count("weights and card: ") == 1
    assert sorted(path.name for path in folder.iterdir()) == [
        "checkpoint.safetensors", "curves.png", "log.csv", "stripes.json", "stripes.onnx",
    ]  # fmt: skip
    assert ExpressionClassifier(folder / "stripes.onnx", threads=1).card.metrics


def test_evaluation_writes_page_plots_and_figures(
    lamplit: Run, trained: tuple[Path, Any], data: Path, tmp_path: Path
) -> None:
    weights, out = trained[0] / "stripes.onnx", tmp_path / "new" / "results"
    result = lamplit("evaluate", "--data", data, "--weights", weights, "--out", out)
    assert result.exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "confusion.png", "curves.png", "evaluation.html", "figures.json", "reliability.png",
    ]  # fmt: skip
    assert "stripes on FER+ validation, majority, single pass" in result.stdout
    assert result.stderr == f"wrote {out / 'evaluation.html'}\n"
    figures = json.loads((out / "figures.json").read_text())
    card = json.loads((trained[0] / "stripes.json").read_text())
    assert figures["sha256"] == card["sha256"]
    assert (figures["split"], figures["all"]["n"]) == ("validation", 24)
    assert round(figures["all"]["accuracy"], 6) == card["metrics"][0]["accuracy"]
    assert np.sum(figures["all"]["confusion"]) == 24
    assert "stripes" in (out / "evaluation.html").read_text(encoding="utf-8")


def test_evaluation_as_json(lamplit: Run, trained: tuple[Path, Any], data: Path, tmp_path: Path) -> None:
    words = ("evaluate", "--data", data, "--weights", trained[0] / "stripes.onnx", "--out", tmp_path / "r")
    result = lamplit(*words, "--split", "test", "--json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert figures == json.loads((tmp_path / "r" / "figures.json").read_text())
    assert (figures["split"], figures["all"]["n"]) == ("test", 8)


def test_figures_say_how_faces_were_seen(
    lamplit: Run, trained: tuple[Path, Any], data: Path, tmp_path: Path
) -> None:
    words = ("evaluate", "--data", data, "--weights", trained[0] / "stripes.onnx", "--out", tmp_path / "r")
    ways = ((), ("--flips",), ("--flips", "--upright"))
    single, flipped, upright = (json.loads(lamplit(*words, "--json", *more).stdout) for more in ways)
    assert (single["passes"], flipped["passes"]) == ("single pass", "with flips")
    assert upright["passes"] == "with flips, upright, too"
    assert single["all"]["log_loss"] != flipped["all"]["log_loss"]


def test_quiet_evaluation_prints_nothing(
    lamplit: Run, trained: tuple[Path, Any], data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("evaluate", "--data", data, "--weights", trained[0] / "stripes.onnx", "--out", tmp_path / "r")
    result = lamplit(*words, "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "r" / "evaluation.html").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["train", "no-such", "--data", "DATA"],
            "lamplit: no-such: needs one of ['expression-",
        ),
        (["train", "wrong.toml", "--data", "DATA"], "lamplit: wrong.toml: epoch: needs a key"),
        (["train", "RECIPE", "--data", "gone"], "lamplit: gone: needs a folder or a zip"),
        (["train", "RECIPE", "--data", "empty"], "lamplit: empty: needs a file fer2013new.csv"),
        (["train", "RECIPE", "--data", "DATA", "--out", "wrong.toml"], "lamplit: wrong.toml: needs a folder"),
        (["evaluate", "--data", "DATA", "--split", "all"], "lamplit: split: needs one of ['training'"),
        (["evaluate", "--data", "empty"], "lamplit: empty: needs a file fer2013new.csv"),
        (["evaluate", "--data", "DATA", "--weights", "no-such"], "lamplit: no-such: needs one of"),
    ],
)
def test_what_cannot_start_ends_with_2_and_the_reason(
    lamplit: Run,
    data: Path,
    recipe: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.toml").write_text("epoch = 3")
    (tmp_path / "empty").mkdir()
    result = lamplit(*({"DATA": data, "RECIPE": recipe}.get(word, word) for word in words))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", [["train", "expression-fusion-ferplus"], ["evaluate"]])
def test_data_must_be_given(lamplit: Run, command: list[str]) -> None:
    result = lamplit(*command)
    assert result.exit_code == 2
    assert "--data" in result.stderr


def test_another_recipe_in_the_same_folder_is_refused(
    lamplit: Run, trained: tuple[Path, Any], data: Path, tmp_path: Path
) -> None:
    (tmp_path / "stripes.toml").write_text(RECIPE + "\n[augment]\nflip = 0.0\n")
    result = lamplit("train", tmp_path / "stripes.toml", "--data", data, "--out", trained[0], "-q")
    assert result.exit_code == 2
    assert "got other values of ['augment'] (give another --out folder for a new run)" in result.stderr
