"""What changes while any network is trained, the steps that it takes, its way into a checkpoint and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from lamplit.core.errors import CheckpointError
from lamplit.training.averaging import MovingAverage
from lamplit.training.checkpoint import Checkpoint
from lamplit.training.schedule import Schedule, optimizer_for
from lamplit.training.team import Team

EpochRow = dict[str, float]
"""One row of the log: epoch, learning_rate, losses and accuracies, seconds."""


@dataclass(slots=True)
class State:
    """Network, average of its weights, optimiser, schedule and log.

    Parameters
    ----------
    network : torch.nn.Module
        What is trained.
    average : MovingAverage
        The moving average of its weights and statistics: what is validated and published.
    optimizer : AdamW
        Moments per weight.
    schedule : OneCycleLR
        Learning rate per step.
    history : list of dict
        One row per epoch done.
    best : mapping of str to Tensor, optional
        With patience, the averaged network of the epoch with the least loss on held-out faces.
    """

    network: nn.Module
    average: MovingAverage
    optimizer: AdamW
    schedule: OneCycleLR
    history: list[EpochRow] = field(default_factory=list)
    best: Mapping[str, Tensor] | None = None

    def keep_best(self) -> None:
        """Remember the averaged network as it is now."""
        self.best = {name: tensor.clone() for name, tensor in self.average.module.state_dict().items()}

    def result(self) -> nn.Module:
        """Return the network to publish: the averaged one, or that of the best epoch."""
        network: nn.Module = self.average.module
        if self.best is not None:
            network.load_state_dict(self.best)
        return network


def state_of(network: nn.Module, schedule: Schedule, device: torch.device) -> State:
    """Return the state before the first step of any network.

    Parameters
    ----------
    network : torch.nn.Module
        With the weights to start from.
    schedule : Schedule
        How it is trained.
    device : torch.device
        Where the training runs.

    Returns
    -------
    State
        Nothing trained yet.
    """
    network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer, rates = optimizer_for(network, schedule)
    return State(network, MovingAverage(network, schedule.averaging), optimizer, rates)


def take_step(state: State, loss: Tensor, fabric: Fabric, team: Team) -> None:
    """Take one step of the optimiser, and let schedule and average follow.

    Parameters
    ----------
    state : State
        Changed in place.
    loss : Tensor of shape ()
        What is to become less.
    fabric : Fabric
        Device and precision.
    team : Team
        The processes that take this step together.
    """
    state.optimizer.zero_grad(set_to_none=True)
    fabric.backward(loss)
    team.average(state.network)
    state.optimizer.step()
    state.schedule.step()
    state.average.update_parameters(state.network)


def gathered(state: State, settings: Mapping[str, Any], commit: str) -> Checkpoint:
    """Gather a state and the settings of its run for saving.

    Parameters
    ----------
    state : State
        The state after a whole epoch.
    settings : mapping
        Everything that decides the run, as plain values, which the checkpoint keeps under "recipe".
    commit : str
        Version of the source.

    Returns
    -------
    Checkpoint
        Tensors and plain values.
    """
    optimizer = state.optimizer.state_dict()
    tensors = {f"network.{k}": v for k, v in state.network.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in state.average.state_dict().items()}
    tensors |= {f"best.{k}": v for k, v in (state.best or {}).items()}
    for number, moments in optimizer["state"].items():
        tensors |= {f"optimizer.{number}.{key}": value for key, value in moments.items()}
    details = {
        "recipe": dict(settings),
        "commit": commit,
        "history": state.history,
        "groups": optimizer["param_groups"],
        "schedule": {k: v for k, v in state.schedule.state_dict().items() if _is_plain(v)},
    }
    return Checkpoint(tensors, details)


def refuse_changes(changed: Collection[str], where: str) -> None:
    """Refuse to go on with a run whose settings were other ones.

    Parameters
    ----------
    changed : collection of str
        Keys that differ.
    where : str
        What errors call the checkpoint.

    Raises
    ------
    CheckpointError
        If there is any.
    """
    if changed:
        raise CheckpointError(
            where,
            "a run of the same recipe",
            f"other values of {sorted(changed)}",
            "give another --out folder for a new run",
        )


def bring_back(state: State, checkpoint: Checkpoint, where: str) -> None:
    """Bring a fresh state to where a checkpoint of the same settings stood.

    Parameters
    ----------
    state : State
        The state before the first epoch; changed in place.
    checkpoint : Checkpoint
        The state to restore.
    where : str
        What errors call the checkpoint.

    Raises
    ------
    CheckpointError
        If the checkpoint is of another number of steps, or lacks parts.
    """
    steps = checkpoint.details.get("schedule", {}).get("total_steps")
    if steps != state.schedule.total_steps:
        raise CheckpointError(
            where,
            f"a run over as many faces ({state.schedule.total_steps:,} steps)",
            f"one of {steps} steps",
            "give the data that the run was started with, or another --out folder",
        )
    try:
        state.network.load_state_dict(_part(checkpoint.tensors, "network."))
        state.average.load_state_dict(_part(checkpoint.tensors, "average."))
        state.optimizer.load_state_dict(
            {"state": _moments(checkpoint.tensors), "param_groups": checkpoint.details["groups"]}
        )
        state.schedule.load_state_dict(dict(checkpoint.details["schedule"]))
        state.history = [dict(row) for row in checkpoint.details["history"]]
        state.best = _best_part(checkpoint.tensors, state.average.module.state_dict())
    except (KeyError, RuntimeError, ValueError) as error:
        raise CheckpointError(where, "all parts of a run", str(error)) from error


def averaged_weights(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """Return the averaged network of a checkpoint, as a state to load: with patience that of the best epoch.

    Parameters
    ----------
    checkpoint : Checkpoint
        Of any run.

    Returns
    -------
    dict of str to Tensor
        Weights and statistics by name.
    """
    best = _part(checkpoint.tensors, "best.")
    return best or _part(checkpoint.tensors, "average.module.")


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors under a prefix, without it."""
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}


def _best_part(tensors: Mapping[str, Tensor], like: Mapping[str, Tensor]) -> dict[str, Tensor] | None:
    """Return the best epoch's averaged network, on the device of another, if the checkpoint has one."""
    best = _part(tensors, "best.")
    return {name: best[name].to(tensor.device) for name, tensor in like.items()} if best else None


def _moments(tensors: Mapping[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    """Return the optimiser's moments by number of the parameter, laid out in memory as the kernels are."""
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in _part(tensors, "optimizer.").items():
        number, _, key = name.partition(".")
        # A CUDA optimiser takes its fast way only where weights and moments are laid out alike.
        layout = torch.channels_last if tensor.ndim == 4 else torch.contiguous_format
        moments.setdefault(int(number), {})[key] = tensor.contiguous(memory_format=layout)
    return moments


def _is_plain(value: object) -> bool:
    """Return whether a value goes through JSON unchanged."""
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    return value is None or isinstance(value, bool | int | float | str)
