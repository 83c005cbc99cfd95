"""Stochastic depth: residual blocks that are left out for some faces in training."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lamplit.core.errors import InvalidArgumentError


class StochasticDepth(nn.Module):
    """Leave out a residual branch for some faces in training; out of training it changes nothing.

    Parameters
    ----------
    rate : float
        Share of the faces that go without, in [0, 1). The others get 1 / (1 - rate) times the branch, so that
        its mean stays.

    References
    ----------
    Huang, Sun, Liu, Sedra, Weinberger (2016), doi:10.1007/978-3-319-46493-0_39.

    Examples
    --------
    >>> layer = StochasticDepth(0.5)
    >>> sorted(layer(torch.ones(64, 1, 1, 1)).unique().tolist())
    [0.0, 2.0]
    """

    def __init__(self, rate: float = 0.0) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W), some of the N zero."""
        if not self.training or self.rate == 0.0:
            return x
        kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.rate
        return x * (kept / (1.0 - self.rate)).to(x.dtype)


def set_drop_path(network: nn.Module, rate: float) -> None:
    """Give the residual blocks of a network a stochastic depth that rises from 0 in the first to the last.

    Parameters
    ----------
    network : torch.nn.Module
        Its residual blocks are taken in the order in which they were made.
    rate : float
        Share of the faces for which the last block is left out, in [0, 1).

    Raises
    ------
    InvalidArgumentError
        If the rate is out of its range.

    Examples
    --------
    >>> network = nn.Sequential(StochasticDepth(), StochasticDepth(), StochasticDepth())
    >>> set_drop_path(network, 0.2)
    >>> [layer.rate for layer in network]
    [0.0, 0.1, 0.2]
    """
    if not 0.0 <= rate < 1.0:
        raise InvalidArgumentError("drop_path", "a number from 0 to below 1", repr(rate))
    layers = [module for module in network.modules() if isinstance(module, StochasticDepth)]
    for number, layer in enumerate(layers):
        layer.rate = rate * number / max(len(layers) - 1, 1)
