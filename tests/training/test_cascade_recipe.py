"""Recipes of cascades: defaults, differences, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lamplit.core.errors import RecipeError
from lamplit.training.cascade_recipe import (
    CascadeRecipe,
    cascade_recipe_from_dict,
    list_cascade_recipes,
    load_cascade_recipe,
)
from lamplit.training.recipe import list_recipes


@pytest.mark.parametrize("name", list_cascade_recipes())
def test_every_shipped_recipe_loads_and_goes_through_json(name: str) -> None:
    recipe = load_cascade_recipe(name)
    assert recipe.name == name
    plain = json.loads(json.dumps(recipe.as_dict()))
    assert cascade_recipe_from_dict(plain, where=name) == recipe


def test_recipes_of_networks_and_of_cascades_are_told_apart() -> None:
    assert not set(list_recipes()) & set(list_cascade_recipes())


def test_a_file_changes_what_it_lists_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("stages = 4\nrounds = [3]\n[augment]\nflip = 0\n")
    recipe = load_cascade_recipe(path)
    assert (recipe.name, recipe.stages, recipe.rounds, recipe.augment.flip) == ("mine", 4, (3,), 0.0)
    assert recipe.faces == CascadeRecipe(name="mine").faces


def test_the_last_number_of_a_list_holds_for_all_further_stages() -> None:
    recipe = CascadeRecipe(name="a", detection_rates=(0.9, 0.99), rounds=(5, 10, 20))
    assert [recipe.detection_rate_of(stage) for stage in range(4)] == [0.9, 0.99, 0.99, 0.99]
    assert [recipe.rounds_of(stage) for stage in range(4)] == [5, 10, 20, 20]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"stage": 3}, "a.toml: stage: needs a key among .*did you mean 'stages'"),
        ({"stages": "many"}, "a.toml: stages: needs a whole number, got 'many'"),
        ({"stages": 0}, "a.toml: stages: needs a value from 1 to 100, got 0"),
        ({"detection_rates": [0.9, 1.5]}, "detection_rates: needs a value from 0.5 to 1"),
        ({"detection_rates": []}, "detection_rates: needs a number at least, got an empty list"),
        ({"rounds": []}, "rounds: needs a number at least"),
        ({"families": ["five"]}, r"families: needs some of .* got \['five'\]"),
        ({"families": []}, "families: needs some of .* got none"),
        ({"augment": 3}, "augment: needs a table, got 3"),
        ({"augment": {"flip": 2}}, "flip: needs a value from 0 to 1"),
        ({"name": "a/b"}, "name: needs a name for files"),
    ],
)
def test_what_cannot_work_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        cascade_recipe_from_dict({"name": "a", **values}, where="a.toml")


def test_an_unknown_recipe_names_those_there_are() -> None:
    with pytest.raises(RecipeError, match=r"needs one of \['cascade-faces'\] or the path"):
        load_cascade_recipe("cascade-cats")


def test_no_toml_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("stages =")
    with pytest.raises(RecipeError, match="needs a TOML file that can be read"):
        load_cascade_recipe(tmp_path / "a.toml")
