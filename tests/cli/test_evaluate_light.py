"""`lamplit evaluate light` on a made-up FER+, with a function of the user's own in place of weights."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplit.datasets.ferplus import SPLITS, VOTES_FILE, VOTES_HEADER
from lamplit.imaging.images import read_image, write_image
from lamplit.light.gauntlet import GAUNTLET_VERSION, SEVEN_LIGHTS
from lamplit.weights.assets import load_asset

Run = Callable[..., Any]

N_FACES = 240
MODULE = """
import numpy as np

def by_brightness(faces):
    mean = faces.reshape(len(faces), -1).mean(axis=1)
    distance = np.abs(mean[:, None] - (60 + 20 * np.arange(8)))
    likely = np.exp(-((distance / 15) ** 2))
    return likely / likely.sum(axis=1, keepdims=True)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FER+ in its official layout: waves whose mean brightness is the expression, and beside them a picture
    with undecided votes and a row without a picture."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    usage, place = SPLITS["validation"]
    rows, columns = np.mgrid[:48, :48]
    with (folder / VOTES_FILE).open("w", newline="") as file:
        votes = csv.writer(file)
        votes.writerow(VOTES_HEADER)
        for number in range(N_FACES):
            down, across, phase = rng.uniform(0.2, 0.5, 3)
            picture = 60 + 20 * (number % 8) + 40 * np.sin(down * rows + across * columns + 6 * phase)
            write_image(folder / place / f"{number}.png", picture.astype(np.uint8))
            votes.writerow([usage, f"{number}.png", *(8 if k == number % 8 else 0 for k in range(8)), 2, 0])
        write_image(folder / place / "undecided.png", np.zeros((48, 48), np.uint8))
        votes.writerow([usage, "undecided.png", 5, 5, 0, 0, 0, 0, 0, 0, 0, 0])
        votes.writerow([usage, "", 0, 0, 0, 0, 0, 0, 0, 0, 0, 10])
    return folder


@pytest.fixture
def own_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What --model takes: a function in the working folder, which is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "my_bright_peer.py").write_text(MODULE)
    yield "my_bright_peer:by_brightness"
    sys.modules.pop("my_bright_peer", None)


def test_files_say_what_was_tested_and_two_runs_agree(
    lamplit: Run, data: Path, own_model: str, tmp_path: Path
) -> None:
    words = ("evaluate", "light", "--data", data, "--model", own_model, "--short")
    result = lamplit(*words, "--out", tmp_path / "new" / "first")
    assert result.exit_code == 0
    out = tmp_path / "new" / "first"
    plots = ["light.png", "reliability.png", "risk-coverage.png"]
    assert sorted(path.name for path in out.iterdir()) == ["light.json", *plots]
    assert result.stderr == f"wrote {out / 'light.json'}, light.png, reliability.png and risk-coverage.png\n"
    assert "my_bright_peer.by_brightness on FER+ validation, majority, single pass, 240" in result.stdout
    for plot in plots:
        assert min(read_image(out / plot).shape[:2]) > 200

    figures = json.loads((out / "light.json").read_text())
    check_conditions(figures)
    check_scores(figures)

    again = lamplit(*words, "--out", tmp_path / "second", "--json")
    assert json.loads(again.stdout) == json.loads((tmp_path / "second" / "light.json").read_text())
    assert {**json.loads(again.stdout), "date": figures["date"]} == figures


def test_a_model_may_speak_fewer_labels(lamplit: Run, data: Path, own_model: str, tmp_path: Path) -> None:
    (tmp_path / "my_bright_peer.py").write_text(MODULE.replace("arange(8)", "array([1, 0, 2])"))
    labels = "happiness,neutral,surprise"
    result = lamplit(
        *("evaluate", "light", "--data", data, "--model", own_model, "--labels", labels),
        *("--short", "--json", "--out", tmp_path / "three"),
    )
    figures = json.loads(result.stdout)
    assert figures["faces"] == N_FACES * 3 // 8
    assert figures["lights"][0]["accuracy"] == 1.0


def check_conditions(figures: dict[str, Any]) -> None:
    """Check what somebody needs who wants to run the same test."""
    assert (figures["model"], figures["sha256"]) == ("my_bright_peer.by_brightness", "")
    assert (figures["dataset"], figures["split"], figures["protocol"]) == ("FER+", "validation", "majority")
    assert (figures["seed"], figures["faces"], figures["face_size"]) == (0, N_FACES, [48, 48])
    assert figures["faces_chosen"].startswith(
        "the rows of fer2013new.csv with Usage PublicTest and a picture"
    )
    assert figures["gauntlet_version"] == GAUNTLET_VERSION
    assert figures["lamplit_version"] == version("lamplit")
    assert figures["numpy_version"] == np.__version__
    templates, _ = load_asset("relighting-yale-b-v1")
    assert figures["light_templates"] == {"name": "relighting-yale-b-v1", "sha256": templates.sha256}


def check_scores(figures: dict[str, Any]) -> None:
    """Check figures that can be foretold: whoever goes by brightness is right in good light alone."""
    lights = {row["name"]: row for row in figures["lights"]}
    assert list(lights) == [light.name for light in SEVEN_LIGHTS]
    assert lights["good light"]["accuracy"] == 1.0
    # At a fifth of the light even the brightest face, 40, is nearest to the darkest expression.
    assert lights["dim, 0.2 of full scale"]["accuracy"] == 1 / 8
    curves = figures["risk_coverage"]
    assert set(curves) <= {light.condition for light in SEVEN_LIGHTS}
    assert all(
        len(curve[key]) <= 200 for curve in curves.values() for key in ("threshold", "coverage", "risk")
    )
    # 240 faces, nearly each with a probability of its own: some points go, the first and the last stay.
    good = curves["good light"]
    assert len(good["threshold"]) == 200
    assert (good["coverage"][0], good["coverage"][-1]) == (round(1 / N_FACES, 6), 1.0)
    assert set(good["risk"]) == {0.0}
    assert (np.diff(good["threshold"]) <= 0).all()


def test_a_file_in_place_of_the_folder_is_told_before_anything_is_read(
    lamplit: Run, own_model: str, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    words = ("evaluate", "light", "--data", tmp_path / "nowhere", "--model", own_model)
    result = lamplit(*words, "--out", tmp_path / "taken")
    assert result.exit_code == 2
    assert result.stderr.startswith(
        f"lamplit: {tmp_path / 'taken'}: needs a folder that can be written, got "
    )
    assert (tmp_path / "taken").read_text() == "a file"


def test_quiet_prints_nothing(lamplit: Run, data: Path, own_model: str, tmp_path: Path) -> None:
    words = ("evaluate", "light", "--data", data, "--model", own_model, "--short", "--quiet")
    result = lamplit(*words)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "results" / "my_bright_peer.by_brightness-light" / "light.json").is_file()
