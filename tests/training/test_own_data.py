"""Own data: read, framed, divided."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import own
import pytest

from lamplit.core.errors import DatasetError, RecipeError
from lamplit.training.own_data import OwnData, read_own_data, with_framing
from lamplit.training.recipe import Recipe, load_recipe

RECIPE = load_recipe("finetune")


def tuned(**changes: Any) -> Recipe:
    return dataclasses.replace(RECIPE, finetune=dataclasses.replace(RECIPE.finetune, **changes))


def read(path: Path, **changes: Any) -> OwnData:
    return read_own_data(tuned(framing="as-is", **changes), path, on_step=lambda *_: None)


def test_a_folder_is_divided_by_label(tmp_path: Path) -> None:
    data = read(own.write_folder(tmp_path / "mine", each=10))
    assert data.training.pictures.labels.names == own.LABELS
    assert (len(data.training), len(data.report)) == (24, 6)
    assert sorted(data.report.pictures.classes.tolist()) == [0, 0, 1, 1, 2, 2]
    assert not set(data.training.pictures.names) & set(data.report.pictures.names)
    assert data.protocol == "held-out share of 0.2, drawn by label, people not kept apart"
    assert data.source == "the user's own pictures"


def test_a_table_is_divided_by_people(tmp_path: Path) -> None:
    data = read(own.write_table(tmp_path))
    assert not set(data.training.pictures.people) & set(data.report.pictures.people)
    assert len(data.training) + len(data.report) == 36
    assert data.protocol == "held-out share of 0.2, people of their own"


def test_everybody_may_be_left_out_in_turn(tmp_path: Path) -> None:
    data = read(own.write_table(tmp_path), report="people")
    assert (len(data.training), data.report) == (36, None)
    assert data.protocol == "leave one of 6 people out"


def test_splits_of_the_data_may_be_named(tmp_path: Path) -> None:
    data = read(own.write_table(tmp_path, split=True), splits=("first", "later"))
    assert (len(data.training), len(data.report)) == (27, 9)
    assert data.protocol == "learnt from first, reported on later"


def test_what_was_left_out_is_listed_once(tmp_path: Path) -> None:
    own.write_folder(tmp_path / "mine", each=5)
    (tmp_path / "mine" / "up" / "broken.png").write_bytes(b"no picture")
    data = read(tmp_path / "mine")
    assert [entry.name for entry in data.refused] == ["up/broken.png"]


def test_progress_names_what_is_done(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    path = own.write_folder(tmp_path / "mine", each=2)
    read_own_data(tuned(framing="as-is"), path, on_step=lambda *step: told.append(step))
    assert told[5] == ("reading pictures", 6, 6)
    assert told[-1] == ("finding faces", 6, 6)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"report": "people"},
            DatasetError,
            "mine: needs three people or more, all of them known, got pictures of unknown people "
            '(list the pictures in a CSV with the column person, or use report = "held-out")',
        ),
        ({"splits": ("first", "later")}, DatasetError, "mine: needs a folder 'first', got down, left, up"),
        (
            {"splits": ("first", "later"), "report": "people"},
            RecipeError,
            "report: needs 'held-out' for data with splits, got 'people'",
        ),
    ],
)
def test_what_the_data_cannot_give_is_refused(
    tmp_path: Path, changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        read(own.write_folder(tmp_path / "mine", each=3), **changes)
    assert str(caught.value).replace(f"{tmp_path}/", "") == message


def test_too_few_people_to_hold_some_back(tmp_path: Path) -> None:
    table = own.write_table(tmp_path, each=1)  # a single person
    with pytest.raises(
        DatasetError, match=r"none to report on \(too few pictures or people to hold some back"
    ):
        read(table)


def test_only_recipes_that_fine_tune_frame(tmp_path: Path) -> None:
    assert with_framing(RECIPE, "find").finetune.framing == "find"
    with pytest.raises(RecipeError, match=r"paper: needs a table \[finetune\], got none"):
        with_framing(load_recipe("paper"), "as-is")


def test_what_is_reported_on_is_learnt_from_nowhere(tmp_path: Path) -> None:
    mine = own.write_folder(tmp_path / "mine", each=10)
    for picture in sorted(mine.glob("*/*.png")):
        shutil.copy(picture, picture.with_name(f"again-{picture.name}"))
    data = read(mine)
    reported = {crop.tobytes() for crop in data.report.crops(48)}
    assert not any(crop.tobytes() in reported for crop in data.training.crops(48))
    assert 0 < len(data.refused) == 60 - len(data.training) - len(data.report)
    assert {entry.reason for entry in data.refused} == {
        "the same picture is among those that are reported on"
    }
