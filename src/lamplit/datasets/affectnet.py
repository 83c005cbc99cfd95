"""AffectNet: faces from the web, labelled by one person each, in its two official layouts.

Mollahosseini, Hasani, Mahoor (2019), doi:10.1109/TAFFC.2017.2740923.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lamplit.core.errors import DatasetError
from lamplit.core.labels import EXPRESSIONS
from lamplit.core.values import Box
from lamplit.datasets.archive import Archive
from lamplit.datasets.gathering import Listed, Reading, check_split, from_file, gather, refusal_of
from lamplit.datasets.labelled import LabelledFaces, Refused
from lamplit.datasets.tables import read_table

SOURCE = "AffectNet, annotated by people (Mollahosseini, Hasani, Mahoor 2019)"
TERMS = "research only, under a signed agreement; the paper to be cited"
"""What cards of weights say of this data set."""

CODES = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
"""What the numbers mean, from 0. The others, 8 none, 9 uncertain and 10 no face, name no expression."""

NO_EXPRESSION = (8, 9, 10)

SPLITS = {"training": ("training.csv", "train_set"), "validation": ("validation.csv", "val_set")}
"""Name here, list of the layout of 2017, folder of the later one. The test split was never given out."""

HEADER = (
    "subDirectory_filePath",
    *("face_x", "face_y", "face_width", "face_height"),
    *("facial_landmarks", "expression", "valence", "arousal"),
)

LONGEST = 224
"""Longest side in pixels, as the later layout has it. In training, even these pictures take 14 GB."""

_LISTS = ("", "Manually_Annotated_file_lists/", "Manually_Annotated/Manually_Annotated_file_lists/")
_PICTURES = (
    *("Manually_Annotated_Images/", "Manually_Annotated/Manually_Annotated_Images/"),
    *("Manually_Annotated_compressed/Manually_Annotated_Images/", ""),
)
_PROBE = 100  # so many rows may lack their picture before the folder counts as not found


def read_affectnet(
    path: str | Path,
    split: str | None = None,
    *,
    longest: int = LONGEST,
    strict: bool = False,
    on_picture: Callable[[int, int], None] | None = None,
) -> LabelledFaces:
    """Read one split of AffectNet with its eight expressions.

    Parameters
    ----------
    path : str or Path
        A folder or zip, either with `training.csv` and `validation.csv` (also in
        `Manually_Annotated_file_lists`) beside `Manually_Annotated_Images`, from whose pictures the listed
        box is cut; or with `train_set` and `val_set`, each with `images/0.jpg` and `annotations/0_exp.npy`.
    split : str
        "training" or "validation".
    longest : int
        The most pixels that a side may have; larger pictures are shrunk. Take 64 or so if memory is short.
    strict : bool
        Whether a picture that cannot be read is an error. As a rule it is left out and stands in `refused` of
        the result: copies of so large a set lack some or have damaged ones.
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture, for a progress display.

    Returns
    -------
    LabelledFaces
        The pictures with one of the eight expressions, in the order of the list or of the file names; those
        labelled none, uncertain or no face are left out without a word. Who they show is not known.

    Raises
    ------
    InvalidArgumentError
        If there is no such split.
    DatasetError
        If there is neither layout, or a list is not as expected.

    Examples
    --------
    >>> faces = read_affectnet("AffectNet", "validation")  # doctest: +SKIP
    >>> faces.labels.name, faces.people_known  # doctest: +SKIP
    ('expressions', False)
    """
    check_split(split, tuple(SPLITS))
    path, how = Path(path), Reading(longest, strict, on_picture)
    table, folder = SPLITS[str(split)]
    with Archive(path) as files:
        place = next((f"{root}{table}" for root in _LISTS if files.has(f"{root}{table}")), None)
        rows = _from_list(files, place) if place else _from_arrays(files, folder)
        listed = [row for row in rows if isinstance(row, Listed)]
        refused = [row for row in rows if isinstance(row, Refused)]
        return gather(str(path), listed, name="AffectNet", labels=EXPRESSIONS, how=how, refused=refused)


def _position(code: int) -> int:
    return EXPRESSIONS.index(CODES[code])


def _code(text: str) -> int:
    """Read a label: 0 to 7, or one of `NO_EXPRESSION`."""
    code = int(text)
    if code not in range(len(CODES)) and code not in NO_EXPRESSION:
        raise ValueError(f"{code}")
    return code


def _from_list(files: Archive, place: str) -> list[Listed | Refused]:
    """Read the rows of a list with an expression, or why they cannot be used."""
    where = f"{files.path}: {place}"
    lines = [(number, cells) for number, cells in enumerate(read_table(files, place), start=1) if cells]
    if lines and lines[0][1][0] == HEADER[0]:
        _check_header(where, lines.pop(0)[1])
    names = [cells[0] for _, cells in lines[:_PROBE]]
    folder = next((root for root in _PICTURES if any(files.has(root + name) for name in names)), None)
    if folder is None:
        required = f"the folder {_PICTURES[0].rstrip('/')} with the pictures that {place} lists"
        raise DatasetError(str(files.path), required, "a place without them")
    rows = [_list_row(files, folder, number, cells) for number, cells in lines]
    return [row for row in rows if row is not None]


def _check_header(where: str, header: list[str]) -> None:
    """Refuse columns in another order, which would become wrong labels in silence."""
    if tuple(title.strip() for title in header) != HEADER:
        raise DatasetError(where, f"the header {','.join(HEADER)}", ",".join(header)[:200])


def _list_row(files: Archive, folder: str, number: int, cells: list[str]) -> Listed | Refused | None:
    """Read one row; None where it names no expression."""
    try:
        if len(cells) != len(HEADER):
            raise ValueError(f"{len(cells)} cells")
        code = _code(cells[6])
        if code in NO_EXPRESSION:
            return None
        x, y, width, height = (int(cell) for cell in cells[1:5])
        box = Box(x, y, x + width, y + height)
    except ValueError as error:
        required = f"needs {len(HEADER)} cells with a box in whole pixels and a label from 0 to 10"
        return Refused(f"line {number}", f"{required}, got {error}")
    return Listed(folder + cells[0], _position(code), from_file(files, folder + cells[0], box=box))


def _from_arrays(files: Archive, folder: str) -> list[Listed | Refused]:
    """Find the pictures of the later layout with an expression, or why they cannot be used."""
    pattern = re.compile(rf"((?:.*/)?{folder}/)annotations/(\w+)_exp\.npy")
    found = sorted(
        (match[1], len(match[2]), match[2], match[0])  # the numbers have no leading zeros
        for name in files.names()
        if (match := pattern.fullmatch(name))
    )
    if not found:
        list_name = next(name for name, folder_name in SPLITS.values() if folder_name == folder)
        required = f"the list {list_name}, or the folder {folder} with images and annotations"
        hint = "give the folder or zip that holds one of them"
        raise DatasetError(str(files.path), required, "a place without them", hint)
    rows: list[Listed | Refused] = []
    for root, _, number, annotation in found:
        try:
            code = _array_code(files.read(annotation), f"{files.path}: {annotation}")
        except DatasetError as error:
            rows.append(refusal_of(annotation, error))
            continue
        if code not in NO_EXPRESSION:
            member = f"{root}images/{number}.jpg"
            rows.append(Listed(member, _position(code), from_file(files, member)))
    return rows


def _array_code(content: bytes, where: str) -> int:
    """Read a label from a NumPy file with one number, which the original writes as text."""
    try:
        array = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
        if array.size != 1:
            raise ValueError(f"{array.size} numbers")
        return _code(str(array.item()))
    except (ValueError, MemoryError) as error:  # MemoryError: a header that promises too much
        raise DatasetError(where, "a NumPy file with one label from 0 to 10", f"{error}") from error
