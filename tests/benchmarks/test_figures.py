"""The tables in README and docs are those that the stored results make."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def figures(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    return importlib.import_module("figures")


def test_pages_have_the_figures_of_the_results(figures: ModuleType, repository: Path) -> None:
    # After a benchmark ran anew: python benchmarks/figures.py
    pages = {name: (repository / name).read_text(encoding="utf-8") for name in figures.PAGES}
    assert [name for name, text in pages.items() if figures.with_figures(text) != text] == []


def test_no_page_with_tables_is_forgotten(figures: ModuleType, repository: Path) -> None:
    pages = [repository / "README.md", *(repository / "docs").glob("*.md")]
    found = {page for page in pages if figures.BLOCK.search(page.read_text(encoding="utf-8"))}
    assert {page.relative_to(repository).as_posix() for page in found} == set(figures.PAGES)


def test_each_table_has_a_name_of_its_own(figures: ModuleType) -> None:
    parts = [part for part in vars(figures).values() if hasattr(part, "TABLES")]
    names = [name for part in parts for name in part.TABLES]
    assert len(parts) > 10
    assert sorted(names) == sorted(figures.TABLES)
