"""The finished run that a training of faces or landmarks starts from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from lamplit.core.errors import CheckpointError, InvalidArgumentError
from lamplit.training.checkpoint import Checkpoint
from lamplit.training.finished import RUNS, load_finished


class Starting(Protocol):
    """A recipe that may start from another one's run."""

    @property
    def name(self) -> str:
        """Name of the recipe."""

    @property
    def start(self) -> str:
        """Name of the recipe whose averaged weights it starts from; "" for fresh ones."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Of the network."""


def run_before(
    recipe: Starting, folder: Path | None = None, *, may_differ: Sequence[str] = ()
) -> Checkpoint | None:
    """Load the run that a recipe starts from.

    Parameters
    ----------
    recipe : Starting
        The training to come.
    folder : Path, optional
        Folder of the run before; by default `runs/<start>`.
    may_differ : sequence of str
        Settings of the network in which the run may differ from the recipe.

    Returns
    -------
    Checkpoint or None
        Of its last epoch; None if the recipe starts from fresh weights.

    Raises
    ------
    CheckpointError
        If the run is not there, not finished, of another recipe, or of a network with other settings.
    InvalidArgumentError
        If there is a folder and the recipe starts from fresh weights.

    Examples
    --------
    >>> from lamplit.training.detector.recipe import DetectorRecipe
    >>> run_before(DetectorRecipe(name="mine")) is None
    True
    """
    if not recipe.start:
        if folder is not None:
            required = "a recipe that starts from a run"
            raise InvalidArgumentError("--start", required, f"the recipe {recipe.name}")
        return None
    where = RUNS / recipe.start if folder is None else folder
    hint = f"first run: lamplit train {recipe.start} --data DIR"
    found = load_finished(recipe.start, where, hint=hint)
    kept = found.details["recipe"]
    before, wanted = (_without(may_differ, some) for some in (kept.get("settings", {}), recipe.settings))
    if before != wanted:
        came = f"one with {kept.get('settings')}"
        raise CheckpointError(str(where), f"a network with the settings {dict(recipe.settings)}", came)
    return found


def _without(names: Sequence[str], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as JSON has them, without some."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(settings)))
    return {name: value for name, value in plain.items() if name not in names}
