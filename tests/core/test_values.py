from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box, Detection, Face, FrameResult, InputResult, LightReading

LIGHT = LightReading(
    mean=0.5, median=0.4, p01=0.0, p05=0.1, p95=0.9, p99=1.0, contrast=0.2, contrast_range=0.8,
    dynamic_range=11.7, entropy=7.0, clipped_dark=0.0, clipped_bright=0.02, noise=0.01,
    left_right=0.5, up_down=-0.5,
)  # fmt: skip


def face(distribution: tuple[float, ...], labels: tuple[str, ...] = ("neutral", "fear", "anger")) -> Face:
    return Face(box=Box(0, 0, 8, 8), score=1.0, labels=labels, distribution=distribution, light=LIGHT)


def test_box_is_half_open() -> None:
    box = Box(10, 20, 11, 22)
    assert (box.width, box.height) == (1, 2)
    np.testing.assert_array_equal(box.xyxy, np.array([10, 20, 11, 22], np.float32), strict=True)


@pytest.mark.parametrize(
    "edges",
    [
        (0, 0, 0, 5), (0, 0, 5, 0), (5, 0, 4, 5), (0, 5, 5, 4),
        (math.nan, 0, 1, 1), (0, 0, math.inf, 1), (0, -math.inf, 1, 1), (0, 0, 1, math.nan),
    ],
)  # fmt: skip
def test_box_refuses_no_area_and_numbers_that_are_not_finite(edges: tuple[float, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match="box: needs finite numbers with x1 < x2 and y1 < y2, got"):
        Box(*edges)


def test_box_may_reach_outside_the_picture() -> None:
    assert Box(-5, -5, 5, 5).width == 10


def test_face_names_the_most_probable_label() -> None:
    found = face((0.2, 0.5, 0.3))
    assert (found.expression, found.probability) == ("fear", 0.5)
    assert found.probabilities == {"neutral": 0.2, "fear": 0.5, "anger": 0.3}
    assert list(found.probabilities) == ["neutral", "fear", "anger"]


def test_of_equal_probabilities_the_first_label_wins() -> None:
    assert face((0.4, 0.4, 0.2)).expression == "neutral"


def test_face_refuses_another_number_of_probabilities() -> None:
    with pytest.raises(InvalidArgumentError, match="distribution: needs 3 probabilities, got 2"):
        face((0.5, 0.5))


@pytest.mark.parametrize("distribution", [(0.5, 0.2, 0.2), (0.5, 0.4, 0.2), (math.nan, 0.5, 0.5)])
def test_face_refuses_probabilities_that_do_not_sum_to_one(distribution: tuple[float, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match="needs probabilities that sum to 1, got a sum of"):
        face(distribution)


def test_face_takes_the_rounding_of_float32() -> None:
    thirds = tuple(float(p) for p in np.full(3, 1 / 3, dtype=np.float32))
    assert face(thirds).probability == pytest.approx(1 / 3)


def test_frame_is_a_sequence_of_its_faces() -> None:
    first, second = face((0.2, 0.5, 0.3)), face((0.6, 0.1, 0.3))
    frame = FrameResult(faces=(first, second), light=LIGHT, height=480, width=640)
    assert (len(frame), frame[0], frame[-1]) == (2, first, second)
    assert list(frame) == [first, second]
    assert second in frame
    assert frame.index(second) == 1


def test_frame_without_a_face_is_empty_and_false() -> None:
    frame = FrameResult(faces=(), light=LIGHT, height=480, width=640)
    assert not frame
    with pytest.raises(IndexError):
        frame[0]


def test_no_face_is_a_result_and_no_frame_is_a_failure() -> None:
    frame = FrameResult(faces=(), light=LIGHT, height=480, width=640)
    assert not InputResult(source="a.jpg", status="no face", frame=frame).failed
    assert InputResult(source="b.jpg", status="truncated", message="too short").failed


def test_a_failed_input_has_no_faces() -> None:
    one = face((0.2, 0.5, 0.3))
    frame = FrameResult(faces=(one,), light=LIGHT, height=480, width=640)
    assert InputResult(source="a.jpg", status="ok", frame=frame, time=0.5).faces == (one,)
    assert InputResult(source="b.jpg", status="truncated").faces == ()
    assert InputResult(source="b.jpg", status="truncated").time is None


def test_faces_have_no_track_landmarks_or_pose_unless_given_and_compare_without_landmarks() -> None:
    plain = face((0.2, 0.5, 0.3))
    assert (plain.track, plain.landmarks, plain.pose) == (None, None, None)
    marked = dataclasses.replace(plain, landmarks=np.zeros((68, 2), np.float32))
    assert marked == plain
    assert dataclasses.replace(plain, track=1) != plain


def test_detection_has_no_points_unless_given() -> None:
    assert Detection(box=Box(0, 0, 1, 1), score=0.5).points is None


@pytest.mark.parametrize(
    ("value", "name"),
    [(Box(0, 0, 1, 1), "x1"), (LIGHT, "mean"), (face((0.2, 0.5, 0.3)), "score")],
)
def test_values_cannot_be_changed(value: object, name: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, 0.0)
