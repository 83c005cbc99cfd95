"""Recipes: defaults, differences, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lamplit.core.errors import RecipeError
from lamplit.core.labels import EKMAN_SIX, LABEL_SETS
from lamplit.nets import build_network
from lamplit.training.augmentation import Augmentation
from lamplit.training.recipe import Recipe, list_recipes, load_recipe, recipe_from_dict


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize("name", list_recipes())
def test_every_shipped_recipe_loads_and_builds_its_network(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert build_network(recipe.network, n_classes=len(recipe.speaks), **recipe.settings)


def test_labels_and_claims_are_read() -> None:
    recipe = load_recipe("paper")
    assert recipe.speaks is EKMAN_SIX
    assert recipe.claims["accuracy"] == 0.8748
    assert recipe.as_dict()["claims"] == dict(recipe.claims)
    with pytest.raises(RecipeError, match=r"claims: needs keys among .*, got \['beauty'\]"):
        recipe_from_dict({"name": "a", "claims": {"beauty": 1.0}}, where="a.toml")


def test_an_empty_file_is_the_defaults_under_its_own_name(tmp_path: Path) -> None:
    assert load_recipe(written(tmp_path, "")) == Recipe(name="mine")


def test_a_file_changes_what_it_lists_and_nothing_else(tmp_path: Path) -> None:
    text = """
    name = "other"
    epochs = 3
    learning_rate = 1
    [settings]
    widths = [4, 8, 8, 8]
    [augment]
    flip = 0
    gamma = [1, 2.5]
    """
    recipe = load_recipe(str(written(tmp_path, text)))
    assert recipe == Recipe(
        name="other",
        epochs=3,
        learning_rate=1.0,
        settings={"widths": [4, 8, 8, 8]},
        augment=Augmentation(flip=0.0, gamma=(1.0, 2.5)),
    )
    assert isinstance(recipe.learning_rate, float)
    assert isinstance(recipe.augment.gamma[0], float)


def test_plain_values_go_through_json_and_back() -> None:
    recipe = recipe_from_dict(
        {"name": "a", "augment": {"gain": [0.5, 1]}, "settings": {"fused": 8}}, where="a"
    )
    assert recipe_from_dict(json.loads(json.dumps(recipe.as_dict())), where="again") == recipe


def refused(**values: Any) -> str:
    with pytest.raises(RecipeError) as caught:
        recipe_from_dict({"name": "a", **values}, where="a.toml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "start", "end"),
    [
        (
            {"epoch": 3},
            "a.toml: epoch: needs a key among ['augment', 'averaging'",
            "(did you mean 'epochs'?)",
        ),
        ({"learning-rate": 1.0}, "a.toml: learning-rate: needs a key", "(did you mean 'learning_rate'?)"),
        ({"augment": {"rotations": 3}}, "a.toml: rotations: needs a key", "(did you mean 'rotation'?)"),
        ({"zzz": 3}, "a.toml: zzz: needs a key among", "got an unknown one"),
    ],
)
def test_an_unknown_key_is_refused_with_a_suggestion(values: dict[str, Any], start: str, end: str) -> None:
    message = refused(**values)
    assert message.startswith(start)
    assert message.endswith(end)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 2.5}, "a.toml: epochs: needs a whole number, got 2.5"),
        ({"epochs": "3"}, "a.toml: epochs: needs a whole number, got '3'"),
        ({"epochs": True}, "a.toml: epochs: needs a whole number, got True"),
        ({"learning_rate": "fast"}, "a.toml: learning_rate: needs a number, got 'fast'"),
        ({"learning_rate": False}, "a.toml: learning_rate: needs a number, got False"),
        ({"network": 3}, "a.toml: network: needs a text, got 3"),
        ({"settings": 3}, "a.toml: settings: needs a table, got 3"),
        ({"augment": 3}, "a.toml: augment: needs a table, got 3"),
        ({"augment": {"gamma": 1.0}}, "a.toml: gamma: needs two numbers [smallest, largest], got 1.0"),
        ({"augment": {"gamma": [1.0]}}, "a.toml: gamma: needs two numbers [smallest, largest], got [1.0]"),
        ({"augment": {"gamma": [2, 1]}}, "a.toml: gamma: needs two numbers [smallest, largest], got [2, 1]"),
        ({"augment": {"gain": ["", 1]}}, "a.toml: gain: needs two numbers [smallest, largest], got ['', 1]"),
    ],
)  # fmt: skip
def test_values_of_another_type_are_refused(values: dict[str, Any], message: str) -> None:
    assert refused(**values) == message


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "a.toml: epochs: needs a value from 1 to 10000, got 0"),
        ({"batch_size": 1}, "a.toml: batch_size: needs a value from 2 to 65536, got 1"),
        ({"size": 8}, "a.toml: size: needs a value from 16 to 512, got 8"),
        ({"size": 50}, "a.toml: size: needs a multiple of 8, got 50"),
        ({"lit_at": 8}, "a.toml: lit_at: needs 0, or from 16 to size, 48, got 8"),
        ({"lit_at": 56}, "a.toml: lit_at: needs 0, or from 16 to size, 48, got 56"),
        ({"learning_rate": 0}, "a.toml: learning_rate: needs a value from 1e-08 to 10, got 0.0"),
        ({"learning_rate": float("nan")}, "a.toml: learning_rate: needs a value from 1e-08 to 10, got nan"),
        ({"warmup": 1}, "a.toml: warmup: needs a value from 0.01 to 0.99, got 1.0"),
        ({"averaging": 1}, "a.toml: averaging: needs a value from 0 to 0.999999, got 1.0"),
        ({"holdout": 0.6}, "a.toml: holdout: needs a value from 0 to 0.5, got 0.6"),
        ({"seed": -1}, "a.toml: seed: needs a value from 0 to 2.14748e+09, got -1"),
        ({"augment": {"flip": 1.5}}, "a.toml: flip: needs a value from 0 to 1, got 1.5"),
        ({"augment": {"gain": [0, 1]}}, "a.toml: gain: needs a value from 0.0001 to 100, got (0.0, 1.0)"),
        ({"patience": -1}, "a.toml: patience: needs a value from 0 to 10000, got -1"),
        (
            {"patience": 3, "holdout": 0},
            "a.toml: patience: needs a recipe with holdout above 0, whose loss decides, got none",
        ),
        ({"augment": {"mixup": 1.1}}, "a.toml: mixup: needs a value from 0 to 1, got 1.1"),
        ({"augment": {"mix_alpha": 0}}, "a.toml: mix_alpha: needs a value from 0.05 to 10, got 0.0"),
        (
            {"augment": {"mixup": 0.5, "cutmix": 0.5}},
            "a.toml: mixup + cutmix: needs at most 0.95, or no face is whole, got 0.5 + 0.5",
        ),
        ({"augment": {"shift": -0.1}}, "a.toml: shift: needs a value from 0 to 1, got -0.1"),
        (
            {"blend": 0.5},
            "a.toml: blend: needs a recipe with the key start, whose weights are blended, got none",
        ),
        ({"labels": "six"}, f"a.toml: labels: needs one of {list(LABEL_SETS)}, got 'six'"),
        ({"targets": "votes"}, "a.toml: targets: needs one of ['distribution', 'majority'], got 'votes'"),
        ({"dataset": "rafdb"}, "a.toml: dataset: needs 'ferplus', got 'rafdb'"),
        ({"name": "../a"}, "a.toml: name: needs a name for files, without slashes, got '../a'"),
        ({"name": ""}, "a.toml: name: needs a name for files, without slashes, got ''"),
    ],
)  # fmt: skip
def test_values_out_of_range_are_refused(values: dict[str, Any], message: str) -> None:
    assert refused(**values) == message


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(
        RecipeError, match=r"no-such: needs one of \[.*'expression-fusion-ferplus'.*\.toml file"
    ):
        load_recipe("no-such")


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(
        RecipeError, match=r"gone\.toml: needs a TOML file that can be read, got .*No such file"
    ):
        load_recipe(tmp_path / "gone.toml")
    with pytest.raises(RecipeError, match=r"mine\.toml: needs a TOML file .* line 1"):
        load_recipe(written(tmp_path, "epochs: 3"))
    (tmp_path / "bytes.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(RecipeError, match=r"bytes\.toml: needs a TOML file .* can't decode"):
        load_recipe(tmp_path / "bytes.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(RecipeError, match=r"folder\.toml: needs a TOML file that can be read"):
        load_recipe(tmp_path / "folder.toml")


def test_errors_of_a_file_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"mine\.toml: epochs: needs a value from 1"):
        load_recipe(written(tmp_path, "epochs = 0"))


def test_the_start_teaches_unless_others_are_named() -> None:
    alone = recipe_from_dict({"name": "a", "start": "b", "teach": 0.5}, where="a")
    several = recipe_from_dict({"name": "a", "start": "b", "teach": 0.5, "teachers": ["c", "d"]}, where="a")
    untaught = recipe_from_dict({"name": "a", "start": "b"}, where="a")
    assert (alone.taught_by, several.taught_by, untaught.taught_by) == (("b",), ("c", "d"), ())
    assert recipe_from_dict(several.as_dict(), where="again") == several


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"teach": 0.5},
            "a.toml: teach: needs a recipe with the key teachers or start, whose networks teach",
        ),
        ({"start": "b", "teachers": ["c"]}, "a.toml: teachers: needs a recipe with a share to teach"),
        ({"start": "b", "unlabelled": "c.zip"}, "a.toml: unlabelled: needs a recipe with a share to teach"),
        ({"teach": 0.5, "teachers": ["../c"]}, "a.toml: teachers: needs a name for files, without slashes"),
        (
            {"teach": 0.5, "start": "b", "unlabelled": "../c.zip"},
            "a.toml: unlabelled: needs a name for files, without slashes",
        ),
        ({"teachers": "c"}, "a.toml: teachers: needs a list of texts, got 'c'"),
        ({"teachers_see": "upright"}, "a.toml: teachers_see: needs a recipe with a share to teach"),
        (
            {"start": "b", "teach": 0.5, "teachers_see": "profile"},
            "a.toml: teachers_see: needs one of ['mirror', 'upright'], got 'profile'",
        ),
        ({"teachers": [3]}, r"a.toml: teachers: needs a list of texts, got [3]"),
    ],
)
def test_teachers_that_cannot_teach_are_refused(values: dict[str, Any], message: str) -> None:
    assert message in refused(**values)
