"""Names for what is made of pictures and stands in one folder."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

KEPT_FORMATS = {".jpg", ".jpeg", ".png", ".webp"}

LONGEST_STEM = 220
"""Bytes; file systems take names of 255, and the copy's has more behind the stem."""


class CopyNames:
    """Name copies of pictures in a folder `<name>-<mark>`, so that they can stand beside their originals.

    A second picture of the same name gets `-2`. No copy takes the place of an original, whatever that is
    called.

    Parameters
    ----------
    folder : Path
        Where the copies shall stand.
    originals : iterable of Path
        The pictures of the run.
    mark : str
        What is put behind the name of the original.
    suffix : str, optional
        The suffix of every copy; by default that of the original if it is JPEG, PNG or WebP, else .png.
    """

    def __init__(
        self, folder: Path, originals: Iterable[Path], *, mark: str, suffix: str | None = None
    ) -> None:
        self.mark = mark
        self.suffix = suffix
        self._originals = _names_in(folder, originals)
        self._copies: Counter[str] = Counter()

    def name(self, source: Path) -> str:
        """Return a name that no other copy and no original has."""
        kept = source.suffix.lower() in KEPT_FORMATS
        suffix = self.suffix or (source.suffix if kept else ".png")
        # A suffix that is no picture format may tell apart: subject01.happy and subject01.sad.
        stem = source.stem if kept else source.name
        stem = os.fsencode(stem)[:LONGEST_STEM].decode("utf-8", "ignore")
        key = f"{stem}{suffix}".casefold()
        while True:
            self._copies[key] += 1
            number = f"-{self._copies[key]}" if self._copies[key] > 1 else ""
            name = f"{stem}-{self.mark}{number}{suffix}"
            if name.casefold() not in self._originals:
                return name


def _names_in(folder: Path, paths: Iterable[Path]) -> set[str]:
    """Return the names of the paths in a folder, without regard to case, as some file systems are."""
    here = os.path.realpath(folder)
    real = cache(os.path.realpath)
    return {path.name.casefold() for path in paths if real(path.parent) == here}
