"""What a training starts from and is taught by: finished runs, and weights that come with lamplit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lamplit.core.errors import CheckpointError
from lamplit.core.labels import EXPRESSIONS
from lamplit.nets.restore import restore_network
from lamplit.training.checkpoint import Checkpoint, load_checkpoint
from lamplit.training.recipe import Recipe, holdout_seed_of, list_recipes
from lamplit.training.stopping import is_over
from lamplit.weights.registry import list_weights
from lamplit.weights.store import load_weights

RUNS = Path("runs")
"""Where runs stand unless one says otherwise, relative to the working folder."""


def finished_run(name: str, recipe: Recipe, folder: Path | None = None) -> Checkpoint:
    """Load the finished run of another recipe, or weights, for a training that builds on it.

    Parameters
    ----------
    name : str
        Name of the other recipe, or of weights that come with lamplit.
    recipe : Recipe
        The training that needs it.
    folder : Path, optional
        Folder of the run; by default `runs/<name>` or, if there is none, the weights of that name.

    Returns
    -------
    Checkpoint
        Of the last epoch; of weights only the network, with `folded` among the details where its
        statistics are those of no faces (`lamplit.nets.statistics`).

    Raises
    ------
    CheckpointError
        If the run is not there, not finished, of another recipe, speaks other labels, kept near copies of
        validation faces where the training starts from it and drops them, or held back other
        faces for its temperature: the new training would know those that fit its own.
    WeightsCorruptError
        If the weights are damaged, or those of a fine-tuned network.

    Examples
    --------
    >>> try:
    ...     finished_run("nobody-ran-this", Recipe(name="mine"))
    ... except CheckpointError as error:
    ...     print(error.hint)
    first run: lamplit train nobody-ran-this --data DIR
    >>> from lamplit.weights.registry import FLOAT_EXPRESSION
    >>> finished_run(FLOAT_EXPRESSION, Recipe(name="mine")).details["folded"]
    True
    """
    usual = RUNS / name
    if folder is None and not usual.exists() and name in {card.name for card in list_weights()}:
        checkpoint = _from_weights(name)
        _check_fit(checkpoint.details["recipe"], name, recipe, where=name, hint="")
        return checkpoint
    folder, hint = usual if folder is None else folder, _how_to_get(name)
    found = load_finished(name, folder, hint=hint)
    _check_fit(found.details["recipe"], name, recipe, where=str(folder), hint=hint)
    return found


def load_finished(name: str, folder: Path, *, hint: str) -> Checkpoint:
    """Load a run and make sure that it is a finished one of a recipe.

    Parameters
    ----------
    name : str
        Name of the recipe.
    folder : Path
        Of the run.
    hint : str
        What the error says to do.

    Returns
    -------
    Checkpoint
        Of the last epoch.

    Raises
    ------
    CheckpointError
        If the run is not there, not finished, or of another recipe.

    Examples
    --------
    >>> try:
    ...     load_finished("mine", Path("no-such-folder"), hint="train it first")
    ... except CheckpointError as error:
    ...     print(error)
    no-such-folder: needs a finished run of the recipe mine, got nothing (train it first)
    """
    found = load_checkpoint(folder)
    came = "nothing" if found is None else shortfall(found, name)
    if found is None or came:
        raise CheckpointError(str(folder), f"a finished run of the recipe {name}", came, hint)
    return found


def shortfall(run: Checkpoint, name: str) -> str:
    """Say what a run is instead of a finished one of a recipe.

    Parameters
    ----------
    run : Checkpoint
        Its last epoch.
    name : str
        Name of the recipe.

    Returns
    -------
    str
        How many epochs it has of what; "" where nothing is lacking.

    Examples
    --------
    >>> shortfall(Checkpoint({}, {"recipe": {"name": "mine", "epochs": 3}, "history": []}), "mine")
    '0 of 3 epochs of mine'
    """
    kept, history = run.details.get("recipe", {}), run.details.get("history", [])
    if kept.get("name") == name and is_over(history, kept.get("epochs", 0)):
        return ""
    return f"{len(history)} of {kept.get('epochs')} epochs of {kept.get('name')}"


def _how_to_get(name: str) -> str:
    """Say what brings a run that is missing, or which weights there are where no recipe has the name."""
    shipped = [card.name for card in list_weights()]
    if name.removesuffix("-int8").rpartition("-v")[2].isdigit() and name not in list_recipes():
        return f"weights that come with lamplit: {', '.join(shipped)}"
    return f"first run: lamplit train {name} --data DIR"


def _from_weights(name: str) -> Checkpoint:
    """Return weights as if they were the averaged network of a run."""
    card, content = load_weights(name)
    state = restore_network(card, content).state_dict()
    tensors = {f"average.module.{key}": tensor for key, tensor in state.items()}
    return Checkpoint(tensors, {"recipe": {"size": card.input_size, **card.recipe}, "folded": True})


def _check_fit(kept: Mapping[str, Any], name: str, recipe: Recipe, *, where: str, hint: str) -> None:
    """Refuse what held back other faces, speaks other labels, or knows what the new one must not know."""
    kept = {"labels": EXPRESSIONS.name} | dict(kept) | {"holdout_seed": holdout_seed_of(kept)}
    for key in ("holdout_seed", "holdout"):
        if kept.get(key) != getattr(recipe, key):
            required, came = f"a run with {key} = {getattr(recipe, key):g}", f"{kept.get(key)}"
            raise CheckpointError(where, f"{required}, which holds back the same faces", came, hint)
    if name == recipe.start and recipe.near_copies == "drop" != kept.get("near_copies", "keep"):
        # What the first run knows by heart, the new one would know from its first step.
        required = f'a run with near_copies = "drop", as {recipe.name} has it'
        raise CheckpointError(where, required, "one that kept near copies of what is measured on")
    if kept["labels"] != recipe.labels:
        raise CheckpointError(where, f"a run that speaks {recipe.labels}", str(kept["labels"]))
