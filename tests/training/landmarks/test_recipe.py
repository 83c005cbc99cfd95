"""Recipes of landmarks: defaults, differences, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lamplit.core.errors import RecipeError
from lamplit.training.landmarks.recipe import (
    LandmarkRecipe,
    landmark_recipe_from_dict,
    list_landmark_recipes,
    load_landmark_recipe,
)
from lamplit.weights.registry import DEFAULT_LANDMARKS


@pytest.mark.parametrize("name", list_landmark_recipes())
def test_every_shipped_recipe_loads_and_goes_through_json(name: str) -> None:
    recipe = load_landmark_recipe(name)
    assert recipe.name == name
    assert landmark_recipe_from_dict(json.loads(json.dumps(recipe.as_dict())), where=name) == recipe


def test_the_default_weights_have_a_recipe() -> None:
    assert DEFAULT_LANDMARKS.rpartition("-v")[0] in list_landmark_recipes()


def test_a_file_changes_what_it_lists_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "landmarks-mine.toml"
    path.write_text("epochs = 4\n[augment]\nflip = 0\n")
    recipe = load_landmark_recipe(path)
    usual = LandmarkRecipe(name="")
    assert (recipe.name, recipe.epochs, recipe.augment.flip) == ("landmarks-mine", 4, 0.0)
    assert recipe.augment.rotation == usual.augment.rotation == 30.0
    assert recipe.schedule.total_steps == 4 * usual.steps
    assert recipe.batch_size == usual.fine + usual.coarse + usual.empty


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epoch": 3}, "a.toml: epoch: needs a key among .*did you mean 'epochs'"),
        ({"settings": {"judge_cells": 3}}, "judge_cells: needs 0, or 7 for this size, got 3"),
        ({"size": 40}, "size: needs a multiple of 16, got 40"),
        ({"fine": 0, "coarse": 0}, "fine, coarse: needs at least one face in a batch, got none"),
        ({"near_copies": "some"}, "near_copies: needs one of"),
        ({"tempering": 2.0}, "tempering: needs a value from 0 to 1"),
        ({"shrunk_to": [2, 30]}, "shrunk_to: needs a value from 4 to 512"),
        ({"augment": 3}, "augment: needs a table, got 3"),
        ({"augment": {"mixup": 0.3}}, "mixup, cutmix: needs 0: a face of two has no points, got 0.3, 0"),
        ({"name": "a/b"}, "name: needs a name for files"),
    ],
)
def test_what_cannot_work_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        landmark_recipe_from_dict({"name": "a", **values}, where="a.toml")
