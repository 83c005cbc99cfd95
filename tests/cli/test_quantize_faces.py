"""`lamplit weights quantize` with networks of faces: files in 8 bits that answer nearly the same."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lamplit.weights.assets import is_asset, load_asset
from lamplit.weights.registry import DEFAULT_VERIFIER
from lamplit.weights.session import NetworkSession

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))

import sketches

Run = Callable[..., Any]

NAMES = ("detector-faces-missed-v1", "verifier-faces-v1", "landmarks-heatmap-judge-v1")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sketches.write_scene_data(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize("name", NAMES)
def test_writes_a_network_of_faces_in_8_bits(lamplit: Run, data: Path, tmp_path: Path, name: str) -> None:
    result = lamplit("weights", "quantize", name, "--data", data, "--out", tmp_path)
    assert result.exit_code == 0, result.stderr
    assert f"{name}-int8.onnx" in result.stderr.replace("\n", "")
    path = tmp_path / f"{name}-int8.onnx"
    assert is_asset(path)
    card, content = load_asset(path)
    parent, before = load_asset(name)
    assert (card.recipe, card.history) == (parent.recipe, parent.history)
    assert card.command == f"lamplit weights quantize {name} --data DIR"
    assert card.content["parent"] == f"{name}, SHA-256 {parent.sha256}"
    assert len(content) < len(before)
    outputs = NetworkSession(content, name=name).output_names
    assert [row["output"] for row in card.metrics] == list(outputs)
    # Other pictures than those that set the ranges are compared: the files cannot be equal, but nearly.
    assert all(0 < row["mean_difference"] < 0.6 for row in card.metrics)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (DEFAULT_VERIFIER, "needs one in float, got one in 8 bits"),
        ("relighting-yale-b-v1", "needs a network of faces"),
    ],
)
def test_what_is_no_network_in_float_is_refused(
    lamplit: Run, data: Path, tmp_path: Path, name: str, message: str
) -> None:
    result = lamplit("weights", "quantize", name, "--data", data, "--out", tmp_path)
    assert result.exit_code != 0
    assert message in " ".join(result.stderr.split())
    assert not list(tmp_path.glob("*.onnx"))


def test_names_and_paths_of_assets_are_told_from_others(tmp_path: Path) -> None:
    assert is_asset("detector-faces-missed-v1")
    assert not is_asset("expression-fusion-ferplus-night-v1")
    assert not is_asset(str(tmp_path / "mine.onnx"))
