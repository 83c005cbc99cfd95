"""The processes of one training: each takes its share of every batch, and all take the same step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn

from lamplit.core.errors import InvalidArgumentError


@dataclass(frozen=True, slots=True)
class Team:
    """The processes that train one network; alone there is nothing to share and nothing is sent.

    Parameters
    ----------
    rank : int
        Number of this process, from 0; the first one leads.
    size : int
        Number of processes.

    Examples
    --------
    >>> Team(rank=1, size=2).share(torch.arange(6)).tolist()
    [3, 4, 5]
    """

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def check_batch(self, faces: int) -> None:
        """Refuse a batch that the processes cannot share evenly, for then its mean would not be theirs."""
        if faces % self.size:
            required = f"faces in a batch that {self.size} processes can share evenly"
            hint = "change batch_size in the recipe, or --nproc_per_node"
            raise InvalidArgumentError("batch_size", required, str(faces), hint)

    def share(self, batch: Tensor) -> Tensor:
        """Return this process's part of a batch; shape (N / size, ...)."""
        each = len(batch) // self.size
        return batch[self.rank * each : (self.rank + 1) * each]

    def average(self, network: nn.Module) -> None:
        """Give every process the mean of all gradients and of all statistics of batch normalisation."""
        if self.size == 1:
            return
        gradients = (p.grad for p in network.parameters() if p.grad is not None)
        statistics = (
            buffer
            for name, buffer in network.named_buffers()
            if name.endswith(("running_mean", "running_var"))
        )
        _average([*gradients, *statistics], self.size)

    def total(self, numbers: Tensor) -> Tensor:
        """Return the sums of numbers over the processes."""
        if self.size == 1:
            return numbers
        sums = numbers.clone()
        distributed.all_reduce(sums)
        return sums

    def told(self, figures: Mapping[str, float], device: torch.device) -> dict[str, float]:
        """Return the figures of the process that leads, so that all decide alike."""
        if self.size == 1:
            return dict(figures)
        sent = torch.tensor(list(figures.values()), dtype=torch.float64, device=device)
        distributed.broadcast(sent, src=0)
        return dict(zip(figures, sent.tolist(), strict=True))


def _average(tensors: list[Tensor], size: int) -> None:
    """Replace tensors by their means over the processes; one message, however many they are."""
    message = torch.cat([tensor.reshape(-1) for tensor in tensors])
    distributed.all_reduce(message)
    parts = torch.split(message / size, [tensor.numel() for tensor in tensors])
    for tensor, part in zip(tensors, parts, strict=True):
        tensor.copy_(part.reshape(tensor.shape))


def with_shared_statistics(network: nn.Module) -> nn.Module:
    """Let batch normalisation see the whole batch and not the process's share; CUDA alone can.

    Parameters
    ----------
    network : torch.nn.Module
        Its parameters and buffers are kept, so an optimiser goes on to own them.

    Returns
    -------
    torch.nn.Module
        The network with its batch normalisations exchanged.

    Examples
    --------
    >>> type(with_shared_statistics(nn.BatchNorm2d(4))).__name__
    'SyncBatchNorm'
    """
    shared: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
    return shared
