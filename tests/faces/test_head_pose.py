"""The pose of a head: exact on projections of the model, right in its signs, sane on real faces."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.head_pose import HeadPose, rotation_from_angles
from lamplit.faces.face_model import load_face_model, mirrored_points
from lamplit.faces.head_pose import USUAL_DISTANCE, Placement, estimate_head_pose, pose_if_any, project

GRID = list(itertools.product((-60, -30, 0, 20, 60), (-40, -15, 0, 40), (-45, 0, 30, 45)))
PIXELS_PER_MM = 100 / 63.0  # eyes 100 pixels apart


def shown(yaw: float, pitch: float, roll: float, *, distance: float = USUAL_DISTANCE) -> AnyArray:
    """Landmarks of the model in a pose, far from the middle of a picture."""
    place = Placement(rotation_from_angles(yaw, pitch, roll), PIXELS_PER_MM, np.array([700.0, 150.0]))
    return project(place, distance=distance)


def errors(angles: tuple[float, float, float], points: AnyArray) -> list[float]:
    pose = estimate_head_pose(points)
    return [pose.yaw - angles[0], pose.pitch - angles[1], pose.roll - angles[2]]


def test_the_model_is_a_face() -> None:
    model = load_face_model()
    assert model.eye_distance == pytest.approx(63.0)
    np.testing.assert_allclose(
        model.points[36:48].reshape(2, 6, 3).mean(axis=1).mean(axis=0), (0, 0, 0), atol=0.3
    )
    flipped = model.points[model.mirror] * (-1, 1, 1)
    np.testing.assert_array_equal(flipped, model.points)
    assert (model.mirror[model.mirror] == np.arange(68)).all()
    assert set(np.flatnonzero(model.mirror == np.arange(68)).tolist()) == {
        8, 27, 28, 29, 30, 33, 51, 57, 62, 66,
    }  # fmt: skip
    assert model.points[30, 2] == model.points[:, 2].max()  # the tip of the nose comes first
    assert model.points[8, 1] == model.points[:, 1].min()  # the chin lies lowest
    assert ((model.weights > 0) & (model.weights <= 1)).all()


@pytest.mark.parametrize("angles", GRID)
def test_projections_of_the_model_give_their_angles(angles: tuple[int, int, int]) -> None:
    pose = estimate_head_pose(shown(*angles))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx(angles, abs=1e-3)
    assert pose.residual < 1e-5


def test_noise_of_the_points_costs_little() -> None:
    rng = np.random.default_rng(0)
    noisy = [(angles, shown(*angles) + rng.normal(0, 2, (68, 2))) for angles in GRID]  # 2 % of the eyes
    off = np.abs([errors(angles, points) for angles, points in noisy])
    assert off.mean(axis=0).max() < 0.6
    assert off.max() < 3.0


@pytest.mark.parametrize("distance", [500.0, 2000.0, np.inf])
def test_a_distance_that_is_not_the_usual_one_costs_little(distance: float) -> None:
    off = np.abs([errors(angles, shown(*angles, distance=distance)) for angles in GRID])
    assert off.mean() < 1.0
    assert off.max() < 2.5


def test_an_open_mouth_and_a_wrong_jaw_hardly_bend_it() -> None:
    points = shown(20, 10, -5)
    points[[8, 55, 56, 57, 58, 59, 65, 66, 67]] += (0, 40)  # the jaw drops by 0.4 eye distances
    points[:5] += (-30, 0)  # hair
    pose = estimate_head_pose(points)
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((20, 10, -5), abs=2.0)
    assert pose.residual > 0.05


def test_size_place_and_unit_do_not_matter() -> None:
    points = shown(25, -10, 15)
    first, second = estimate_head_pose(points), estimate_head_pose(0.01 * points - 50)
    assert (first.yaw, first.pitch, first.roll) == pytest.approx((second.yaw, second.pitch, second.roll))
    assert first.residual == pytest.approx(second.residual, abs=1e-6)


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((68, 3)),
        np.zeros((5, 2)),
        np.zeros((68, 2)),
        np.full((68, 2), np.nan),
        np.stack([np.arange(68.0), 2 * np.arange(68.0)], axis=1),
    ],
    ids=["three numbers", "five", "at one place", "not a number", "a line"],
)
def test_points_of_no_face_are_refused(points: AnyArray) -> None:
    with pytest.raises(InvalidArgumentError, match=r"points: needs 68 finite points \(x, y\)"):
        estimate_head_pose(points)


def test_a_camera_in_the_face_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="distance: needs a finite number above 200, got 50"):
        estimate_head_pose(shown(0, 0, 0), distance=50)


@pytest.fixture(scope="module")
def faces(data_dir: Path) -> AnyArray:
    """Landmarks of 200 validation faces, in pixels of a picture of 48 x 48."""
    with np.load(data_dir / "landmarks.npz") as marks:
        certain = marks["FER2013Valid_face"] >= 0.95
        return 48 * marks["FER2013Valid_points"][certain].astype(np.float64)[:200]


@pytest.fixture(scope="module")
def poses(faces: AnyArray) -> list[HeadPose]:
    return [estimate_head_pose(points) for points in faces]


def test_real_faces_mostly_look_at_the_camera(poses: list[HeadPose]) -> None:
    yaw, pitch, roll = np.array([[p.yaw, p.pitch, p.roll] for p in poses]).T
    assert np.abs(np.median([yaw, pitch, roll], axis=1)).max() < 4
    assert 5 < yaw.std() < 25
    assert 5 < pitch.std() < 20
    assert 8 < roll.std() < 16
    assert np.median([pose.residual for pose in poses]) < 0.06


def test_mirrored_faces_have_mirrored_yaw_and_roll(faces: AnyArray, poses: list[HeadPose]) -> None:
    for points, pose in zip(faces[:50], poses, strict=False):
        other = estimate_head_pose(mirrored_points(points, 48.0))
        angles = (other.yaw, other.pitch, other.roll)
        assert angles == pytest.approx((-pose.yaw, pose.pitch, -pose.roll), abs=1e-3)
        assert other.residual == pytest.approx(pose.residual, abs=1e-6)


def test_the_roll_is_the_tilt_of_the_eyes_and_the_yaw_moves_the_nose(
    faces: AnyArray, poses: list[HeadPose]
) -> None:
    right, left = faces[:, 36:42].mean(axis=1), faces[:, 42:48].mean(axis=1)
    eyes = left - right
    tilt = np.degrees(np.arctan2(eyes[:, 1], eyes[:, 0]))
    assert np.corrcoef(tilt, [pose.roll for pose in poses])[0, 1] > 0.98
    # The nose of who turns to their left stands nearer to the left eye, at the right of the picture.
    across = ((faces[:, 30] - right) * eyes).sum(axis=1) / (eyes**2).sum(axis=1)
    assert np.corrcoef(across, [pose.yaw for pose in poses])[0, 1] > 0.9


def test_points_that_no_pose_explains_have_none() -> None:
    random = np.random.default_rng(0)
    for _ in range(200):  # nearly straight lines, which pass for points of a face
        along, across = random.normal(0, 40, 68), random.normal(0, 40 * 10 ** random.uniform(-2.8, -1), 68)
        pose = pose_if_any(np.column_stack([along, across]) + 100)
        assert pose is None or pose.residual <= 1.0
    assert pose_if_any(np.full((68, 2), 7.0)) is None
