"""What changes while a model is trained, and its way into a checkpoint and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from lamplit.core.errors import CheckpointError
from lamplit.nets import build_network
from lamplit.training.averaging import MovingAverage
from lamplit.training.checkpoint import Checkpoint
from lamplit.training.growing import grown
from lamplit.training.recipe import TABLES, Recipe, holdout_seed_of

PUBLISHING = {"blend", "claims"}
"""Keys of a recipe that change nothing before the last epoch is done: a run goes on with other values."""

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


def fresh_state(
    recipe: Recipe,
    steps_per_epoch: int,
    device: torch.device,
    *,
    weights: Mapping[str, Tensor] | None = None,
) -> State:
    """Return the state before the first epoch.

    Parameters
    ----------
    recipe : Recipe
        All settings.
    steps_per_epoch : int
        Batches in an epoch.
    device : torch.device
        Where the training runs.
    weights : mapping of str to Tensor, optional
        State of a network to start from, which may be a smaller one (`lamplit.training.growing`); by default
        weights drawn from the recipe's seed.

    Returns
    -------
    State
        Nothing trained yet.

    Raises
    ------
    CheckpointError
        If the weights are of another architecture.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = build_network(recipe.network, n_classes=len(recipe.speaks), **recipe.settings)
    if weights is not None:
        try:
            network.load_state_dict(grown(weights, network.state_dict()))
        except RuntimeError as error:
            raise CheckpointError("start", f"weights of {recipe.network}", str(error)) from error
    network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = AdamW(_parameter_groups(network, recipe.weight_decay), lr=recipe.learning_rate)
    total = steps_per_epoch * recipe.epochs + 1  # the step after the last is set, never taken
    schedule = OneCycleLR(
        optimizer,
        max_lr=recipe.learning_rate,
        total_steps=total,
        pct_start=min(max(recipe.warmup, 2 / total), 1.0),  # a rise of no step at all would divide by zero
    )
    return State(network, MovingAverage(network, recipe.averaging), optimizer, schedule)


def _parameter_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Put weight decay on matrices and kernels only: scales and biases have nothing to gain from it."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def to_checkpoint(state: State, recipe: Recipe, commit: str) -> Checkpoint:
    """Gather a state for saving.

    Parameters
    ----------
    state : State
        The state after a whole epoch.
    recipe : Recipe
        The full recipe, which the checkpoint keeps.
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
        "recipe": recipe.as_dict(),
        "commit": commit,
        "history": state.history,
        "groups": optimizer["param_groups"],
        "schedule": {k: v for k, v in state.schedule.state_dict().items() if _is_plain(v)},
    }
    return Checkpoint(tensors, details)


def restore(state: State, checkpoint: Checkpoint, recipe: Recipe, where: str) -> None:
    """Bring a fresh state to where a checkpoint stood.

    Parameters
    ----------
    state : State
        The state before the first epoch; changed in place.
    checkpoint : Checkpoint
        The state to restore.
    recipe : Recipe
        The recipe of this run.
    where : str
        What errors call the checkpoint.

    Raises
    ------
    CheckpointError
        If the checkpoint is of another recipe or another number of faces, or lacks parts.
    """
    changed = _changed(checkpoint.details.get("recipe", {}), recipe)
    if changed:
        raise CheckpointError(
            where,
            "a run of the same recipe",
            f"other values of {sorted(changed)}",
            "give another --out folder for a new run",
        )
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


def _changed(kept: Mapping[str, Any], recipe: Recipe) -> set[str]:
    """Return the keys in which a recipe differs from one that was kept as JSON."""
    wanted = json.loads(json.dumps(recipe.as_dict()))  # as it was kept: a tuple became a list
    # An older version had not heard of some keys, and did what is their default now.
    usual = Recipe(name="", holdout_seed=holdout_seed_of(kept)).as_dict()
    known = {**usual, **kept, **{name: {**usual[name], **kept.get(name, {})} for name in TABLES}}
    return {key for key, value in wanted.items() if known[key] != value} - PUBLISHING


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
