from __future__ import annotations

import pytest
import torch
from torch import nn

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets.normalization import (
    STANDARDIZATIONS,
    BothStandardizations,
    ImageStandardization,
    LocalStandardization,
)


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


def by_the_formula(x: torch.Tensor, window: int, floor: float) -> torch.Tensor:
    """Local standardisation of one grey picture, pixel by pixel."""
    root, half = x[0].double().sqrt(), window // 2

    def mean(values: torch.Tensor) -> torch.Tensor:
        out = torch.empty_like(values)
        for row in range(values.shape[0]):
            for column in range(values.shape[1]):
                out[row, column] = values[
                    max(row - half, 0) : row + half + 1, max(column - half, 0) : column + half + 1
                ].mean()
        return out

    deviation = root - mean(root)
    contrast = mean(deviation**2).sqrt()
    return (deviation / (contrast + floor * contrast.mean() + 1e-4))[None].float()


class TestLocal:
    def test_two_levels_by_hand(self) -> None:
        # The window covers everything: roots 0.4 and 0.6, mean 0.5, contrast 0.1 everywhere.
        x = torch.tensor([[[[0.16, 0.36], [0.36, 0.16]]]])
        expected = torch.tensor([[[[-1.0, 1.0], [1.0, -1.0]]]]) * 0.1 / (0.1 + 0.5 * 0.1 + 1e-4)
        torch.testing.assert_close(LocalStandardization(window=5)(x), expected)

    @pytest.mark.parametrize(("window", "floor"), [(3, 0.5), (7, 0.1), (13, 2.0)])
    def test_every_pixel_is_that_of_the_formula(self, window: int, floor: float, faces: torch.Tensor) -> None:
        found = LocalStandardization(window, floor)(faces)
        for face, out in zip(faces, found, strict=True):
            torch.testing.assert_close(out, by_the_formula(face, window, floor), atol=1e-4, rtol=1e-4)

    @pytest.mark.parametrize("gain", [0.05, 0.3, 1.0])
    def test_exposure_is_not_seen(self, gain: float, faces: torch.Tensor) -> None:
        layer = LocalStandardization(5)
        torch.testing.assert_close(layer(gain * faces), layer(faces), atol=5e-3, rtol=5e-3)

    def test_the_shadow_gets_the_contrast_of_the_light(self) -> None:
        # The same texture with a twentieth of the light in one half.
        texture = torch.rand(1, 1, 40, 24, generator=torch.Generator().manual_seed(0))
        x = torch.cat([texture, texture / 20], dim=3)
        local, whole = LocalStandardization(7)(x), ImageStandardization()(x)
        inner = slice(6, 18), slice(30, 42)  # columns that do not see the edge between the halves
        spread = [[out[..., columns].std() for columns in inner] for out in (local, whole)]
        assert spread[0][1] > 0.4 * spread[0][0]
        assert spread[1][1] < 0.1 * spread[1][0]

    def test_a_higher_floor_leaves_shadows_flatter(self, faces: torch.Tensor) -> None:
        x = torch.cat([faces, faces / 50], dim=3)
        shadows = [LocalStandardization(5, floor)(x)[..., 20:].std() for floor in (0.1, 0.5, 2.0)]
        assert shadows[0] > shadows[1] > shadows[2]

    @pytest.mark.parametrize("level", [0.0, 0.1, 1 / 3, 1.0])
    def test_an_even_picture_stays_even(self, level: float) -> None:
        assert LocalStandardization()(torch.full((2, 1, 48, 48), level)).abs().max() < 0.05

    def test_what_is_below_black_counts_as_black(self, faces: torch.Tensor) -> None:
        layer, x = LocalStandardization(5), faces - 0.2
        torch.testing.assert_close(layer(x), layer(x.clamp(min=0.0)))
        assert layer(x).isfinite().all()

    def test_a_picture_does_not_depend_on_its_batch(self, faces: torch.Tensor) -> None:
        layer = LocalStandardization(5)
        torch.testing.assert_close(layer(faces), torch.cat([layer(face[None]) for face in faces]))

    @pytest.mark.parametrize(
        ("window", "message"),
        [
            (4, "window: needs an odd number, got 4"),
            (1, "at least 3"),
            (-5, "at least 3"),
            (5.0, "whole number"),
        ],
    )
    def test_other_windows_are_refused(self, window: int, message: str) -> None:
        with pytest.raises(InvalidArgumentError, match=message):
            LocalStandardization(window)


class TestBoth:
    def test_the_channels_are_the_two_layers(self, faces: torch.Tensor) -> None:
        out = BothStandardizations()(faces)
        assert tuple(out.shape) == (4, 2, 12, 16)
        torch.testing.assert_close(out[:, :1], ImageStandardization()(faces))
        torch.testing.assert_close(out[:, 1:], LocalStandardization()(faces))


@pytest.mark.parametrize("name", STANDARDIZATIONS)
class TestEveryStandardization:
    def test_channels_are_as_many_as_it_says(self, name: str, faces: torch.Tensor) -> None:
        layer, channels = STANDARDIZATIONS[name]
        assert tuple(layer()(faces).shape) == (4, channels, 12, 16)

    def test_nothing_is_learnt(self, name: str) -> None:
        layer, _ = STANDARDIZATIONS[name]
        assert not list(layer().parameters())
        assert not layer().state_dict()

    @pytest.mark.parametrize("level", [0.0, 0.5])
    def test_the_gradient_of_an_even_picture_is_finite(self, name: str, level: float) -> None:
        layer, channels = STANDARDIZATIONS[name]
        # Through a layer that is learnt, as in the network; faces themselves need no gradient there.
        first = nn.Conv2d(channels, 2, 3)
        first(layer()(torch.full((1, 1, 16, 16), level))).square().sum().backward()
        assert first.weight.grad is not None
        assert first.weight.grad.isfinite().all()
