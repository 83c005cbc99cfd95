"""Frames: points by hand, mirror images, round trips, and pixels that go where the points say."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from lamplit.core.landmarks import MIRRORED
from lamplit.faces.framing import LANDMARK_LOWER, LANDMARK_SIDE
from lamplit.training.augmentation import Augmentation
from lamplit.training.landmarks.framing import (
    Frames,
    cut,
    draw_frames,
    points_in_crops,
    points_in_pictures,
    usual_frames,
)

SETTINGS = Augmentation(rotation=30.0, scale=0.3, shift=0.1, flip=0.5)


def frame(x: float, y: float, side: float, degrees: float = 0.0, *, mirrored: bool = False) -> Frames:
    return Frames(
        torch.tensor([[x, y]]),
        torch.tensor([side]),
        torch.tensor([math.radians(degrees)]),
        torch.tensor([mirrored]),
    )


@pytest.mark.parametrize(
    ("square", "expected"),
    [
        (frame(0.5, 0.5, 1.0), (0.6, 0.3)),
        (frame(0.5, 0.5, 1.0, mirrored=True), (0.4, 0.3)),
        (frame(0.6, 0.3, 0.1), (0.5, 0.5)),
        (frame(0.5, 0.5, 2.0), (0.55, 0.4)),
        # The square turns clockwise by 90 degrees: what lies above its middle is to the left in the crop.
        (frame(0.5, 0.5, 1.0, 90.0), (0.3, 0.4)),
    ],
)
def test_a_point_lies_where_the_square_says(square: Frames, expected: tuple[float, float]) -> None:
    placed = points_in_crops(torch.tensor([[[0.6, 0.3]]]), square)
    torch.testing.assert_close(placed, torch.tensor([[expected]]))


def test_the_usual_square_is_that_of_the_runtime() -> None:
    frames = usual_frames(3)
    assert frames.side.tolist() == [LANDMARK_SIDE] * 3
    torch.testing.assert_close(frames.middle[2], torch.tensor([0.5, 0.5 + LANDMARK_LOWER]))
    assert len(frames) == 3


def test_crops_and_back() -> None:
    generator = torch.Generator().manual_seed(0)
    for n_points in (68, 5):
        points = torch.rand(40, n_points, 2, generator=generator)
        frames = draw_frames(40, SETTINGS, generator)
        assert 5 < int(frames.mirrored.sum()) < 35
        back = points_in_pictures(points_in_crops(points, frames), frames)
        torch.testing.assert_close(back, points)


def test_mirrored_points_swap_with_their_partners() -> None:
    points = torch.rand(1, 68, 2, generator=torch.Generator().manual_seed(0))
    mirrored = points_in_crops(points, frame(0.5, 0.5, 1.0, mirrored=True))[0]
    for number, partner in enumerate(MIRRORED):
        assert mirrored[number].tolist() == pytest.approx(
            [1.0 - float(points[0, partner, 0]), float(points[0, partner, 1])], abs=1e-6
        )


def test_draws_keep_their_limits() -> None:
    frames = draw_frames(2000, SETTINGS, torch.Generator().manual_seed(0))
    assert frames.angle.abs().max() <= math.radians(30.0)
    assert frames.angle.abs().max() > math.radians(29.0)
    ratio = frames.side / LANDMARK_SIDE
    assert 0.7 <= ratio.min() < 0.72
    assert 1.28 < ratio.max() <= 1.3
    off = (frames.middle - usual_frames(1).middle) / frames.side[:, None]
    assert 0.099 < off.abs().max() <= 0.1 + 1e-6
    assert 0.45 < frames.mirrored.float().mean() < 0.55


def spotted(points: Tensor, side: int) -> Tensor:
    """Pictures with a soft bright spot at a point each; (N, 1, side, side)."""
    place = (torch.arange(side) + 0.5) / side
    x, y = (points[:, 0, axis, None, None] for axis in (0, 1))
    distance = (place[None, None, :] - x).square() + (place[None, :, None] - y).square()
    return torch.exp(-distance / 0.002)[:, None]


def test_pixels_go_where_points_go() -> None:
    generator = torch.Generator().manual_seed(1)
    points = 0.3 + 0.4 * torch.rand(20, 1, 2, generator=generator)
    frames = draw_frames(20, SETTINGS, generator)
    crops, _ = cut(spotted(points, 96), frames, 112)
    place = (torch.arange(112) + 0.5) / 112
    total = crops.sum(dim=(1, 2, 3))
    x = (crops[:, 0].sum(dim=1) * place).sum(dim=1) / total
    y = (crops[:, 0].sum(dim=2) * place).sum(dim=1) / total
    torch.testing.assert_close(
        torch.stack([x, y], 1), points_in_crops(points, frames)[:, 0], atol=2e-3, rtol=0
    )


def test_beyond_the_picture_its_edge_is_repeated_and_told() -> None:
    picture = torch.tensor([[[[0.25, 0.25], [0.75, 0.75]]]])
    crops, inside = cut(picture, frame(0.5, 0.5, 2.0), 4)
    assert inside[0, 0].tolist() == [[False] * 4, [False, True, True, False]] * 1 + [
        [False, True, True, False],
        [False] * 4,
    ]
    assert crops[0, 0, 0].tolist() == [0.25] * 4
    assert crops[0, 0, 3].tolist() == [0.75] * 4


def test_a_crop_of_the_whole_is_the_picture() -> None:
    picture = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    crops, inside = cut(picture, frame(0.5, 0.5, 1.0), 8)
    torch.testing.assert_close(crops, picture)
    assert inside.all()
    torch.testing.assert_close(cut(picture, frame(0.5, 0.5, 1.0, mirrored=True), 8)[0], picture.flip(3))
