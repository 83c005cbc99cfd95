"""RAF-DB, single labels: pictures from the web, each labelled by about 40 people.

Li, Deng, Du (2017), doi:10.1109/CVPR.2017.277; Li, Deng (2019), doi:10.1109/TIP.2018.2868382.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lamplit.core.errors import DatasetError
from lamplit.core.labels import FER2013_SEVEN
from lamplit.datasets.archive import Archive
from lamplit.datasets.gathering import LONGEST, Listed, Reading, check_split, from_file, gather
from lamplit.datasets.labelled import LabelledFaces, Refused

SOURCE = "RAF-DB, basic expressions (Li, Deng, Du 2017)"
TERMS = "non-commercial research only; not to be copied, published or distributed"
"""What cards of weights say of this data set."""

LIST = "list_patition_label.txt"
"""The list of labels; the original spells it so."""

_FOLDERS = ("Image/aligned", "aligned")

CODES = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
"""What the numbers in the list mean, from 1."""

SPLITS = {"training": "train_", "test": "test_"}
"""Name here, beginning of the file names."""


def read_raf_db(
    path: str | Path,
    split: str | None = None,
    *,
    longest: int = LONGEST,
    strict: bool = True,
    on_picture: Callable[[int, int], None] | None = None,
) -> LabelledFaces:
    """Read one split of RAF-DB with its seven basic expressions, aligned.

    Parameters
    ----------
    path : str or Path
        The folder `basic` of the original, one that holds it, or a zip of either: with
        `EmoLabel/list_patition_label.txt` and `Image/aligned/train_00001_aligned.jpg`, or with both without
        the outer folder (`list_patition_label.txt`, `aligned/`).
    split : str
        "training" (12,271 pictures) or "test" (3,068).
    longest : int
        The most pixels that a side may have; larger pictures are shrunk. These have 100 x 100.
    strict : bool
        Whether a picture or line that cannot be read is an error, or is left out.
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture, for a progress display.

    Returns
    -------
    LabelledFaces
        The pictures in the order of the list. Who they show is not known.

    Raises
    ------
    InvalidArgumentError
        If there is no such split.
    DatasetError
        If files are missing or not as expected.

    Examples
    --------
    >>> faces = read_raf_db("basic", "test")  # doctest: +SKIP
    >>> len(faces), faces.labels.name  # doctest: +SKIP
    (3068, 'fer2013-seven')
    """
    check_split(split, tuple(SPLITS))
    path, how = Path(path), Reading(longest, strict, on_picture)
    with Archive(path) as files:
        place = _list(files)
        where = f"{path}: {place}"
        lines = files.read(place).decode("utf-8", errors="replace").splitlines()
        pairs = [
            (f"line {number}", *line.split()) for number, line in enumerate(lines, start=1) if line.strip()
        ]
        folder = _folder(files, place.removesuffix(LIST).removesuffix("EmoLabel/"))
        rows = [_row(files, folder, pair) for pair in pairs if pair[1].startswith(SPLITS[str(split)])]
        refused = [row for row in rows if isinstance(row, Refused)]
        listed = [row for row in rows if isinstance(row, Listed)]
        if not rows:
            raise DatasetError(where, f"lines that begin with {SPLITS[str(split)]}", "none")
        return gather(where, listed, name="RAF-DB", labels=FER2013_SEVEN, how=how, refused=refused)


def _list(files: Archive) -> str:
    """Where the list of the single labels lies: RAF-DB has another one of that name for compound labels."""
    found = [name for name in files.names() if name.rpartition("/")[2] == LIST and "compound" not in name]
    if not found:
        hint = "give the folder basic of RAF-DB"
        raise DatasetError(str(files.path), f"the list {LIST}", "a place without it", hint)
    return min(found, key=len)


def _folder(files: Archive, root: str) -> str:
    """Where the aligned pictures lie."""
    there = files.folders()
    for folder in _FOLDERS:
        if f"{root}{folder}" in there:
            return f"{root}{folder}"
    hint = "unpack Image/aligned.zip there"
    raise DatasetError(f"{files.path}", f"the folder {root}{_FOLDERS[0]}", "a place without it", hint)


def _row(files: Archive, folder: str, pair: tuple[str, ...]) -> Listed | Refused:
    """Read the picture and label of a line, if it has both."""
    line, name, *codes = pair
    if len(codes) != 1 or codes[0] not in [str(number + 1) for number in range(len(CODES))]:
        return Refused(
            line, f"needs a file name and a label from 1 to {len(CODES)}, got {' '.join(pair[1:])!r}"
        )
    member = f"{folder}/{name.removesuffix('.jpg')}_aligned.jpg"
    return Listed(member, FER2013_SEVEN.index(CODES[int(codes[0]) - 1]), from_file(files, member))
