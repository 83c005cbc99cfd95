"""Values of recipes in the types that settings have."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Collection, Mapping
from typing import Any

from lamplit.core.errors import RecipeError
from lamplit.training.augmentation import Range

Names = tuple[str, ...]
"""Names of other recipes, or of other things."""


def typed_values(kind: type, values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Bring the values of a TOML table into the types of a dataclass's fields.

    Parameters
    ----------
    kind : type
        The dataclass.
    values : mapping
        Values by the names of its fields; not all of them need be there.
    where : str
        What errors call the recipe.

    Returns
    -------
    dict
        The same keys with values of the fields' types.

    Raises
    ------
    RecipeError
        If a key is unknown or a value has the wrong type.

    Examples
    --------
    >>> from lamplit.training.augmentation import Augmentation
    >>> typed_values(Augmentation, {"rotation": 5, "gain": [0.5, 1]}, "night.toml")
    {'rotation': 5.0, 'gain': (0.5, 1.0)}
    """
    hints = typing.get_type_hints(kind)
    checked = {}
    for key, value in values.items():
        if key not in hints:
            close = difflib.get_close_matches(key, hints, n=1)
            hint = f"did you mean {close[0]!r}?" if close else ""
            raise RecipeError(f"{where}: {key}", f"a key among {sorted(hints)}", "an unknown one", hint)
        checked[key] = _converted(value, hints[key], f"{where}: {key}")
    return checked


def split_tables(
    values: Mapping[str, Any], names: Collection[str], where: str
) -> tuple[dict[str, Any], dict[str, Mapping[str, Any]]]:
    """Part what stands at the top of a recipe from its tables.

    Parameters
    ----------
    values : mapping
        A recipe as TOML gives it.
    names : collection of str
        Names of its tables.
    where : str
        What errors call the recipe.

    Returns
    -------
    top : dict
        All other keys.
    tables : dict
        The tables that are there, by name.

    Raises
    ------
    RecipeError
        If one of them is no table.

    Examples
    --------
    >>> split_tables({"epochs": 3, "augment": {"flip": 0}}, {"augment"}, "mine.toml")
    ({'epochs': 3}, {'augment': {'flip': 0}})
    """
    tables = {name: values[name] for name in names if name in values}
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            raise RecipeError(f"{where}: {name}", "a table", repr(table))
    return {key: value for key, value in values.items() if key not in names}, tables


_SEQUENCES: dict[Any, str] = {
    tuple[float, ...]: "a list of numbers",
    tuple[int, ...]: "a list of whole numbers",
    Names: "a list of texts",
}
_WORDS: dict[Any, str] = {int: "a whole number", float: "a number", str: "a text", **_SEQUENCES}


def _converted(value: Any, kind: Any, where: str) -> Any:
    """Return a TOML value in the type of a field."""
    if kind == Range:
        if isinstance(value, list) and len(value) == 2 and all(_is_number(v) for v in value):
            low, high = float(value[0]), float(value[1])
            if low <= high:
                return low, high
        raise RecipeError(where, "two numbers [smallest, largest]", repr(value))
    if kind is float and _is_number(value):
        return float(value)
    if kind in (int, str) and type(value) is kind:
        return value
    if kind in _SEQUENCES and isinstance(value, list) and not any(isinstance(item, list) for item in value):
        try:
            return tuple(_converted(item, typing.get_args(kind)[0], where) for item in value)
        except RecipeError as error:
            raise RecipeError(where, _SEQUENCES[kind], repr(value)) from error
    if typing.get_origin(kind) is not None and isinstance(value, Mapping):
        return dict(value)
    raise RecipeError(where, _WORDS.get(kind, "a table"), repr(value))


def _is_number(value: Any) -> bool:
    """Return whether a TOML value is a number (true and false are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)
