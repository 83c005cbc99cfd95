"""Every number on the card of the shipped cascade is true, and the detector loads it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from lamplit.boosting import write_cascade
from lamplit.boosting.cascade_json import cascade_from_json, cascade_to_json
from lamplit.datasets.no_faces import dropped_pictures, part_of
from lamplit.faces import BoostedFaceDetector
from lamplit.faces.boosted import DEFAULT_CASCADE
from lamplit.training.cascade_metrics import cascade_metrics
from lamplit.training.cascade_recipe import load_cascade_recipe
from lamplit.weights.assets import list_assets, load_asset
from lamplit.weights.registry import FOLDER

MOST_BYTES = 1_000_000
CARD, CONTENT = load_asset(DEFAULT_CASCADE)
CASCADE = cascade_from_json(CONTENT)
RECIPE = load_cascade_recipe("cascade-faces")


def test_the_file_is_what_the_card_says() -> None:
    assert CARD in list_assets()
    assert (FOLDER / CARD.file).read_bytes() == CONTENT
    assert hashlib.sha256(CONTENT).hexdigest() == CARD.sha256
    assert len(CONTENT) == CARD.size_bytes <= MOST_BYTES
    assert cascade_to_json(CASCADE) == CONTENT


def test_the_cascade_is_what_the_card_says() -> None:
    height, width = CASCADE.window
    assert CARD.content["window"].startswith(f"{height} x {width} pixels")
    assert CARD.content["stages"] == str(len(CASCADE.stages))
    assert CARD.content["stumps"] == str(CASCADE.n_trees)
    assert CARD.content["least_contrast"] == f"{RECIPE.least_contrast:g} grey levels"
    assert CASCADE.is_of_stumps
    assert CARD.command == "lamplit cascade train cascade-faces --data DIR"
    assert re.match(r"[0-9a-f]{7,}", CARD.commit)


def test_each_stage_begins_with_the_stumps_of_the_one_before() -> None:
    for before, after in zip(CASCADE.stages, CASCADE.stages[1:], strict=False):
        n = before.n_trees
        assert after.n_trees > n
        assert np.array_equal(after.feature[:n], before.feature)
        assert np.array_equal(after.leaves[: 2 * n], before.leaves)


def test_sources_and_terms_are_named() -> None:
    assert [row["name"] for row in CARD.source_data] == [
        "FER+, training split",
        "Extended Yale B, cropped",
        "pictures without faces",
    ]
    assert all(row["terms"] and row["source"] and row["pictures"] for row in CARD.source_data)


def test_the_detector_loads_it_by_itself() -> None:
    assert BoostedFaceDetector().detect(np.zeros((60, 60), np.uint8)) == []


def test_opencv_reads_it(tmp_path: Path) -> None:
    write_cascade(CASCADE, tmp_path / "ours.xml")
    assert not cv2.CascadeClassifier(str(tmp_path / "ours.xml")).empty()


def test_what_it_finds_is_what_the_card_says(data_dir: Path) -> None:
    measured = cascade_metrics(CASCADE, data_dir, least_contrast=RECIPE.least_contrast)
    assert json.loads(json.dumps(measured)) == [
        {key: pytest.approx(value) if isinstance(value, float) else value for key, value in row.items()}
        for row in CARD.metrics
    ]


def test_no_dropped_picture_was_counted(data_dir: Path) -> None:
    import zipfile

    with zipfile.ZipFile(data_dir / "no-faces.zip") as archive:
        names = {name.rsplit("/", 1)[-1] for name in archive.namelist()}
    trained = [name for name in names - set(dropped_pictures()) if part_of(name) == "training"]
    assert CARD.source_data[2]["pictures"] == len(trained)
