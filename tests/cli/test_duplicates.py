"""`lamplit data duplicates` on a data set of a few made-up pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from ferplus_files import write_ferplus

from lamplit.imaging.images import read_image

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve training pictures; validation has one as it is, one darker, one mirrored, and a new one."""
    noise = np.random.default_rng(0).normal(size=(13, 48, 48))
    pictures = np.stack([cv2.GaussianBlur(picture, (0, 0), 3) for picture in noise])
    pictures = (110 + 300 * pictures).clip(0, 255).astype(np.uint8)
    validation = [pictures[2], pictures[5] // 2, pictures[7][:, ::-1] // 2 + 30, pictures[12]]
    happiness, sadness = ([9 if k == label else 0 for k in range(10)] for label in (1, 3))
    # The darker one is called sadness, which differs from what training says.
    votes = [happiness, sadness, happiness, happiness]
    return write_ferplus(
        tmp_path_factory.mktemp("data"),
        {
            "training": [(picture, happiness) for picture in pictures[:12]],
            "validation": zip(validation, votes, strict=True),
        },
    )


def test_the_pairs_are_told_the_least_alike_first(lamplit: Run, data: Path) -> None:
    result = lamplit("data", "duplicates", "--data", data)
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines() if line.strip().startswith("validation")]
    found = {row[0]: row for row in rows if row[0].endswith(".png")}
    assert found["validation0.png"][1:5] == ["identical", "0", "1.00", "training2.png"]
    assert found["validation1.png"][1] == "near"
    assert found["validation1.png"][4:] == ["training5.png", "sadness", "happiness"]
    assert found["validation2.png"][1] == "mirrored"
    assert (
        "3 of 4 validation pictures (75.0 %) stand in training: 1 pixel for pixel, 2 only nearly"
        in result.stdout
    )
    assert "labels (majority) differ in 1 of the 3 pairs in which both have one" in result.stdout


def test_files_and_sheet_are_written_where_asked(lamplit: Run, data: Path, tmp_path: Path) -> None:
    out, sheet = tmp_path / "new" / "pairs.csv", tmp_path / "sheet.png"
    result = lamplit("data", "duplicates", "--data", data, "--out", out, "--sheet", sheet)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [f"wrote {out}", f"wrote {sheet}"]
    assert len(out.read_text().splitlines()) == 4
    assert read_image(sheet).shape[1] > 2 * 192, "two pairs: the identical one is not shown"


def test_json_is_all_that_is_printed(lamplit: Run, data: Path) -> None:
    result = lamplit("data", "--data", data, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [row["kind"] for row in json.loads(result.stdout)][-1] == "identical"


def test_quiet_prints_nothing(lamplit: Run, data: Path) -> None:
    result = lamplit("data", "duplicates", "--data", data, "-q")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--among", "validation"], "--among: needs another split than validation, got 'validation'"),
        (["--split", "all"], "split: needs one of ['training'"),
        (["--out", "pairs.txt"], "pairs.txt: needs a name that ends in .csv or .json, got '.txt'"),
        (["--sheet", "sheet.txt"], "sheet.txt: needs a name that ends in .png"),
    ],
)
def test_what_cannot_start_ends_with_2(lamplit: Run, data: Path, words: list[str], message: str) -> None:
    result = lamplit("data", "duplicates", "--data", data, *words)
    assert result.exit_code == 2
    assert f"lamplit: {message}" in result.stderr
