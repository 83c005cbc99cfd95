"""The command in this process, and the maker of damaged pictures that the benchmark uses as well."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lamplit.cli.app import app

sys.path.insert(0, str(Path(__file__).resolve().parent))  # for its own made-up data
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "nets"))  # for its small finished network


@pytest.fixture
def lamplit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run the command; returns exit_code, stdout and stderr."""
    monkeypatch.delenv("LAMPLIT_DATA", raising=False)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*words: object) -> Any:
        result = CliRunner().invoke(app, [str(word) for word in words])
        # Whatever is no exit is a bug, and its traceback is wanted.
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture(scope="session")
def photo(repository: Path) -> Path:
    return repository / "examples" / "eileen-collins.jpg"
