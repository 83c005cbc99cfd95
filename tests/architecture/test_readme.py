"""The README's Python lines run, and its figures are those of the benchmark results."""

from __future__ import annotations

import importlib
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


@pytest.fixture
def figures(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    return importlib.import_module("figures")


def test_figures_are_those_of_the_results(repository: Path, figures: ModuleType) -> None:
    for page in figures.PAGES:
        text = (repository / page).read_text(encoding="utf-8")
        assert figures.with_figures(text) == text, f"{page}: run python benchmarks/figures.py"


def test_every_table_stands_once_and_on_its_own(repository: Path, figures: ModuleType) -> None:
    texts = [(repository / page).read_text(encoding="utf-8") for page in figures.PAGES]
    names = [name for text in texts for _, name, _ in figures.BLOCK.findall(text)]
    assert sorted(names) == sorted(figures.TABLES), "each table on one page, once"
    for text in texts:
        for opened in re.finditer(r"<!-- figures: ", text):
            assert text[: opened.start()].endswith("\n\n"), text[opened.start() : opened.start() + 60]


def test_no_page_with_tables_is_forgotten(repository: Path, figures: ModuleType) -> None:
    pages = [repository / "README.md", *(repository / "docs").glob("*.md")]
    found = {page for page in pages if figures.BLOCK.search(page.read_text(encoding="utf-8"))}
    assert {page.relative_to(repository).as_posix() for page in found} == set(figures.PAGES)


def test_no_part_takes_the_name_of_anothers_table(figures: ModuleType) -> None:
    parts = [part for part in vars(figures).values() if hasattr(part, "TABLES")]
    assert len(parts) > 10
    assert sorted(name for part in parts for name in part.TABLES) == sorted(figures.TABLES)
