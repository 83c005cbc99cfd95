"""One picture, changed, is found again; two pictures are not called one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets import read_ferplus
from lamplit.datasets.alignment import aligned_correlation
from lamplit.datasets.eigenfaces import fit_eigenfaces
from lamplit.datasets.near_duplicates import LEAST_TO_EMBED, find_near_copies, have_near_copies

HERE = np.eye(2, 3)


def faces(n: int, seed: int = 0, side: int = 48) -> np.ndarray:
    """Smooth pictures that have details: each is its own noise, at two scales."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(2, n, side, side))
    coarse, fine = (
        np.stack([cv2.GaussianBlur(p, (0, 0), sigma) / 0.28 * sigma for p in part])
        for part, sigma in zip(noise, (5, 1.5), strict=True)
    )
    return (110 + 25 * coarse + 8 * fine).clip(0, 255).astype(np.uint8)


def cropped(picture: np.ndarray, left: int, up: int, right: int, down: int) -> np.ndarray:
    return cv2.resize(picture[up : 48 - down, left : 48 - right], (48, 48), interpolation=cv2.INTER_AREA)


def compressed(picture: np.ndarray) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], 0)


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "brighter": lambda p: (0.7 * p + 70).astype(np.uint8),
    "darker": lambda p: p // 3,
    "compressed": compressed,
    "cropped": lambda p: cropped(p, 3, 2, 1, 3),
    "all of it": lambda p: compressed(cropped(p // 2 + 40, 2, 3, 2, 1)),
}


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_picture_is_found_again(change: str, mirrored: bool) -> None:
    pictures = faces(12)
    changed = CHANGES[change](pictures[7][:, ::-1] if mirrored else pictures[7])
    found = find_near_copies(changed[None], among=pictures)
    assert (found.first.tolist(), found.second.tolist()) == ([0], [7])
    assert found.mirrored.tolist() == [mirrored]
    assert not found.identical.any()
    assert 0.85 <= found.correlation[0] <= 1


def test_the_same_pixels_are_identical() -> None:
    pictures = faces(5)
    found = find_near_copies(pictures[2:4], among=pictures)
    assert (found.first.tolist(), found.second.tolist()) == ([0, 1], [2, 3])
    assert found.identical.all()
    assert found.correlation.tolist() == [1, 1]
    assert found.distance.tolist() == [0, 0]


def test_other_pictures_are_no_copies() -> None:
    assert len(find_near_copies(faces(40, seed=1), among=faces(200, seed=2))) == 0


def test_which_stack_is_the_larger_does_not_matter() -> None:
    many, few = faces(30), np.stack([CHANGES["cropped"](p) for p in faces(30)[4:7]])
    one, other = find_near_copies(few, among=many), find_near_copies(many, among=few)
    assert one.first.tolist() == other.second.tolist() == [0, 1, 2]
    assert one.second.tolist() == other.first.tolist() == [4, 5, 6]
    np.testing.assert_array_equal(one.correlation, other.correlation)


def test_with_an_embedding_the_same_is_found() -> None:
    many = faces(LEAST_TO_EMBED, seed=3)
    few = np.stack([CHANGES["all of it"](p) for p in many[100:110]])
    found = find_near_copies(few, among=many)
    assert found.second.tolist() == list(range(100, 110))


def test_sizes_may_differ() -> None:
    pictures = faces(6)
    larger = np.stack([cv2.resize(p, (96, 96), interpolation=cv2.INTER_CUBIC) for p in pictures])
    assert find_near_copies(larger[3:4], among=pictures).second.tolist() == [3]


def test_pictures_of_one_level_and_no_pictures() -> None:
    flat = np.full((2, 48, 48), [[[10]], [[200]]], dtype=np.uint8)
    assert len(find_near_copies(flat, among=faces(3))) == 0
    found = find_near_copies(flat[:1], among=flat)
    assert (found.second.tolist(), found.identical.tolist()) == ([0], [True])
    assert len(find_near_copies(flat[:0], among=flat)) == 0
    assert have_near_copies(flat, among=flat[:0]).tolist() == [False, False]


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[str, int, int]] = []
    pictures = faces(4)
    find_near_copies(pictures[:1], among=pictures, on_step=lambda *step: told.append(step))
    ends = {what: (done, total) for what, done, total in told}
    assert set(ends) == {"hashing", "aligning"}
    assert all(done == total > 0 for done, total in ends.values())


def test_have_near_copies_says_which() -> None:
    pictures = faces(6)
    others = np.stack([pictures[1], pictures[4][:, ::-1] // 2])
    assert have_near_copies(pictures, among=others).tolist() == [False, True, False, False, True, False]


def test_other_arrays_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="needs uint8 of shape"):
        find_near_copies(np.zeros((1, 48, 48)), among=faces(2))


def test_alignment_takes_back_a_shift_and_changes_nothing_it_was_given() -> None:
    face = faces(1)[0]
    shifted = np.roll(face, (2, -1), axis=(0, 1))
    start = np.eye(2, 3, dtype=np.float32)
    assert aligned_correlation(face, shifted, start) > 0.9
    np.testing.assert_array_equal(start, HERE)


def test_alignment_of_what_has_nothing_in_common() -> None:
    first, second = faces(2)
    assert aligned_correlation(first, second, HERE) < 0.6
    assert aligned_correlation(first, np.full_like(first, 9), HERE) == 0.0
    far = np.array([[1, 0, 40], [0, 1, 40]])
    assert aligned_correlation(first, np.roll(first, (40, 40), axis=(0, 1)), far) == 0.0, "hardly overlaps"


def test_eigenfaces_whiten() -> None:
    pictures = faces(400, seed=5)
    fitted = fit_eigenfaces(pictures)
    places = fitted.embed(pictures)
    assert places.shape == (400, 64)
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 1, rtol=1e-5)
    spread = places.std(axis=0)
    assert spread.max() / spread.min() < 1.5, "no axis counts more than another"


def test_eigenfaces_of_two_pictures_have_one_dimension() -> None:
    places = fit_eigenfaces(faces(2)).embed(faces(2))
    assert places.shape == (2, 1)
    assert places[0] @ places[1] == pytest.approx(-1)


def test_real_faces_changed_are_found_and_others_are_not(data_dir: Path) -> None:
    pictures = read_ferplus(data_dir, "validation").images
    changed = np.stack([CHANGES["all of it"](p[:, ::-1]) for p in pictures[:40]])
    found = find_near_copies(changed, among=pictures[:1500])
    own = found.first == found.second
    assert own.sum() >= 36
    assert found.mirrored[own].all()
    # What else is found is a picture that the split itself holds twice.
    twice = find_near_copies(pictures[:40], among=pictures[:1500])
    known = set(zip(twice.first.tolist(), twice.second.tolist(), strict=True))
    others = set(zip(found.first[~own].tolist(), found.second[~own].tolist(), strict=True))
    assert others <= known
