from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.head_pose import HeadPose
from lamplit.core.values import Box, Face, FrameResult, InputResult, LightReading
from lamplit.light import measure
from lamplit.report.rows import column_types, rows_from, storable_text

LABELS = ("neutral", "happiness")
STATISTICS = (
    "verdict", "usable", "mean", "median", "p01", "p05", "p95", "p99", "contrast", "contrast_range",
    "dynamic_range", "entropy", "clipped_dark", "clipped_bright", "noise", "left_right", "up_down",
)  # fmt: skip
COLUMNS = [
    "source", "status", "message", "width", "height", "n_faces",
    "face", "x1", "y1", "x2", "y2", "score", "expression", "probability", "verdict",
    *LABELS,
    "yaw", "pitch", "roll",
    *(f"face_light_{name}" for name in (*STATISTICS, "backlight")),
    *(f"frame_light_{name}" for name in STATISTICS),
]  # fmt: skip


def light(mean: float = 0.5, *verdict: str, usable: bool = True) -> LightReading:
    """A reading of a ramp, with some of it changed."""
    ramp = measure(np.arange(256, dtype=np.uint8).reshape(16, 16))
    return replace(ramp, mean=mean, backlight=0.25, verdict=verdict or ("good",), usable=usable)


def face(*, score: float = 3.5, mean: float = 0.25, happiness: float = 0.75) -> Face:
    return Face(
        box=Box(1.0, 2.0, 49.0, 66.0),
        score=score,
        labels=LABELS,
        distribution=(1 - happiness, happiness),
        light=light(mean),
        landmarks=np.arange(136, dtype=np.float32).reshape(68, 2) + 0.25,
        pose=HeadPose(yaw=-12.5, pitch=3.25, roll=-0.0, residual=0.02),
    )


def analysed(*faces: Face) -> InputResult:
    frame = FrameResult(faces=faces, light=light(0.5), height=480, width=640)
    return InputResult(source="a.jpg", status="ok" if faces else "no face", frame=frame)


def test_columns_come_in_their_order_and_rows_follow_it() -> None:
    assert list(column_types(LABELS)) == COLUMNS
    for result in (analysed(face()), analysed(), InputResult(source="b", status="empty")):
        assert [list(row) for row in rows_from(result, LABELS)] == [COLUMNS]


def test_one_row_per_face_with_its_own_values() -> None:
    first, second = rows_from(analysed(face(), face(mean=0.125, happiness=0.25)), LABELS)
    assert (first["face"], second["face"]) == (0, 1)
    assert (first["width"], first["height"], first["n_faces"]) == (640, 480, 2)
    assert [first[name] for name in ("x1", "y1", "x2", "y2", "score")] == [1.0, 2.0, 49.0, 66.0, 3.5]
    assert (first["expression"], first["probability"], first["neutral"]) == ("happiness", 0.75, 0.25)
    assert (second["expression"], second["probability"], second["neutral"]) == ("neutral", 0.75, 0.75)
    assert (first["face_light_mean"], second["face_light_mean"]) == (0.25, 0.125)
    assert (first["frame_light_mean"], second["frame_light_mean"]) == (0.5, 0.5)


def test_values_have_the_types_of_their_columns() -> None:
    types = column_types(LABELS)
    (row,) = rows_from(analysed(face(score=np.float32(3.5))), LABELS)
    assert {name: type(value) for name, value in row.items()} == types


def test_angles_and_landmarks_have_columns() -> None:
    (row,) = rows_from(analysed(face()), LABELS, landmarks=True)
    assert list(row) == [*COLUMNS, *(f"{axis}_{n}" for axis in "xy" for n in range(68))]
    assert (row["yaw"], row["pitch"], row["roll"]) == (-12.5, 3.25, 0.0)
    assert math.copysign(1, row["roll"]) == 1.0
    assert [row[name] for name in ("x_0", "y_0", "x_67", "y_67")] == [0.25, 1.25, 134.25, 135.25]
    bare = replace(face(), landmarks=None, pose=None)
    (row,) = rows_from(analysed(bare), LABELS, landmarks=True)
    assert {row[name] for name in ("yaw", "pitch", "roll", "x_0", "y_67")} == {None}


def test_a_picture_without_a_face_has_one_row_with_its_light() -> None:
    (row,) = rows_from(analysed(), LABELS)
    assert (row["status"], row["n_faces"], row["frame_light_mean"]) == ("no face", 0, 0.5)
    assert all(row[name] is None for name in COLUMNS[6:38])
    assert COLUMNS[37:39] == ["face_light_backlight", "frame_light_verdict"]


def test_the_verdict_is_a_text_and_the_histogram_is_left_out() -> None:
    dark = replace(face(), light=light(0.05, "dark", "noisy", usable=False))
    (row,) = rows_from(analysed(dark), LABELS)
    assert (row["face_light_verdict"], row["face_light_usable"]) == ("dark+noisy", False)
    assert (row["frame_light_verdict"], row["frame_light_usable"]) == ("good", True)
    assert row["face_light_backlight"] == 0.25
    assert not any("histogram" in name for name in row)


def test_no_surround_is_none() -> None:
    alone = replace(face(), light=replace(light(), backlight=None))
    (row,) = rows_from(analysed(alone), LABELS)
    assert row["face_light_backlight"] is None


def test_a_failed_input_has_one_row_with_its_reason_alone() -> None:
    (row,) = rows_from(InputResult(source="b.jpg", status="truncated", message="it ends early"), LABELS)
    assert [row[name] for name in COLUMNS[:3]] == ["b.jpg", "truncated", "it ends early"]
    assert all(row[name] is None for name in COLUMNS[3:])


def test_numbers_are_rounded_and_what_is_not_finite_is_none() -> None:
    (row,) = rows_from(analysed(face(score=math.inf, mean=-1e-9, happiness=2 / 3)), LABELS)
    assert (row["happiness"], row["neutral"], row["score"]) == (0.666667, 0.333333, None)
    assert math.copysign(1, row["face_light_mean"]) == 1.0


def test_a_label_without_a_probability_is_none() -> None:
    (row,) = rows_from(analysed(face()), ["happiness", "neutral", "fear"])
    assert (row["neutral"], row["happiness"], row["fear"]) == (0.25, 0.75, None)


def test_a_label_without_a_column_is_refused_rather_than_dropped() -> None:
    with pytest.raises(InvalidArgumentError, match=r"labels: needs .*\['happiness'\], got \['neutral'\]"):
        rows_from(analysed(face()), ["neutral"])


@pytest.mark.parametrize("labels", [["neutral", "score"], ["neutral", "neutral"], ["face_light_mean"]])
def test_labels_that_clash_are_refused(labels: list[str]) -> None:
    with pytest.raises(InvalidArgumentError, match="labels: needs labels that differ"):
        column_types(labels)


def test_messages_take_one_line_and_names_stay_as_they_are() -> None:
    result = InputResult(source="two\nlines  .jpg", status="corrupt", message="bad\r\n  data \udcff")
    (row,) = rows_from(result, LABELS)
    assert (row["source"], row["message"]) == ("two\nlines  .jpg", "bad data \\udcff")


@pytest.mark.parametrize(
    ("text", "stored"),
    [("plain.jpg", "plain.jpg"), ("naïve 日本 😀", "naïve 日本 😀"), ("a\udce9b", "a\\udce9b")],
)
def test_storable_text_changes_lone_surrogates_only(text: str, stored: str) -> None:
    assert storable_text(text) == stored
    stored.encode("utf-8")
