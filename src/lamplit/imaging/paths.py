"""Which files a command line means: files, folders and patterns, in a stable order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from lamplit.imaging.formats import SUFFIXES

_MAGIC = re.compile(r"[*?\[]")
_DIGITS = re.compile(r"(\d+)")


def find_images(paths: Sequence[str | Path]) -> list[Path]:
    """List the pictures that files, folders and patterns stand for.

    Parameters
    ----------
    paths : sequence of str or Path
        A file stays as it is, whatever its suffix and even if it is missing. A folder gives the picture
        files in it and below, by suffix (`lamplit.imaging.formats.SUFFIXES`, in any case); names that begin
        with a dot are passed over. A pattern with ``*``, ``?`` or ``[...]``, or ``**`` for any depth, gives
        each of its matches in the same way. What gives nothing (an empty folder, a pattern without a match)
        stays as a path, so that reading it says what is wrong without stopping the rest.

    Returns
    -------
    list of Path
        In the order of the arguments, each folder and pattern sorted with numbers by value (2 before 10),
        each path once.

    Examples
    --------
    >>> [str(path) for path in find_images(["a.jpg", "missing.png", "a.jpg"])]
    ['a.jpg', 'missing.png']
    """
    if isinstance(paths, str | Path):  # a str is a sequence of str, too: "photos" would be six paths
        paths = [paths]
    found: dict[str, Path] = {}
    for given in (Path(path) if str(path) else Path("''") for path in paths):  # Path("") is "."
        for path in _expand(given):
            found.setdefault(os.path.abspath(path), path)
    return list(found.values())


def _expand(given: Path) -> list[Path]:
    if os.path.isdir(given):
        return _pictures_below(given) or [given]
    if os.path.lexists(given) or not _MAGIC.search(str(given)):
        return [given]
    files = (
        file
        for match in _matches(given)
        for file in (_pictures_below(match) if os.path.isdir(match) else [match])
    )
    return sorted(set(files), key=_natural) or [given]


def _pictures_below(folder: Path) -> list[Path]:
    return sorted((path for path in _walk(folder) if path.suffix.lower() in SUFFIXES), key=_natural)


def _walk(folder: Path) -> Iterator[Path]:
    seen: set[str] = set()  # links to folders are followed, and some lead back
    for parent, folders, files in os.walk(folder, followlinks=True):
        seen.add(os.path.realpath(parent))
        folders[:] = [
            name
            for name in sorted(folders)
            if not name.startswith(".") and os.path.realpath(os.path.join(parent, name)) not in seen
        ]
        yield from (Path(parent, name) for name in files if not name.startswith("."))


def _matches(pattern: Path) -> list[Path]:
    """Paths that fit; pathlib's own search, since it does not follow links that lead back."""
    parts = pattern.parts
    fixed = next(i for i, part in enumerate(parts) if _MAGIC.search(part))
    base, rest = Path(*parts[:fixed]), parts[fixed:]
    if rest[-1] == "**":  # everything below: what a folder stands for anyway
        rest = rest[:-1]
    if not rest:
        return [base]
    try:
        matches = list(base.glob("/".join(rest)))
    except (OSError, ValueError):  # ValueError: "a**" and other patterns that pathlib refuses
        return []
    dots_wanted = any(part.startswith(".") for part in rest)
    return [path for path in matches if dots_wanted or not _is_hidden(path.relative_to(base))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _natural(path: Path) -> tuple[list[list[str | int]], str]:
    """Sort key that takes runs of digits as numbers."""
    parts = [
        [int(p) if i % 2 else p.casefold() for i, p in enumerate(_DIGITS.split(part))] for part in path.parts
    ]
    return parts, str(path)
