from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as npst
from skimage import exposure

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.equalisation import clahe, equalise_histogram

HALF_A_LEVEL = 0.5 / 255 + 1e-6

greys = npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=12))


def as_float(grey: np.ndarray) -> np.ndarray:
    return grey.astype(np.float32) / np.float32(255)


def face(height: int = 64, width: int = 48) -> np.ndarray:
    """A picture with shading and detail, in bytes."""
    rows, columns = np.mgrid[:height, :width]
    shade = 90 + 60 * np.sin(rows / 11) * np.cos(columns / 7)
    detail = np.random.default_rng(0).integers(-20, 20, shade.shape)
    return (shade + detail).clip(0, 255).astype(np.uint8)


def test_histogram_by_hand() -> None:
    # Counts 1, 2, 1 at rising levels: cumulated 1, 3, 4; less the darkest 0, 2, 3; over 3.
    x = np.array([[0.1, 0.2, 0.2, 0.9]], np.float32)
    np.testing.assert_allclose(equalise_histogram(x), [[0, 2 / 3, 2 / 3, 1]], rtol=1e-6)


@settings(deadline=None)
@given(greys)
def test_histogram_is_opencvs_to_within_rounding(grey: np.ndarray) -> None:
    ours = equalise_histogram(as_float(grey))
    np.testing.assert_allclose(ours, as_float(cv2.equalizeHist(grey)), atol=HALF_A_LEVEL)


def test_histogram_is_scikit_images_but_for_its_darkest_level() -> None:
    # There the darkest level keeps its share of pixels; here it becomes black.
    grey = face()
    darkest = (grey == grey.min()).mean()
    theirs = exposure.equalize_hist(grey)
    np.testing.assert_allclose(
        equalise_histogram(as_float(grey)), (theirs - darkest) / (1 - darkest), atol=1e-6
    )


def test_a_tone_curve_makes_no_difference_to_the_histogram() -> None:
    levels = np.random.default_rng(0).choice([10, 60, 120, 250], (16, 16)).astype(np.uint8)
    brighter = (255 * np.sqrt(levels / 255)).astype(np.uint8)
    assert (equalise_histogram(as_float(levels)) == equalise_histogram(as_float(brighter))).all()


def straight_clahe(grey: np.ndarray, *, clip_limit: float, tiles: int) -> np.ndarray:
    """CLAHE as Zuiderveld describes it, pixel by pixel, with what is clipped spread over the levels."""
    height, width = (n // tiles for n in grey.shape)
    most = max(int(clip_limit * height * width / 256), 1)
    curves = np.empty((tiles, tiles, 256))
    for row in range(tiles):
        for column in range(tiles):
            tile = grey[row * height : (row + 1) * height, column * width : (column + 1) * width]
            counts = np.bincount(tile.ravel(), minlength=256)
            over = int(np.maximum(counts - most, 0).sum())
            counts = np.minimum(counts, most) + over // 256
            if over % 256:
                every = max(256 // (over % 256), 1)
                counts[np.arange(0, 256, every)[: over % 256]] += 1
            curves[row, column] = np.rint(counts.cumsum() * (255 / tile.size)).clip(0, 255)
    result = np.empty(grey.shape)
    for y, x in np.ndindex(grey.shape):
        row, column = y / height - 0.5, x / width - 0.5
        upper, left = int(np.floor(row)), int(np.floor(column))
        down, right = row - upper, column - left
        rows, columns = np.clip([upper, upper + 1], 0, tiles - 1), np.clip([left, left + 1], 0, tiles - 1)
        curve = curves[np.ix_(rows, columns, [grey[y, x]])][..., 0]
        result[y, x] = np.array([1 - down, down]) @ curve @ np.array([1 - right, right])
    return result / 255


@pytest.mark.parametrize(("clip_limit", "tiles"), [(2.0, 8), (1.0, 4), (40.0, 2), (4.0, 1)])
def test_clahe_is_the_papers_to_within_rounding(clip_limit: float, tiles: int) -> None:
    ours = clahe(as_float(face()), clip_limit=clip_limit, tiles=tiles)
    np.testing.assert_allclose(
        ours, straight_clahe(face(), clip_limit=clip_limit, tiles=tiles), atol=HALF_A_LEVEL + 1e-4
    )


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (17, 31), (64, 48)])
def test_clahe_is_opencvs_for_every_size(size: tuple[int, int]) -> None:
    grey = np.random.default_rng(0).integers(0, 256, size, dtype=np.uint8)
    theirs = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(grey)
    assert (np.rint(255 * clahe(as_float(grey))) == theirs).all()


def test_more_clip_limit_is_more_contrast() -> None:
    dull = as_float(face()) * np.float32(0.2)
    contrasts = [clahe(dull, clip_limit=limit).std() for limit in (1.0, 2.0, 8.0)]
    assert contrasts == sorted(contrasts)
    assert contrasts[0] > dull.std()


@pytest.mark.parametrize("settings", [{"clip_limit": 0.0}, {"tiles": 0}, {"tiles": 2.5}])
def test_bad_settings_are_named(settings: dict[str, float]) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{next(iter(settings))}: needs"):
        clahe(as_float(face()), **settings)
