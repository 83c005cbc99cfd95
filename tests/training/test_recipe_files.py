"""Recipes of each task stand in one folder and are told apart by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplit.core.errors import RecipeError
from lamplit.training.recipe_files import EXPRESSION, TASKS, list_recipe_files, read_recipe_file, task_of


def test_every_recipe_is_for_one_task() -> None:
    import lamplit.recipes

    files = sorted(path.stem for path in Path(next(iter(lamplit.recipes.__path__))).glob("*.toml"))
    assert sorted(name for task in (EXPRESSION, *TASKS) for name in list_recipe_files(task)) == files
    assert all(list_recipe_files(task) for task in (EXPRESSION, *TASKS))


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("cascade-faces", "cascade"),
        ("landmarks", "expression"),
        ("landmarkss-a", "expression"),
        (Path("cascade-x") / "mine.toml", "expression"),
    ],
)
def test_the_name_says_the_task(name: str | Path, task: str) -> None:
    assert task_of(name) == task


def test_a_file_may_give_its_recipe_another_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("epochs = 3\n")
    assert read_recipe_file(path, "landmarks") == {"name": "mine", "epochs": 3}
    path.write_text('name = "yours"\n')
    assert read_recipe_file(path, "landmarks") == {"name": "yours"}


def test_a_recipe_of_another_task_is_refused_with_those_that_fit() -> None:
    with pytest.raises(RecipeError, match=r"cascade-faces: needs one of \['landmarks-.*neither"):
        read_recipe_file("cascade-faces", "landmarks")


def test_what_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    with pytest.raises(RecipeError, match="needs a TOML file that can be read"):
        read_recipe_file(path, EXPRESSION)
    path.write_text("epochs")
    with pytest.raises(RecipeError, match="needs a TOML file that can be read"):
        read_recipe_file(path, EXPRESSION)
