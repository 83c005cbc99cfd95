"""The moving average of a network's weights: what is validated and published."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel


class MovingAverage(AveragedModel):
    """The moving average of a network's weights and statistics, which follows faster in the first steps.

    Parameters
    ----------
    network : torch.nn.Module
        What is trained; it is copied.
    decay : float
        Share of the old average that stays at each step, in [0, 1).

    Notes
    -----
    After the first step the average is the network; after n more steps the share of the old average is
    min(decay, (1 + n) / (10 + n)). Counts of batches are copied. Nothing is read from the device of the
    network, so no step waits for it.

    References
    ----------
    Polyak and Juditsky (1992), doi:10.1137/0330046.

    Examples
    --------
    >>> network = nn.Linear(1, 1, bias=False)
    >>> average = MovingAverage(network, 0.5)
    >>> for value in (1.0, 2.0):
    ...     _ = nn.init.constant_(network.weight, value)
    ...     average.update_parameters(network)
    >>> round(average.module.weight.item(), 4)  # 2 / 11 of 1 and 9 / 11 of 2
    1.8182
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__(network, use_buffers=True)
        self.decay = decay

    @torch.no_grad()
    def update_parameters(self, model: nn.Module) -> None:
        """Follow a step of the network."""
        averages = [*self.module.parameters(), *self.module.buffers()]
        currents = [*model.parameters(), *model.buffers()]
        done = int(self.n_averaged)  # on the CPU wherever the network is
        floating = [done > 0 and average.is_floating_point() for average in averages]
        pairs = list(zip(averages, currents, floating, strict=True))
        for average, current, followed in pairs:
            if not followed:
                average.copy_(current)
        if any(floating):
            share = 1.0 - min(self.decay, (1.0 + done) / (10.0 + done))
            torch._foreach_lerp_([a for a, _, f in pairs if f], [c for _, c, f in pairs if f], share)
        self.n_averaged += 1
