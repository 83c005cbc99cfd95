"""Weights of a finished run in a network with more residual blocks."""

from __future__ import annotations

import blobs
import pytest
import torch
from torch import nn

from lamplit.core.errors import CheckpointError
from lamplit.nets.fusion import pooled_parts
from lamplit.training.blending import blended
from lamplit.training.growing import grown
from lamplit.training.recipe import Recipe
from lamplit.training.state import fresh_state

CPU = torch.device("cpu")
SETTINGS = {"widths": [4, 8, 8, 8], "depths": [1, 1, 1, 1], "fused": 8, "dropout": 0.0}
FACES = torch.rand(3, 1, 24, 24, generator=torch.Generator().manual_seed(1))


def recipe(**changes: object) -> Recipe:
    return blobs.recipe(settings={**SETTINGS, **changes})


def drawn(network: nn.Module) -> nn.Module:
    """Draw every weight, so that no block of the network is silent."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            values = 0.5 * torch.randn(parameter.shape, generator=generator)
            parameter.copy_(values if parameter.ndim > 1 else values.abs())  # so that no rectifier is dead
    return network.eval()


@pytest.mark.parametrize("normalization", ["batch", "none", "divisive"])
def test_new_blocks_hand_on_what_came_in_and_can_learn(normalization: str) -> None:
    small = recipe(normalization=normalization)
    large = recipe(normalization=normalization, depths=[2, 1, 3, 2])
    old = drawn(fresh_state(small, 8, CPU).network)
    new = fresh_state(large, 8, CPU, weights=old.state_dict()).network.eval()
    torch.testing.assert_close(new(FACES), old(FACES))
    new(FACES)[:, 0].sum().backward()
    ends = new.stage3[2].body[4 if normalization != "none" else 3]  # type: ignore[index, union-attr]
    gain = ends.gain if normalization == "divisive" else ends.weight
    assert gain.grad.abs().max() > 0


@pytest.mark.parametrize("more", [{"fusion": "both"}, {"regions": True}, {"fusion": "both", "regions": True}])
def test_more_maps_are_read_with_zeros_and_can_learn(more: dict[str, object]) -> None:
    old = drawn(fresh_state(recipe(), 8, CPU).network)
    new = fresh_state(recipe(**more), 8, CPU, weights=old.state_dict()).network.eval()
    torch.testing.assert_close(new(FACES), old(FACES))
    new(FACES)[:, 0].sum().backward()
    parts = pooled_parts(new.state_dict())
    gradient = new.classify.weight.grad  # type: ignore[union-attr]
    assert all(gradient[0, columns].abs().max() > 0 for columns in parts.values())  # type: ignore[index]
    assert list(parts) == [
        part for part in ("fused", "back", "coarse", "regions") if part != "back" or "fusion" in more
        if part != "regions" or "regions" in more
    ]  # fmt: skip


def test_blending_with_the_smaller_network_leads_from_one_to_the_other() -> None:
    old = drawn(fresh_state(recipe(), 8, CPU).network)
    large = drawn(fresh_state(recipe(depths=[1, 2, 1, 1]), 8, CPU).network)
    said, trained = {}, {name: tensor.clone() for name, tensor in large.state_dict().items()}
    for share in (0.0, 0.5, 1.0):
        large.load_state_dict(trained)
        said[share] = blended(large, old.state_dict(), share).eval()(FACES)
    torch.testing.assert_close(said[0.0], old(FACES))
    assert not torch.allclose(said[0.5], said[0.0]) and not torch.allclose(said[0.5], said[1.0])  # noqa: PT018


def test_a_first_block_is_not_made_up() -> None:
    old = fresh_state(recipe(depths=[0, 1, 1, 1]), 8, CPU).network.state_dict()
    with pytest.raises(CheckpointError, match="start: needs weights of fusion"):
        fresh_state(recipe(depths=[1, 1, 1, 1]), 8, CPU, weights=old)


def test_blocks_are_not_taken_away() -> None:
    old = fresh_state(recipe(depths=[1, 2, 1, 1]), 8, CPU).network.state_dict()
    with pytest.raises(CheckpointError, match="start: needs weights of fusion"):
        fresh_state(recipe(), 8, CPU, weights=old)


def test_what_is_no_block_stays_missing() -> None:
    wanted = {"stage1.1.body.0.weight": torch.ones(1), "classify.weight": torch.ones(1)}
    assert grown({}, wanted) == {}
    assert list(grown({"stage1.0.body.0.weight": torch.ones(1)}, wanted)) == [
        "stage1.0.body.0.weight",
        "stage1.1.body.0.weight",
    ]
