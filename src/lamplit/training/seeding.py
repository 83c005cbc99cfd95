"""The randomness of an epoch: all of it from (seed, epoch), so a resumed run draws what it would have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Generator


@contextmanager
def seeded(seed: int, epoch: int, device: torch.device, rank: int = 0) -> Iterator[Generator]:
    """Give an epoch's generator and seed dropout's for as long; the caller's randomness stays untouched.

    Parameters
    ----------
    seed : int
        Of the training.
    epoch : int
        Number of the epoch.
    device : torch.device
        Where the generator draws.
    rank : int
        Number of this process. The generator is the same in all processes, for it draws for the whole batch;
        dropout is one's own.

    Yields
    ------
    torch.Generator
        On the device.

    Examples
    --------
    >>> with seeded(0, 1, torch.device("cpu")) as one, seeded(0, 1, torch.device("cpu")) as other:
    ...     bool(torch.rand(1, generator=one) == torch.rand(1, generator=other))
    True
    """
    number = seed * 1_000_003 + epoch
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(number + (rank << 52))  # seeds and epochs stay below 2^52
        yield Generator(device=device).manual_seed(number)
