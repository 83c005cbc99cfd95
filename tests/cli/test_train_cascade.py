"""`lamplit cascade train`: from zips and a recipe to a cascade with its card, and what is refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import ferplus_files
import numpy as np
import pytest

from lamplit.boosting import read_cascade
from lamplit.datasets.no_faces import PARTS, part_of
from lamplit.imaging.images import read_image
from lamplit.weights.assets import read_asset_card

RECIPE = """
window = 12
step = 2
families = ["two-x", "two-y"]
stage_features = 200
round_features = 200
faces = 40
held_out_faces = 20
others = 60
held_out_others = 30
yale_b = 0.0
landmarks = 0
stages = 2
detection_rates = [0.9]
rounds = [2]
false_positive_rate = 0.001
"""


def face(random: np.random.Generator) -> np.ndarray:
    """A bright square with a dark band of eyes."""
    picture = random.integers(40, 90, (48, 48)).astype(np.uint8)
    picture[6:44, 8:40] = 200
    picture[14:22, 11:37] = int(random.integers(20, 60))
    return picture


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    votes = ferplus_files.votes_for(1)
    splits = {"training": 60, "validation": 20}
    ferplus_files.write_ferplus(
        folder, {split: [(face(random), votes) for _ in range(n)] for split, n in splits.items()}
    )
    names = [
        next(f"{n}.png" for n in range(k, 10_000) if part_of(f"{n}.png") == p)
        for p in PARTS
        for k in (0, 5000)
    ]
    with zipfile.ZipFile(folder / "no-faces.zip", "w") as archive:
        for name in names:
            blurred = cv2.GaussianBlur(random.integers(0, 256, (70, 90)).astype(np.float32), (0, 0), 2)
            picture = ((blurred - blurred.mean()) * 4 + 128).clip(0, 255).astype(np.uint8)
            archive.writestr(f"no-faces/{name}", cv2.imencode(".png", picture)[1].tobytes())
    return folder


def test_trains_a_cascade_and_tells_how_good_it_is(
    lamplit: Callable[..., Any], data: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text(RECIPE)
    words = ("cascade", "train", tmp_path / "mine.toml", "--data", data, "--out", tmp_path / "run")
    result = lamplit(*words)
    assert result.exit_code == 0
    assert "mine-v1: 2 stages" in result.stdout
    assert "stage  1:   2 stumps  detection 1.000" in result.stderr
    cascade = read_cascade(tmp_path / "run" / "mine-v1.cascade.json")
    assert [stage.n_trees for stage in cascade.stages] == [2, 4]
    card = read_asset_card(tmp_path / "run" / "mine-v1.asset.json")
    assert [row["pictures"] for row in card.source_data] == [60, 2]
    assert [row.get("faces", row.get("pictures")) for row in card.metrics] == [20, 2]
    assert json.loads((tmp_path / "run" / "state.json").read_text())["finished"] == "2 stages"
    for name in ("errors.png", "first-features.png"):
        assert read_image(tmp_path / "run" / name).ndim == 3
    again = lamplit(*words, "--quiet", "--name", "other")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "")
    assert read_cascade(tmp_path / "run" / "other.cascade.json").n_trees == cascade.n_trees


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("cascade-cats",), "cascade-cats: needs one of ['cascade-faces']"),
        (("cascade-faces", "--name", "a/b"), "--name: needs a name for files"),
    ],
)
def test_what_cannot_be_trained_is_told(
    lamplit: Callable[..., Any], words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    result = lamplit("cascade", "train", *words, "--data", tmp_path, "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert message in result.stderr.replace("\n", " ")
    assert not (tmp_path / "run").exists()
