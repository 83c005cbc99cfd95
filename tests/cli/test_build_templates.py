"""`lamplit light build-templates` on a made-up Extended Yale B in the layout of the original."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplit.datasets.yale_b import HEIGHT, WIDTH
from lamplit.light.templates import DEFAULT, templates_from_bytes
from lamplit.weights.assets import read_asset_card

Run = Callable[..., Any]

LEVELS = {"A+000E+00": 199, "A+090E+00": 99, "A+000E+90": 49, "A-090E+00": 99}


@pytest.fixture
def yale(tmp_path: Path) -> Path:
    """Two people, evenly grey, under four lights."""
    for person in ("yaleB01", "yaleB02"):
        folder = tmp_path / "CroppedYale" / person
        folder.mkdir(parents=True)
        for light, level in LEVELS.items():
            content = b"P5\n%d %d\n255\n" % (WIDTH, HEIGHT) + bytes([level]) * (WIDTH * HEIGHT)
            (folder / f"{person}_P00{light}.pgm").write_bytes(content)
    return tmp_path / "CroppedYale"


def test_templates_and_card_are_written(lamplit: Run, yale: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "templates"
    result = lamplit("light", "build-templates", "--data", yale, "--out", out, "--no-proof")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith(f"wrote {out / DEFAULT}.npz\n")
    assert {path.name for path in out.iterdir()} == {f"{DEFAULT}.npz", f"{DEFAULT}.asset.json"}
    templates = templates_from_bytes((out / f"{DEFAULT}.npz").read_bytes(), where="here")
    assert templates.azimuth.tolist() == [-90, 0, 0, 90]
    assert templates.elevation.tolist() == [0, 0, 90, 0]
    expected = np.log([0.5, 1.0, 0.25, 0.5])  # one of 255 grey levels is added: 100 / 200, 50 / 200
    np.testing.assert_allclose(templates.log_ratios[:, 24, 24], expected, atol=1e-3)
    card = read_asset_card(out / f"{DEFAULT}.asset.json")
    (source,) = card.source_data
    assert (source["people"], source["pictures"], list(card.metrics)) == (2, 8, [])


def test_quiet_says_nothing(lamplit: Run, yale: Path, tmp_path: Path) -> None:
    result = lamplit("light", "build-templates", "--data", yale, "--out", tmp_path, "--no-proof", "-q")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / f"{DEFAULT}.npz").is_file()


def test_a_file_in_place_of_the_folder_is_told_before_anything_is_read(lamplit: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    # There are no data either, but that would be noticed later.
    result = lamplit("light", "build-templates", "--data", tmp_path / "absent", "--out", tmp_path / "file")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"lamplit: {tmp_path / 'file'}: needs a folder that can be written, got")


def test_a_folder_without_the_data_is_told(lamplit: Run, tmp_path: Path) -> None:
    result = lamplit("light", "build-templates", "--data", tmp_path, "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "needs pictures named like yaleB01_P00A+035E-20.pgm, got none" in result.stderr
