"""Recipes of verifiers: TOML files that list only what differs from the defaults."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lamplit.core.detector_grid import STEP
from lamplit.core.errors import RecipeError
from lamplit.nets.face_verifier import CELL
from lamplit.training.augmentation import check_limits
from lamplit.training.recipe import check_name
from lamplit.training.recipe_files import read_recipe_file
from lamplit.training.recipe_values import split_tables, typed_values
from lamplit.training.scenes.spoiling import Spoiling
from lamplit.training.scenes.spoiling_table import spoiling_of
from lamplit.training.schedule import Schedule, schedule_of
from lamplit.weights.registry import DEFAULT_DETECTOR

TASK = "verifier"

STEP_OF_CROPS = 2 * CELL
"""Crops have sides of a multiple of this: folded, they are whole cells of the layer against the light."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierRecipe:
    """Everything that decides how a verifier is trained.

    Parameters
    ----------
    name : str
        Name of the recipe; verifiers are called after it.
    settings : mapping
        Of the network (`lamplit.nets.face_verifier.FaceVerifierNet`) that differ from its defaults.
    detector : str
        Whose proposals are to be judged: name of a detector that comes with lamplit, or the path of its .onnx
        file with its card beside it.
    least_score : float
        Score of the detector from which something is a proposal, in (0, 1).
    size : int
        Side of the crops in pixels, a multiple of 14.
    side : int
        Side of the scenes in pixels, a multiple of 32.
    scenes : int
        Scenes whose proposals make a batch.
    plain : float
        Share of the scenes that are pictures without faces as they are, in [0, 1].
    most : int
        Most proposals of a scene that are faces, by lot; and most that are none: the surest half of them, and
        others by lot.
    epochs, steps_per_epoch : int
        How long.
    learning_rate, warmup, weight_decay, averaging : float
        How fast (`lamplit.training.schedule.Schedule`).
    held_out_scenes : int
        Scenes in good light, and as many spoilt ones, that are measured on after each epoch.
    seed : int
        Seed of every random choice.
    spoil : Spoiling
        How scenes are spoilt.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    detector: str = DEFAULT_DETECTOR
    least_score: float = 0.03
    size: int = 56
    side: int = 256
    scenes: int = 24
    plain: float = 0.4
    most: int = 10
    epochs: int = 12
    steps_per_epoch: int = 400
    learning_rate: float = 3e-3
    warmup: float = 0.1
    weight_decay: float = 0.02
    averaging: float = 0.998
    held_out_scenes: int = 150
    seed: int = 0
    spoil: Spoiling = field(default_factory=Spoiling)

    def as_dict(self) -> dict[str, Any]:
        """Return every setting as JSON has it."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return plain

    @property
    def schedule(self) -> Schedule:
        """How long and how fast."""
        return schedule_of(self, self.steps_per_epoch)


_LIMITS: dict[str, tuple[float, float]] = {
    "least_score": (1e-3, 0.99),
    "size": (2 * STEP_OF_CROPS, 224),
    "side": (STEP, 1024),
    "scenes": (1, 512),
    "plain": (0.0, 1.0),
    "most": (1, 1000),
    "epochs": (1, 10_000),
    "steps_per_epoch": (1, 1_000_000),
    "learning_rate": (1e-7, 1.0),
    "warmup": (0.0, 1.0),
    "weight_decay": (0.0, 10.0),
    "averaging": (0.0, 0.99999),
    "held_out_scenes": (1, 10_000),
    "seed": (0, 2**31 - 1),
}


def load_verifier_recipe(name: str | Path) -> VerifierRecipe:
    """Load a verifier's recipe that comes with lamplit, or one's own.

    Parameters
    ----------
    name : str or Path
        Name of a recipe whose name begins with "verifier-", or the path of a TOML file.

    Returns
    -------
    VerifierRecipe
        The defaults with the file's differences.

    Raises
    ------
    RecipeError
        If there is no such recipe, it is no TOML, a key is unknown or a value has the wrong type or range.

    Examples
    --------
    >>> load_verifier_recipe("verifier-faces").size
    56
    """
    return verifier_recipe_from_dict(read_recipe_file(name, TASK), where=str(name))


def verifier_recipe_from_dict(values: Mapping[str, Any], *, where: str) -> VerifierRecipe:
    """Build a recipe from plain values.

    Parameters
    ----------
    values : mapping
        Settings that differ from the defaults; `spoil` is a nested mapping.
    where : str
        What errors call the recipe.

    Returns
    -------
    VerifierRecipe
        The recipe.

    Raises
    ------
    RecipeError
        If a key is unknown or a value has the wrong type or range.

    Examples
    --------
    >>> verifier_recipe_from_dict({"name": "mine", "epochs": 3}, where="mine.toml").epochs
    3
    """
    top, tables = split_tables(values, {"spoil"}, where)
    recipe = VerifierRecipe(**typed_values(VerifierRecipe, top, where), spoil=spoiling_of(tables, where))
    check_limits(recipe, _LIMITS, where=where)
    check_name(recipe.name, where=f"{where}: name")
    if "size" in recipe.settings:
        raise RecipeError(f"{where}: settings", "no size: that of the crops is `size`", "one")
    for key, number, multiple in (("size", recipe.size, STEP_OF_CROPS), ("side", recipe.side, STEP)):
        if number % multiple:
            raise RecipeError(f"{where}: {key}", f"a multiple of {multiple}", str(number))
    return recipe
