"""`lamplit train detector-...`: from zips and a recipe to a detector with its card, again without a step."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplit.faces import NetFaceDetector
from lamplit.weights.assets import read_asset_card

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))

import sketches

RECIPE = """
sizes = [64]
scenes = 16
epochs = 2
steps_per_epoch = 1
mine_after = 1
mine_pictures = 2
held_out_scenes = 1
[settings]
stem = 4
widths = [8, 8, 8]
depths = [1, 1, 1]
fused = 8
[spoil]
jpeg = 0.5
"""

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sketches.write_scene_data(tmp_path_factory.mktemp("data"))


def test_trains_a_detector_and_goes_on(lamplit: Run, data: Path, tmp_path: Path) -> None:
    recipe, out = tmp_path / "detector-mine.toml", tmp_path / "run"
    recipe.write_text(RECIPE)
    result = lamplit("train", recipe, "--data", data, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "epoch   2  train loss" in result.stderr
    assert "detector-mine-v1.onnx" in result.stdout.replace("\n", "")
    card = read_asset_card(out / "detector-mine-v1.asset.json")
    assert card.command == "lamplit train detector-mine --data DIR"
    assert [row["epoch"] for row in card.history] == [1, 2]
    assert {row["name"]: row["pictures"] for row in card.source_data}[
        "Extended Yale B, cropped, people 1 to 10"
    ] == 1
    detector = NetFaceDetector(out / card.file, threads=1)
    assert isinstance(detector.detect(np.zeros((50, 70), np.uint8)), list)
    again = lamplit("train", recipe, "--data", data, "--out", out, "--quiet")
    assert (again.exit_code, again.stderr) == (0, "")
    assert read_asset_card(out / "detector-mine-v1.asset.json") == card


def test_an_unknown_recipe_names_those_that_there_are(lamplit: Run, data: Path) -> None:
    result = lamplit("train", "detector-none", "--data", data)
    assert result.exit_code == 2
    assert "detector-faces" in result.stderr
