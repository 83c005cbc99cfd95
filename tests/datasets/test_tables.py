"""Rows of CSV files."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplit.core.errors import DatasetError
from lamplit.datasets.archive import Archive
from lamplit.datasets.tables import read_table


@pytest.mark.parametrize(
    ("content", "delimiter", "rows"),
    [
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", ",", [["a", "b"], ["1", "2"]]),
        (b'a;"b;c"\n\n1;2', ";", [["a", "b;c"], [], ["1", "2"]]),
        (b"caf\xe9,b", ",", [["caf\ufffd", "b"]]),
        (b"", ",", []),
    ],
    ids=["byte order mark", "semicolons and quotes", "another encoding", "empty"],
)
def test_rows_are_read_however_they_were_saved(
    content: bytes, delimiter: str, rows: list[list[str]], tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with Archive(tmp_path) as files:
        assert list(read_table(files, "a.csv", delimiter=delimiter)) == rows


def test_an_absent_table_is_refused(tmp_path: Path) -> None:
    with (
        Archive(tmp_path) as files,
        pytest.raises(DatasetError, match=r"a\.csv: needs a file that can be read"),
    ):
        list(read_table(files, "a.csv"))
