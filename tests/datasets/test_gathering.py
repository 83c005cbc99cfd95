"""Pictures that cannot be used are reported together, and never cost the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from layouts import BROKEN, grey, in_folder, picture, values

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.labels import LabelSet
from lamplit.core.values import Box
from lamplit.datasets.archive import Archive
from lamplit.datasets.gathering import Listed, Reading, check_split, from_file, gather
from lamplit.datasets.labelled import LabelledFaces, Refused, list_refused

LABELS = LabelSet("two", ("calm", "happy"))


def broken() -> np.ndarray:
    raise DatasetError("somewhere/b.png", "a picture", "a video", "cut frames out")


def listed(*loads: Callable[[], np.ndarray]) -> list[Listed]:
    return [Listed(f"{'abcdef'[i]}.png", i % 2, load, f"person {i}") for i, load in enumerate(loads)]


def read(entries: list[Listed], how: Reading, refused: tuple[Refused, ...] = ()) -> LabelledFaces:
    return gather("mine", entries, name="mine", labels=LABELS, how=how, refused=refused)


def test_pictures_keep_their_labels_people_and_order_when_one_is_left_out() -> None:
    entries = listed(lambda: grey(1), broken, lambda: grey(3), lambda: grey(4))
    faces = read(entries, Reading(strict=False), (Refused("line 7", "needs a label"),))

    assert faces.names == ("a.png", "c.png", "d.png")
    assert values(faces.images) == [1, 3, 4]
    assert faces.classes.tolist() == [0, 0, 1]
    assert faces.people == ("person 0", "person 2", "person 3")
    assert [str(entry) for entry in faces.refused] == [
        "line 7: needs a label",
        "b.png: needs a picture, got a video (cut frames out)",
    ]


def test_a_strict_reading_names_all_failures_in_one_error() -> None:
    entries = listed(broken, lambda: grey(2), broken)
    with pytest.raises(DatasetError) as caught:
        read(entries, Reading())
    reason = "needs a picture, got a video (cut frames out)"
    assert str(caught.value) == (
        f"mine: needs pictures that can all be used, got 2 that cannot: a.png: {reason}; c.png: {reason} "
        "(mend or remove them, or leave them out with strict=False)"
    )


@pytest.mark.parametrize(
    ("entries", "came"), [([], "got none"), (listed(broken), "got none: a.png: needs a picture")]
)
def test_nothing_to_read_is_refused(entries: list[Listed], came: str) -> None:
    with pytest.raises(DatasetError, match=f"at least one picture that can be used, {came}"):
        read(entries, Reading(strict=False))


def test_other_errors_are_not_swallowed() -> None:
    def mistake() -> np.ndarray:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read(listed(mistake), Reading(strict=False))


def test_progress_counts_the_broken_ones_too() -> None:
    told: list[tuple[int, int]] = []
    read(listed(lambda: grey(1), broken), Reading(strict=False, on_picture=lambda *step: told.append(step)))
    assert told == [(1, 2), (2, 2)]


def test_large_pictures_are_shrunk_and_small_ones_are_not() -> None:
    large, small = grey(9, height=40, width=20), grey(9, height=5, width=10)
    faces = read(listed(lambda: large, lambda: small), Reading(longest=10))
    assert [image.shape for image in faces.images] == [(10, 5), (5, 10)]


@pytest.mark.parametrize("longest", [0, 5000, 2.5])
def test_a_longest_side_that_is_no_size_is_refused(longest: int) -> None:
    with pytest.raises(InvalidArgumentError, match="longest: needs an integer from 1 to 4096"):
        read(listed(lambda: grey(1)), Reading(longest=longest))


def test_long_lists_are_cut_and_counted() -> None:
    refused = [Refused(f"{number}", "no") for number in range(1234)]
    assert list_refused(refused, most=2) == "0: no; 1: no; and 1,232 more"
    assert list_refused(refused[:2], most=2) == "0: no; 1: no"


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (None, [[0, 1, 2], [3, 4, 5]]),
        (Box(1, 0, 3, 1), [[1, 2]]),
        (Box(-5, -5, 2, 2), [[0, 1], [3, 4]]),
        (Box(2, 1, 50, 50), [[5]]),
    ],
)
def test_a_box_is_cut_out_and_kept_within_the_picture(
    box: Box | None, expected: list[list[int]], tmp_path: Path
) -> None:
    in_folder({"a.png": picture(np.arange(6, dtype=np.uint8).reshape(2, 3))}, tmp_path)
    with Archive(tmp_path) as files:
        assert from_file(files, "a.png", box=box)().tolist() == expected


@pytest.mark.parametrize("box", [Box(3, 0, 9, 2), Box(-9, 0, 0, 2), Box(0, -3, 3, -1)])
def test_a_box_outside_the_picture_is_refused(box: Box, tmp_path: Path) -> None:
    in_folder({"a.png": picture(np.zeros((2, 3), np.uint8))}, tmp_path)
    with (
        Archive(tmp_path) as files,
        pytest.raises(DatasetError, match=r"a\.png: needs a box within 3 x 2 pixels, got \("),
    ):
        from_file(files, "a.png", box=box)()


def test_a_suffix_that_lies_does_no_harm_and_a_broken_file_does(tmp_path: Path) -> None:
    in_folder({"a.jpg": picture(7), "b.jpg": BROKEN}, tmp_path)
    with Archive(tmp_path) as files:
        assert from_file(files, "a.jpg")().shape == (6, 8)
        with pytest.raises(DatasetError, match=r"b\.jpg: needs a JPEG, PNG.* got bytes that begin with"):
            from_file(files, "b.jpg")()


def test_splits_are_checked_against_those_of_the_data_set() -> None:
    check_split("test", ("training", "test"))
    with pytest.raises(InvalidArgumentError, match=r"one of \['training', 'test'\], got None"):
        check_split(None, ("training", "test"))
    with pytest.raises(InvalidArgumentError, match=r"no splits, got 'test'.*split_by_people"):
        check_split("test", ())
