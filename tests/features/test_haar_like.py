"""Haar-like features: their number, their form, and values by hand, by scikit-image and by OpenCV."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.feature import haar_like_feature, haar_like_feature_coord
from skimage.transform import integral_image as skimage_integral_image

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import (
    HAAR_FAMILIES,
    UPRIGHT_FAMILIES,
    HaarFeatures,
    haar_like_features,
    haar_like_values,
    haar_windows,
)

SKIMAGE = dict(zip(UPRIGHT_FAMILIES, ["type-2-x", "type-2-y", "type-3-x", "type-3-y", "type-4"], strict=True))
# The second of two less the first, the middle of three less its neighbours, one diagonal less the other.
SIGNS = {
    "two-x": (-1, 1),
    "two-y": (-1, 1),
    "three-x": (-1, 1, -1),
    "three-y": (-1, 1, -1),
    "four": (-1, 1, -1, 1),
}


def random_windows(n: int, shape: tuple[int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, *shape), dtype=np.uint8)


@pytest.mark.parametrize("family", UPRIGHT_FAMILIES)
def test_values_and_their_order_are_scikit_images(family: str) -> None:
    window = random_windows(1, (9, 11))
    features = haar_like_features((9, 11), families=[family], balanced=False)
    integral = skimage_integral_image(window[0].astype(np.int64))
    theirs = haar_like_feature(integral, 0, 0, 11, 9, SKIMAGE[family])
    np.testing.assert_array_equal(haar_like_values(window, features, normalized=False)[0], theirs)


@pytest.mark.parametrize("family", UPRIGHT_FAMILIES)
def test_rectangles_are_scikit_images_coordinates(family: str) -> None:
    coordinates, _ = haar_like_feature_coord(7, 6, SKIMAGE[family])
    features = haar_like_features((6, 7), families=[family], balanced=False)
    assert len(features) == len(coordinates)
    for rectangles, weights, theirs in zip(features.rectangles, features.weights, coordinates, strict=True):
        ours, expected = np.zeros((6, 7)), np.zeros((6, 7))
        for (x, y, width, height), weight in zip(rectangles, weights, strict=True):
            ours[y : y + height, x : x + width] += weight
        for ((top, left), (bottom, right)), sign in zip(theirs, SIGNS[family], strict=True):
            expected[top : bottom + 1, left : right + 1] += sign
        np.testing.assert_array_equal(ours, expected)


def weight_maps(features: HaarFeatures) -> np.ndarray:
    """How much each pixel counts, found by lighting one at a time; (n_features, height, width)."""
    height, width = features.window
    windows = np.eye(height * width, dtype=np.uint8).reshape(-1, height, width)
    return haar_like_values(windows, features, normalized=False).T.reshape(-1, height, width)


def test_a_tilted_feature_by_hand() -> None:
    features = HaarFeatures(
        (4, 5),
        np.array([[[2, 0, 2, 2], [0, 0, 0, 0], [0, 0, 0, 0]]], np.int16),
        np.array([[1, 0, 0]], np.float32),
        np.array([True]),
    )
    # Lienhart and Maydt's triangles: that of (2, 4) less those of (0, 2) and (4, 2), plus that of (2, 0).
    # Row by row they leave pixel 1, pixels 0 to 2 twice, and pixel 1: a square of side 2 on its corner.
    expected = [[0, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 0, 0], [0, 1, 0, 0, 0]]
    np.testing.assert_array_equal(weight_maps(features)[0], expected)


@pytest.mark.parametrize("family", HAAR_FAMILIES)
def test_an_even_surface_gives_nothing(family: str) -> None:
    maps = weight_maps(haar_like_features((8, 9), families=[family]))
    np.testing.assert_array_equal(maps.sum(axis=(1, 2)), 0)
    assert (np.abs(maps).sum(axis=(1, 2)) > 0).all()
    assert len(np.unique(maps, axis=0)) == len(maps)


@pytest.mark.parametrize(("families", "n"), [(UPRIGHT_FAMILIES, 162_336), (HAAR_FAMILIES, 208_822)])
def test_number_for_24_by_24(families: tuple[str, ...], n: int) -> None:
    assert len(haar_like_features((24, 24), families=families)) == n


def test_steps_keep_every_second_place_and_size() -> None:
    every = haar_like_features(12, families=["two-x"])
    some = haar_like_features(12, families=["two-x"], step=2)
    kept = (every.rectangles[:, 1] % 2 == 0).all(axis=1) & (every.rectangles[:, 0, 0] % 2 == 0)
    np.testing.assert_array_equal(some.rectangles, every[kept].rectangles)


@pytest.mark.parametrize("gain", [0.1, 0.5])
def test_normalised_values_survive_dim_light(gain: float) -> None:
    windows = random_windows(4, (12, 12))
    features = haar_like_features(12, step=2)
    bright = haar_like_values(windows, features)
    dim = haar_like_values((windows * gain).round().astype(np.uint8), features)
    assert np.abs(dim - bright).max() < 0.05 * np.abs(bright).max()
    brighter = haar_like_values(windows // 2 + 100, features)
    np.testing.assert_allclose(brighter, haar_like_values(windows // 2, features), rtol=1e-5)


def test_an_even_window_is_divided_by_one() -> None:
    assert haar_windows(np.full((1, 5, 5), 7, np.uint8)).divisor.tolist() == [1.0]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_values_go_where_they_are_asked_to_go(order: str, dtype: type) -> None:
    windows = random_windows(1030, (6, 6))  # more than are calculated together
    features = haar_like_features(6)[::3]
    out = np.empty((1030, len(features)), dtype, order=order)
    assert haar_like_values(windows, features, out=out) is out
    np.testing.assert_allclose(out, haar_like_values(windows, features), rtol=2e-3, atol=1e-3)


def test_only_what_was_selected_is_calculated() -> None:
    windows, features = random_windows(3, (8, 8)), haar_like_features(8)
    numbers = np.array([len(features) - 1, 5, 700])  # in any order, tilted or not
    chosen = haar_windows(windows).values(features[numbers])
    np.testing.assert_array_equal(chosen, haar_like_values(windows, features)[:, numbers])


CASCADE = """<?xml version="1.0"?>
<opencv_storage><cascade type_id="opencv-cascade-classifier">
<stageType>BOOST</stageType><featureType>HAAR</featureType><height>12</height><width>14</width>
<stageParams><maxWeakCount>1</maxWeakCount></stageParams><featureParams><maxCatCount>0</maxCatCount></featureParams>
<stageNum>1</stageNum><stages><_><maxWeakCount>1</maxWeakCount><stageThreshold>0.5</stageThreshold>
<weakClassifiers><_><internalNodes>0 -1 0 {threshold!r}</internalNodes><leafValues>0. 1.</leafValues></_>
</weakClassifiers></_></stages>
<features><_><rects>{rects}</rects><tilted>{tilted:d}</tilted></_></features></cascade></opencv_storage>
"""


def opencv_says_above(folder: Path, window: np.ndarray, feature: HaarFeatures, threshold: float) -> bool:
    parts = zip(feature.rectangles[0].tolist(), feature.weights[0].tolist(), strict=True)
    rects = "".join(f"<_>{' '.join(map(str, r))} {w}</_>" for r, w in parts if w)
    path = folder / "one.xml"
    path.write_text(CASCADE.format(threshold=threshold, rects=rects, tilted=bool(feature.tilted[0])))
    found = cv2.CascadeClassifier(str(path)).detectMultiScale(window, scaleFactor=9.0, minNeighbors=0)
    return len(found) > 0


@pytest.mark.parametrize("family", HAAR_FAMILIES)
def test_values_are_those_of_opencvs_cascades(family: str, tmp_path: Path) -> None:
    window = random_windows(1, (12, 14), seed=3)
    features = haar_like_features((12, 14), families=[family])
    for number in np.random.default_rng(0).integers(0, len(features), 3):
        feature = features[number : number + 1]
        value = float(haar_like_values(window, feature)[0, 0])
        near = 1e-5 * max(1.0, abs(value))
        assert opencv_says_above(tmp_path, window[0], feature, value - near)
        assert not opencv_says_above(tmp_path, window[0], feature, value + near)


def test_a_rectangle_outside_is_refused() -> None:
    arrays = np.zeros((1, 3, 4), np.int16), np.array([[1, 0, 0]], np.float32)
    arrays[0][0, 0] = (1, 0, 2, 2)
    inside = HaarFeatures((4, 4), *arrays, np.array([False]))
    assert len(inside) == 1
    with pytest.raises(
        InvalidArgumentError, match=r"inside a window of 4 x 4, got \[\[1, 0, 2, 2\].*feature 0"
    ):
        HaarFeatures((4, 4), *arrays, np.array([True]))
    with pytest.raises(InvalidArgumentError, match=r"shapes \(N, 3, 4\), \(N, 3\) and \(N,\)"):
        HaarFeatures((4, 4), *arrays, np.array([False, True]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 1}, "window: needs a whole number of at least 2"),
        ({"step": 0}, "step: needs a whole number of at least 1, got 0"),
        ({"families": ["five"]}, r"families: needs some of \['two-x'.*got 'five'"),
        ({"families": []}, r"families: needs some of .*got none"),
    ],
)
def test_settings_that_make_no_features_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        haar_like_features(**({"window": 8} | settings))


def test_windows_and_matrices_that_do_not_fit_are_refused() -> None:
    features = haar_like_features(6, families=["two-x", "two-x-tilted"])
    with pytest.raises(
        InvalidArgumentError, match=r"windows: needs windows of \(6, 6\), got windows of \(5, 6\)"
    ):
        haar_like_values(random_windows(1, (5, 6)), features)
    with pytest.raises(InvalidArgumentError, match="windows: needs uint8 of shape"):
        haar_like_values(np.zeros((1, 6, 6)), features)
    out = np.empty((1, len(features)), np.float16)
    with pytest.raises(InvalidArgumentError, match="out: needs float32 of shape"):
        haar_like_values(random_windows(1, (6, 6)), features, normalized=False, out=out)
    with pytest.raises(InvalidArgumentError, match="windows prepared with tilted=True"):
        haar_windows(random_windows(1, (6, 6)), tilted=False).values(features)
