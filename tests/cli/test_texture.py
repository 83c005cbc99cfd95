"""`lamplit texture`: what it prints, writes and answers to the shell."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplit.imaging.images import read_image, write_image

Run = Callable[..., Any]


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    write_image(tmp_path / "wall.png", np.full((80, 90, 3), 200, np.uint8))
    return tmp_path / "wall.png"


def test_a_picture_of_each_face(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    pixels = read_image(photo)
    write_image(tmp_path / "two.png", np.concatenate([pixels, pixels[:, ::-1]], axis=1))
    result = lamplit("texture", tmp_path / "two.png", "--out", tmp_path / "new" / "plots", "--block", 16)
    assert (result.exit_code, result.stderr) == (0, "")
    made = [tmp_path / "new" / "plots" / name for name in ("two-texture.png", "two-texture-2.png")]
    assert result.stdout.splitlines() == [f"wrote {path}" for path in made]
    first, second = (path.read_bytes() for path in made)
    assert first[1:4] == b"PNG"
    assert first != second


def test_failed_inputs_are_told_and_the_others_go_on(
    lamplit: Run, photo: Path, wall: Path, tmp_path: Path
) -> None:
    result = lamplit("texture", "gone.jpg", wall, photo, "--out", tmp_path)
    assert result.exit_code == 1
    assert result.stderr == "gone.jpg: unreadable: needs a file that exists, got no such file\n"
    assert result.stdout.splitlines() == [
        f"{wall}: no face",
        f"wrote {tmp_path / 'eileen-collins-texture.png'}",
        "3 pictures: 1 ok, 1 no face, 1 failed (1 unreadable)",
    ]


def test_quiet_says_nothing_but_errors(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    result = lamplit("texture", photo, "gone.jpg", "--out", tmp_path, "-q")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("gone.jpg: unreadable")
    assert (tmp_path / "eileen-collins-texture.png").is_file()


def test_a_plot_that_cannot_be_written_stops_nothing(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    (tmp_path / f"{photo.stem}-texture.png").mkdir()
    shutil.copy(photo, tmp_path / "other.jpg")
    result = lamplit("texture", photo, tmp_path / "other.jpg", "--out", tmp_path)
    assert result.exit_code == 1
    assert f"{photo.stem}-texture.png: needs a file, got a folder" in result.stderr
    assert (tmp_path / "other-texture.png").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--out", "file"], "lamplit: file: needs a folder that can be written"),
        (
            ["--out", ".", "--block", "5"],
            "lamplit: --block: needs a whole number of at least 11 and at most 128",
        ),
        (
            ["--out", ".", "--detector", "no-such"],
            "lamplit: detector: needs one of ['boosted', 'cascade', 'net']",
        ),
    ],
)
def test_what_cannot_start_ends_with_2_and_the_reason(
    lamplit: Run, wall: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(wall.parent)
    Path("file").write_text("in the way")
    result = lamplit("texture", wall, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
