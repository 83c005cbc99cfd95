"""What a training may not see."""

from __future__ import annotations

import blobs
import cv2
import numpy as np
import pytest

from lamplit.core.errors import RecipeError
from lamplit.datasets.ferplus import FerPlus
from lamplit.training.leaks import without_leaks
from lamplit.training.session import prepare


def corpus(images: np.ndarray) -> FerPlus:
    votes = np.array([[9, 1, 0, 0, 0, 0, 0, 0, 0, 0]] * len(images), np.int64)
    return FerPlus("training", tuple(f"{i}.png" for i in range(len(images))), images, votes)


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    noise = np.random.default_rng(0).normal(size=(40, 48, 48))
    smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), 3) for picture in noise])
    return (110 + 300 * smooth).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(("near_copies", "n_training", "n_held_out"), [("keep", 28, 8), ("drop", 26, 7)])
def test_near_copies_are_left_out_only_where_asked(
    pictures: np.ndarray, near_copies: str, n_training: int, n_held_out: int
) -> None:
    # Validation: one training picture as it is, one mirrored, one darker. Held out: one darker, too.
    validation = np.stack([pictures[0], pictures[1][:, ::-1], pictures[2] // 2, pictures[39]])
    held_out = np.concatenate([pictures[3:4] // 2, pictures[30:37]])
    kept, rest = without_leaks(
        corpus(pictures[:29]), corpus(held_out), corpus(validation), near_copies=near_copies
    )
    assert (len(kept), len(rest)) == (n_training, n_held_out)
    assert not any((kept.images == pictures[0]).all(axis=(1, 2)))


def test_the_recipe_decides(pictures: np.ndarray) -> None:
    validation = corpus(pictures[:5, :, ::-1])
    sizes = [
        len(prepare(blobs.recipe(holdout=0.0, near_copies=word), corpus(pictures), validation).training)
        for word in ("keep", "drop")
    ]
    assert sizes == [40, 35]
    with pytest.raises(RecipeError, match=r"near_copies: needs one of \['keep', 'drop'\], got 'lose'"):
        blobs.recipe(near_copies="lose")


def test_prepare_weighs_the_faces_where_asked(pictures: np.ndarray) -> None:
    plain, balanced = (
        prepare(blobs.recipe(holdout=0.0, balance={"sampling": s}), corpus(pictures), corpus(pictures[:1]))
        for s in (0.0, 1.0)
    )
    assert plain.training.weights is None
    assert balanced.training.weights is not None
    assert len(balanced.training.weights) == len(balanced.training) == 39
    assert balanced.validation.weights is None
