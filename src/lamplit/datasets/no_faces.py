"""Pictures without faces: what a detector must not find anything in."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.datasets.archive import Archive
from lamplit.datasets.pictures import decode_any_grey

SOURCE = "a public collection of pictures without faces, for training cascades; its origin is not recorded"
TERMS = "not recorded; used for research"
"""What cards say of this data set."""

ZIP_FILE = "no-faces.zip"
DROPPED_FILE = "no_faces_dropped.csv"

PARTS = ("training", "tuning", "held-out")
"""To learn from; to choose settings on; to measure on. The hash of a picture's name decides."""

_OF = 20
_HELD_OUT, _TUNING = 4, 5  # of 20: below 4 a fifth is held out, 4 is a twentieth for tuning


@dataclass(frozen=True, slots=True, eq=False)
class NoFaces:
    """Pictures of one part, in the order of their names.

    Parameters
    ----------
    part : str
        One of `PARTS`.
    names : tuple of str
        File names, without folders.
    images : tuple of ndarray of shape (H, W), uint8
        Grey pictures of different sizes.
    """

    part: str
    names: tuple[str, ...]
    images: tuple[ByteArray, ...]

    def __len__(self) -> int:
        return len(self.names)


@cache
def dropped_pictures() -> dict[str, str]:
    """Return the pictures of `no-faces.zip` that do show a face, by name, each with what was seen.

    Examples
    --------
    >>> all(name.endswith(".jpg") and seen for name, seen in dropped_pictures().items())
    True
    """
    text = resources.files("lamplit.datasets").joinpath(DROPPED_FILE).read_text(encoding="utf-8")
    return {row["name"]: row["seen"] for row in csv.DictReader(text.splitlines())}


def part_of(name: str) -> str:
    """Return the part that a picture belongs to.

    Parameters
    ----------
    name : str
        File name, without folders.

    Returns
    -------
    str
        One of `PARTS`, by the SHA-256 of the name: a fifth is held out, a twentieth for tuning.

    Examples
    --------
    >>> part_of("UMD_001.jpg") in PARTS
    True
    """
    place = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % _OF
    if place < _HELD_OUT:
        return "held-out"
    return "tuning" if place < _TUNING else "training"


def read_no_faces(
    path: str | Path, part: str, *, on_picture: Callable[[int, int], None] | None = None
) -> NoFaces:
    """Read one part of the pictures without faces.

    Parameters
    ----------
    path : str or Path
        A folder or zip of pictures, or a folder that holds `no-faces.zip`.
    part : str
        "training", "tuning" or "held-out".
    on_picture : callable, optional
        Told (pictures read, pictures in all).

    Returns
    -------
    NoFaces
        Those whose names are not among `dropped_pictures`.

    Raises
    ------
    InvalidArgumentError
        If there is no such part.
    DatasetError
        If there are no such pictures, or one cannot be read.

    Examples
    --------
    >>> len(read_no_faces("no-faces.zip", "held-out"))  # doctest: +SKIP
    580
    """
    if part not in PARTS:
        raise InvalidArgumentError("part", f"one of {list(PARTS)}", repr(part))
    path = Path(path)
    if (path / ZIP_FILE).is_file():
        path = path / ZIP_FILE
    with Archive(path) as files:
        places = files.pictures()
        chosen = {place.rsplit("/", 1)[-1]: place for place in places}
        names = sorted(n for n in chosen if part_of(n) == part and n not in dropped_pictures())
        if not names:
            hint = f"give the folder or zip of pictures, or a folder that holds {ZIP_FILE}"
            raise DatasetError(str(path), f"pictures of the {part} part", "none", hint)
        images = []
        for done, name in enumerate(names):
            images.append(decode_any_grey(files.read(chosen[name]), where=f"{path}: {name}"))
            if on_picture is not None:
                on_picture(done + 1, len(names))
    return NoFaces(part, tuple(names), tuple(images))
