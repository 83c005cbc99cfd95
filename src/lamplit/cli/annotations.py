"""The folder of annotated pictures."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from lamplit.core.arrays import ByteArray
from lamplit.core.files import make_folder
from lamplit.core.values import InputResult
from lamplit.imaging.images import write_image
from lamplit.report.drawing import annotate

KEPT_FORMATS = {".jpg", ".jpeg", ".png", ".webp"}

LONGEST_STEM = 220
"""Bytes; file systems take names of 255, and the copy's has more behind the stem."""


class AnnotationFolder:
    """Write annotated copies of pictures to a folder.

    A copy is called `<name>-annotated` so that it can stand beside its original; a second picture of the same
    name gets `-2`. No copy takes the place of an original, whatever that is called.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    originals : iterable of Path
        The pictures of the run.

    Raises
    ------
    OutputError
        If it cannot be made.
    """

    def __init__(self, folder: Path, originals: Iterable[Path] = ()) -> None:
        make_folder(folder)
        self.folder = folder
        self._originals = _names_in(folder, originals)
        self._copies: Counter[str] = Counter()

    def add(self, pixels: ByteArray, result: InputResult) -> None:
        """Write the annotated copy of a picture, if it has a face.

        Parameters
        ----------
        pixels : ndarray of shape (H, W, 3), uint8
            The picture.
        result : InputResult
            Its analysis.

        Raises
        ------
        OutputError
            If the copy cannot be written.
        """
        if result.frame:
            write_image(self.folder / self._name(Path(result.source)), annotate(pixels, result.frame.faces))

    def _name(self, source: Path) -> str:
        """Return a name that no other copy and no original has."""
        suffix = source.suffix if source.suffix.lower() in KEPT_FORMATS else ".png"
        # A suffix that is no picture format may tell apart: subject01.happy and subject01.sad.
        stem = source.stem if source.suffix.lower() in KEPT_FORMATS else source.name
        stem = os.fsencode(stem)[:LONGEST_STEM].decode("utf-8", "ignore")
        key = f"{stem}{suffix}".casefold()
        while True:
            self._copies[key] += 1
            number = f"-{self._copies[key]}" if self._copies[key] > 1 else ""
            name = f"{stem}-annotated{number}{suffix}"
            if name.casefold() not in self._originals:
                return name


def _names_in(folder: Path, paths: Iterable[Path]) -> set[str]:
    """Return the names of the paths in a folder, without regard to case, as some file systems are."""
    here = os.path.realpath(folder)
    real = cache(os.path.realpath)
    return {path.name.casefold() for path in paths if real(path.parent) == here}
