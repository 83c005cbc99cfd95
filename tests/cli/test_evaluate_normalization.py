"""`lamplit evaluate light-normalization` on a few made-up people."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Run = Callable[..., Any]

LIGHTS = {
    "A+000E+00": 1.0,
    "A+005E+10": 0.9,
    "A+020E+10": 0.7,
    "A+035E+15": 0.5,
    "A+060E+20": 0.3,
    "A+110E+15": 0.2,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people as Extended Yale B names and frames them."""
    folder = tmp_path_factory.mktemp("CroppedYale")
    for person in ("01", "12"):
        texture = (
            np.random.default_rng(int(person)).uniform(40, 250, (48, 42)).repeat(4, axis=0).repeat(4, axis=1)
        )
        (folder / f"yaleB{person}").mkdir()
        for light, gain in LIGHTS.items():
            pixels = np.rint(gain * texture).astype(np.uint8)
            name = f"yaleB{person}/yaleB{person}_P00{light}.pgm"
            (folder / name).write_bytes(b"P5 168 192 255\n" + pixels.tobytes())
    return folder


def test_it_prints_both_tables_and_leaves_figures_and_plot(lamplit: Run, data: Path, tmp_path: Path) -> None:
    result = lamplit(
        "evaluate", "light-normalization", "--data", data, "--out", tmp_path, "--method", "weberfaces"
    )
    assert result.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "light-normalization.json", "light-normalization.png",
    ]  # fmt: skip
    assert result.stdout.count("weberfaces") == 2
    assert "2 people recognised, per cent, gallery: the frontal light alone" in result.stdout
    assert "wrote" in result.stderr
    figures = json.loads((tmp_path / "light-normalization.json").read_text())
    assert [chain["name"] for chain in figures["chains"]] == ["none", "weberfaces"]
    assert figures["chains"][1]["all"]["frontal"]["2-5"] == 1.0
    assert figures["people_for_choosing"] == [12]


def test_json_is_what_the_file_holds_and_quiet_is_silent(lamplit: Run, data: Path, tmp_path: Path) -> None:
    words = ("evaluate", "light-normalization", "--data", data, "--out", tmp_path, "--method", "z-score")
    result = lamplit(*words, "--json")
    assert json.loads(result.stdout) == json.loads((tmp_path / "light-normalization.json").read_text())
    silent = lamplit(*words, "--quiet")
    assert (silent.stdout, silent.stderr) == ("", "")


def test_an_unknown_method_ends_before_anything_is_read(lamplit: Run, tmp_path: Path) -> None:
    result = lamplit(
        "evaluate", "light-normalization", "--data", tmp_path / "nowhere", "--method", "tantriggs"
    )
    assert result.exit_code == 2
    assert "did you mean 'tan-triggs'?" in result.stderr


def test_a_folder_without_the_data_is_named(lamplit: Run, tmp_path: Path) -> None:
    result = lamplit("evaluate", "light-normalization", "--data", tmp_path, "--out", tmp_path)
    assert result.exit_code == 2
    assert "pictures named like yaleB01_P00A+035E-20.pgm" in result.stderr
