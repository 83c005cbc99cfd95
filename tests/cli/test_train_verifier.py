"""`lamplit train verifier-...`: from zips and a recipe to a verifier with its card, again without a step."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplit.core.values import Box
from lamplit.faces import FaceVerifier
from lamplit.weights.assets import read_asset_card

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))

import sketches

RECIPE = """
side = 96
scenes = 3
epochs = 2
steps_per_epoch = 1
held_out_scenes = 1
[settings]
widths = [4, 4, 8, 8]
[spoil]
jpeg = 0.5
"""

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sketches.write_scene_data(tmp_path_factory.mktemp("data"))


def test_trains_a_verifier_and_goes_on(lamplit: Run, data: Path, tmp_path: Path) -> None:
    recipe, out = tmp_path / "verifier-mine.toml", tmp_path / "run"
    recipe.write_text(RECIPE)
    result = lamplit("train", recipe, "--data", data, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "epoch   2  train loss" in result.stderr
    assert "verifier-mine-v1.onnx" in result.stdout.replace("\n", "")
    card = read_asset_card(out / "verifier-mine-v1.asset.json")
    assert card.command == "lamplit train verifier-mine --data DIR"
    assert [row["epoch"] for row in card.history] == [1, 2]
    logits = FaceVerifier(out / card.file, threads=1).logits(
        np.zeros((50, 70), np.uint8), [Box(9, 9, 40, 40)]
    )
    assert logits.shape == (1,)
    again = lamplit("train", recipe, "--data", data, "--out", out, "--quiet")
    assert (again.exit_code, again.stderr) == (0, "")
    assert read_asset_card(out / "verifier-mine-v1.asset.json") == card


def test_a_verifier_starts_from_no_run(lamplit: Run, data: Path, tmp_path: Path) -> None:
    result = lamplit("train", "verifier-faces", "--data", data, "--start", tmp_path)
    assert result.exit_code == 2
    assert "--start: needs a recipe that starts from a run" in result.stderr
