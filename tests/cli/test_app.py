"""The command as a whole: help, version, errors, interrupts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from lamplit.analysis import analyze_inputs
from lamplit.cli import analyze
from lamplit.core.values import InputResult

Run = Callable[..., Any]


def test_version(lamplit: Run) -> None:
    result = lamplit("--version")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"lamplit {version('lamplit')}\n", "")


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command(lamplit: Run, flag: str) -> None:
    result = lamplit(flag)
    assert result.exit_code == 0
    assert all(name in result.stdout for name in ("analyze", "evaluate", "train", "weights"))


@pytest.mark.parametrize("command", ["analyze", "evaluate", "train", "weights"])
def test_every_command_has_help(lamplit: Run, command: str) -> None:
    result = lamplit(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


@pytest.mark.parametrize(
    "words",
    [["no-such-command"], ["analyze"], ["analyze", "--no-such-option", "a.jpg"], ["weights", "extra"]],
)
def test_what_cannot_be_understood_ends_with_2(lamplit: Run, words: list[str]) -> None:
    result = lamplit(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage" in result.stderr


def test_an_interrupt_keeps_what_was_written(
    lamplit: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: Any, **settings: Any) -> Iterator[InputResult]:
        yield next(analyze_inputs(*args, **settings))
        raise KeyboardInterrupt

    monkeypatch.setattr(analyze, "analyze_inputs", interrupted)
    result = lamplit("analyze", photo, "no.jpg", "nope.jpg", "--out", tmp_path / "out.parquet")
    assert result.exit_code == 130
    assert result.stdout == ""
    assert result.stderr == "lamplit: stopped; what was written so far is kept\n"
    assert pq.read_table(tmp_path / "out.parquet")["status"].to_pylist() == ["ok"]


def test_as_a_module_it_is_the_same_command(photo: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-W", "error", "-m", "lamplit", "analyze", str(photo), "gone.jpg"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120)
    assert done.returncode == 1
    assert "happiness" in done.stdout
    assert "gone.jpg" in done.stdout
    assert done.stderr == ""


def test_a_reader_that_leaves_early_is_no_error(photo: Path) -> None:
    words = [sys.executable, "-m", "lamplit", "analyze", "--json", *["gone.jpg", str(photo)]]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert "Traceback" not in errors
