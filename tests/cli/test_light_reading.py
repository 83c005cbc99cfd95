"""`lamplit light`: what it prints, writes and answers to the shell."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplit.imaging.images import read_image, write_image
from lamplit.light import measure

Run = Callable[..., Any]


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    write_image(tmp_path / "wall.png", np.full((80, 90, 3), 200, np.uint8))
    return tmp_path / "wall.png"


def test_the_sample_has_good_light(lamplit: Run, photo: Path) -> None:
    result = lamplit("light", photo)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"{photo}  512x512, 1 face"
    (face,) = [line for line in lines if line.startswith("face 0")]
    assert face.split()[2] == "good"
    assert "█" in result.stdout
    assert result.stderr == ""


def test_a_dark_picture_is_called_so(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    write_image(tmp_path / "dark.png", read_image(photo) // 10)
    result = lamplit("light", tmp_path / "dark.png")
    assert "dark" in result.stdout.splitlines()[1]


def test_failed_inputs_are_told_and_the_others_go_on(lamplit: Run, photo: Path, wall: Path) -> None:
    result = lamplit("light", "gone.jpg", photo, wall)
    assert result.exit_code == 1
    assert result.stderr == "gone.jpg: unreadable: needs a file that exists, got no such file\n"
    assert f"{wall}  90x80, no face" in result.stdout
    assert result.stdout.splitlines()[-1] == "3 pictures: 1 ok, 1 no face, 1 failed (1 unreadable)"


def test_json_is_a_document_per_picture_with_histograms(lamplit: Run, photo: Path, wall: Path) -> None:
    result = lamplit("light", "--json", photo, "gone.jpg", wall)
    assert result.exit_code == 1
    assert result.stderr == ""
    lit, gone, empty = (json.loads(line) for line in result.stdout.splitlines())
    assert lit["light"]["histogram"] == list(measure(photo).histogram)
    (face,) = lit["faces"]
    assert sorted(face) == ["box", "light", "score"]
    assert face["light"]["verdict"] == ["good"]
    assert face["light"]["usable"] is True
    assert sum(face["light"]["histogram"]) == pytest.approx(97 * 97, rel=0.1)
    assert (gone["status"], gone["light"], gone["faces"]) == ("unreadable", None, None)
    assert (empty["faces"], empty["light"]["backlight"]) == ([], None)


def test_quiet_says_nothing_but_errors(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    result = lamplit("light", photo, "--quiet", "--plot", tmp_path / "light.png")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    result = lamplit("light", photo, "gone.jpg", "-q", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("gone.jpg: unreadable")


def test_a_plot_of_one_picture(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    result = lamplit("light", photo, "--plot", tmp_path / "new" / "light.PNG")
    assert result.exit_code == 0
    assert f"wrote {tmp_path / 'new' / 'light.PNG'}" in result.stderr
    assert (tmp_path / "new" / "light.PNG").read_bytes()[1:4] == b"PNG"


@pytest.mark.parametrize(
    "suffix", [".jpg", ".JPEG", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pdf", ".svg"]
)
def test_a_plot_of_another_format_is_refused(lamplit: Run, wall: Path, suffix: str) -> None:
    place = wall.parent / f"light{suffix}"
    result = lamplit("light", wall, "--plot", place)
    assert (result.exit_code, result.stdout) == (2, "")
    message = f"lamplit: --plot: needs a name that ends in .png, or a folder, got {place}"
    assert result.stderr.startswith(message)
    assert not place.exists()


def test_a_folder_may_be_called_like_a_picture(lamplit: Run, wall: Path, tmp_path: Path) -> None:
    (tmp_path / "plots.pdf").mkdir()
    assert lamplit("light", wall, "--plot", tmp_path / "plots.pdf").exit_code == 0
    assert (tmp_path / "plots.pdf" / "wall-light.png").is_file()


def test_plots_of_several_pictures_stand_in_a_folder(
    lamplit: Run, photo: Path, wall: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    shutil.copy(wall, tmp_path / "other" / "wall.png")
    shutil.copy(wall, tmp_path / "wall-light.png")
    before = (tmp_path / "wall-light.png").read_bytes()
    pictures = (photo, wall, tmp_path / "other", tmp_path / "wall-light.png", "gone.jpg")
    result = lamplit("light", *pictures, "--plot", tmp_path)
    assert result.exit_code == 1
    assert (tmp_path / "wall-light.png").read_bytes() == before
    made = {path.name for path in tmp_path.iterdir()} - {"wall.png", "other", "wall-light.png"}
    assert made == {
        "eileen-collins-light.png", "wall-light-2.png", "wall-light-3.png", "wall-light-light.png",
    }  # fmt: skip


def test_a_plot_that_cannot_be_written_stops_nothing(lamplit: Run, photo: Path, tmp_path: Path) -> None:
    (tmp_path / f"{photo.stem}-light.png").mkdir()
    shutil.copy(photo, tmp_path / "other.jpg")
    result = lamplit("light", photo, tmp_path / "other.jpg", "--plot", tmp_path)
    assert result.exit_code == 1
    assert f"{photo.stem}-light.png: needs a file, got a folder" in result.stderr
    assert result.stdout.splitlines()[-1] == "2 pictures: 2 ok"
    assert (tmp_path / "other-light.png").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["{photo}", "--plot", "one.png"],
            "lamplit: --plot: needs a folder for the plots of 2 pictures, got",
        ),
        (["--plot", "file"], "lamplit: file: needs a folder that can be written"),
        (["--detector", "no-such"], "lamplit: detector: needs one of ['boosted', 'cascade', 'net']"),
        (["--min-size", "5"], "lamplit: min_size: needs a whole number of at least 8, got 5"),
        (["--max-pixels", "0"], "lamplit: max_pixels: needs a whole number of at least 1, got 0"),
    ],
)
def test_what_cannot_start_ends_with_2_and_the_reason(
    lamplit: Run, photo: Path, wall: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(wall.parent)
    Path("file").write_text("in the way")
    result = lamplit("light", wall, *(word.format(photo=photo) for word in words))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(message)
    assert "Traceback" not in result.stderr


def test_options_reach_the_analyzer(lamplit: Run, photo: Path) -> None:
    assert "no face" in lamplit("light", photo, "--min-size", 200).stdout
    assert "too large" in lamplit("light", photo, "--max-pixels", 1000).stderr


WITHOUT_MATPLOTLIB = """
import sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hide())
from lamplit.cli.app import main
main()
"""


def test_only_plots_need_the_extra(photo: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_MATPLOTLIB, "light", str(photo)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    command += ["--plot", str(tmp_path / "light.png")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "plots: needs the package 'matplotlib'" in done.stderr
    assert "pip install -e '.[train]'" in done.stderr
    assert done.stdout == ""
