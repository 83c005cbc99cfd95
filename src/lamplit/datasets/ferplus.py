"""FER+: the pictures of FER2013 with the votes of ten people each.

Goodfellow et al. (2013), doi:10.1007/978-3-642-42051-1_16, gave the pictures; Barsoum et al. (2016),
doi:10.1145/2993148.2993165, the votes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, IntArray
from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets.archive import Archive
from lamplit.datasets.pictures import decode_grey, picture_from_text
from lamplit.datasets.tables import read_table

SOURCE = "pictures: FER2013 (Goodfellow et al. 2013, on Kaggle); votes: FER+ (Barsoum et al. 2016)"
TERMS = "pictures: for research, as the challenge distributed them; votes: MIT licence"
"""What cards of weights say of this data set."""

VOTES_FILE = "fer2013new.csv"
VOTES_HEADER = ["Usage", "Image name", *EXPRESSIONS, "unknown", "NF"]
PIXELS_FILE = "fer2013.csv"
ZIP_FILE = "ferplus.zip"
SIDE = 48
MOST_VOTES = 1000
"""More people than anybody asked: a higher count is damage."""

SPLITS = {
    "training": ("Training", "FER2013Train"),
    "validation": ("PublicTest", "FER2013Valid"),
    "test": ("PrivateTest", "FER2013Test"),
}
"""Name here, name in the votes file, folder of pictures."""


@dataclass(frozen=True, slots=True)
class FerPlus:
    """One split of FER+.

    Parameters
    ----------
    split : str
        "training", "validation" or "test".
    names : tuple of str
        File name of each picture.
    images : ndarray of shape (N, 48, 48), uint8
        Grey pictures.
    votes : ndarray of shape (N, 10), int64
        Votes for the eight expressions in lamplit's order, "unknown" and "not a face".
    """

    split: str
    names: tuple[str, ...]
    images: ByteArray
    votes: IntArray

    def __len__(self) -> int:
        return len(self.names)

    def subset(self, chosen: AnyArray) -> FerPlus:
        """Return some of the faces, in the order given.

        Parameters
        ----------
        chosen : ndarray of shape (N,) bool, or of shape (M,) int
            Which faces.

        Returns
        -------
        FerPlus
            Those faces.

        Raises
        ------
        IndexError
            If an index is out of range.
        """
        positions = np.arange(len(self))[chosen]
        names = tuple(self.names[i] for i in positions)
        return replace(self, names=names, images=self.images[positions], votes=self.votes[positions])


def read_ferplus(
    path: str | Path, split: str, *, on_picture: Callable[[int, int], None] | None = None
) -> FerPlus:
    """Read one split of FER+ from any of its layouts.

    Parameters
    ----------
    path : str or Path
        A folder or zip with `fer2013new.csv` beside the folders of PNG files (the official layout) or beside
        `fer2013.csv`; or a folder that holds `ferplus.zip`.
    split : str
        "training", "validation" or "test".
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture, for a progress display.

    Returns
    -------
    FerPlus
        Every row of the votes file that names a picture, in its order. Three names stand twice in the
        training rows of the original and so do here.

    Raises
    ------
    InvalidArgumentError
        If there is no such split.
    DatasetError
        If files are absent or not as expected.

    Notes
    -----
    FER2013 holds copies: 279 of the 3,579 validation pictures stand in training too, pixel for pixel. In
    `fer2013new.csv` all copies of a picture have the votes of the first, while the `label.csv` beside the
    pictures gives 1,319 of them votes of their own; this reader takes the former.

    Examples
    --------
    >>> faces = read_ferplus("ferplus.zip", "validation")  # doctest: +SKIP
    >>> faces.images.shape  # doctest: +SKIP
    (3579, 48, 48)
    """
    if split not in SPLITS:
        raise InvalidArgumentError("split", f"one of {list(SPLITS)}", repr(split))
    path = Path(path)
    if (path / ZIP_FILE).is_file():
        path = path / ZIP_FILE
    with Archive(path) as files:
        rows = [row for row in _vote_rows(files) if row[0] == SPLITS[split][0]]
        pixels = _pixels_from_csv if files.has(PIXELS_FILE) else _pixels_from_folders
        named = [row for row in rows if row[1]]
        if not named:
            raise DatasetError(f"{path}: {VOTES_FILE}", f"rows of the {split} split with a picture", "none")
        images = np.empty((len(named), SIDE, SIDE), dtype=np.uint8)
        for done, image in enumerate(pixels(files, split, rows)):
            images[done] = image
            if on_picture is not None:
                on_picture(done + 1, len(named))
    votes = np.array([row[2] for row in named], dtype=np.int64)
    return FerPlus(split, tuple(row[1] for row in named), images, votes)


VoteRow = tuple[str, str, list[int]]
"""Usage, picture name (empty: no picture), ten counts."""


def _vote_rows(files: Archive) -> list[VoteRow]:
    """Read all rows of the votes file."""
    where = f"{files.path}: {VOTES_FILE}"
    if not files.has(VOTES_FILE):
        raise DatasetError(
            str(files.path),
            f"a file {VOTES_FILE} (the votes of FER+)",
            "a place without it",
            "give the folder or zip of FER+, or a folder that holds ferplus.zip",
        )
    lines = read_table(files, VOTES_FILE)
    header = [title.strip() for title in next(lines, [])]
    if header != VOTES_HEADER:  # columns in another order would become wrong labels in silence
        raise DatasetError(where, f"the header {','.join(VOTES_HEADER)}", ",".join(header) or "nothing")
    return [_vote_row(where, number, line) for number, line in enumerate(lines, start=2) if line]


def _vote_row(where: str, number: int, line: list[str]) -> VoteRow:
    """Read one row of the votes file."""
    try:
        if len(line) != len(VOTES_HEADER):
            raise ValueError(f"{len(line)} columns")
        usage, name, *texts = line
        counts = [int(text) for text in texts]
        if not 0 <= min(counts) <= max(counts) <= MOST_VOTES:
            raise ValueError(f"counts from {min(counts)} to {max(counts)}")
        return usage, name.strip(), counts
    except ValueError as error:
        raise DatasetError(
            f"{where}, line {number}", "usage, name and 10 whole counts", str(error)
        ) from error


def _pixels_from_folders(files: Archive, split: str, rows: list[VoteRow]) -> Iterator[ByteArray]:
    """Yield the picture of each named row, from the official layout's PNG files."""
    for _, name, _ in rows:
        if name:
            member = f"{SPLITS[split][1]}/{name}"
            yield decode_grey(files.read(member), where=f"{files.path}: {member}", width=SIDE, height=SIDE)


def _pixels_from_csv(files: Archive, split: str, rows: list[VoteRow]) -> Iterator[ByteArray]:
    """Yield the picture of each named row, from `fer2013.csv`, whose rows run parallel to the votes file."""
    where = f"{files.path}: {PIXELS_FILE}"
    lines = read_table(files, PIXELS_FILE)
    next(lines, None)
    pictures = [line[1] for line in lines if len(line) == 3 and line[2] == SPLITS[split][0]]
    if len(pictures) != len(rows):
        raise DatasetError(where, f"{len(rows)} rows of the {split} split", f"{len(pictures)}")
    for (_, name, _), text in zip(rows, pictures, strict=True):
        if name:
            yield picture_from_text(text, where=f"{where}: {name}", side=SIDE)
