"""Blending: a network between the one that a training started from and the one that it ended with.

Two networks of one descent lie in one valley of the loss. The point between them is often better than either,
and it keeps what the later training, on worse light, began to forget of good light.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from lamplit.training.growing import grown


@torch.no_grad()
def blended(network: nn.Module, before: Mapping[str, Tensor], share: float) -> nn.Module:
    """Move a network's weights towards those that its training started from.

    Parameters
    ----------
    network : torch.nn.Module
        As the training left it; changed in place.
    before : mapping of str to Tensor
        State of the network that the training started from; it may have had fewer input
        channels or blocks.
    share : float
        Share of the network as it is, in [0, 1]; the rest is the one before.

    Returns
    -------
    torch.nn.Module
        The same network, with `share * weights + (1 - share) * weights before`, the statistics of
        batch normalisation included. Counts stay.

    References
    ----------
    Wortsman et al. (2022), Robust fine-tuning of zero-shot models, doi:10.1109/CVPR52688.2022.00780.

    Examples
    --------
    >>> before, network = nn.Linear(1, 1), nn.Linear(1, 1)
    >>> _ = nn.init.constant_(before.weight, 1.0), nn.init.constant_(network.weight, 3.0)
    >>> blended(network, before.state_dict(), 0.25).weight.item()
    1.5
    """
    state = network.state_dict()
    old = grown(before, state)
    mixed = {
        name: torch.lerp(old[name].to(tensor), tensor, share) if tensor.is_floating_point() else tensor
        for name, tensor in state.items()
    }
    network.load_state_dict(mixed)
    return network
