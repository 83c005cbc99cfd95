"""Landmarks and poses in pictures: where points, arrows and the legend go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.head_pose import HeadPose, rotation_from_angles
from lamplit.core.values import Box, Face
from lamplit.faces.head_pose import Placement, estimate_head_pose, project
from lamplit.light import measure
from lamplit.report.drawing import annotate
from lamplit.report.geometry_drawing import AXES, draw_geometry

LIGHT = measure(np.full((8, 8), 128, dtype=np.uint8))


def marks(yaw: float = 0, pitch: float = 0, roll: float = 0, *, eyes: float = 80) -> AnyArray:
    place = Placement(rotation_from_angles(yaw, pitch, roll), eyes / 63, np.array([200.0, 120.0]))
    return project(place).astype(np.float32)


def face(points: AnyArray | None, *, posed: bool = True, track: int | None = None) -> Face:
    pose = estimate_head_pose(points) if posed and points is not None else None
    return Face(
        box=Box(120, 60, 280, 250),
        score=1.0,
        labels=("neutral", "happiness"),
        distribution=(0.25, 0.75),
        light=LIGHT,
        landmarks=points,
        pose=pose,
        track=track,
    )


def grey(height: int = 300, width: int = 400) -> ByteArray:
    return np.full((height, width, 3), 128, np.uint8)


def where(picture: ByteArray, name: str) -> NDArray[np.float64]:
    """Pixels (x, y) of the colour of an axis."""
    rows, columns = np.nonzero((picture == np.array(AXES[name], np.uint8)).all(axis=2))
    return np.stack([columns, rows], axis=1).astype(float)


def drawn(points: AnyArray) -> ByteArray:
    return draw_geometry(grey(), [face(points)], legend=False)


@pytest.mark.parametrize(
    ("turn", "name", "way"),
    [
        ({"yaw": 50}, "forward", (1, 0)),
        ({"yaw": -50}, "forward", (-1, 0)),
        ({"pitch": 40}, "forward", (0, -1)),
        ({"pitch": -40}, "forward", (0, 1)),
        ({}, "left", (1, 0)),
        ({}, "up", (0, -1)),
        ({"roll": 90}, "up", (1, 0)),
        ({"roll": 90}, "left", (0, 1)),
    ],
)
def test_arrows_point_where_the_axes_do(turn: dict[str, float], name: str, way: tuple[float, float]) -> None:
    points = marks(**turn)
    pixels = where(drawn(points), name)
    assert len(pixels) > 50
    away = (pixels - points[30]).mean(axis=0)
    assert away @ way > 10
    assert abs(away @ (way[1], way[0])) < 4


def test_an_arrow_at_the_camera_is_a_ring() -> None:
    points = marks()
    away = np.abs(where(drawn(points), "forward") - points[30])
    assert len(away) > 20
    assert away.max() < 14


def test_arrows_are_as_long_as_the_eyes_are_apart() -> None:
    for eyes in (40, 80, 120):
        points = marks(eyes=eyes)
        reach = (where(drawn(points), "left") - points[30])[:, 0].max()
        assert reach == pytest.approx(eyes, abs=0.15 * eyes)


def test_every_point_is_marked_whatever_the_size() -> None:
    for eyes in (8, 20, 40, 100):
        points = marks(eyes=eyes)
        picture = draw_geometry(grey(), [face(points, posed=False)])
        columns, rows = points.astype(int).T
        assert (picture[rows, columns] != 128).any(axis=1).all()


def test_a_small_face_is_not_painted_over() -> None:
    picture = draw_geometry(grey(), [face(marks(eyes=12), posed=False)])
    assert 40 < (picture != 128).any(axis=2).sum() <= 68


def test_a_face_across_the_border_is_drawn_inside() -> None:
    points = marks(yaw=30) + np.float32([190, -110])
    picture = draw_geometry(grey(), [face(points)])
    assert picture.shape == grey().shape
    assert (picture != 128).any()
    outside = face(marks(eyes=12) + np.float32([5000, -5000]), posed=False)
    np.testing.assert_array_equal(draw_geometry(grey(), [outside]), grey())


def test_without_landmarks_the_copy_is_equal() -> None:
    before = grey()
    copy = draw_geometry(before, [face(None)])
    np.testing.assert_array_equal(copy, before)
    copy[:] = 0
    assert (before == 128).all()


def test_the_legend_stands_in_a_corner_where_there_is_room() -> None:
    def corner(picture: ByteArray) -> int:
        rows, columns = picture.shape[0] * 2 // 3, picture.shape[1] // 5
        return int((picture[rows:, :columns] != 128).any(axis=2).sum())

    points = marks()
    assert corner(draw_geometry(grey(), [face(points)])) > 500
    assert corner(draw_geometry(grey(), [face(points)], legend=False)) == 0
    assert corner(draw_geometry(grey(), [face(points, posed=False)])) == 0
    small = draw_geometry(grey(60, 60), [face(points - np.float32([170, 100]))])
    assert small.shape == (60, 60, 3)


def test_the_sample_photo_has_points_in_the_right_order(repository: Path) -> None:
    rows = np.loadtxt(repository / "examples" / "eileen-collins-points.csv", delimiter=",", skiprows=1)
    assert rows[:, 0].tolist() == list(range(68))
    pose = estimate_head_pose(rows[:, 1:])
    assert abs(pose.yaw) < 10
    assert 0 < pose.roll < 6  # her left eye is the lower one in the picture
    assert pose.residual < 0.1


def test_the_tag_begins_with_the_number_of_the_track() -> None:
    def tag(track: int | None) -> int:
        picture = annotate(grey(), [face(None, track=track)])
        return int((picture[:57] != 128).any(axis=(0, 2)).sum())

    assert tag(None) < tag(1) < tag(1234)


@pytest.mark.parametrize("shape", [(40, 40), (40, 40, 4), (0, 40, 3)])
def test_other_pictures_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"image: needs uint8 of shape \(H, W, 3\)"):
        draw_geometry(np.zeros(shape, np.uint8), [])


def test_a_pose_alone_is_not_drawn() -> None:
    pose = HeadPose(yaw=0.0, pitch=0.0, roll=0.0, residual=0.0)
    alone = Face(box=Box(0, 0, 9, 9), score=1.0, labels=("a",), distribution=(1.0,), light=LIGHT, pose=pose)
    np.testing.assert_array_equal(draw_geometry(grey(), [alone]), grey())
