"""Which version of the source a training runs."""

from __future__ import annotations

import subprocess
from importlib.metadata import version
from pathlib import Path


def source_commit() -> str:
    """Return the commit of the source, with "+changes" where the files differ; else the package's version.

    Examples
    --------
    >>> len(source_commit()) > 0
    True
    """
    commit = _git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return f"lamplit {version('lamplit')}"
    # Weights are what trainings make, not what makes trainings.
    changed = _git("status", "--porcelain", "--", ".", ":!weights/files")
    return f"{commit}+changes" if changed else commit


def _git(*words: str) -> str:
    """Return what git says of this package's folder, or nothing if it is no checkout of lamplit."""
    folder = Path(__file__).parents[1]
    if not (folder.parents[1] / ".git").exists():
        return ""
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()
