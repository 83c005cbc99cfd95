from __future__ import annotations

import csv
import io

import cv2
import numpy as np
import pytest
from rich.console import Console

from lamplit.core.errors import InvalidArgumentError
from lamplit.expression.face_motion import FaceMotion
from lamplit.features.face_frame import HEIGHT, WIDTH
from lamplit.features.muscle_motion import MuscleMotion, muscle_motion
from lamplit.features.muscle_regions import load_muscles
from lamplit.report.flow_drawing import direction_colour, draw_flow
from lamplit.report.flow_table import flow_csv, muscle_rows, muscle_table

NAMES = [muscle.full_name for muscle in load_muscles()]


def face_motion(vector: tuple[float, float], *, sure: float = 1.0) -> FaceMotion:
    """Every pixel of a black face moves alike."""
    face = np.zeros((HEIGHT, WIDTH), np.uint8)
    flow = np.zeros((HEIGHT, WIDTH, 2), np.float32) + np.float32(vector)
    confidence = np.full((HEIGHT, WIDTH), sure, np.float32)
    frame = np.eye(2, 3, dtype=np.float32)
    return FaceMotion(
        before=face, after=face, flow=flow, confidence=confidence, eyes_from="given",
        muscles=muscle_motion(flow, confidence), frames=(frame, frame),
    )  # fmt: skip


def one(name: str, vector: tuple[float, float], *, sure: float = 1.0) -> MuscleMotion:
    vectors, confidence = np.zeros((len(NAMES), 2), np.float32), np.ones(len(NAMES), np.float32)
    vectors[NAMES.index(name)], confidence[NAMES.index(name)] = vector, sure
    return MuscleMotion(load_muscles(), vectors, confidence)


def pixels_of(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Where a picture has the hue of a colour: smoothing mixes lines with the ground, which is grey."""
    hue, saturation, value = np.moveaxis(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV), 2, 0).astype(int)
    wanted = int(cv2.cvtColor(np.uint8([[colour]]), cv2.COLOR_RGB2HSV)[0, 0, 0])
    apart = np.abs((hue - wanted + 90) % 180 - 90)  # OpenCV's hues go round in 180
    return (apart < 10) & (saturation > 100) & (value > 80)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_arrows_have_the_colour_of_their_direction(degrees: int) -> None:
    angle = np.radians(degrees)
    picture = draw_flow(face_motion((4 * np.cos(angle), -4 * np.sin(angle))), scale=3)
    face, third = 3 * WIDTH, np.s_[60:-22]
    flow, muscles = picture[third, :face], picture[third, 2 * face : -90]
    colour = direction_colour(degrees)
    others = [direction_colour(other) for other in (0, 90, 180, 270) if other != degrees]
    for panel in (flow, muscles):
        assert pixels_of(panel, colour).sum() > 300
        assert not any(pixels_of(panel, other).any() for other in others)


def test_an_arrow_is_as_long_as_the_motion() -> None:
    found = pixels_of(draw_flow(face_motion((6, 0)), scale=4), direction_colour(0))
    first = np.flatnonzero(found[18, :48])  # from the middle of pixel (4, 4), before the next at 50
    assert abs(first[0] - 18) <= 2
    assert abs(len(first) - 24) <= 2


def test_what_is_unsure_is_not_drawn() -> None:
    picture = draw_flow(face_motion((5, 0), sure=0.1), scale=2)
    assert not pixels_of(picture[60:-22], direction_colour(0)).any()


def test_the_sheet_shows_the_second_face_untouched() -> None:
    picture = draw_flow(face_motion((5, 0)), scale=2)
    assert picture.shape == (2 * HEIGHT + 22, 6 * WIDTH, 3)
    assert (picture[: 2 * HEIGHT, 2 * WIDTH : 4 * WIDTH] == 0).all()
    with pytest.raises(InvalidArgumentError, match="scale: needs a whole number of at least 2"):
        draw_flow(face_motion((5, 0)), scale=1)


@pytest.mark.parametrize(
    ("vector", "sure", "units"),
    [((0, 60), 1.0, ["AU26", "AU27"]), ((0, -60), 1.0, ["AU17"]), ((0, -10), 1.0, []), ((0, -60), 0.2, [])],
)
def test_hints_follow_the_axis_the_strength_and_the_confidence(vector, sure, units) -> None:
    row = muscle_rows(one("mentalis", vector, sure=sure))[NAMES.index("mentalis")]
    assert row["hints_at"] == units
    assert row["strength"] == pytest.approx(np.hypot(*vector))


def test_the_table_has_a_line_per_muscle() -> None:
    console = Console(width=120, file=io.StringIO())
    console.print(muscle_table("a[red].png to b.png", one("risorius, left", (30, 0))))
    lines = console.file.getvalue().splitlines()
    assert lines[0].startswith("a[red].png to b.png")
    (line,) = [line for line in lines if "risorius" in line and "left" in line]
    assert line.split() == ["risorius", "left", "0°", "→", "30", "+30", "+0", "1.00", "AU20"]
    assert sum(" left " in line or " right " in line or " middle " in line for line in lines) == len(NAMES)


def test_csv_has_a_row_per_pair_and_muscle_and_no_formula() -> None:
    motion = one("mentalis", (0, 60))
    rows = list(csv.DictReader(io.StringIO(flow_csv([("a", "=b", motion), ("a", "c", motion)]).decode())))
    assert len(rows) == 2 * len(NAMES)
    chin = rows[NAMES.index("mentalis")]
    assert (chin["after"], chin["side"], chin["direction"], chin["along"]) == (
        "./=b",
        "middle",
        "270.0",
        "-60.0",
    )
    assert chin["hints_at"] == "AU26 AU27"
