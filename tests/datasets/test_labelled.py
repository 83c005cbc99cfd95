"""Pictures with one label each."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import LabelSet
from lamplit.datasets.labelled import LabelledFaces

LABELS = LabelSet("two", ("calm", "happy"))
IMAGES = tuple(np.full((8, 8 + i), i, np.uint8) for i in range(3))


def faces(classes: list[int], people: tuple[str, ...] = ("Ann", "Bob", "Ann")) -> LabelledFaces:
    return LabelledFaces("mine", LABELS, ("a", "b", "c"), IMAGES, np.array(classes), people)


def test_a_subset_keeps_the_parts_together_in_the_order_given() -> None:
    some = faces([0, 1, 1]).subset(np.array([2, 0]))

    assert some.names == ("c", "a")
    assert [image.shape[1] for image in some.images] == [10, 8]
    assert some.classes.tolist() == [1, 0]
    assert some.people == ("Ann", "Ann")


def test_a_mask_chooses_as_positions_do() -> None:
    assert faces([0, 1, 1]).subset(np.array([False, True, False])).names == ("b",)


@pytest.mark.parametrize(("people", "known"), [(("Ann", "Bob", "Ann"), True), (("Ann", "", "Ann"), False)])
def test_people_are_known_only_if_every_one_is(people: tuple[str, ...], known: bool) -> None:
    assert faces([0, 0, 0], people).people_known is known


def test_parts_of_different_lengths_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match=r"one of each per picture.*\[3, 3, 2, 3\]"):
        faces([0, 1])


@pytest.mark.parametrize("classes", [[0, 1, 2], [-1, 0, 0]])
def test_a_class_beyond_the_labels_is_refused(classes: list[int]) -> None:
    with pytest.raises(InvalidArgumentError, match="numbers from 0 to 1"):
        faces(classes)
