"""The files of recipes: which come with lamplit for which task, and what one says."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from lamplit.core.errors import RecipeError

EXPRESSION = "expression"
"""The task of recipes whose names begin with none of `TASKS`."""

TASKS = ("cascade", "detector", "landmarks", "verifier")
"""Tasks with recipes of their own kind, whose names begin with the task and a hyphen."""


def task_of(name: str | Path) -> str:
    """Return what a recipe trains, by its name.

    Parameters
    ----------
    name : str or Path
        Name of a recipe, or the path of its TOML file.

    Returns
    -------
    str
        One of `TASKS`, or "expression".

    Examples
    --------
    >>> task_of("cascade-faces"), task_of("mine/landmarks-tiny.toml"), task_of("paper")
    ('cascade', 'landmarks', 'expression')
    """
    first, hyphen, _ = Path(name).name.partition("-")
    return first if hyphen and first in TASKS else EXPRESSION


def list_recipe_files(task: str) -> list[str]:
    """Return the names of the recipes for a task that come with lamplit, sorted.

    Parameters
    ----------
    task : str
        One of `TASKS`, or "expression".

    Returns
    -------
    list of str
        Names, without the suffix.

    Examples
    --------
    >>> list_recipe_files("cascade")
    ['cascade-faces']
    """
    folder = resources.files("lamplit.recipes")
    names = (item.name for item in folder.iterdir() if item.name.endswith(".toml"))
    return sorted(name.removesuffix(".toml") for name in names if task_of(name) == task)


def read_recipe_file(name: str | Path, task: str) -> dict[str, Any]:
    """Read what a recipe that comes with lamplit, or one's own, says.

    Parameters
    ----------
    name : str or Path
        A name from `list_recipe_files(task)`, or the path of a TOML file.
    task : str
        What is to be trained.

    Returns
    -------
    dict
        The file's differences from the defaults, and under "name" what the recipe is called: unless the file
        says otherwise, as the file is.

    Raises
    ------
    RecipeError
        If there is no such recipe, or it is no TOML.

    Examples
    --------
    >>> read_recipe_file("paper", "expression")["name"]
    'paper'
    """
    path, known = Path(name), list_recipe_files(task)
    if path.suffix == ".toml":
        source, stem = path, path.stem
    elif str(name) in known:
        source, stem = resources.files("lamplit.recipes") / f"{name}.toml", str(name)  # type: ignore[assignment]
    else:
        raise RecipeError(str(name), f"one of {known} or the path of a .toml file", "neither")
    try:
        differences = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(str(name), "a TOML file that can be read", str(error)) from error
    return {"name": stem, **differences}
