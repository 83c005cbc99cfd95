"""What benchmarks have measured, read back for pages: figures, machines, tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from results import ROOT


def where_measured(name: str, write: Callable[[], str]) -> Callable[[], str]:
    """Return what writes a table of a benchmark or, where that was not run yet, says how to run it."""
    missing = f"Not measured yet: `python benchmarks/{name}.py --data DIR`.\n"
    return lambda: write() if _path(name).is_file() else missing


def measured_rows(*names: str) -> list[dict[str, Any]]:
    """Return the rows of several benchmarks, of those that were run."""
    return [row for name in names if _path(name).is_file() for row in result(name)["rows"]]


def result(name: str) -> dict[str, Any]:
    """Return the figures of a benchmark."""
    figures: dict[str, Any] = _stored(name)["figures"]
    return figures


def machine(name: str) -> str:
    """Return what a benchmark ran on."""
    values = _stored(name)
    return f"{values['machine']['cpu']}, {values['machine']['cores']} cores, commit {values['commit']}"


def commit(name: str) -> str:
    """Return the commit that a benchmark ran on."""
    value: str = _stored(name)["commit"]
    return value


def sizes_of(weights: str, passes: str = "single pass") -> dict[str, Any]:
    """Return the row of the table of sizes that weights have when they look at faces in a way."""
    for row in result("sizes")["rows"]:
        if (row["weights"], row["passes"]) == (weights, passes):
            found: dict[str, Any] = row
            return found
    raise SystemExit(f"sizes.json knows no {weights}, {passes}: python benchmarks/sizes.py --data DIR")


def table(rows: list[tuple[str, ...]]) -> str:
    """Return rows, the first of which is the head, as a Markdown table."""
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body]) + "\n"


def _stored(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(_path(name).read_text(encoding="utf-8"))
    return values


def _path(name: str) -> Path:
    return ROOT / "benchmarks" / "results" / f"{name}.json"
