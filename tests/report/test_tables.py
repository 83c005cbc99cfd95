from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.core.values import Box, Face, FrameResult, InputResult, LightReading
from lamplit.light import measure
from lamplit.report.rows import Row, column_types, rows_from
from lamplit.report.tables import open_table

LABELS = ("neutral", "happiness")
SUFFIXES = (".csv", ".jsonl", ".parquet")


def light(mean: float) -> LightReading:
    """A reading of a ramp, with some of it changed; unusable below a half."""
    ramp = measure(np.arange(256, dtype=np.uint8).reshape(16, 16))
    verdict = ("good",) if mean >= 0.5 else ("dim", "noisy")
    return replace(ramp, mean=mean, clipped_bright=1e-6, verdict=verdict, usable=mean >= 0.5)


def analysed(source: str, *happiness: float) -> InputResult:
    faces = tuple(
        Face(box=Box(1 / 3, 2, 49, 66), score=3.5, labels=LABELS, distribution=(1 - p, p), light=light(p))
        for p in happiness
    )
    frame = FrameResult(faces=faces, light=light(0.5), height=480, width=640)
    return InputResult(source=source, status="ok" if faces else "no face", frame=frame)


RESULTS = (
    analysed("a.jpg", 1 / 3, 0.9999999),
    analysed("none.jpg"),
    InputResult(source="bad.jpg", status="truncated", message='needs "all", got\r\nhalf'),
    InputResult(source='quote " comma, line\nbreak.jpg', status="empty", message="there are no bytes"),
    InputResult(source="undecodable \udcff.jpg", status="corrupt", message="\udcff"),
    InputResult(source="日本 😀 \u2028.png", status="corrupt", message="é"),
    InputResult(source="[red]x[/].jpg", status="corrupt"),
)


_FROM_TEXT = {bool: {"True": True, "False": False}.__getitem__}


def read_back(path: Path) -> list[Row]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".jsonl":
        with path.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]
    types = {name: _FROM_TEXT.get(kind, kind) for name, kind in column_types(LABELS).items()}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    return [
        {
            name: types[name](text) if text or name in ("source", "status", "message") else None
            for name, text in row.items()
        }
        for row in rows
    ]


def write(path: Path, results: tuple[InputResult, ...] = RESULTS) -> Path:
    with open_table(path, LABELS) as table:
        for result in results:
            table.write(result)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_each_format_gives_back_the_rows_that_went_in(tmp_path: Path, suffix: str) -> None:
    expected = [row for result in RESULTS for row in rows_from(result, LABELS)]
    rows = read_back(write(tmp_path / f"out{suffix}"))
    assert len(rows) == 8
    assert rows == expected
    assert [list(row) for row in rows] == [list(column_types(LABELS))] * 8


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_run_without_inputs_leaves_a_readable_table(tmp_path: Path, suffix: str) -> None:
    assert read_back(write(tmp_path / f"out{suffix}", ())) == []


def test_parquet_columns_keep_their_type_where_all_is_null(tmp_path: Path) -> None:
    failed = (InputResult(source="a", status="empty"),)
    schema = pq.read_schema(write(tmp_path / "out.parquet", failed))
    arrow = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    assert dict(zip(schema.names, schema.types, strict=True)) == {
        name: arrow[kind] for name, kind in column_types(LABELS).items()
    }


def test_csv_follows_rfc_4180(tmp_path: Path) -> None:
    data = write(tmp_path / "out.csv", RESULTS[2:4]).read_bytes()
    assert data.startswith(b"source,status,message,")
    assert b'\r\nbad.jpg,truncated,"needs ""all"", got half",,' in data
    assert b'\r\n"quote "" comma, line\nbreak.jpg",empty,' in data
    assert data.endswith(b",\r\n")


@pytest.mark.parametrize("name", ["=1+1.jpg", "+a.jpg", "-a.jpg", "@a.jpg", "\ta.jpg"])
def test_csv_keeps_a_spreadsheet_from_running_a_name(tmp_path: Path, name: str) -> None:
    result = (InputResult(source=name, status="empty", message=f"{name}: empty"),)
    (row,) = read_back(write(tmp_path / "out.csv", result))
    assert row["source"] == f"./{name}"
    assert not str(row["message"]).startswith(("=", "+", "-", "@"))
    for suffix in (".jsonl", ".parquet"):
        (row,) = read_back(write(tmp_path / f"out{suffix}", result))
        assert row["source"] == name


