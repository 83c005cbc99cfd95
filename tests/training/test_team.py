"""Sharing of batches, as far as one process can show it; `test_torchrun` has two."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets import build_network
from lamplit.training.team import Team, with_shared_statistics


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_the_shares_are_the_batch(size: int) -> None:
    batch = torch.arange(24).reshape(12, 2)
    shares = [Team(rank, size).share(batch) for rank in range(size)]
    assert {len(share) for share in shares} == {12 // size}
    assert torch.equal(torch.cat(shares), batch)


def test_the_first_process_leads() -> None:
    assert [Team(rank, 3).leads for rank in range(3)] == [True, False, False]
    assert Team().leads


def test_a_batch_that_cannot_be_shared_evenly_is_refused() -> None:
    Team(0, 4).check_batch(128)
    message = (
        "batch_size: needs faces in a batch that 3 processes can share evenly, got 128 "
        "(change batch_size in the recipe, or --nproc_per_node)"
    )
    with pytest.raises(InvalidArgumentError) as caught:
        Team(0, 3).check_batch(128)
    assert str(caught.value) == message


def test_alone_nothing_is_sent_and_nothing_changes() -> None:
    network, team = nn.Linear(2, 1), Team()
    network(torch.ones(1, 2)).sum().backward()
    gradient, numbers = network.weight.grad, torch.tensor([1.0, 2.0])
    assert gradient is not None
    before = gradient.clone()
    team.average(network)
    assert torch.equal(gradient, before)
    assert team.total(numbers) is numbers
    assert team.told({"loss": 0.1 + 0.2}, torch.device("cpu")) == {"loss": 0.1 + 0.2}


def test_shared_statistics_keep_weights_and_names() -> None:
    network = build_network("fusion", n_classes=8, widths=(4, 8, 8, 8), depths=(1, 1, 1, 1), fused=8)
    owned, names = {id(p) for p in network.parameters()}, list(network.state_dict())
    faces = torch.rand(3, 1, 24, 24)
    expected = network.eval()(faces)
    shared = with_shared_statistics(network)
    assert {id(p) for p in shared.parameters()} == owned, "or the optimiser would step what is not used"
    assert list(shared.state_dict()) == names
    assert not any(type(module) is nn.BatchNorm2d for module in shared.modules())
    torch.testing.assert_close(shared.eval()(faces), expected)
