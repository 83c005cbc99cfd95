"""The lines of Python on the pages about boosting, flow, landmarks and small networks run as they stand."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplit.weights.registry import SIZES

FENCED = re.compile(r"^```python\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)


def indented(text: str) -> Iterator[str]:
    """Yield blocks that are indented by four, commands of the shell left out."""
    for is_code, lines in groupby(text.splitlines(), key=lambda line: line.startswith("    ") or not line):
        block = "\n".join(line[4:] for line in lines)
        if is_code and block.strip() and not block.strip().startswith("lamplit "):
            yield block


def good_enough(scores: np.ndarray) -> bool:
    return len(scores) == 40


@pytest.fixture
def desk(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in a folder with the pictures that the pages name."""
    (tmp_path / "examples").mkdir()
    for name in ("examples/eileen-collins.jpg", "neutral.jpg", "smile.jpg", "photo.jpg"):
        shutil.copy(repository / "examples" / "eileen-collins.jpg", tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_boosting(repository: Path, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(0)
    faces = random.integers(0, 256, (24, 48, 48), dtype=np.uint8)
    faces[::2] = faces[::2, :1]
    windows = random.integers(0, 256, (40, 24, 24), dtype=np.uint8)
    windows[:20, :12] //= 3
    names: dict[str, Any] = {
        "faces": faces, "labels": ["happy", "sad"] * 12, "windows": windows, "chosen": [3, 500, 9000],
        "is_face": np.arange(40) < 20, "good_enough": good_enough,
    }  # fmt: skip
    blocks = list(indented((repository / "docs" / "boosting.md").read_text(encoding="utf-8")))
    assert len(blocks) == 7
    for block in blocks:
        exec(block, names)
        if "haar_windows" in block:
            assert (len(names["features"]), len(names["upright"])) == (208_822, 162_336)
            names["features"] = names["features"][::200]  # enough to choose from
            names |= {"X": names["values"], "X_new": names["values"], "y": names["is_face"]}
            names["y_new"] = names["y"]
    assert (desk / "faces.json").is_file()
    assert capsys.readouterr().out.startswith("Box(x1=17")


def test_optical_flow(repository: Path, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = FENCED.findall((repository / "docs" / "optical-flow.md").read_text(encoding="utf-8"))
    exec(block, {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 28
    assert all(line.endswith("     0") for line in lines)


def test_landmarks(repository: Path, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for block in FENCED.findall((repository / "docs" / "landmarks.md").read_text(encoding="utf-8")):
        exec(block, names)
    assert capsys.readouterr().out.startswith("(68, 2) ")
    assert names["marks"].score > 0.9
    assert names["marks"].five.shape == (5, 2)


def test_small_and_fast(repository: Path) -> None:
    page = (repository / "docs" / "small-and-fast.md").read_text(encoding="utf-8")
    (block,) = [block for block in indented(page) if "ExpressionCascade" in block]
    names: dict[str, Any] = {"crops": np.random.default_rng(0).integers(0, 256, (3, 48, 48), dtype=np.uint8)}
    exec(block, names)
    assert names["cascade"].predict_proba(names["crops"]).shape == (3, 8)
    assert [name in str(names["cascade"].description) for name in ("nano", "base")] == [True, True]
    (block,) = [block for block in indented(page) if "ExpressionCommittee" in block]
    exec(block, names)
    members = [member["name"] for member in names["quicker"].description["members"]]
    assert members == [SIZES["nano"], SIZES["base"]]
