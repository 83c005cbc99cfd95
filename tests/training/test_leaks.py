"""What a training may not see."""

from __future__ import annotations

import blobs
import cv2
import numpy as np
import pytest

from lamplit.core.errors import RecipeError
from lamplit.datasets.copies import have_copies
from lamplit.datasets.ferplus import FerPlus
from lamplit.datasets.near_duplicates import have_near_copies
from lamplit.training.leaks import split_without_leaks
from lamplit.training.session import prepare


def corpus(images: np.ndarray) -> FerPlus:
    votes = np.array([[9, 1, 0, 0, 0, 0, 0, 0, 0, 0]] * len(images), np.int64)
    return FerPlus("training", tuple(f"{i}.png" for i in range(len(images))), images, votes)


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    noise = np.random.default_rng(0).normal(size=(40, 48, 48))
    smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), 3) for picture in noise])
    return (110 + 300 * smooth).clip(0, 255).astype(np.uint8)


def split(pictures: np.ndarray, near_copies: str) -> tuple[FerPlus, FerPlus, np.ndarray]:
    """Kept, held out and validation: each picture of training is there darker, too, by another name."""
    validation = np.stack([pictures[1], pictures[2][:, ::-1], pictures[3] // 2])
    training = np.concatenate([pictures[:20], pictures[4:20] // 2])
    kept, held_out = split_without_leaks(
        corpus(training), corpus(validation), holdout=0.3, seed=0, near_copies=near_copies
    )
    return kept, held_out, validation


def test_without_being_asked_only_copies_pixel_for_pixel_are_left_out(pictures: np.ndarray) -> None:
    kept, held_out, validation = split(pictures, "keep")
    assert len(kept) + len(held_out) == 35, "36 but for the one that stands in validation as it is"
    assert not have_copies(kept.images, among=validation).any()
    assert have_near_copies(kept.images, among=validation).any()
    assert have_near_copies(held_out.images, among=kept.images).any()


def test_where_asked_near_copies_are_on_one_side_only(pictures: np.ndarray) -> None:
    kept, held_out, validation = split(pictures, "drop")
    assert len(kept) > 15
    assert len(held_out) > 0
    assert not have_near_copies(kept.images, among=validation).any()
    assert not have_near_copies(held_out.images, among=validation).any()
    assert not have_near_copies(held_out.images, among=kept.images).any()


@pytest.mark.parametrize(("near_copies", "n_unlabelled"), [("keep", 9), ("drop", 8)])
def test_faces_that_nobody_labelled_keep_to_the_same_rule(
    pictures: np.ndarray, near_copies: str, n_unlabelled: int
) -> None:
    unlabelled = np.concatenate([pictures[30:38], pictures[:1], pictures[1:2, :, ::-1]])
    data = prepare(
        blobs.recipe(holdout=0.0, near_copies=near_copies, start="blobs", teach=0.5, unlabelled="more"),
        corpus(pictures[10:30]),
        corpus(pictures[:2]),
        unlabelled=unlabelled,
    )
    assert data.unlabelled is not None
    assert tuple(data.unlabelled.shape) == (n_unlabelled, 1, blobs.SIDE, blobs.SIDE)


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
