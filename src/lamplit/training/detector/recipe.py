"""Recipes of face detectors: TOML files that list only what differs from the defaults."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lamplit.core.detector_grid import STEP
from lamplit.core.errors import RecipeError
from lamplit.training.augmentation import check_limits
from lamplit.training.recipe import check_name
from lamplit.training.recipe_files import read_recipe_file
from lamplit.training.recipe_values import split_tables, typed_values
from lamplit.training.scenes.spoiling import Spoiling
from lamplit.training.scenes.spoiling_table import spoiling_of
from lamplit.training.schedule import Schedule, schedule_of

TASK = "detector"

USUAL_SIZE = 256
"""Side of the scenes that `scenes` counts; of larger ones a batch has fewer, so that all take as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorRecipe:
    """Everything that decides how a face detector is trained.

    Parameters
    ----------
    name : str
        Name of the recipe; detectors are called after it.
    settings : mapping
        Of the network (`lamplit.nets.face_detector.FaceDetectorNet`) that differ from its defaults.
    start : str
        Name of the recipe whose averaged weights this training starts from; its run stands in `runs/<name>`
        unless one says otherwise. "" for fresh weights.
    sizes : sequence of int
        Sides of the scenes in pixels, multiples of 32; each batch has one of them.
    scenes : int
        Scenes of 256 x 256 pixels in a batch; of other sizes as many as have about as many pixels.
    epochs, steps_per_epoch : int
        How long.
    learning_rate, warmup, weight_decay, averaging : float
        How fast (`lamplit.training.schedule.Schedule`).
    mine_after : int
        After this epoch and each further one, false alarms on training pictures without faces are collected;
        half of the backgrounds show one of them from then on. 0 for never.
    mine_pictures : int
        Pictures that are looked at each time.
    least_alarm : float
        Score from which something that is no face is a false alarm, in [0, 1].
    mine_faces : int
        Faces of few pixels that are shown to the network then, in good light; a quarter of such faces are
        from then on among those that it missed. 0 for none.
    least_seen : float
        Score below which a face counts as missed, in [0.05, 1].
    held_out_scenes : int
        Scenes in good light, and as many spoilt ones, that are measured on after each epoch.
    seed : int
        Seed of every random choice.
    spoil : Spoiling
        How scenes are spoilt.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    start: str = ""
    sizes: tuple[int, ...] = (192, 256, 256, 320, 416)
    scenes: int = 16
    epochs: int = 30
    steps_per_epoch: int = 500
    learning_rate: float = 3e-3
    warmup: float = 0.1
    weight_decay: float = 0.02
    averaging: float = 0.998
    mine_after: int = 3
    mine_pictures: int = 400
    least_alarm: float = 0.3
    mine_faces: int = 0
    least_seen: float = 0.3
    held_out_scenes: int = 60
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

    def scenes_of(self, size: int) -> int:
        """Return how many scenes of a size make a batch."""
        return max(round(self.scenes * (USUAL_SIZE / size) ** 2), 1)


_LIMITS: dict[str, tuple[float, float]] = {
    "sizes": (STEP, 1024),
    "scenes": (1, 512),
    "epochs": (1, 10_000),
    "steps_per_epoch": (1, 1_000_000),
    "learning_rate": (1e-7, 1.0),
    "warmup": (0.0, 1.0),
    "weight_decay": (0.0, 10.0),
    "averaging": (0.0, 0.99999),
    "mine_after": (0, 10_000),
    "mine_pictures": (1, 1_000_000),
    "least_alarm": (0.0, 1.0),
    "mine_faces": (0, 1_000_000),
    "least_seen": (0.05, 1.0),
    "held_out_scenes": (1, 10_000),
    "seed": (0, 2**31 - 1),
}


def load_detector_recipe(name: str | Path) -> DetectorRecipe:
    """Load a detector recipe that comes with lamplit, or one's own.

    Parameters
    ----------
    name : str or Path
        Name of a recipe whose name begins with "detector-", or the path of a TOML file.

    Returns
    -------
    DetectorRecipe
        The defaults with the file's differences.

    Raises
    ------
    RecipeError
        If there is no such recipe, it is no TOML, a key is unknown or a value has the wrong type or range.

    Examples
    --------
    >>> load_detector_recipe("detector-faces").sizes
    (192, 256, 256, 320, 416)
    """
    return detector_recipe_from_dict(read_recipe_file(name, TASK), where=str(name))


def detector_recipe_from_dict(values: Mapping[str, Any], *, where: str) -> DetectorRecipe:
    """Build a recipe from plain values.

    Parameters
    ----------
    values : mapping
        Settings that differ from the defaults; `spoil` is a nested mapping.
    where : str
        What errors call the recipe.

    Returns
    -------
    DetectorRecipe
        The recipe.

    Raises
    ------
    RecipeError
        If a key is unknown or a value has the wrong type or range.

    Examples
    --------
    >>> detector_recipe_from_dict({"name": "mine", "epochs": 3}, where="mine.toml").epochs
    3
    """
    top, tables = split_tables(values, {"spoil"}, where)
    recipe = DetectorRecipe(**typed_values(DetectorRecipe, top, where), spoil=spoiling_of(tables, where))
    check_limits(recipe, _LIMITS, where=where)
    check_name(recipe.name, where=f"{where}: name")
    if recipe.mine_faces and not recipe.mine_after:
        raise RecipeError(f"{where}: mine_after", "an epoch after which faces are mined", "0")
    if not recipe.sizes or any(size % STEP for size in recipe.sizes):
        raise RecipeError(f"{where}: sizes", f"multiples of {STEP}", repr(list(recipe.sizes)))
    return recipe
