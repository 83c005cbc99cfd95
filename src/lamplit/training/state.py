"""The state of a training whose recipe names an architecture and labels: fresh, saved and restored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from lamplit.core.errors import CheckpointError
from lamplit.nets import build_network
from lamplit.training.checkpoint import Checkpoint
from lamplit.training.growing import grown
from lamplit.training.recipe import TABLES, Recipe, holdout_seed_of
from lamplit.training.run_state import (
    EpochRow,
    State,
    averaged_weights,
    bring_back,
    gathered,
    refuse_changes,
    state_of,
)
from lamplit.training.schedule import schedule_of

__all__ = ["EpochRow", "State", "averaged_weights", "fresh_state", "restore", "to_checkpoint"]

PUBLISHING = {"blend", "claims"}
"""Keys of a recipe that change nothing before the last epoch is done: a run goes on with other values."""


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
    return state_of(network, schedule_of(recipe, steps_per_epoch), device)


def to_checkpoint(state: State, recipe: Recipe, commit: str, *, faces: str = "") -> Checkpoint:
    """Gather a state for saving.

    Parameters
    ----------
    state : State
        The state after a whole epoch.
    recipe : Recipe
        The full recipe, which the checkpoint keeps.
    commit : str
        Version of the source.
    faces : str
        Of which faces it is (`lamplit.training.faces.digest_of`); "" if nobody asks.

    Returns
    -------
    Checkpoint
        Tensors and plain values.
    """
    checkpoint = gathered(state, recipe.as_dict(), commit)
    return replace(checkpoint, details={**checkpoint.details, "faces": faces})


def restore(state: State, checkpoint: Checkpoint, recipe: Recipe, where: str, *, faces: str = "") -> None:
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
    faces : str
        What this run learns from, as for `to_checkpoint`. Checkpoints of older versions do not say it.

    Raises
    ------
    CheckpointError
        If the checkpoint is of another recipe, of other faces or another number of them, or lacks parts.
    """
    refuse_changes(_changed(checkpoint.details.get("recipe", {}), recipe), where)
    bring_back(state, checkpoint, where)
    if (kept := checkpoint.details.get("faces", "")) and faces and kept != faces:
        raise CheckpointError(
            where,
            "a run on the same faces with the same labels",
            "one on others",
            "pictures or labels have changed since, or are read differently here: give another --out folder",
        )


def _changed(kept: Mapping[str, Any], recipe: Recipe) -> set[str]:
    """Return the keys in which a recipe differs from one that was kept as JSON."""
    wanted = json.loads(json.dumps(recipe.as_dict()))  # as it was kept: a tuple became a list
    # An older version had not heard of some keys, and did what is their default now.
    usual = Recipe(name="", holdout_seed=holdout_seed_of(kept)).as_dict()
    known = {**usual, **kept, **{name: {**usual[name], **kept.get(name, {})} for name in TABLES}}
    return {key for key, value in wanted.items() if key not in known or known[key] != value} - PUBLISHING
