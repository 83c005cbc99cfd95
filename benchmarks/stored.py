"""What benchmarks have measured, read back for pages: figures, machines, tables."""

from __future__ import annotations

import json
from typing import Any

from results import ROOT


def result(name: str) -> dict[str, Any]:
    """Return the figures of a benchmark."""
    figures: dict[str, Any] = _stored(name)["figures"]
    return figures


def machine(name: str) -> str:
    """Return what a benchmark ran on."""
    values = _stored(name)
    return f"{values['machine']['cpu']}, {values['machine']['cores']} cores, commit {values['commit']}"


def table(rows: list[tuple[str, ...]]) -> str:
    """Return rows, the first of which is the head, as a Markdown table."""
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body]) + "\n"


def _stored(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(
        (ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8")
    )
    return values


def is_stored(name: str) -> bool:
    """Return whether a benchmark has been run."""
    return (ROOT / "benchmarks" / "results" / f"{name}.json").is_file()
