"""Copies across splits as a table for the terminal, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from lamplit.core.errors import OutputError
from lamplit.core.files import write_atomically
from lamplit.report.tables import not_a_formula

KINDS = ("identical", "near", "mirrored")

NO_LABEL = ""
"""The label of a picture on which people did not agree."""


@dataclass(frozen=True, slots=True)
class CopyRow:
    """Two pictures that are one.

    Parameters
    ----------
    first, second : str
        Their names, each in its split.
    kind : str
        "identical" pixel for pixel, "near", or "mirrored".
    distance : int
        Bits of 128 in which their hashes differ.
    correlation : float
        Of their details once aligned, up to 1.
    first_label, second_label : str
        What each is labelled; "" where it has no label.
    labels_differ : bool
        Whether both have a label and not the same.
    """

    first: str
    second: str
    kind: str
    distance: int
    correlation: float
    first_label: str
    second_label: str
    labels_differ: bool


def duplicates_table(rows: Sequence[CopyRow], *, title: str = "", most: int = 20) -> Table:
    """Build a table of pairs.

    Parameters
    ----------
    rows : sequence of CopyRow
        The pairs.
    title : str
        Title of the table.
    most : int
        Rows at most; 0 shows all.

    Returns
    -------
    rich.table.Table
        The first rows in their order; labels that differ are bold.

    Examples
    --------
    >>> row = CopyRow("a.png", "b.png", "near", 4, 0.97, "fear", "surprise", True)
    >>> table = duplicates_table([row])
    >>> list(table.columns[3].cells)
    ['0.97']
    """
    # Titles and names are Text so that square brackets are not taken for markup.
    table = Table(
        title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False
    )
    for heading in ("picture", "kind", "bits", "correlation", "copy", "labelled", "copy labelled"):
        number = heading in ("bits", "correlation")
        table.add_column(heading, justify="right" if number else "left", no_wrap=True)
    for row in rows[: most or len(rows)]:
        style = "bold" if row.labels_differ else ""
        table.add_row(
            Text(row.first),
            row.kind,
            str(row.distance),
            f"{row.correlation:.2f}",
            Text(row.second),
            Text(row.first_label or "-", style=style),
            Text(row.second_label or "-", style=style),
        )
    return table


def check_duplicates_path(path: Path) -> None:
    """Refuse a name that says neither CSV nor JSON.

    Parameters
    ----------
    path : Path
        Where the pairs shall be written.

    Raises
    ------
    OutputError
        If the suffix is another one.
    """
    if path.suffix.lower() not in (".csv", ".json"):
        raise OutputError(str(path), "a name that ends in .csv or .json", repr(path.suffix))


def write_duplicates(path: Path, rows: Sequence[CopyRow]) -> None:
    """Write pairs as CSV or JSON, by the suffix of the path.

    Parameters
    ----------
    path : Path
        Ending in .csv or .json; a file that is there is replaced.
    rows : sequence of CopyRow
        The pairs.

    Raises
    ------
    OutputError
        If the suffix is another one or the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_duplicates(Path(folder, "pairs.csv"), [])
    ...     Path(folder, "pairs.csv").read_text().strip()
    'first,second,kind,distance,correlation,first_label,second_label,labels_differ'
    """
    check_duplicates_path(path)
    plain = [asdict(row) for row in rows]
    if path.suffix.lower() == ".json":
        write_atomically(path, (json.dumps(plain, indent=1) + "\n").encode())
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(CopyRow)], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: not_a_formula(value) for key, value in row.items()} for row in plain)
    write_atomically(path, text.getvalue().encode())
