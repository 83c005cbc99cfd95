"""The repository speaks of lamplit alone, and its parts agree with one another."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import lamplit

MACHINE = re.compile(
    "|".join(
        [
            "/" + "(work|farm|root|home)/",
            "files" + r"\.pythonhosted",
            "py" + r"pi\.org",
            r"registry\." + "npm",
        ]
    )
)
MOST_BYTES_OF_WEIGHTS = 24_000_000
MOST_BYTES_OF_A_FILE = 8_000_000


def tracked(repository: Path) -> list[Path]:
    done = subprocess.run(["git", "-C", str(repository), "ls-files", "-z"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [repository / name for name in done.stdout.decode().split("\0") if name]


def test_no_file_names_a_machine(repository: Path) -> None:
    named = []
    for path in tracked(repository):
        if path.suffix in {".jpg", ".npz", ".onnx", ".png"} or not path.is_file():
            continue
        named += [f"{path}: {hit.group()}" for hit in MACHINE.finditer(path.read_text(encoding="utf-8"))]
    assert not named


def test_tracked_files_are_small(repository: Path) -> None:
    sizes = {path: path.stat().st_size for path in tracked(repository) if path.is_file()}
    assert not {path: size for path, size in sizes.items() if size > MOST_BYTES_OF_A_FILE}
    weights = sum(size for path, size in sizes.items() if path.parent.name == "files")
    assert weights <= MOST_BYTES_OF_WEIGHTS


def test_changelog_has_the_version(repository: Path) -> None:
    changelog = (repository / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {lamplit.__version__}" in changelog


def test_every_subpackage_ships_its_data(repository: Path) -> None:
    # hatchling ships what lies in the package; a build setting that excludes files would break that.
    settings = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["hatch"]["build"]["targets"]["wheel"] == {"packages": ["src/lamplit"]}
