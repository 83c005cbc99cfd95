from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from lamplit.core.errors import OutputError
from lamplit.core.values import Box, Face, FrameResult
from lamplit.light import measure
from lamplit.report import light_plot
from lamplit.report.light_plot import MOST_FACES, plot_light

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(20, 200, (120, 160, 3), dtype=np.uint8)
BLUE, VERMILLION = "#0072B2", "#D55E00"


def framed(pixels: np.ndarray, *boxes: Box) -> FrameResult:
    faces = tuple(
        Face(box=box, score=1.0, labels=("neutral",), distribution=(1.0,), light=measure(pixels, box))
        for box in boxes
    )
    return FrameResult(faces=faces, light=measure(pixels), height=pixels.shape[0], width=pixels.shape[1])


def picture(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def area_of(png: bytes, colour: str) -> int:
    return int((picture(png) == ImageColor.getrgb(colour)).all(axis=2).sum())


def test_a_face_stands_beside_its_histogram() -> None:
    png = plot_light(PICTURE, framed(PICTURE, Box(20, 20, 80, 90)))
    assert area_of(png, BLUE) > 1000
    assert area_of(png, VERMILLION) == 0
    height, width = picture(png).shape[:2]
    assert width > 2 * height


@pytest.mark.parametrize("level", [0, 255])
def test_a_clipped_end_is_marked(level: int) -> None:
    clipped = PICTURE.copy()
    clipped[:60] = level
    assert area_of(plot_light(clipped, framed(clipped)), VERMILLION) > 1000


def test_one_row_for_each_face_up_to_a_limit() -> None:
    boxes = [Box(x, 10, x + 40, 60) for x in range(0, 2 * MOST_FACES + 4, 2)]
    one, two = (picture(plot_light(PICTURE, framed(PICTURE, *boxes[:n]))).shape[0] for n in (1, 2))
    assert two == pytest.approx(2 * one, rel=0.1)
    limit = plot_light(PICTURE, framed(PICTURE, *boxes[:MOST_FACES]))
    assert plot_light(PICTURE, framed(PICTURE, *boxes)) == limit


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (1500, 1200, 3), (40, 40)])
@pytest.mark.parametrize("level", [0, 90])
def test_every_size_and_a_single_level_are_drawn(shape: tuple[int, ...], level: int) -> None:
    pixels = np.full(shape, level, dtype=np.uint8)
    assert picture(plot_light(pixels, framed(pixels))).size


def test_a_box_beyond_the_picture_shows_what_there_is() -> None:
    assert picture(plot_light(PICTURE, framed(PICTURE, Box(-40, -40, 30, 999)))).size


def test_the_same_input_gives_the_same_bytes_and_the_file(tmp_path: Path) -> None:
    frame = framed(PICTURE, Box(20, 20, 80, 90))
    png = plot_light(PICTURE, frame, tmp_path / "new" / "light.png")
    assert plot_light(PICTURE, frame) == png
    assert (tmp_path / "new" / "light.png").read_bytes() == png


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "light.png").mkdir()
    with pytest.raises(OutputError, match=r"light\.png: needs a file"):
        plot_light(PICTURE, framed(PICTURE), tmp_path / "light.png")


def test_the_title_is_the_verdict() -> None:
    light = replace(measure(PICTURE), verdict=("dark", "noisy"), usable=True)
    assert light_plot._title("face 0", light) == "face 0: dark + noisy"
    assert light_plot._title("face 1", replace(light, usable=False)) == "face 1: dark + noisy, unusable"


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([0.1, 0.5, 0.9], [0.1, 0.5, 0.9]),
        ([0.0, 0.0, 0.0], [0.0, 0.1, 0.2]),
        ([1.0, 1.0, 1.0], [0.8, 0.9, 1.0]),
        ([0.5, 0.52, 0.9], [0.5, 0.6, 0.9]),
    ],
)
def test_names_of_percentiles_are_moved_apart(values: list[float], places: list[float]) -> None:
    assert light_plot._apart(values, gap=0.1) == pytest.approx(places)
