"""What leaves a hash as it is, and what does not."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets.perceptual_hash import cosine_hash, difference_hash, hamming_distances

Hash = Callable[[np.ndarray], np.ndarray]
BOTH = pytest.mark.parametrize("of", [cosine_hash, difference_hash])


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """Smooth pictures of middle grey levels, so that brightening clips nothing."""
    noise = np.random.default_rng(0).normal(size=(60, 48, 48))
    smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), 4) for picture in noise])
    return (100 + 30 * smooth / smooth.std((1, 2), keepdims=True)).clip(10, 190).astype(np.uint8)


def own(of: Hash, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.diagonal(hamming_distances(of(first), of(second)))


@BOTH
def test_brighter_is_the_same(of: Hash, pictures: np.ndarray) -> None:
    assert own(of, pictures, pictures + 60).max() <= 4


@BOTH
def test_compressed_again_is_nearly_the_same(of: Hash, pictures: np.ndarray) -> None:
    again = [cv2.imdecode(cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], 0) for p in pictures]
    assert own(of, pictures, np.stack(again)).max() <= 6


@BOTH
def test_larger_is_nearly_the_same(of: Hash, pictures: np.ndarray) -> None:
    larger = np.stack([cv2.resize(p, (96, 96)) for p in pictures])
    assert own(of, pictures, larger).max() <= 6


@BOTH
def test_others_differ_in_about_half_of_the_bits(of: Hash, pictures: np.ndarray) -> None:
    distances = hamming_distances(of(pictures), of(pictures))
    apart = distances[~np.eye(len(pictures), dtype=bool)]
    assert 28 < apart.mean() < 36
    assert apart.min() > 8


def test_a_mirror_image_turns_every_difference(pictures: np.ndarray) -> None:
    assert own(difference_hash, pictures, pictures[:, :, ::-1]).mean() > 24
    ramp = np.tile(np.arange(0, 96, 2, dtype=np.uint8), (1, 48, 1))
    assert hamming_distances(difference_hash(ramp), difference_hash(ramp[:, :, ::-1])).tolist() == [[64]]


@BOTH
def test_one_level_and_no_picture(of: Hash) -> None:
    assert of(np.full((1, 48, 48), 128, np.uint8)).tolist() == [0], "one level: nothing is above anything"
    assert of(np.zeros((0, 48, 48), np.uint8)).shape == (0,)


@pytest.mark.parametrize("counts", ["bitwise_count", "table"])
def test_distances_by_hand(monkeypatch: pytest.MonkeyPatch, counts: str) -> None:
    if counts == "table":
        monkeypatch.delattr(np, "bitwise_count", raising=False)
    every = np.uint64(2**64 - 1)
    distances = hamming_distances(np.array([0, every], np.uint64), np.array([0, 5, 2**63], np.uint64))
    assert distances.dtype == np.uint8
    assert distances.tolist() == [[0, 2, 1], [64, 62, 63]]


@BOTH
@pytest.mark.parametrize(
    "images", [np.zeros((1, 48, 48)), np.zeros((48, 48), np.uint8), np.zeros((1, 7, 48), np.uint8)]
)
def test_other_arrays_are_refused(of: Hash, images: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match="images: needs uint8 of shape"):
        of(images)
