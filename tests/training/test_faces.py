"""Faces on their way from the data set to tensors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lamplit.core.labels import EKMAN_SIX
from lamplit.datasets.ferplus import FerPlus
from lamplit.training.faces import split_holdout, tensors_from


def corpus(names: list[str]) -> FerPlus:
    """Faces whose picture and first count hold their number."""
    n = len(names)
    images = np.arange(n, dtype=np.uint8)[:, None, None].repeat(48, axis=1).repeat(48, axis=2)
    votes = np.zeros((n, 10), np.int64)
    votes[:, 0] = np.arange(n) + 2
    return FerPlus("training", tuple(names), images, votes)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5])
def test_the_sides_are_disjoint_and_whole(share: float) -> None:
    faces = corpus([f"{n}.png" for n in range(200)])
    kept, held_out = split_holdout(faces, share, seed=0)
    assert len(held_out) == round(share * 200)
    assert not set(kept.names) & set(held_out.names)
    assert set(kept.names) | set(held_out.names) == set(faces.names)


def test_pictures_and_votes_go_with_their_names() -> None:
    faces = corpus([f"{n}.png" for n in range(100)])
    for side in split_holdout(faces, 0.3, seed=0):
        numbers = [int(name.removesuffix(".png")) for name in side.names]
        assert side.images[:, 0, 0].tolist() == numbers
        assert (side.votes[:, 0] - 2).tolist() == numbers
        assert numbers == sorted(numbers), "the order stays that of the data set"


@pytest.mark.parametrize("seed", range(5))
def test_rows_of_one_picture_stay_on_one_side(seed: int) -> None:
    kept, held_out = split_holdout(corpus([f"{n % 50}.png" for n in range(150)]), 0.3, seed)
    assert not set(kept.names) & set(held_out.names)
    assert len(held_out) == 3 * 15


def test_the_draw_follows_the_seed() -> None:
    faces = corpus([f"{n}.png" for n in range(200)])
    first, again, other = (split_holdout(faces, 0.2, seed)[1].names for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_tensors_hold_what_can_be_trained_on() -> None:
    faces = corpus(["a.png", "b.png", "c.png", "d.png"])
    faces.votes[:] = [
        [8, 2, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0, 0, 0, 0, 7],  # no expression that two people named
        [0, 5, 5, 0, 0, 0, 0, 0, 0, 0],  # no majority
        [0, 0, 0, 6, 0, 2, 0, 1, 1, 0],
    ]
    tensors = tensors_from(faces, size=48, device=torch.device("cpu"))
    assert len(tensors) == 3
    assert tensors.images.shape == (3, 1, 48, 48)
    assert tensors.images.dtype == torch.uint8
    assert tensors.images[:, 0, 0, 0].tolist() == [0, 2, 3]
    assert tensors.classes.tolist() == [0, -1, 3]
    expected = [[0.8, 0.2, 0, 0, 0, 0, 0, 0], [0, 0.5, 0.5, 0, 0, 0, 0, 0], [0, 0, 0, 0.75, 0, 0.25, 0, 0]]
    torch.testing.assert_close(tensors.probabilities, torch.tensor(expected))


@pytest.mark.parametrize(
    ("targets", "kept", "expected"),
    [
        ("majority", [0, 3], [[0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1]]),
        ("distribution", [0, 1, 3], [[0, 0, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0], [0, 0, 0.25, 0, 0, 0.75]]),
    ],
)
def test_the_six_are_taught_with_faces_of_the_six(
    targets: str, kept: list[int], expected: list[list[float]]
) -> None:
    faces = corpus(["a.png", "b.png", "c.png", "d.png"])
    faces.votes[:] = [
        [2, 8, 0, 0, 0, 0, 0, 0, 0, 0],  # happiness
        [5, 0, 0, 0, 5, 0, 0, 0, 0, 0],  # no majority
        [9, 1, 0, 0, 0, 0, 0, 0, 0, 0],  # neutral is none of the six
        [0, 0, 6, 0, 0, 0, 2, 0, 1, 1],  # surprise
    ]
    cpu = torch.device("cpu")
    tensors = tensors_from(faces, size=48, device=cpu, labels=EKMAN_SIX, targets=targets)
    assert tensors.images[:, 0, 0, 0].tolist() == kept
    torch.testing.assert_close(tensors.probabilities, torch.tensor(expected, dtype=torch.float32))
    assert tensors.classes.tolist() == [{0: 3, 1: -1, 3: 5}[face] for face in kept]


@pytest.mark.parametrize("size", [24, 48, 64])
def test_pictures_come_in_the_networks_size(size: int) -> None:
    tensors = tensors_from(corpus(["a.png"] * 3), size=size, device=torch.device("cpu"))
    assert tensors.images.shape == (3, 1, size, size)
    assert tensors.images[:, 0, 5, 5].tolist() == [0, 1, 2]
