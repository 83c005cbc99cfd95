"""What a cascade learns from: faces in one frame, and other windows in every light."""

from __future__ import annotations

import dataclasses

import cartoon
import numpy as np
import pytest

from lamplit.boosting import CascadeStage, HaarRectangles
from lamplit.boosting.cascade import BoostedCascade
from lamplit.core.arrays import ByteArray
from lamplit.datasets.ferplus import FerPlus
from lamplit.datasets.yale_b import YaleB
from lamplit.features import haar_windows
from lamplit.training.augmentation import Augmentation
from lamplit.training.cascade_faces import average_face, draw_faces, face_stock
from lamplit.training.cascade_negatives import catch_windows, seen_anew
from lamplit.training.cascade_windows import features_of, passes, stage_sums

STILL = {"rotation": 0.0, "scale": 0.0, "shift": 0.0, "flip": 0.0, "erase": 0.0, "light": 0.0}


def ferplus(images: ByteArray, doubts: list[int]) -> FerPlus:
    votes = np.zeros((len(images), 10), np.int64)
    votes[:, 0], votes[:, 8] = 5, doubts
    return FerPlus("training", tuple(f"{n}.png" for n in range(len(images))), images, votes)


def test_what_people_took_for_no_face_is_none() -> None:
    images = cartoon.faces(3)
    stock = face_stock(ferplus(images, [0, 2, 3]), None)
    assert np.array_equal(stock.ferplus, images[:2])
    assert len(stock.yale_b) == 0


def test_extended_yale_b_comes_in_the_same_frame() -> None:
    pictures = np.full((2, 192, 168), 90, np.uint8)
    for x in (33, 131):  # where the eyes of the cropped set are
        pictures[:, 38:54, x - 8 : x + 8] = 0
    yale = YaleB(pictures, np.ones(2, np.int64), np.zeros(2, np.float32), np.zeros(2, np.float32))
    stock = face_stock(ferplus(cartoon.faces(2), [0, 0]), yale)
    assert stock.yale_b.shape == (2, 48, 48)
    dark = stock.yale_b[0] < 45
    rows, columns = np.nonzero(dark)
    assert rows.mean() / 48 == pytest.approx(0.39, abs=0.02)
    distance = columns[columns > 24].mean() - columns[columns < 24].mean()
    assert distance / 48 == pytest.approx(0.375, abs=0.02)


def test_a_share_of_each_kind_is_set_apart() -> None:
    stock = cartoon.data().faces
    kept, apart = stock.parted(0.25, np.random.default_rng(0))
    assert (len(kept.ferplus), len(apart.ferplus)) == (60, 20)
    both = {face.tobytes() for face in np.concatenate([kept.ferplus, apart.ferplus])}
    assert both == {face.tobytes() for face in stock.ferplus}


def test_without_jitter_and_light_faces_come_as_they_are() -> None:
    stock = cartoon.data().faces
    recipe = cartoon.recipe(pasted=0.0, augment=STILL, window=24)
    drawn = draw_faces(stock, 10, cartoon.pictures(2), recipe, np.random.default_rng(0))
    halves = stock.ferplus.reshape(-1, 24, 2, 24, 2).mean(axis=(2, 4))
    nearest = np.abs(drawn[:, None].astype(float) - halves).max(axis=(2, 3)).min(axis=1)
    assert nearest.max() <= 1.0


def test_what_is_pasted_has_another_picture_around_it() -> None:
    stock = cartoon.data().faces
    black = (np.zeros((60, 60), np.uint8),)
    recipe = cartoon.recipe(pasted=1.0, augment=STILL, window=24)
    drawn = draw_faces(stock, 40, black, recipe, np.random.default_rng(0))
    corners = drawn[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    middles = drawn[:, 12, 12]
    assert np.median(corners) == 0  # half of them stay black, the others get the face's level
    assert middles.min() > 100


def test_the_same_seed_draws_the_same_faces_in_bad_light() -> None:
    stock, recipe = cartoon.data().faces, cartoon.recipe(augment={"light": 1.0, "gain": [0.1, 0.2]})
    first, second, other = (
        draw_faces(stock, 20, cartoon.pictures(2), recipe, np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
    assert first.mean() < 50


def test_the_average_face_uses_all_levels() -> None:
    average = average_face(cartoon.data().faces, 24)
    assert (average.shape, average.min(), average.max()) == ((24, 24), 0, 255)


def test_before_the_first_stage_windows_come_from_anywhere() -> None:
    told: list[tuple[int, int, int]] = []
    catch = catch_windows(
        None, cartoon.pictures(5), 70, cartoon.recipe(), np.random.default_rng(0), lambda *of: told.append(of)
    )
    assert catch.windows.shape == (70, 12, 12)
    assert (catch.visits, catch.rate) == (4, 1.0)  # 20 from each
    assert told == [(20, 70, 1), (40, 70, 2), (60, 70, 3), (70, 70, 4)]


def one_stump(threshold: float) -> BoostedCascade:
    """Windows whose lower half is brighter than the upper one reach 1, others -1."""
    features = HaarRectangles([[[1, 1, 10, 10], [1, 6, 10, 5], [0, 0, 0, 0]]], [[-1, 2, 0]], [False])
    stage = CascadeStage(threshold, [1], [0], [-1], [0], [0.0], [-1.0, 1.0])
    return BoostedCascade((12, 12), features, [stage])


def test_only_windows_that_pass_are_caught() -> None:
    cascade = one_stump(0.5)
    recipe = cartoon.recipe(visits=9, per_picture=5)
    catch = catch_windows(
        cascade, cartoon.pictures(4), 1000, recipe, np.random.default_rng(0), lambda *_: None
    )
    assert (catch.visits, len(catch.windows)) == (9, 45)
    assert 0.2 < catch.rate < 0.8
    lower = catch.windows[:, 6:11, 1:11].mean(axis=(1, 2))
    assert (lower >= catch.windows[:, 1:6, 1:11].mean(axis=(1, 2))).all()


def test_sums_and_contrast_decide() -> None:
    windows = np.zeros((3, 12, 12), np.uint8)
    windows[0, 6:], windows[1, :6] = 200, 200  # below, above, nowhere
    cascade = one_stump(0.5)
    ready = haar_windows(windows, tilted=False)
    assert stage_sums(cascade.stages[0], features_of(cascade), ready).tolist() == [1.0, -1.0, 1.0]
    assert passes(cascade, windows, least_contrast=2.0).tolist() == [True, False, False]
    assert passes(None, windows, least_contrast=2.0).tolist() == [True, True, False]
    assert passes(one_stump(2.0), windows, least_contrast=2.0).tolist() == [False, False, False]


def test_a_visit_without_light_only_moves_pixels() -> None:
    (picture,) = cartoon.pictures(1)
    plain = Augmentation(light=0.0)
    seen = [seen_anew(picture, (picture,), plain, np.random.default_rng(seed)) for seed in range(30)]
    assert len({view.shape for view in seen}) > 2  # turned, and shifted by a pixel
    dark = dataclasses.replace(plain, light=1.0, gain=(0.1, 0.1), tone=0.0, photons=(1e8, 1e8))
    lit = [seen_anew(picture, (picture,), dark, np.random.default_rng(seed)).mean() for seed in range(10)]
    assert max(lit) < 0.2 * picture.mean()
