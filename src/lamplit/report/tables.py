"""Results tables on disk, written while the run goes on: CSV, JSON lines and Parquet."""

from __future__ import annotations

import csv
import importlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, ClassVar, Self

from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.core.values import InputResult
from lamplit.report.rows import Row, column_types, rows_from

_ROWS_PER_GROUP = 1_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def open_table(path: str | os.PathLike[str], labels: Sequence[str], *, landmarks: bool = False) -> Table:
    r"""Open a results table for writing; the suffix of the path names the format.

    Parameters
    ----------
    path : path-like
        The file to write, ending in .csv, .jsonl or .parquet (in any case). An older file of that name is
        replaced; folders that lack are made.
    labels : sequence of str
        The labels whose probabilities the table holds.
    landmarks : bool
        Whether the 68 landmarks have columns, too.

    Returns
    -------
    Table
        The open table; use it in a ``with`` block.

    Raises
    ------
    InvalidArgumentError
        If the suffix is another one, or the labels do not fit as columns.
    OutputError
        If the file cannot be written; it is opened at once, so this comes before any work.

    Notes
    -----
    All formats hold the rows of `lamplit.report.rows.rows_from`. With one difference: a spreadsheet takes a
    CSV text that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, and whoever names a file could have
    it run. In CSV such a text begins with ``./``, which for a relative path names the same file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "results.csv")
    ...     with open_table(path, ["neutral", "happiness"]) as table:
    ...         table.write(InputResult(source="a.jpg", status="empty", message="there are no bytes"))
    ...     print(path.read_text().splitlines()[1][:35])
    a.jpg,empty,there are no bytes,,,,,
    """
    target = Path(path)
    formats = {table.suffix: table for table in (CsvTable, JsonLinesTable, ParquetTable)}
    if target.suffix.lower() not in formats:
        required = "a name that ends in .csv, .jsonl or .parquet"
        raise InvalidArgumentError(str(target), required, repr(target.suffix))
    return formats[target.suffix.lower()](target, labels, landmarks=landmarks)


class Table(ABC):
    """A results table that is open for writing.

    Parameters
    ----------
    path : Path
        The file to write.
    labels : sequence of str
        The labels whose probabilities the table holds.
    landmarks : bool
        Whether the 68 landmarks have columns, too.
    """

    suffix: ClassVar[str]

    def __init__(self, path: Path, labels: Sequence[str], *, landmarks: bool = False) -> None:
        self.path = path
        self.labels = tuple(labels)
        self.landmarks = landmarks
        self._columns = column_types(self.labels, landmarks=landmarks)
        with self._output_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[Any] = self._open()
            try:
                self._begin()
            except BaseException:
                self._abandon()
                raise

    def write(self, result: InputResult) -> None:
        """Add the rows of one input.

        Parameters
        ----------
        result : InputResult
            What became of the input.

        Raises
        ------
        InvalidArgumentError
            If the table is closed, or a face has a label that is no column.
        OutputError
            If the file cannot take the rows, for instance because the disk is full.
        """
        if self._file.closed:
            raise InvalidArgumentError("table", "an open table", "one that was closed")
        rows = rows_from(result, self.labels, landmarks=self.landmarks)
        with self._output_errors():
            self._append(rows)

    def close(self) -> None:
        """Write what is left and close the file; closing twice does nothing.

        Raises
        ------
        OutputError
            If the file cannot take the rest.
        """
        if self._file.closed:
            return
        with self._output_errors():
            try:
                self._finish()
            except BaseException:
                self._abandon()
                raise
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> IO[Any]:
        """Open the file; newlines are the format's own."""
        return self.path.open("w", encoding="utf-8", newline="")

    @abstractmethod
    def _begin(self) -> None:
        """Write what stands before the rows."""

    @abstractmethod
    def _append(self, rows: list[Row]) -> None:
        """Take the rows of one input."""

    def _finish(self) -> None:
        """Write what stands after the rows."""
        self._file.flush()

    def _abandon(self) -> None:
        """Close the file after an error, which counts for more than one in closing."""
        try:
            self._file.close()
        except OSError:
            return

    @contextmanager
    def _output_errors(self) -> Iterator[None]:
        """Turn an error of the file system into one that names the table."""
        try:
            yield
        except OSError as error:
            came = error.strerror or str(error)
            hint = "choose another place, or make room"
            raise OutputError(str(self.path), "a file that can be written", came, hint) from error


class CsvTable(Table):
    """Comma-separated values after RFC 4180, in UTF-8, flushed after every input; see `open_table`."""

    suffix = ".csv"

    def _begin(self) -> None:
        self._writer = csv.writer(self._file)
        self._writer.writerow(self._columns)
        self._file.flush()

    def _append(self, rows: list[Row]) -> None:
        self._writer.writerows([not_a_formula(value) for value in row.values()] for row in rows)
        self._file.flush()


class JsonLinesTable(Table):
    """One JSON object per line, in UTF-8, flushed after every input; see `open_table`."""

    suffix = ".jsonl"

    def _begin(self) -> None:
        self._file.flush()

    def _append(self, rows: list[Row]) -> None:
        lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
        self._file.write("".join(lines))
        self._file.flush()


class ParquetTable(Table):
    """Apache Parquet with a fixed schema, in row groups of about 1,000; see `open_table`.

    Notes
    -----
    The file can be read once it is closed, which the ``with`` block does whatever ends it, an exception or
    Ctrl-C among them. A process that is killed outright leaves a file without its index: for runs that may
    end so, CSV and JSON lines are the safer formats.
    """

    suffix = ".parquet"

    def _open(self) -> IO[Any]:
        self._writer: Any = None
        return self.path.open("wb")

    def _begin(self) -> None:
        # Imported here because pyarrow takes long to load and the other formats do without it.
        self._arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
        arrow = self._arrow
        types = {str: arrow.string(), int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_()}
        self._schema = self._arrow.schema([(name, types[kind]) for name, kind in self._columns.items()])
        self._rows: list[Row] = []
        self._writer = parquet.ParquetWriter(self._file, self._schema)
        self._file.flush()

    def _append(self, rows: list[Row]) -> None:
        self._rows.extend(rows)
        if len(self._rows) >= _ROWS_PER_GROUP:
            self._write_group()

    def _write_group(self) -> None:
        """Write the collected rows as one row group."""
        group = self._arrow.Table.from_pylist(self._rows, schema=self._schema)
        # Emptied between the two long calls, so that Ctrl-C in either neither loses nor repeats rows.
        self._rows = []
        self._writer.write_table(group)
        self._file.flush()

    def _finish(self) -> None:
        try:
            if self._rows:
                self._write_group()
        finally:
            self._writer.close()
            self._file.flush()

    def _abandon(self) -> None:
        # Else the writer would write its footer into the closed file when it is collected.
        if self._writer is not None:
            self._writer.is_open = False
        super()._abandon()


def not_a_formula(value: str | int | float | bool | None) -> str | int | float | bool | None:
    """Keep a spreadsheet from taking a text for a formula.

    Parameters
    ----------
    value : str, int, float, bool or None
        A cell.

    Returns
    -------
    str, int, float, bool or None
        The cell; a text that a spreadsheet would run has "./" before it.

    Examples
    --------
    >>> not_a_formula("=1+1.png"), not_a_formula(-1)
    ('./=1+1.png', -1)
    """
    return f"./{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
