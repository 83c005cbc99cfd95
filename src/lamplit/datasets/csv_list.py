"""People's own pictures: a CSV that says of each picture what it shows, and who."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lamplit.core.errors import DatasetError
from lamplit.datasets.archive import Archive
from lamplit.datasets.gathering import LONGEST, Listed, Reading, check_classes, from_file, gather
from lamplit.datasets.labelled import NOBODY, LabelledFaces, Refused, list_refused
from lamplit.datasets.own_labels import labels_from_words
from lamplit.datasets.tables import read_table

SOURCE = "the user's own pictures"
TERMS = "those of the pictures"

NEEDED = ("path", "label")


def read_csv(
    path: str | Path,
    split: str | None = None,
    *,
    longest: int = LONGEST,
    strict: bool = False,
    on_picture: Callable[[int, int], None] | None = None,
) -> LabelledFaces:
    r"""Read the pictures that a CSV lists.

    Parameters
    ----------
    path : str or Path
        The CSV: a header with the columns `path` (relative to the CSV's folder) and `label`; with `person`,
        people are known and can be kept apart; with `split`, parts can be read by name. Other columns do not
        matter. Commas, semicolons or tabs stand between the cells.
    split : str, optional
        Read only the rows whose `split` is this; all rows if not given.
    longest : int
        The most pixels that a side may have; larger pictures are shrunk.
    strict : bool
        Whether a row or picture that cannot be used is an error. As a rule it is left out and stands in
        `refused` of the result, with the reason.
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture, for a progress display.

    Returns
    -------
    LabelledFaces
        The pictures in the order of the rows, with labels made as `read_folder` makes them. The labels are
        those of the whole CSV, whichever split is read.

    Raises
    ------
    DatasetError
        If the CSV or a column is missing, no row has the split, no picture of a label can be used, or
        `strict` and anything is refused; all of them are named in one error.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.pgm").write_bytes(b"P5 2 1 255 " + bytes([7, 9]))
    >>> _ = (folder / "b.pgm").write_bytes(b"P5 2 1 255 " + bytes([7, 9]))
    >>> _ = (folder / "mine.csv").write_text("path,label,person\na.pgm,happy,Ann\nb.pgm,bored,Bob\n")
    >>> faces = read_csv(folder / "mine.csv")
    >>> faces.labels.names, faces.people
    (('bored', 'happy'), ('Ann', 'Bob'))
    """
    path, how = Path(path), Reading(longest, strict, on_picture)
    if not path.is_file():
        hint = "for a folder per expression, use read_folder" if path.is_dir() else ""
        raise DatasetError(str(path), "a CSV file", "a folder" if path.is_dir() else "no such file", hint)
    rows, refused = _rows(path)
    labels, positions = labels_from_words((row.label for row in rows), name=path.stem)
    chosen = [row for row in rows if split is None or row.split == split]
    if not chosen:
        there = ", ".join(sorted({row.split for row in rows} - {""})) or "none"
        raise DatasetError(str(path), f"rows of the split {split!r}", f"splits: {there}")
    with Archive(path.parent) as files:
        listed = [
            Listed(row.path, positions[row.label], from_file(files, row.path), row.person) for row in chosen
        ]
        faces = gather(str(path), listed, name=path.stem, labels=labels, how=how, refused=refused)
    check_classes(str(path), listed, faces)
    return faces


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that names a picture and a label."""

    line: int
    path: str
    label: str
    person: str
    split: str


def _rows(path: Path) -> tuple[list[_Row], list[Refused]]:
    """Read the rows that can be used, and say what is wrong with the others."""
    rows: dict[str, _Row] = {}
    refused = []
    for row in _all_rows(path):
        if isinstance(row, Refused):
            refused.append(row)
        elif row.path in rows:
            first = rows[row.path]
            refused.append(
                Refused(f"line {row.line}", f"{row.path} stands in line {first.line}, as {first.label!r}")
            )
        else:
            rows[row.path] = row
    if not rows:
        came = f"none: {list_refused(refused)}" if refused else "a header alone"
        raise DatasetError(str(path), "rows with a path and a label", came)
    return list(rows.values()), refused


def _all_rows(path: Path) -> Iterator[_Row | Refused]:
    """Yield each row below the header, or why it is none."""
    with Archive(path.parent) as files:
        lines = read_table(files, path.name, delimiter=_delimiter(files.read(path.name)))
        header = [title.strip().casefold() for title in next(lines, [])]
        if not set(NEEDED) <= set(header) or len(set(header)) != len(header):
            came = ",".join(header) or "nothing"
            raise DatasetError(str(path), "a header with the columns path and label, each once", came)
        for number, cells in enumerate(lines, start=2):
            if any(cell.strip() for cell in cells):
                yield _row(number, header, cells)


def _row(line: int, header: list[str], cells: list[str]) -> _Row | Refused:
    """Read one row."""
    if len(cells) != len(header):
        return Refused(f"line {line}", f"needs {len(header)} cells, got {len(cells)}")
    cell = dict(zip(header, (text.strip() for text in cells), strict=True))
    if not cell["path"] or not cell["label"]:
        missing = "path" if not cell["path"] else "label"
        return Refused(f"line {line}", f"needs a {missing}, got an empty cell")
    person, split = cell.get("person", NOBODY), cell.get("split", "")
    return _Row(line, cell["path"].replace("\\", "/"), cell["label"], person, split)


def _delimiter(content: bytes) -> str:
    """Tell what stands between the cells: whichever the header has most of."""
    header = content.splitlines()[0] if content.splitlines() else b""
    return max(",;\t", key=lambda sign: header.count(sign.encode()))