def test_csv_leaves_negative_numbers_alone(tmp_path: Path) -> None:
    whole = analysed("a.jpg", 0.5)
    assert whole.frame is not None
    face = Face(
        box=Box(-3, -2, 4, 5), score=-1.5, labels=LABELS, distribution=(0.5, 0.5), light=whole.frame.light
    )
    frame = FrameResult(faces=(face,), light=whole.frame.light, height=9, width=9)
    (row,) = read_back(write(tmp_path / "o.csv", (InputResult(source="a", status="ok", frame=frame),)))
    assert (row["x1"], row["score"]) == (-3.0, -1.5)


def test_jsonl_has_null_and_neither_nan_nor_escapes(tmp_path: Path) -> None:
    text = write(tmp_path / "out.jsonl").read_text(encoding="utf-8")
    assert '"width": null' in text
    assert "NaN" not in text
    assert "日本 😀" in text


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_text_formats_are_on_disk_after_every_input(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    with open_table(path, LABELS) as table:
        for number in range(1, 4):
            table.write(analysed(f"{number}.jpg", 0.5))
            assert [row["source"] for row in read_back(path)] == [f"{n}.jpg" for n in range(1, number + 1)]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_was_computed_survives_an_exception(
    tmp_path: Path, suffix: str, error: type[BaseException]
) -> None:
    def run() -> None:
        with open_table(path, LABELS) as table:
            table.write(RESULTS[0])
            table.write(RESULTS[1])
            raise error("stop")

    path = tmp_path / f"out{suffix}"
    with pytest.raises(error, match="stop"):
        run()
    assert [row["source"] for row in read_back(path)] == ["a.jpg", "a.jpg", "none.jpg"]


def test_parquet_writes_groups_while_the_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    with open_table(path, LABELS) as table:
        for number in range(999):
            table.write(InputResult(source=str(number), status="empty"))
        before = path.stat().st_size
        table.write(InputResult(source="999", status="empty"))
        assert path.stat().st_size > before
        table.write(InputResult(source="1000", status="empty"))
    file = pq.ParquetFile(path)
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [1000, 1]
    assert file.read()["source"].to_pylist() == [str(n) for n in range(1001)]


@pytest.mark.parametrize("name", ["out.CSV", "out.Jsonl", "new/deep/out.PARQUET"])
def test_suffix_in_any_case_and_folders_that_lack(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name)
    assert path.stat().st_size > 0


@pytest.mark.parametrize("name", ["out.xlsx", "out", ".csv", "out.csv.gz"])
def test_other_suffixes_are_refused_before_a_file_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidArgumentError, match=r"needs a name that ends in \.csv, \.jsonl or \.parquet"):
        open_table(tmp_path / "new" / name, LABELS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_target_that_cannot_be_written_is_refused_at_once(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    with pytest.raises(OutputError, match=r"needs a file that can be written, got Is a directory"):
        open_table(folder, LABELS)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"out.*: needs a file that can be written"):
        open_table(tmp_path / "file" / f"out{suffix}", LABELS)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device without room")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_is_an_error_that_names_the_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    path.symlink_to("/dev/full")
    with pytest.raises(OutputError, match=rf"out\{suffix}: .*No space left on device"):
        write(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_closed_table_refuses_rows_and_may_be_closed_again(tmp_path: Path, suffix: str) -> None:
    table = open_table(tmp_path / f"out{suffix}", LABELS)
    table.close()
    table.close()
    with pytest.raises(InvalidArgumentError, match="table: needs an open table, got one that was closed"):
        table.write(RESULTS[0])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_labels_that_clash_make_no_file(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(InvalidArgumentError, match="labels"):
        open_table(tmp_path / f"out{suffix}", ["score"])
    assert list(tmp_path.iterdir()) == []


def test_pyarrow_is_loaded_by_parquet_alone(tmp_path: Path) -> None:
    code = (
        "import sys; from lamplit.report.tables import open_table; "
        "open_table(sys.argv[1] + '/a.csv', ['x']).close(); assert 'pyarrow' not in sys.modules; "
        "open_table(sys.argv[1] + '/a.parquet', ['x']).close(); assert 'pyarrow' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
