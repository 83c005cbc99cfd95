"""How long and how fast a network is trained: one-cycle AdamW with averaged weights."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Epochs, steps and learning rate of a training.

    Parameters
    ----------
    epochs : int
        Epochs in all; the last one is the result.
    steps_per_epoch : int
        Batches of an epoch.
    learning_rate : float
        Peak of the one-cycle schedule (Smith and Topin 2019, doi:10.1117/12.2520589).
    warmup : float
        Share of the steps that rise to the peak.
    weight_decay : float
        Decay of AdamW (Loshchilov and Hutter 2019) on weight matrices; scales and biases have none.
    averaging : float
        Decay per step of the moving average of the weights, which is what is measured and published.
    seed : int
        Seed of every random choice.

    Examples
    --------
    >>> Schedule(epochs=2, steps_per_epoch=10).total_steps
    20
    """

    epochs: int
    steps_per_epoch: int
    learning_rate: float = 3e-3
    warmup: float = 0.2
    weight_decay: float = 0.05
    averaging: float = 0.998
    seed: int = 0

    @property
    def total_steps(self) -> int:
        """Steps of the whole training."""
        return self.epochs * self.steps_per_epoch


def schedule_of(recipe: Any, steps_per_epoch: int) -> Schedule:
    """Return what a recipe says of time and speed.

    Parameters
    ----------
    recipe : dataclass
        Has the fields of a `Schedule`, all but the steps per epoch.
    steps_per_epoch : int
        Batches of an epoch.

    Returns
    -------
    Schedule
        The same values.
    """
    names = {field.name for field in fields(Schedule)} - {"steps_per_epoch"}
    return Schedule(steps_per_epoch=steps_per_epoch, **{name: getattr(recipe, name) for name in names})


def optimizer_for(network: nn.Module, schedule: Schedule) -> tuple[AdamW, OneCycleLR]:
    """Return what takes a network's steps, before the first one.

    Parameters
    ----------
    network : torch.nn.Module
        What is trained.
    schedule : Schedule
        How fast and how long.

    Returns
    -------
    (AdamW, OneCycleLR)
        The optimiser, and what sets its learning rate at each step.
    """
    optimizer = AdamW(_parameter_groups(network, schedule.weight_decay), lr=schedule.learning_rate)
    total = schedule.total_steps + 1  # the step after the last is set, never taken
    rates = OneCycleLR(
        optimizer,
        max_lr=schedule.learning_rate,
        total_steps=total,
        pct_start=min(max(schedule.warmup, 2 / total), 1.0),  # a rise of no step at all would divide by zero
    )
    return optimizer, rates


def _parameter_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Put weight decay on matrices and kernels only: scales and biases have nothing to gain from it."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
