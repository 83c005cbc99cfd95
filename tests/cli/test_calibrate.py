"""`lamplit calibrate` on a network of a few thousand numbers and made-up pictures."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ferplus_files import stripes, write_ferplus
from typer.testing import CliRunner

from lamplit.cli.app import app
from lamplit.cli.calibration_table import calibration_table
from lamplit.imaging.images import read_image
from lamplit.weights.cards import WeightsCard, read_card, write_card
from lamplit.weights.registry import DEFAULT_EXPRESSION, FOLDER, list_weights

Run = Callable[..., Any]

RECIPE = """
size = 24
epochs = 1
batch_size = 32
averaging = 0.5
holdout = 0.5

[settings]
widths = [4, 8, 8, 8]
depths = [1, 1, 1, 1]
fused = 8
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FER+ in its official layout: a bright stripe whose place is the expression."""
    rng = np.random.default_rng(0)
    pictures = {split: stripes(n, rng) for split, n in {"training": 240, "validation": 16, "test": 1}.items()}
    return write_ferplus(tmp_path_factory.mktemp("data"), pictures)


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that were trained for an epoch, with their card."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "stripes.toml").write_text(RECIPE)
    words = ["train", folder / "stripes.toml", "--data", data, "--out", folder / "run", "-q"]
    assert CliRunner().invoke(app, [str(word) for word in words]).exit_code == 0
    return folder / "run" / "stripes.onnx"


def copied(weights: Path, folder: Path, **changes: Any) -> Path:
    """Copy weights, with another card beside them."""
    shutil.copy(weights, folder / weights.name)
    card = dataclasses.replace(read_card(weights.with_suffix(".json")), **changes)
    write_card(card, (folder / weights.name).with_suffix(".json"))
    return folder / weights.name


def test_training_fits_the_light(trained: Path) -> None:
    card = read_card(trained.with_suffix(".json"))
    assert set(card.calibration["light"]) == {"noise", "surround"}
    assert card.calibration["fitted_on"] == (
        "FER+ training, the 120 held-out faces with a majority, each in 47 lights of the gauntlet, "
        "good light as much as all others, seed 0"
    )


def test_calibrating_finds_what_training_found(
    lamplit: Run, trained: Path, data: Path, tmp_path: Path
) -> None:
    spoilt = copied(trained, tmp_path, temperature=3.0, calibration={}, refusal={})
    before, out = spoilt.with_suffix(".json").read_bytes(), tmp_path / "new" / "calibrated"
    result = lamplit("calibrate", spoilt, "--data", data, "--out", out)
    assert result.exit_code == 0
    assert result.stderr == f"wrote {out / 'stripes.onnx'}, its card and reliability.png\n"
    assert sorted(path.name for path in out.iterdir()) == ["reliability.png", "stripes.json", "stripes.onnx"]
    card, again = read_card(trained.with_suffix(".json")), read_card(out / "stripes.json")
    assert again == card, "also the thresholds, which are chosen on the new probabilities"
    assert (out / "stripes.onnx").read_bytes() == trained.read_bytes()
    assert spoilt.with_suffix(".json").read_bytes() == before, "the weights that were named stay as they are"
    assert min(read_image(out / "reliability.png").shape[:2]) > 200
    assert "temperature: good" in result.stdout
    assert "3.0000" in result.stdout
    assert f"{card.temperature:.4f}" in result.stdout


def test_too_few_held_out_faces_leave_the_temperature_as_it_is(
    lamplit: Run, trained: Path, data: Path, tmp_path: Path
) -> None:
    recipe = {**read_card(trained.with_suffix(".json")).recipe, "holdout": 0.1}
    weights = copied(trained, tmp_path, temperature=3.0, calibration={}, recipe=recipe)
    assert lamplit("calibrate", weights, "--data", data, "--out", tmp_path / "out", "-q").exit_code == 0
    card = read_card(tmp_path / "out" / "stripes.json")
    assert (card.temperature, card.calibration) == (3.0, {})
    assert len(card.light) == 47


def test_weights_of_another_data_set_are_refused(lamplit: Run, data: Path, tmp_path: Path) -> None:
    shipped = FOLDER / f"{DEFAULT_EXPRESSION}.onnx"
    recipe = {**read_card(shipped.with_suffix(".json")).recipe, "dataset": "mine"}
    weights = copied(shipped, tmp_path, recipe=recipe)
    result = lamplit("calibrate", weights, "--data", data, "--out", tmp_path / "out", "-q")
    assert result.exit_code == 2
    assert "needs weights with a recipe that holds back faces of FER+ on their card" in result.stderr
    assert "got dataset 'mine'" in result.stderr


def test_unknown_weights_end_with_2(lamplit: Run, data: Path, tmp_path: Path) -> None:
    result = lamplit("calibrate", "no-such", "--data", data, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr.startswith("lamplit: no-such: needs one of")
    assert not (tmp_path / "out").exists()


class TestTable:
    @pytest.fixture
    def card(self) -> WeightsCard:
        lights = {"good light": 0.02, "dim, 0.5": 0.01, "dim, 0.2": 0.03, "side light, ten directions": 0.06}
        rows = [{"light": light, "calibration_error": error} for light, error in lights.items()]
        return dataclasses.replace(list_weights()[0], light=rows)

    def rows(self, before: WeightsCard, after: WeightsCard) -> dict[str, list[str]]:
        table = calibration_table(before, after)
        cells = [list(column.cells) for column in table.columns]
        return {str(name): [str(a), str(b)] for name, a, b in zip(*cells, strict=True)}

    def test_strengths_are_taken_together(self, card: WeightsCard) -> None:
        rows = self.rows(card, card)
        assert rows["dim"] == ["0.0200", "0.0200"]
        assert rows["side light, ten directions"] == ["0.0600", "0.0600"]
        assert rows["all lights"] == ["0.0300", "0.0300"]
        assert rows["the worst light"] == ["0.0600", "0.0600"]

    def test_what_was_not_measured_is_a_dash(self, card: WeightsCard) -> None:
        before = dataclasses.replace(card, light=[], calibration={}, temperature=2.0)
        rows = self.rows(before, card)
        assert rows["good light"] == ["-", "0.0200"]
        assert rows["all lights"] == ["-", "0.0300"]
        assert rows["the worst light"] == ["-", "0.0600"]
        assert rows["temperature: good"][0] == "2.0000"
        assert rows["temperature: noise"][0] == "0.0000"
