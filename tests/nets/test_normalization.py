from __future__ import annotations

import pytest
import torch

from lamplit.nets.normalization import ImageStandardization


@pytest.fixture
def faces() -> torch.Tensor:
    return torch.rand(4, 1, 12, 16, generator=torch.Generator().manual_seed(0))


def test_two_levels_by_hand() -> None:
    # Mean 0.25; deviations -0.05 and 0.05, so sigma 0.05.
    x = torch.tensor([[[[0.2, 0.3], [0.3, 0.2]]]])
    torch.testing.assert_close(ImageStandardization()(x), torch.tensor([[[[-1.0, 1.0], [1.0, -1.0]]]]))


def test_each_picture_gets_mean_zero_and_deviation_one(faces: torch.Tensor) -> None:
    x = faces * torch.tensor([1.0, 0.5, 0.1, 0.02]).reshape(4, 1, 1, 1)
    out = ImageStandardization()(x)
    assert out.shape == x.shape
    torch.testing.assert_close(out.mean(dim=(1, 2, 3)), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(out.std(dim=(1, 2, 3), correction=0), torch.ones(4))


@pytest.mark.parametrize("gain", [0.02, 0.3, 1.0, 8.0])
@pytest.mark.parametrize("offset", [0.0, 0.1, 0.7])
def test_neither_gain_nor_offset_is_seen(faces: torch.Tensor, gain: float, offset: float) -> None:
    layer = ImageStandardization()
    torch.testing.assert_close(layer(gain * faces + offset), layer(faces), atol=1e-3, rtol=1e-3)


def test_a_picture_does_not_depend_on_its_batch(faces: torch.Tensor) -> None:
    layer = ImageStandardization()
    alone = torch.cat([layer(face[None]) for face in faces])
    torch.testing.assert_close(layer(faces), alone)


@pytest.mark.parametrize("level", [0.0, 0.1, 1 / 3, 1.0])
def test_an_even_picture_stays_even(level: float) -> None:
    out = ImageStandardization()(torch.full((2, 1, 48, 48), level))
    assert out.abs().max() < 1e-2


def test_below_the_floor_contrast_is_not_blown_up() -> None:
    # Two levels 1e-4 apart: sigma 5e-5 is below the floor of 1e-3, and the output 20 times less than 1.
    x = torch.tensor([[[[0.5, 0.5001]]]], dtype=torch.float64)
    torch.testing.assert_close(ImageStandardization()(x).abs(), torch.full_like(x, 0.05))
    torch.testing.assert_close(ImageStandardization(floor=1e-6)(x).abs(), torch.ones_like(x))


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_the_gradient_of_an_even_picture_is_finite(level: float) -> None:
    x = torch.full((1, 1, 4, 4), level, requires_grad=True)
    (ImageStandardization()(x) * torch.arange(16.0).reshape(1, 1, 4, 4)).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()
