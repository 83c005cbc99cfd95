"""Weights of a finished run in a network that has more to look at."""

from __future__ import annotations

import blobs
import pytest
import torch
from torch import Tensor

from lamplit.core.errors import CheckpointError
from lamplit.training.recipe import Recipe
from lamplit.training.state import fresh_state

CPU = torch.device("cpu")
SETTINGS = {"widths": [4, 8, 8, 8], "depths": [1, 1, 1, 1], "fused": 8, "dropout": 0.0}


def recipe(standardization: str, **changes: object) -> Recipe:
    return blobs.recipe(settings={**SETTINGS, "standardization": standardization, **changes})


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    """Weights of a network that sees the z-score alone, every one of them drawn."""
    state = fresh_state(recipe("z-score"), 8, CPU).network.state_dict()
    generator = torch.Generator().manual_seed(0)
    return {
        name: torch.rand(tensor.shape, generator=generator) if tensor.is_floating_point() else tensor
        for name, tensor in state.items()
    }


def test_the_same_network_starts_from_the_same_weights(weights: dict[str, Tensor]) -> None:
    state = fresh_state(recipe("z-score"), 8, CPU, weights=weights)
    for part in (state.network, state.average.module):
        assert all(torch.equal(part.state_dict()[name], tensor) for name, tensor in weights.items())


def test_a_new_channel_starts_with_zeros(weights: dict[str, Tensor]) -> None:
    grown = fresh_state(recipe("both"), 8, CPU, weights=weights).network.state_dict()
    kernel = grown["stem.0.weight"]
    assert kernel.shape == (4, 2, 3, 3)
    assert torch.equal(kernel[:, :1], weights["stem.0.weight"])
    assert not kernel[:, 1:].any()
    assert all(torch.equal(grown[name], weights[name]) for name in weights if name != "stem.0.weight")


def test_at_first_the_new_channel_is_ignored_and_then_it_can_be_learnt(weights: dict[str, Tensor]) -> None:
    faces = torch.rand(3, 1, 24, 24, generator=torch.Generator().manual_seed(1))
    old = fresh_state(recipe("z-score"), 8, CPU, weights=weights).network.eval()
    new = fresh_state(recipe("both"), 8, CPU, weights=weights).network.eval()
    torch.testing.assert_close(new(faces), old(faces))
    new(faces)[:, 0].sum().backward()
    gradient = new.stem[0].weight.grad[:, 1]  # type: ignore[index, union-attr]
    assert gradient.abs().max() > 0


def test_the_weights_that_came_are_left_alone(weights: dict[str, Tensor]) -> None:
    before = {name: tensor.clone() for name, tensor in weights.items()}
    state = fresh_state(recipe("both"), 8, CPU, weights=weights)
    with torch.no_grad():
        for parameter in state.network.parameters():
            parameter.add_(1.0)
    assert all(torch.equal(weights[name], tensor) for name, tensor in before.items())


@pytest.mark.parametrize("changes", [{"widths": [8, 8, 8, 8]}, {"fused": 16}, {"fusion": "none"}], ids=str)
def test_weights_of_another_architecture_are_refused(
    changes: dict[str, object], weights: dict[str, Tensor]
) -> None:
    with pytest.raises(CheckpointError, match="start: needs weights of fusion, got"):
        fresh_state(recipe("both", **changes), 8, CPU, weights=weights)


def test_channels_are_not_taken_away(weights: dict[str, Tensor]) -> None:
    grown = fresh_state(recipe("both"), 8, CPU, weights=weights).network.state_dict()
    with pytest.raises(CheckpointError, match="start: needs weights of fusion, got"):
        fresh_state(recipe("z-score"), 8, CPU, weights=grown)
