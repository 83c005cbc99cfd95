"""Copies across splits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets import Majority, read_ferplus
from lamplit.datasets.copies import have_copies


def test_only_the_same_pixels_are_a_copy() -> None:
    pictures = np.arange(3 * 4, dtype=np.uint8).reshape(3, 2, 2)
    other = pictures[1:2].copy()
    assert have_copies(pictures, among=other).tolist() == [False, True, False]
    other[0, 0, 0] += 1
    assert not have_copies(pictures, among=other).any()


def test_none_among_none() -> None:
    nothing = np.zeros((0, 2, 2), np.uint8)
    assert have_copies(nothing, among=nothing).shape == (0,)
    assert have_copies(np.zeros((1, 2, 2), np.uint8), among=nothing).tolist() == [False]


@pytest.mark.parametrize("other", [np.zeros((1, 3, 2), np.uint8), np.zeros((1, 2, 2), np.float32)])
def test_other_pictures_are_refused(other: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match="among: needs uint8 of shape"):
        have_copies(np.zeros((1, 2, 2), np.uint8), among=other)


def test_ferplus_validation_holds_copies_of_training_pictures(data_dir: Path) -> None:
    training, validation = (read_ferplus(data_dir, split) for split in ("training", "validation"))
    copies = have_copies(validation.images, among=training.images)
    assert copies.sum() == 279
    assert (copies & (Majority().classes(validation.votes) >= 0)).sum() == 251
