"""Attention over regions: maps at the right places, and what they pool."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lamplit.nets.attention import RADIUS, REGIONS, RegionAttention


def features(n: int = 2, channels: int = 3, height: int = 12, width: int = 12) -> torch.Tensor:
    return torch.randn(n, channels, height, width, generator=torch.Generator().manual_seed(0))


def learnt() -> RegionAttention:
    """A layer as after some training: nothing is zero."""
    layer = RegionAttention(3)
    for number, parameter in enumerate(layer.parameters()):
        nn.init.normal_(parameter, std=0.2, generator=torch.Generator().manual_seed(number))
    return layer


@pytest.mark.parametrize("size", [(12, 12), (6, 6), (24, 16)])
@pytest.mark.parametrize("layer", [RegionAttention(3), learnt()], ids=["fresh", "learnt"])
def test_every_map_is_a_distribution(layer: RegionAttention, size: tuple[int, int]) -> None:
    maps = layer.maps(features(2, 3, *size))
    assert tuple(maps.shape) == (2, 4, *size)
    assert maps.min() >= 0
    torch.testing.assert_close(maps.sum(dim=(2, 3)), torch.ones(2, 4))


@pytest.mark.parametrize("size", [(12, 12), (48, 48)])
def test_fresh_maps_lie_where_ferplus_has_the_regions(size: tuple[int, int]) -> None:
    maps = RegionAttention(3).maps(features(1, 3, *size))[0].detach()
    rows, columns = ((torch.arange(n) + 0.5) / n for n in size)
    for (name, (x, y)), weights in zip(REGIONS.items(), maps, strict=True):
        assert float((weights.sum(dim=0) * columns).sum()) == pytest.approx(x, abs=0.02), name
        assert float((weights.sum(dim=1) * rows).sum()) == pytest.approx(y, abs=0.03), name  # cut at the chin


def test_eyes_and_mouth_are_those_of_the_framing() -> None:
    right, left, nose, mouth = REGIONS.values()
    assert (right[0] + left[0]) / 2 == nose[0] == mouth[0] == 0.5
    assert right[1] == left[1] == 0.39
    assert left[0] - right[0] == pytest.approx(2 * 0.19)
    assert mouth[1] == 0.77


def test_the_extent_of_a_fresh_map() -> None:
    nose = RegionAttention(3).maps(features(1, 3, 96, 96))[0, 2].detach()
    columns = (torch.arange(96) + 0.5) / 96
    deviation = (nose.sum(dim=0) * (columns - 0.5).square()).sum().sqrt()
    assert float(deviation) == pytest.approx(RADIUS, abs=0.005)


def test_fresh_maps_do_not_depend_on_the_face_and_learnt_ones_do() -> None:
    fresh, after, x = RegionAttention(3), learnt(), features(2)
    torch.testing.assert_close(fresh.maps(x)[0], fresh.maps(x)[1])
    assert not torch.allclose(after.maps(x)[0], after.maps(x)[1], atol=1e-3)


def test_what_is_pooled_by_hand() -> None:
    # One channel is lit at a single place: each region's feature is its attention there.
    layer, x = RegionAttention(2), torch.zeros(1, 2, 12, 12)
    x[0, 1, 4, 3] = 5.0
    out = layer(x).reshape(4, 2)
    torch.testing.assert_close(out[:, 0], torch.zeros(4))
    torch.testing.assert_close(out[:, 1], 5.0 * layer.maps(x)[0, :, 4, 3])
    assert out[:, 1].argmax() == 0, "row 4.5/12 and column 3.5/12 are nearest to the eye on the left"


def test_an_even_map_gives_its_level_for_every_region() -> None:
    out = learnt()(torch.full((2, 3, 12, 12), 0.7))
    torch.testing.assert_close(out, torch.full((2, 12), 0.7))


def test_a_shift_moves_a_map() -> None:
    layer, x = RegionAttention(3), features(1, 3, 48, 48)
    with torch.no_grad():
        layer.shift[2] = torch.tensor([0.1, -0.05])
    nose, places = layer.maps(x)[0, 2].detach(), (torch.arange(48) + 0.5) / 48
    assert float((nose.sum(dim=0) * places).sum()) == pytest.approx(0.6, abs=0.01)
    assert float((nose.sum(dim=1) * places).sum()) == pytest.approx(0.53, abs=0.01)


def test_places_follow_from_masks() -> None:
    layer = RegionAttention(8)
    with torch.no_grad():
        layer.shift.copy_(torch.tensor([[0.1, -0.05], [0.0, 0.2], [-0.15, 0.0], [0.3, -0.4]]))
        layer.extent.copy_(torch.tensor([[0.5, -0.3], [0.0, 0.1], [-0.6, 0.9], [0.2, 0.2]]))
    shift, extent = layer.places_of(layer._masks(9, 12).detach())
    torch.testing.assert_close(shift, layer.shift.detach(), atol=1e-4, rtol=0)
    torch.testing.assert_close(extent, layer.extent.detach(), atol=1e-4, rtol=0)
