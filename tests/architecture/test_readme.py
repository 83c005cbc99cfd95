"""The README's Python lines run, and its figures are those of the benchmark results."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)


def blocks(repository: Path) -> list[str]:
    return PYTHON_BLOCK.findall((repository / "README.md").read_text(encoding="utf-8"))


SAID = ["1 face in a picture of 512 x 512", "(2, 8)"]


@pytest.mark.parametrize("number", [0, 1])
def test_python_lines_run(repository: Path, number: int) -> None:
    command = [sys.executable, "-W", "error", "-c", blocks(repository)[number]]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert SAID[number] in done.stdout


def test_there_are_no_other_python_lines(repository: Path) -> None:
    assert len(blocks(repository)) == len(SAID)


def figures_module(repository: Path) -> ModuleType:
    path = repository / "benchmarks" / "figures.py"
    spec = importlib.util.spec_from_file_location("figures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["README.md", "docs/training.md", "docs/light-normalisation.md"])
def test_figures_are_those_of_the_results(repository: Path, page: str) -> None:
    text = (repository / page).read_text(encoding="utf-8")
    assert figures_module(repository).with_figures(text) == text, "run: python benchmarks/figures.py"
