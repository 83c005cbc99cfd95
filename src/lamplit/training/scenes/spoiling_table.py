"""The table `[spoil]` of recipes: how scenes are spoilt, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lamplit.training.augmentation import check_limits
from lamplit.training.recipe_values import typed_values
from lamplit.training.scenes.spoiling import Spoiling

LIMITS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("shading", "blur", "light", "over", "flat", "noise", "jpeg"), (0.0, 1.0)),
    "printed": (0.0, 0.5),
    **dict.fromkeys(("gamma", "gain", "over_gain"), (1e-3, 100.0)),
    "photons": (1.0, 1e9),
    "contrast": (0.01, 1.0),
}


def spoiling_of(tables: Mapping[str, Mapping[str, Any]], where: str) -> Spoiling:
    """Read how scenes are spoilt from the tables of a recipe.

    Parameters
    ----------
    tables : mapping of str to mapping
        By name; without "spoil" all is as usual.
    where : str
        What errors call the recipe.

    Returns
    -------
    Spoiling
        The usual with the table's differences.

    Raises
    ------
    RecipeError
        If a key is unknown or a value has the wrong type or range.

    Examples
    --------
    >>> spoiling_of({"spoil": {"jpeg": 0}}, "mine.toml").jpeg
    0.0
    """
    spoil = Spoiling(**typed_values(Spoiling, tables.get("spoil", {}), where))
    check_limits(spoil, LIMITS, where=f"{where}: spoil")
    return spoil
