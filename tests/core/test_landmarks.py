"""68 points: what is refused, the five points, and the mirror image by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.landmarks import MIRRORED, OUTER_CORNERS, Landmarks


def marks(**changes: object) -> Landmarks:
    points = np.arange(136, dtype=np.float32).reshape(68, 2)
    values: dict[str, object] = {"points": points, "spread": np.ones(68, np.float32), "score": 0.5}
    return Landmarks(**(values | changes))  # type: ignore[arg-type]


def test_the_mirror_image_of_the_mirror_image_is_the_face() -> None:
    assert sorted(MIRRORED) == list(range(68))
    assert [MIRRORED[MIRRORED[n]] for n in range(68)] == list(range(68))


@pytest.mark.parametrize(
    ("point", "partner"),
    [
        (0, 16), (8, 8), (5, 11),  # jaw
        (17, 26), (21, 22), (27, 27), (30, 30), (31, 35), (32, 34), (33, 33),  # brows and nose
        (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46),  # eyes
        (48, 54), (50, 52), (51, 51), (55, 59), (57, 57), (60, 64), (61, 63), (62, 62), (65, 67), (66, 66),
    ],
)  # fmt: skip
def test_points_swap_with_their_partners(point: int, partner: int) -> None:
    assert MIRRORED[point] == partner
    assert MIRRORED[partner] == point


def test_ten_points_lie_in_the_middle() -> None:
    assert [n for n in range(68) if MIRRORED[n] == n] == [8, 27, 28, 29, 30, 33, 51, 57, 62, 66]


def test_the_five_points_are_eyes_nose_and_corners() -> None:
    # Point n stands at (2 n, 2 n + 1): the mean of 36..41 is 38.5, that of 42..47 is 44.5.
    assert marks().five.tolist() == [[77, 78], [89, 90], [60, 61], [96, 97], [108, 109]]
    assert marks().five.dtype == np.float32


def test_the_interocular_distance_is_between_the_outer_corners() -> None:
    points = np.zeros((68, 2), np.float32)
    points[OUTER_CORNERS[1]] = 3.0, 4.0
    assert marks(points=points).interocular == 5.0
    assert len(marks()) == 68


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"points": np.zeros((5, 2), np.float32)},
            r"points: needs finite float32 of shape \(68, 2\), got .*5",
        ),
        ({"points": np.zeros((68, 2))}, "points: needs finite float32 .* got float64"),
        ({"points": [[0.0, 0.0]] * 68}, "points: needs finite float32 .* got list"),
        ({"points": np.full((68, 2), np.nan, np.float32)}, "points: .* got numbers that are not finite"),
        ({"spread": np.zeros(68, np.float32)}, "spread: needs numbers above 0, got 0.0"),
        ({"spread": np.ones((68, 2), np.float32)}, r"spread: needs finite float32 of shape \(68,\)"),
        ({"score": 1.5}, "score: needs a number from 0 to 1, got 1.5"),
        ({"score": float("nan")}, "score: needs a number from 0 to 1, got nan"),
    ],
)
def test_what_are_no_landmarks_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        marks(**changes)
