"""`lamplit train landmarks-...`: from zips and a recipe to a network with its card, again without a step."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplit.faces.landmarks import LandmarkModel
from lamplit.weights.assets import read_asset_card

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))

import sketches

RECIPE = """
size = 32
epochs = 2
steps = 2
fine = 3
coarse = 3
empty = 2
shrunk_to = [12, 24]
[settings]
widths = [8, 8, 8, 8]
depths = [1, 1, 1]
fused = 8
"""

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sketches.write_data(tmp_path_factory.mktemp("data"))


def test_trains_landmarks_and_goes_on(lamplit: Run, data: Path, tmp_path: Path) -> None:
    recipe, out = tmp_path / "landmarks-mine.toml", tmp_path / "run"
    recipe.write_text(RECIPE)
    result = lamplit("train", recipe, "--data", data, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "epoch   2  train loss" in result.stderr
    assert "face accuracy" in result.stderr
    assert {path.name for path in out.iterdir()} == {
        "checkpoint.safetensors",
        "curves.png",
        "log.csv",
        "landmarks-mine-v1.onnx",
        "landmarks-mine-v1.asset.json",
    }
    card = read_asset_card(out / "landmarks-mine-v1.asset.json")
    assert card.command == "lamplit train landmarks-mine --data DIR"
    assert len(card.history) == 2
    model = LandmarkModel(out / card.file, threads=1)
    assert model.size == 32
    assert np.isfinite(model.read_crops(np.zeros((1, 32, 32), np.uint8))[0].points).all()
    again = lamplit("train", recipe, "--data", data, "--out", out, "--quiet")
    assert (again.exit_code, again.stderr) == (0, "")
    assert read_asset_card(out / "landmarks-mine-v1.asset.json") == card


def test_a_name_that_files_cannot_have_ends_in_a_line(lamplit: Run, data: Path) -> None:
    result = lamplit("train", "landmarks-heatmap-ferplus", "--data", data, "--name", "a/b")
    assert result.exit_code == 2
    assert "--name: needs a name for files" in result.stderr


def test_a_second_cycle_needs_the_run_of_the_first(lamplit: Run, data: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    result = lamplit("train", "landmarks-heatmap-proposals", "--data", data, "--start", nowhere)
    assert result.exit_code != 0
    assert "first run: lamplit train landmarks-heatmap-ferplus" in " ".join(result.stderr.split())
    result = lamplit("train", "landmarks-heatmap-ferplus", "--data", data, "--start", nowhere)
    assert result.exit_code == 2
    assert "--start: needs a recipe that starts from a run" in " ".join(result.stderr.split())


def test_an_unknown_recipe_names_those_that_there_are(lamplit: Run, data: Path) -> None:
    result = lamplit("train", "landmarks-none", "--data", data)
    assert result.exit_code == 2
    assert "landmarks-heatmap-ferplus" in result.stderr
