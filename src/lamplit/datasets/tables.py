"""Tables of data sets: the rows of a CSV file, whoever saved it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from lamplit.core.errors import DatasetError
from lamplit.datasets.archive import Archive


def read_table(files: Archive, name: str, *, delimiter: str = ",") -> Iterator[list[str]]:
    """Yield the rows of a CSV file, the header first.

    Parameters
    ----------
    files : Archive
        Where it lies.
    name : str
        Its name there.
    delimiter : str
        What stands between two cells.

    Yields
    ------
    list of str
        The cells of a row; an empty list for an empty line.

    Raises
    ------
    DatasetError
        If there is no such file, or it is no such table.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "votes.csv").write_text("a,b")
    >>> with Archive(folder) as files:
    ...     list(read_table(files, "votes.csv"))
    [['a', 'b']]
    """
    content = io.BytesIO(files.read(name))
    text = io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")
    try:
        yield from csv.reader(text, delimiter=delimiter)
    except csv.Error as error:
        raise DatasetError(f"{files.path}: {name}", "comma-separated values", str(error)) from error
