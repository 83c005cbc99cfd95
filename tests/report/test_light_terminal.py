from __future__ import annotations

from dataclasses import replace
from io import BytesIO, StringIO, TextIOWrapper

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from lamplit.core.light import LightReading
from lamplit.core.values import Box, Face, FrameResult
from lamplit.light import measure
from lamplit.report.light_terminal import bar_lines, light_blocks

LIGHT = replace(
    measure(np.arange(256, dtype=np.uint8).reshape(16, 16)),
    mean=0.41, median=0.42, contrast=0.23, contrast_range=0.64, p01=0.05, p05=0.16, p95=0.87, p99=0.98,
    dynamic_range=5.1, entropy=7.2, noise=0.013, clipped_dark=0.014, clipped_bright=0.155,
    left_right=-1.6, up_down=0.17, backlight=1.8, verdict=("over-exposed", "backlit"),
)  # fmt: skip


def frame(*lights: LightReading) -> FrameResult:
    faces = tuple(
        Face(box=Box(0, 0, 8, 8), score=1.0, labels=("neutral",), distribution=(1.0,), light=light)
        for light in lights
    )
    alone = replace(LIGHT, backlight=None, verdict=("good",))
    return FrameResult(faces=faces, light=alone, height=480, width=640)


def printed(result: FrameResult, width: int, source: str = "a.jpg") -> str:
    console = Console(file=StringIO(), width=width)
    console.print(light_blocks(source, result))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120])
def test_every_number_stands_with_its_name(width: int) -> None:
    lines = printed(frame(LIGHT), width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert lines[0] == "a.jpg  640x480, 1 face"
    face = next(number for number, line in enumerate(lines) if line.startswith("face 0"))
    assert lines[face].split()[2:5] == ["over-exposed", "+", "backlit"]
    assert [line.split()[:8] for line in lines[face + 1 : face + 5]] == [
        ["mean", "0.41", "p01", "0.05", "stops", "5.1", "white", "15.5%"],
        ["median", "0.42", "p05", "0.16", "entropy", "7.2", "left/right", "-1.60"],
        ["contrast", "0.23", "p95", "0.87", "noise", "0.013", "up/down", "+0.17"],
        ["range", "0.64", "p99", "0.98", "black", "1.4%", "backlight", "+1.80"],
    ]


@pytest.mark.parametrize(("width", "n_bins"), [(80, 16), (100, 32), (200, 32)])
def test_the_histogram_takes_the_room_there_is(width: int, n_bins: int) -> None:
    # A ramp: every bin is full.
    lines = printed(frame(), width).splitlines()
    assert [line.count("█") for line in lines[1:6]] == [n_bins] * 5


def test_the_picture_has_no_surround() -> None:
    lines = printed(frame(), 80).splitlines()
    assert lines[0] == "a.jpg  640x480, no face"
    assert lines[5].split()[6:8] == ["backlight", "-"]


def test_faces_are_numbered_and_columns_stand_below_each_other() -> None:
    lines = printed(frame(LIGHT, replace(LIGHT, verdict=("dark",), usable=False)), 100).splitlines()
    assert lines[0].endswith("2 faces")
    assert [line[:7].strip() for line in lines if line[:7].strip()] == [
        "a.jpg",
        "picture",
        "face 0",
        "face 1",
    ]
    assert "dark, unusable" in lines[11]
    starts = {line.index("stops") for line in lines if "stops" in line}
    assert len(starts) == 1


def test_names_are_taken_literally() -> None:
    assert printed(frame(), 80, "[red]x[/]\x1b.jpg").startswith("[red]x[/]\\x1b.jpg  640x480")


def test_an_ascii_stream_takes_the_blocks() -> None:
    stream = TextIOWrapper(BytesIO(), encoding="ascii")
    Console(file=stream, width=80).print(light_blocks("a.jpg", frame(LIGHT)))
    stream.flush()
    stream.seek(0)
    assert "#" * 16 in stream.read()


def test_bars_are_as_high_as_their_counts() -> None:
    counts = np.zeros(256, dtype=int)
    counts[[0, 64, 128, 192]] = (1000, 500, 25, 1)
    assert bar_lines(tuple(counts.tolist()), n_bins=4) == ["█   ", "█   ", "█▄  ", "██  ", "██▁▁"]
    plain = bar_lines(tuple(counts.tolist()), n_bins=4, ascii_only=True)
    assert plain == ["#   ", "#   ", "#   ", "##  ", "####"]


def test_bins_add_up_their_levels() -> None:
    counts = [0] * 256
    counts[0] = counts[127] = 5
    counts[128] = 10
    assert bar_lines(tuple(counts), n_bins=2) == ["██"] * 5


@pytest.mark.parametrize("counts", [(), (0,) * 256])
def test_no_pixels_no_bars(counts: tuple[int, ...]) -> None:
    assert bar_lines(counts, n_bins=4) == ["    "] * 5
