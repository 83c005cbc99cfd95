"""Recipes of landmark networks: TOML files that list only what differs from the defaults."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lamplit.core.errors import RecipeError
from lamplit.training.augmentation import Augmentation, Range, check_augmentation, check_limits
from lamplit.training.leaks import NEAR_COPIES
from lamplit.training.recipe import check_name
from lamplit.training.recipe_files import list_recipe_files, read_recipe_file
from lamplit.training.recipe_values import split_tables, typed_values
from lamplit.training.scenes.spoiling import Spoiling
from lamplit.training.scenes.spoiling_table import spoiling_of
from lamplit.training.schedule import Schedule, schedule_of
from lamplit.weights.registry import DEFAULT_DETECTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class LandmarkRecipe:
    """Everything that decides how a landmark network is trained.

    Parameters
    ----------
    name : str
        Name of the recipe; weights are called after it.
    network : str
        The architecture, by its registered name.
    settings : mapping
        Keyword arguments of the architecture.
    start : str
        Name of the recipe whose averaged weights this training starts from; its run stands in `runs/<name>`
        unless one says otherwise. "" for fresh weights.
    size : int
        Side of the crops in pixels, a multiple of 16.
    epochs, steps : int
        Epochs, and batches in each: crops are drawn anew all the time, so an epoch is a count alone.
    fine, coarse, empty : int
        Crops of a batch: from the faces that nobody labelled, which have many pixels; from FER+, which have
        48 x 48; and without a face.
    proposed : int
        Crops of a batch, beside those, of what a detector takes for faces in scenes: faces and others
        (`lamplit.training.landmarks.proposed`). Points are not learnt from them. 0 for none.
    detector : str
        Whose proposals: name of a detector that comes with lamplit, or the path of its .onnx file with its
        card beside it.
    least_score : float
        Faces whose landmarks have a lower face score are left out; the others count as much as their score.
    near_copies : str
        "keep" or "drop" training pictures that nearly stand among those held out (`lamplit.training.leaks`).
    learning_rate, warmup, weight_decay, averaging, seed
        As in `lamplit.training.schedule.Schedule`.
    tempering : float
        How far the errors of sure points count as much as those of doubtful ones, in [0, 1]
        (`lamplit.training.landmarks.loss`).
    face_share : float
        Weight of the question whether there is a face, beside that of where its points are.
    pasted : float
        Share of the faces before pieces of other pictures; the others stand before their repeated edge.
    shrunk : float
        Share of the crops that lose their fine detail.
    shrunk_to : (float, float)
        Sides in pixels that these are shrunk to before they are enlarged again, logarithmic.
    spoil : Spoiling
        How the scenes with proposals are spoilt.
    augment : Augmentation
        Turns, scales, shifts and mirror images of the frame; `erase` is the share of crops that something
        covers; and the light. Faces are not mixed.
    """

    name: str
    network: str = "landmarks"
    settings: Mapping[str, Any] = field(default_factory=dict)
    start: str = ""
    size: int = 112
    epochs: int = 24
    steps: int = 250
    fine: int = 28
    coarse: int = 24
    empty: int = 12
    proposed: int = 0
    detector: str = DEFAULT_DETECTOR
    least_score: float = 0.5
    near_copies: str = "keep"
    learning_rate: float = 3e-3
    warmup: float = 0.15
    weight_decay: float = 0.02
    averaging: float = 0.998
    seed: int = 0
    tempering: float = 0.5
    face_share: float = 0.5
    pasted: float = 0.5
    shrunk: float = 0.35
    shrunk_to: Range = (16.0, 80.0)
    spoil: Spoiling = field(default_factory=Spoiling)
    augment: Augmentation = field(
        default_factory=lambda: Augmentation(
            rotation=30.0, scale=0.3, shift=0.1, flip=0.5, erase=0.35, light=0.7
        )
    )

    @property
    def batch_size(self) -> int:
        """Crops of a batch, without the proposed ones."""
        return self.fine + self.coarse + self.empty

    @property
    def schedule(self) -> Schedule:
        """Epochs, steps and learning rate."""
        return schedule_of(self, self.steps)

    def as_dict(self) -> dict[str, Any]:
        """Return every setting as JSON has it."""
        plain = dataclasses.asdict(self) | {"settings": dict(self.settings)}
        for table in (plain, plain["augment"], plain["spoil"]):
            table |= {key: list(value) for key, value in table.items() if isinstance(value, tuple)}
        return plain


_LIMITS: dict[str, tuple[float, float]] = {
    "size": (32, 512),
    "epochs": (1, 10_000),
    "steps": (1, 1_000_000),
    "fine": (0, 65_536),
    "coarse": (0, 65_536),
    "empty": (0, 65_536),
    "proposed": (0, 65_536),
    "least_score": (0.0, 1.0),
    "learning_rate": (1e-8, 10.0),
    "warmup": (0.01, 0.99),
    "weight_decay": (0.0, 10.0),
    "averaging": (0.0, 0.999999),
    "seed": (0, 2**31 - 1),
    "tempering": (0.0, 1.0),
    "face_share": (0.0, 100.0),
    "pasted": (0.0, 1.0),
    "shrunk": (0.0, 1.0),
    "shrunk_to": (4.0, 512.0),
}


def list_landmark_recipes() -> list[str]:
    """Return the names of the landmark recipes that come with lamplit, sorted.

    Examples
    --------
    >>> list_landmark_recipes()
    ['landmarks-heatmap-ferplus', 'landmarks-heatmap-judge', 'landmarks-heatmap-proposals']
    """
    return list_recipe_files("landmarks")


def load_landmark_recipe(name: str | Path) -> LandmarkRecipe:
    """Load a landmark recipe that comes with lamplit, or one's own.

    Parameters
    ----------
    name : str or Path
        A name from `list_landmark_recipes()`, or the path of a TOML file.

    Returns
    -------
    LandmarkRecipe
        The defaults with the file's differences.

    Raises
    ------
    RecipeError
        If there is no such recipe, it is no TOML, a key is unknown or a value has the wrong type or range.

    Examples
    --------
    >>> load_landmark_recipe("landmarks-heatmap-ferplus").size
    112
    """
    return landmark_recipe_from_dict(read_recipe_file(name, "landmarks"), where=str(name))


def landmark_recipe_from_dict(values: Mapping[str, Any], *, where: str) -> LandmarkRecipe:
    """Build a recipe from plain values.

    Parameters
    ----------
    values : mapping
        Settings that differ from the defaults; `augment` and `spoil` are nested mappings.
    where : str
        What errors call the recipe.

    Returns
    -------
    LandmarkRecipe
        The recipe.

    Raises
    ------
    RecipeError
        If a key is unknown or a value has the wrong type or range.

    Examples
    --------
    >>> landmark_recipe_from_dict({"name": "mine", "augment": {"flip": 0}}, where="mine.toml").augment.flip
    0.0
    """
    top, tables = split_tables(values, {"augment", "spoil"}, where)
    changed = typed_values(Augmentation, tables.get("augment", {}), where)
    augment = dataclasses.replace(LandmarkRecipe(name="").augment, **changed)
    values = {"augment": augment, "spoil": spoiling_of(tables, where)}
    recipe = LandmarkRecipe(**typed_values(LandmarkRecipe, top, where), **values)
    _check(recipe, where)
    return recipe


def _check(recipe: LandmarkRecipe, where: str) -> None:
    """Refuse values that cannot work."""
    check_limits(recipe, _LIMITS, where=where)
    check_augmentation(recipe.augment, where=where)
    check_name(recipe.name, where=f"{where}: name")
    if recipe.size % 16:
        raise RecipeError(f"{where}: size", "a multiple of 16", repr(recipe.size))
    cells = recipe.settings.get("judge_cells", 0)
    if cells and cells != recipe.size // 16:
        raise RecipeError(f"{where}: judge_cells", f"0, or {recipe.size // 16} for this size", repr(cells))
    if recipe.fine + recipe.coarse < 1:
        raise RecipeError(f"{where}: fine, coarse", "at least one face in a batch", "none")
    if recipe.near_copies not in NEAR_COPIES:
        raise RecipeError(f"{where}: near_copies", f"one of {list(NEAR_COPIES)}", repr(recipe.near_copies))
    if cells and recipe.batch_size + recipe.proposed < 2:
        raise RecipeError(f"{where}: judge_cells", "at least two crops in a batch", "one")
    if recipe.augment.mixup or recipe.augment.cutmix:
        came = f"{recipe.augment.mixup:g}, {recipe.augment.cutmix:g}"
        raise RecipeError(f"{where}: mixup, cutmix", "0: a face of two has no points", came)
