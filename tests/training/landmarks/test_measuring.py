"""Errors over the inter-ocular distance, failures, and the word of the spread: all by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box
from lamplit.faces.framing import landmark_square
from lamplit.imaging.geometry import crop_square
from lamplit.training.landmarks.measuring import (
    WITHIN,
    point_errors,
    score_landmarks,
    usual_crops,
    usual_points,
)


def faces(n: int = 4) -> np.ndarray:
    """Points whose outer eye corners are 0.5 apart."""
    points = np.random.default_rng(0).random((n, 68, 2))
    points[:, 36], points[:, 45] = (0.25, 0.4), (0.75, 0.4)
    return points


def test_the_error_is_a_share_of_the_distance_between_the_outer_corners() -> None:
    targets = faces()
    off = np.zeros_like(targets)
    off[1] = 0.03, 0.04  # 0.05 far, of 0.5
    off[2, :34, 0] = 0.2  # half of the points
    assert point_errors(targets + off, targets).tolist() == pytest.approx([0.0, 0.1, 0.2, 0.0])


def test_scores_by_hand() -> None:
    targets = faces()
    off = np.zeros_like(targets)
    off[0], off[1] = (0.02, 0.045), (0.06, 0.08)  # 0.049 and 0.1 far, of 0.5
    spread = np.full((4, 68), 0.05)
    scores = score_landmarks(targets + off, spread, targets)
    assert scores.faces == 4
    near, far = np.hypot(0.02, 0.045) / 0.5, 0.2
    assert scores.error == pytest.approx((near + far) / 4)
    assert scores.median_error == pytest.approx(near / 2)
    assert scores.failures == 0.25
    assert scores.spread_ratio == pytest.approx((0.02 + 0.045 + 0.06 + 0.08) / 8 / (0.05 / np.sqrt(2)))
    assert scores.within_spread == pytest.approx(6 / 8)


def test_a_network_that_knows_how_sure_it_is_scores_one() -> None:
    random = np.random.default_rng(0)
    targets = np.repeat(faces(1), 400, axis=0)
    spread = random.uniform(0.01, 0.05, (400, 68))
    points = targets + random.laplace(size=targets.shape) * spread[..., None] / np.sqrt(2)
    scores = score_landmarks(points, spread, targets)
    assert scores.spread_ratio == pytest.approx(1.0, abs=0.02)
    assert scores.within_spread == pytest.approx(WITHIN, abs=0.01)


@pytest.mark.parametrize("shape", [(4, 5, 2), (3, 68, 2), (68, 2)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"points: needs two arrays of shape \(N, 68, 2\)"):
        point_errors(np.zeros(shape), faces())


def test_no_face_or_no_spread_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="spread: needs"):
        score_landmarks(faces(), np.zeros(4), faces())
    with pytest.raises(InvalidArgumentError, match="spread: needs"):
        score_landmarks(faces(0), np.zeros((0, 68)), faces(0))


def test_crops_and_points_are_those_of_the_runtime() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (1, 64, 64), dtype=np.uint8)
    crops = usual_crops(picture, 32)
    assert np.array_equal(crops[0], crop_square(picture[0], landmark_square(Box(0, 0, 64, 64)), 32))
    square = landmark_square(Box(0, 0, 1, 1))
    corners = np.array([[[square.x1, square.y1], [square.x2, square.y2]]])
    assert usual_points(corners).tolist() == [[[0.0, 0.0], [1.0, 1.0]]]
