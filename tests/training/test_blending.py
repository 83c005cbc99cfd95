"""Blending the network of a training with the one that it started from."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lamplit.nets import build_network
from lamplit.training.blending import blended

TINY = {"widths": [4, 4, 4, 4], "depths": [1, 1, 1, 1], "fused": 4}


def network(seed: int, **settings: object) -> nn.Module:
    torch.manual_seed(seed)
    net = build_network("fusion", n_classes=8, **(TINY | settings)).train()
    net(torch.rand(8, 1, 16, 16))  # running means and variances of its own
    return net.eval()


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_every_number_lies_between(share: float) -> None:
    before, after = network(0).state_dict(), network(1)
    old = {name: tensor.clone() for name, tensor in after.state_dict().items()}
    for name, tensor in blended(after, before, share).state_dict().items():
        if tensor.is_floating_point():
            torch.testing.assert_close(tensor, share * old[name] + (1 - share) * before[name])
        else:
            assert torch.equal(tensor, old[name]), "counts stay"
    assert any("running_var" in name for name in old)


def test_new_input_channels_are_blended_with_nothing() -> None:
    before, after = network(0).state_dict(), network(1, standardization="both")
    old = after.state_dict()["stem.0.weight"].clone()
    mixed = blended(after, before, 0.5).state_dict()["stem.0.weight"]
    torch.testing.assert_close(mixed[:, 1], old[:, 1] / 2)
    torch.testing.assert_close(mixed[:, 0], (old[:, 0] + before["stem.0.weight"][:, 0]) / 2)
