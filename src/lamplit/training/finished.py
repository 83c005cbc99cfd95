"""Finished runs: what a training starts from and is taught by."""

from __future__ import annotations

from pathlib import Path

from lamplit.core.errors import CheckpointError
from lamplit.core.labels import EXPRESSIONS
from lamplit.training.checkpoint import Checkpoint, load_checkpoint
from lamplit.training.recipe import Recipe, holdout_seed_of
from lamplit.training.stopping import is_over

RUNS = Path("runs")
"""Where runs stand unless one says otherwise, relative to the working folder."""


def finished_run(name: str, recipe: Recipe, folder: Path | None = None) -> Checkpoint:
    """Load the finished run of another recipe, for a training that builds on it.

    Parameters
    ----------
    name : str
        Name of the other recipe.
    recipe : Recipe
        The training that needs it.
    folder : Path, optional
        Folder of the run; by default `runs/<name>`.

    Returns
    -------
    Checkpoint
        Of the last epoch.

    Raises
    ------
    CheckpointError
        If the run is not there, not finished, of another recipe, speaks other labels, kept near copies of
        validation faces where the training starts from it and drops them, or held back other
        faces for its temperature: the new training would know those that fit its own.

    Examples
    --------
    >>> try:
    ...     finished_run("nobody-ran-this", Recipe(name="mine"))
    ... except CheckpointError as error:
    ...     print(error.hint)
    first run: lamplit train nobody-ran-this --data DIR
    """
    folder = RUNS / name if folder is None else folder
    checkpoint = load_checkpoint(folder)
    hint = f"first run: lamplit train {name} --data DIR"
    if checkpoint is None:
        raise CheckpointError(str(folder), f"a finished run of the recipe {name}", "nothing", hint)
    kept, history = checkpoint.details.get("recipe", {}), checkpoint.details.get("history", [])
    kept = {"labels": EXPRESSIONS.name} | kept | {"holdout_seed": holdout_seed_of(kept)}
    for key in ("holdout_seed", "holdout"):
        if kept.get(key) != getattr(recipe, key):
            required, came = f"a run with {key} = {getattr(recipe, key):g}", f"{kept.get(key)}"
            raise CheckpointError(str(folder), f"{required}, which holds back the same faces", came, hint)
    if name == recipe.start and recipe.near_copies == "drop" != kept.get("near_copies", "keep"):
        # What the first run knows by heart, the new one would know from its first step.
        required = f'a run with near_copies = "drop", as {recipe.name} has it'
        raise CheckpointError(str(folder), required, "one that kept near copies of what is measured on")
    if kept["labels"] != recipe.labels:
        raise CheckpointError(str(folder), f"a run that speaks {recipe.labels}", str(kept["labels"]))
    if kept.get("name") != name or not is_over(history, kept.get("epochs", 0)):
        came = f"{len(history)} of {kept.get('epochs')} epochs of {kept.get('name')}"
        raise CheckpointError(str(folder), f"a finished run of the recipe {name}", came, hint)
    return checkpoint
