from __future__ import annotations

from collections import Counter
from dataclasses import replace
from io import BytesIO, StringIO, TextIOWrapper

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from lamplit.core.labels import EXPRESSIONS
from lamplit.core.values import Box, Face, FrameResult, InputResult, LightReading
from lamplit.light import measure
from lamplit.report.terminal import face_table, summary_line


def light(mean: float, *verdict: str, usable: bool = True) -> LightReading:
    """A reading of one level, with some of it changed."""
    level = measure(np.full((8, 8), 128, dtype=np.uint8))
    return replace(level, mean=mean, verdict=verdict, usable=usable)


GOOD = light(0.5, "good")


def face(best: str, second: str, probability: float, *, light: LightReading = GOOD) -> Face:
    shares = {best: probability, second: 1 - probability}
    return Face(
        box=Box(1400.4, 2000, 1544.4, 2190),
        score=3.0,
        labels=EXPRESSIONS.names,
        distribution=tuple(shares.get(label, 0.0) for label in EXPRESSIONS),
        light=light,
    )


def analysed(source: str, *faces: Face) -> InputResult:
    frame = FrameResult(
        faces=faces, light=light(0.04, "dark", "noisy", usable=False), height=3024, width=4032
    )
    return InputResult(source=source, status="ok" if faces else "no face", frame=frame)


RESULTS = (
    analysed("photos/astronaut.jpg", face("happiness", "surprise", 0.97), face("fear", "sadness", 0.51)),
    analysed("a/very/long/folder/and/a-name-that-goes-on-and-on-0001.jpg"),
    InputResult(source="[red]x[/].jpg", status="truncated", message="needs a whole file, got [b]half[/b]"),
    InputResult(source="日本語の名前.png", status="not an image", message="needs a picture, got text"),
)


def printed(results: tuple[InputResult, ...], width: int, *, colour: bool = False) -> str:
    console = Console(
        file=StringIO(), width=width, force_terminal=colour, color_system="standard" if colour else None
    )
    console.print(face_table(results))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_everything_fits_and_stands_whole(width: int) -> None:
    text = printed(RESULTS, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    words = text.split()
    for word in ("happiness", "97%", "surprise", "3%", "fear", "51%", "sadness", "49%", "no", "truncated"):
        assert word in words
    for word in ("1400,2000", "144x190", "4032x3024"):
        assert word in words
    for part in ("good 0.50", "dark", "noisy", "unusable", "0.04", "naut.jpg", "0001.jpg"):
        assert part in text
    assert "…" in text or width == 200


def test_a_wide_terminal_takes_one_line_per_face() -> None:
    lines = printed(RESULTS, 120).splitlines()
    assert "photos/astronaut.jpg" in lines[2]
    assert "photos/astronaut.jpg" in lines[3]
    assert lines[2].split()[1:3] == ["0", "happiness"]
    assert lines[3].split()[1:3] == ["1", "fear"]
    assert lines[4].split()[1:3] == ["no", "face"]


@pytest.mark.parametrize("width", [40, 20])
def test_a_narrow_terminal_is_not_overrun(width: int) -> None:
    assert max(cell_len(line) for line in printed(RESULTS, width).splitlines()) <= width


def test_markup_in_names_and_messages_is_text() -> None:
    text = printed(RESULTS[2:3], 80)
    assert " ".join(text.split()) == "[red]x[/].jpg truncated needs a whole file, got [b]half[/b]"
    named = analysed("[red]x[/].jpg", face("fear", "anger", 0.6))
    assert "[red]x[/].jpg" in printed((named,), 120)


def test_control_characters_in_names_do_not_reach_the_terminal() -> None:
    text = printed((InputResult(source="a\x1b[31m\n\udce9.jpg", status="empty", message="\x07bell"),), 80)
    assert "a\\x1b[31m\\n\\udce9.jpg" in text
    assert "\\x07bell" in text
    assert "\x1b" not in text


def test_colour_marks_failures_and_only_on_a_terminal() -> None:
    assert "\x1b[1;31mtruncated" in printed(RESULTS, 80, colour=True)
    assert "\x1b" not in printed(RESULTS, 80)


def test_an_ascii_stream_takes_the_table() -> None:
    stream = TextIOWrapper(BytesIO(), encoding="ascii")
    Console(file=stream, width=80).print(face_table(RESULTS[:3]))
    stream.flush()
    stream.seek(0)
    text = stream.read()
    assert "##### 97%" in text.replace("  97%", " 97%")
    assert "0001.jpg" in text


@pytest.mark.parametrize(
    ("probability", "cell"), [(1.0, "█████ 100%"), (0.6, "███    60%"), (0.525, "██▋    52%")]
)
def test_the_bar_is_as_long_as_the_probability(probability: float, cell: str) -> None:
    assert cell in printed((analysed("a.jpg", face("fear", "anger", probability)),), 80)


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (light(0.5, "good"), "good 0.50"),
        (light(0.2, "dim", "side-lit"), "dim+side-lit 0.20"),
        (light(0.02, "dark", "noisy", usable=False), "dark+noisy+unusable 0.02"),
    ],
)
def test_light_in_words_and_its_mean(reading: LightReading, words: str) -> None:
    result = analysed("a.jpg", face("fear", "anger", 0.6, light=reading))
    assert words in printed((result,), 120)


def test_unusable_light_is_marked_on_a_terminal() -> None:
    result = analysed("a.jpg", face("fear", "anger", 0.6, light=light(0.02, "dark", usable=False)))
    assert "\x1b[1;31mdark+unusable 0.02" in printed((result,), 120, colour=True)


def test_one_label_has_no_runner_up() -> None:
    only = Face(box=Box(0, 0, 8, 8), score=1.0, labels=("smile",), distribution=(1.0,), light=GOOD)
    assert "smile" in printed((analysed("a.jpg", only),), 80)


def test_no_results_print_nothing() -> None:
    assert printed((), 80).strip() == ""


@pytest.mark.parametrize(
    ("statuses", "line"),
    [
        ({}, "0 pictures"),
        ({"ok": 1}, "1 picture: 1 ok"),
        ({"ok": 0, "no face": 2}, "2 pictures: 2 no face"),
        ({"truncated": 1}, "1 picture: 1 failed (1 truncated)"),
        (
            {"empty": 20, "truncated": 20, "ok": 912, "too large": 10, "no face": 38},
            "1,000 pictures: 912 ok, 38 no face, 50 failed (20 empty, 20 truncated, 10 too large)",
        ),
    ],
)
def test_summary_line(statuses: dict[str, int], line: str) -> None:
    assert summary_line(statuses) == line
    assert summary_line(Counter(statuses)) == line
