"""Pairs as a table, as files and as a sheet."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.report.contact_sheet import GAP, LINE, SIDE, contact_sheet
from lamplit.report.duplicates import CopyRow, duplicates_table, write_duplicates

ROWS = [
    CopyRow("a.png", "b.png", "near", 4, 0.91, "fear", "surprise", True),
    CopyRow("c[1].png", "d.png", "mirrored", 12, 0.97, "fear", "", False),
    CopyRow("=e.png", "f.png", "identical", 0, 1.0, "fear", "fear", False),
]


def lines(most: int) -> list[str]:
    console = Console(width=120)
    with console.capture() as capture:
        console.print(duplicates_table(ROWS, title="pairs [of] two", most=most))
    return [line.strip() for line in capture.get().splitlines() if line.strip()]


def test_the_table_has_a_line_for_each_pair() -> None:
    title, head, _, *rows = lines(0)
    assert title == "pairs [of] two"
    assert head.split() == ["picture", "kind", "bits", "correlation", "copy", "labelled", "copy", "labelled"]
    assert rows[1].split() == ["c[1].png", "mirrored", "12", "0.97", "d.png", "fear", "-"]
    assert len(rows) == 3


def test_the_table_may_be_cut() -> None:
    assert len(lines(2)) == len(lines(0)) - 1


def test_csv_and_json_hold_every_pair(tmp_path: Path) -> None:
    for name in ("pairs.csv", "PAIRS.JSON"):
        write_duplicates(tmp_path / name, ROWS)
    with (tmp_path / "pairs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["first"] for row in rows] == ["a.png", "c[1].png", "./=e.png"], "no formula for spreadsheets"
    assert (rows[0]["correlation"], rows[0]["labels_differ"]) == ("0.91", "True")
    plain = json.loads((tmp_path / "PAIRS.JSON").read_text())
    assert [CopyRow(**row) for row in plain] == ROWS


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"pairs\.txt: needs a name that ends in \.csv or \.json"):
        write_duplicates(tmp_path / "pairs.txt", ROWS)


def test_the_sheet_has_a_place_for_each_pair() -> None:
    black, white = np.zeros((48, 48), np.uint8), np.full((48, 48), 255, np.uint8)
    sheet = contact_sheet([(black, white)] * 3, [["one"], ["two", "lines"], ["three"]], columns=2)
    assert sheet.shape == (2 * (2 * LINE + SIDE + GAP), 2 * (2 * SIDE + GAP))
    pair = sheet[2 * LINE : 2 * LINE + SIDE]
    assert (pair[:, :SIDE] == 0).all()
    assert (pair[:, SIDE : 2 * SIDE] == 255).all()
    assert (sheet[:LINE, :SIDE] < 128).any(), "the caption"


@pytest.mark.parametrize("n_captions", [0, 2])
def test_a_sheet_needs_pairs_and_captions(n_captions: int) -> None:
    pair = (np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8))
    with pytest.raises(InvalidArgumentError, match="pairs: needs at least one, with a caption each"):
        contact_sheet([pair] * (n_captions // 2), [["a"]] * n_captions)
