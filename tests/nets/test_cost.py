"""What networks cost, counted by hand on small ones."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lamplit.nets import FusionNet, PaperNet
from lamplit.nets.cost import Cost, count_cost


def flat(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(*layers, nn.Flatten())


@pytest.mark.parametrize(
    ("network", "multiply_adds", "parameters"),
    [
        (flat(nn.Conv2d(1, 4, 3, padding=1)), 8 * 8 * 4 * 9, 4 * 9 + 4),
        (flat(nn.Conv2d(1, 4, 3, stride=2, padding=1, bias=False)), 4 * 4 * 4 * 9, 4 * 9),
        (flat(nn.Conv2d(1, 4, (1, 5))), 8 * 4 * 4 * 5, 4 * 5 + 4),
        (
            flat(nn.Conv2d(1, 4, 1), nn.Conv2d(4, 8, 3, padding=1, groups=2)),
            8 * 8 * 4 + 8 * 8 * 8 * 2 * 9,
            4 + 4 + 8 * 2 * 9 + 8,
        ),
        (nn.Sequential(nn.Flatten(), nn.Linear(64, 10), nn.Linear(10, 3)), 640 + 30, 650 + 33),
        (flat(nn.BatchNorm2d(1), nn.ReLU(), nn.MaxPool2d(2)), 0, 2),
    ],
)
def test_by_hand(network: nn.Module, multiply_adds: int, parameters: int) -> None:
    assert count_cost(network, size=8) == Cost(multiply_adds, parameters)


def test_the_network_of_the_paper() -> None:
    convolutions = 126 * 126 * 16 * 27 + 61 * 61 * 32 * 16 * 9
    assert count_cost(PaperNet(6), size=128) == Cost(convolutions + 28_800 * 128 + 128 * 6, 3_692_390)


def test_a_layer_counts_as_often_as_it_is_used() -> None:
    layer = nn.Conv2d(1, 1, 3, padding=1, bias=False)
    assert count_cost(flat(layer, layer), size=8) == Cost(2 * 64 * 9, 9)


def test_convolutions_grow_with_the_area() -> None:
    network = FusionNet(8, widths=(4, 4, 4, 4), depths=(1, 1, 1, 1), fused=4)
    dense = sum(m.weight.numel() for m in network.modules() if isinstance(m, nn.Linear))
    small, large = (count_cost(network, size=size).multiply_adds - dense for size in (48, 96))
    assert large == 4 * small


def test_the_network_stays_as_it_is() -> None:
    network = FusionNet(8, widths=(4, 4, 4, 4), depths=(1, 1, 1, 1), fused=4).train()
    network.stem.eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    count_cost(network, size=48)
    assert network.training
    assert network.mix.training
    assert not network.stem[1].training
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    assert not any(module._forward_hooks for module in network.modules())


def test_hooks_are_removed_after_a_failure() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3))
    with pytest.raises(RuntimeError, match="channels"):
        count_cost(network, size=8)
    assert not network[0]._forward_hooks
    assert network.training
