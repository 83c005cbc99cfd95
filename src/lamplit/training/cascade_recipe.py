"""Recipes of boosted cascades: TOML files that list only what differs from the defaults."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lamplit.core.errors import RecipeError
from lamplit.features import HAAR_FAMILIES, UPRIGHT_FAMILIES
from lamplit.training.augmentation import Augmentation, check_augmentation, check_limits
from lamplit.training.recipe import check_name
from lamplit.training.recipe_files import list_recipe_files, read_recipe_file
from lamplit.training.recipe_values import Names, split_tables, typed_values


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeRecipe:
    """Everything that decides how a cascade is trained.

    Parameters
    ----------
    name : str
        Name of the recipe; cascades are called after it.
    window : int
        Side of the window in pixels.
    families : sequence of str
        Families of Haar-like features (`lamplit.features.HAAR_FAMILIES`).
    step : int
        Places and sizes of the features go up by this many pixels.
    stage_features : int
        How many features are drawn for a stage; their values are sorted once.
    round_features : int
        How many of those a round looks at.
    faces, held_out_faces : int
        Faces that a stage learns from, and others that its threshold is set by; drawn anew for every stage.
    others, held_out_others : int
        The same of windows without a face; bootstrapped from the second stage on.
    landmarks : float
        Least score of the landmarks by which faces of FER+ are framed alike; those without are left out.
        0 for all faces as they come, without landmarks.
    yale_b : float
        Share of the faces that come from Extended Yale B, in [0, 1).
    pasted : float
        Share of the faces that stand, cut out as an ellipse, before another picture.
    stages : int
        Most stages.
    detection_rates : sequence of float
        Share of the held-out faces that each stage lets pass, of those that reach it; the last one holds for
        all further stages. The first may send away faces that nobody could see in their light.
    false_positive_rate : float
        Share of the held-out other windows below which a stage is finished.
    rounds : sequence of int
        Most stumps that each stage adds to those of the stage before; the last one holds for all further
        stages. The first stages see every window of a picture, so few stumps make a fast cascade.
    target : float
        False-positive rate over all stages at which the training ends.
    ratio : float
        From one size of windows to the next while other windows are looked for.
    least_contrast : float
        Windows whose grey levels have no greater standard deviation are passed over.
    visits : int
        Most pictures looked at for one stage, each time in another light.
    per_picture : int
        Most windows taken from one visit to a picture.
    seed : int
        Seed of every random choice.
    augment : Augmentation
        How faces, and light of other pictures, are varied.
    """

    name: str
    window: int = 24
    families: Names = UPRIGHT_FAMILIES
    step: int = 1
    stage_features: int = 8_000
    round_features: int = 2_000
    faces: int = 7_000
    held_out_faces: int = 2_000
    others: int = 6_000
    held_out_others: int = 1_500
    landmarks: float = 0.9
    yale_b: float = 0.15
    pasted: float = 0.5
    stages: int = 14
    detection_rates: tuple[float, ...] = (0.95, 0.965, 0.975, 0.98, 0.985, 0.987)
    false_positive_rate: float = 0.35
    rounds: tuple[int, ...] = (15, 30, 60, 100, 150, 200)
    target: float = 1e-7
    ratio: float = 1.2
    least_contrast: float = 2.0
    visits: int = 8_000
    per_picture: int = 20
    seed: int = 0
    augment: Augmentation = field(default_factory=Augmentation)

    def as_dict(self) -> dict[str, Any]:
        """Return every setting as JSON has it."""
        plain = dataclasses.asdict(self)
        for table in (plain, plain["augment"]):
            table |= {key: list(value) for key, value in table.items() if isinstance(value, tuple)}
        return plain

    def detection_rate_of(self, stage: int) -> float:
        """Return the share of the faces that a stage lets pass; the first stage is number 0."""
        return self.detection_rates[min(stage, len(self.detection_rates) - 1)]

    def rounds_of(self, stage: int) -> int:
        """Return the most stumps of a stage; the first stage is number 0."""
        return self.rounds[min(stage, len(self.rounds) - 1)]


_LIMITS: dict[str, tuple[float, float]] = {
    "window": (8, 64),
    "step": (1, 8),
    "stage_features": (1, 1_000_000),
    "round_features": (1, 1_000_000),
    "faces": (10, 30_000),
    "held_out_faces": (10, 30_000),
    "others": (10, 30_000),
    "held_out_others": (10, 30_000),
    "landmarks": (0.0, 1.0),
    "yale_b": (0.0, 0.9),
    "pasted": (0.0, 1.0),
    "stages": (1, 100),
    "detection_rates": (0.5, 1.0),
    "false_positive_rate": (0.001, 0.99),
    "rounds": (1, 5_000),
    "target": (0.0, 1.0),
    "ratio": (1.01, 4.0),
    "least_contrast": (0.0, 100.0),
    "visits": (1, 10_000_000),
    "per_picture": (1, 100_000),
    "seed": (0, 2**31 - 1),
}


def list_cascade_recipes() -> list[str]:
    """Return the names of the cascade recipes that come with lamplit, sorted.

    Examples
    --------
    >>> list_cascade_recipes()
    ['cascade-faces']
    """
    return list_recipe_files("cascade")


def load_cascade_recipe(name: str | Path) -> CascadeRecipe:
    """Load a cascade recipe that comes with lamplit, or one's own.

    Parameters
    ----------
    name : str or Path
        A name from `list_cascade_recipes()`, or the path of a TOML file.

    Returns
    -------
    CascadeRecipe
        The defaults with the file's differences.

    Raises
    ------
    RecipeError
        If there is no such recipe, it is no TOML, a key is unknown or a value has the wrong type or range.

    Examples
    --------
    >>> load_cascade_recipe("cascade-faces").window
    24
    """
    return cascade_recipe_from_dict(read_recipe_file(name, "cascade"), where=str(name))


def cascade_recipe_from_dict(values: Mapping[str, Any], *, where: str) -> CascadeRecipe:
    """Build a recipe from plain values.

    Parameters
    ----------
    values : mapping
        Settings that differ from the defaults; `augment` is a nested mapping.
    where : str
        What errors call the recipe.

    Returns
    -------
    CascadeRecipe
        The recipe.

    Raises
    ------
    RecipeError
        If a key is unknown or a value has the wrong type or range.

    Examples
    --------
    >>> cascade_recipe_from_dict({"name": "mine", "stages": 3}, where="mine.toml").stages
    3
    """
    top, tables = split_tables(values, {"augment"}, where)
    augment = Augmentation(**typed_values(Augmentation, tables.get("augment", {}), where))
    recipe = CascadeRecipe(**typed_values(CascadeRecipe, top, where), augment=augment)
    check_limits(recipe, _LIMITS, where=where)
    check_augmentation(augment, where=where)
    check_name(recipe.name, where=f"{where}: name")
    strange = [family for family in recipe.families if family not in HAAR_FAMILIES]
    for key in ("detection_rates", "rounds"):
        if not getattr(recipe, key):
            raise RecipeError(f"{where}: {key}", "a number at least", "an empty list")
    if strange or not recipe.families:
        raise RecipeError(f"{where}: families", f"some of {list(HAAR_FAMILIES)}", str(strange or "none"))
    return recipe
