"""FER2013: pictures from the web with one of seven labels each, as the challenge of 2013 gave them.

Goodfellow et al. (2013), doi:10.1007/978-3-642-42051-1_16. The same pictures with the votes of ten people
each are FER+ (`lamplit.datasets.ferplus`), whose labels are better.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError
from lamplit.core.labels import FER2013_SEVEN
from lamplit.datasets.archive import Archive
from lamplit.datasets.gathering import LONGEST, Listed, Reading, check_split, gather
from lamplit.datasets.labelled import LabelledFaces, Refused
from lamplit.datasets.pictures import picture_from_text
from lamplit.datasets.tables import read_table

SOURCE = "FER2013 (Goodfellow et al. 2013, on Kaggle)"
TERMS = "for research, as the challenge distributed it"
"""What cards of weights say of this data set."""

FILES = ("fer2013.csv", "fer2013/fer2013.csv", "icml_face_data.csv")
"""Where the table may lie; the last is its other name on Kaggle."""

COLUMNS = ("emotion", "pixels", "Usage")
SIDE = 48

CODES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""What the numbers in the column `emotion` mean, from 0."""

SPLITS = {"training": "Training", "validation": "PublicTest", "test": "PrivateTest"}
"""Name here, name in the column `Usage`."""


def read_fer2013(
    path: str | Path,
    split: str | None = None,
    *,
    longest: int = LONGEST,
    strict: bool = True,
    on_picture: Callable[[int, int], None] | None = None,
) -> LabelledFaces:
    """Read one split of FER2013 with its seven labels.

    Parameters
    ----------
    path : str or Path
        `fer2013.csv`, or the folder or zip that holds it.
    split : str
        "training" (28,709 pictures), "validation" (3,589) or "test" (3,589).
    longest : int
        The most pixels that a side may have; larger pictures are shrunk. These have 48 x 48.
    strict : bool
        Whether a row that cannot be read is an error, or is left out.
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture, for a progress display.

    Returns
    -------
    LabelledFaces
        The pictures in the order of the table. Who they show is not known.

    Raises
    ------
    InvalidArgumentError
        If there is no such split.
    DatasetError
        If the table is missing or not as expected.

    Notes
    -----
    Pictures stand in it several times, across splits too: see `lamplit.datasets.have_copies`.

    Examples
    --------
    >>> faces = read_fer2013("fer2013.csv", "validation")  # doctest: +SKIP
    >>> len(faces), faces.labels.name  # doctest: +SKIP
    (3589, 'fer2013-seven')
    """
    check_split(split, tuple(SPLITS))
    path, how = Path(path), Reading(longest, strict, on_picture)
    folder, names = (path.parent, (path.name,)) if path.suffix.lower() == ".csv" else (path, FILES)
    with Archive(folder) as files:
        table = next((name for name in names if files.has(name)), None)
        if table is None:
            hint = f"give {FILES[0]}, or the folder or zip that holds it"
            raise DatasetError(str(path), f"the file {FILES[0]}", "a place without it", hint)
        where = f"{folder}: {table}"
        rows = _rows(files, table, where, SPLITS[str(split)])
    listed = [row for row in rows if isinstance(row, Listed)]
    refused = [row for row in rows if isinstance(row, Refused)]
    return gather(where, listed, name="FER2013", labels=FER2013_SEVEN, how=how, refused=refused)


def _rows(files: Archive, table: str, where: str, usage: str) -> list[Listed | Refused]:
    """Read the rows of a split, or why they are none."""
    lines = read_table(files, table)
    header = [title.strip().casefold() for title in next(lines, [])]
    if sorted(header) != sorted(title.casefold() for title in COLUMNS):
        came = ",".join(header)[:100] or "nothing"
        raise DatasetError(where, f"the header {','.join(COLUMNS)}", came)
    emotion, pixels, use = (header.index(title.casefold()) for title in COLUMNS)
    rows: list[Listed | Refused] = []
    for number, cells in enumerate(lines, start=2):
        name = f"line {number}"
        if not cells:
            continue
        if len(cells) != len(COLUMNS) or cells[use].strip() not in SPLITS.values():
            required = f"needs 3 cells, the last of {list(SPLITS.values())}"
            rows.append(Refused(name, f"{required}, got {len(cells)}: {','.join(cells)[-40:]}"))
        elif cells[use].strip() == usage:
            rows.append(_row(name, cells[emotion].strip(), partial(_picture, cells[pixels], where, name)))
    return rows


def _picture(text: str, where: str, name: str) -> ByteArray:
    return picture_from_text(text, where=f"{where}, {name}", side=SIDE)


def _row(name: str, code: str, load: Callable[[], ByteArray]) -> Listed | Refused:
    """Read the label of a row, if it has one."""
    if code not in [str(number) for number in range(len(CODES))]:
        return Refused(name, f"needs an emotion from 0 to {len(CODES) - 1}, got {code!r}")
    return Listed(name, FER2013_SEVEN.index(CODES[int(code)]), load)
