"""`lamplit cascade show`: stages as a table, features as a picture, for both kinds of files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest

from lamplit.boosting import read_cascade, write_cascade
from lamplit.imaging.images import read_image

EYES = Path(cv2.data.haarcascades, "haarcascade_righteye_2splits.xml")


@pytest.mark.parametrize("suffix", [".xml", ".json"])
def test_shows_stages_and_draws_features(lamplit: Callable[..., Any], tmp_path: Path, suffix: str) -> None:
    write_cascade(read_cascade(EYES), tmp_path / f"eyes{suffix}")
    result = lamplit("cascade", "show", tmp_path / f"eyes{suffix}", "--out", tmp_path / "eyes.png")
    assert result.exit_code == 0
    assert f"eyes{suffix}: Haar-like features in a window of 20 x 20 pixels" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["all", "368", "736", "736", "186"] in rows
    assert [row[0] for row in rows if row and row[0].isdigit()] == [str(n) for n in range(1, 21)]
    assert f"wrote {tmp_path / 'eyes.png'}" in result.stderr.replace("\n", "")
    assert read_image(tmp_path / "eyes.png").shape[1] > 800


def test_show_need_not_be_said_and_the_picture_has_a_usual_place(
    lamplit: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = lamplit("cascade", EYES, "--quiet", "--per-stage", "1")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "results" / "haarcascade_righteye_2splits-features.png").is_file()


def test_json_has_the_stages_and_no_picture(
    lamplit: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    figures = json.loads(lamplit("cascade", "show", EYES, "--json").stdout)
    assert (figures["kind"], figures["height"], figures["width"]) == ("haar", 20, 20)
    assert sum(stage["weak_classifiers"] for stage in figures["stages"]) == 368
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "a cascade file (XML or JSON), got No such file"),
        (b"GIF89a", "needs XML or JSON"),
    ],
)
def test_what_is_no_cascade_ends_in_a_line(
    lamplit: Callable[..., Any], tmp_path: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "a.xml").write_bytes(content)
    result = lamplit("cascade", "show", tmp_path / "a.xml")
    assert result.exit_code == 2
    assert message in result.stderr.replace("\n", " ")
