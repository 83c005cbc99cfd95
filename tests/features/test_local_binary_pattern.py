from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from skimage import feature

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import block_histograms, local_binary_pattern, uniform_patterns

# Where interpolation between whole numbers can meet a whole number, rounding decides; at these it does not.
RADII = [1, 1.5, 2, 3, 4.25]

greys = npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=10))


def scikit_image(image: np.ndarray, radius: float, method: str = "default") -> np.ndarray:
    with warnings.catch_warnings():  # it warns of floats, which are what is wanted here
        warnings.simplefilter("ignore")
        return feature.local_binary_pattern(image, 8, radius, method)


def inside(values: np.ndarray, radius: float) -> np.ndarray:
    margin = int(np.ceil(radius))
    return values[margin:-margin, margin:-margin]


@pytest.mark.parametrize("radius", RADII)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_inside_it_is_scikit_images(radius: float, dtype: type) -> None:
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (50, 40)).astype(dtype)
    if dtype is np.float32:
        image = random.standard_normal((50, 40)).astype(np.float32)
    ours, theirs = local_binary_pattern(image, radius=radius), scikit_image(image, radius)
    assert (inside(ours, radius) == inside(theirs, radius)).all()


@pytest.mark.parametrize("radius", RADII)
def test_uniform_classes_are_scikit_images_by_other_numbers(radius: float) -> None:
    image = np.random.default_rng(0).integers(0, 256, (150, 120), dtype=np.uint8)
    ours = inside(uniform_patterns(local_binary_pattern(image, radius=radius)), radius)
    theirs = inside(scikit_image(image, radius, "nri_uniform"), radius)
    pairs = set(zip(ours.ravel().tolist(), theirs.astype(int).ravel().tolist(), strict=True))
    assert len(pairs) == len({first for first, _ in pairs}) == len({second for _, second in pairs}) == 59


@pytest.mark.parametrize(
    ("bit", "row", "column"),
    [(0, 1, 2), (2, 0, 1), (4, 1, 0), (6, 2, 1)],
    ids=["right", "above", "left", "below"],
)
def test_bits_go_anticlockwise_from_the_right(bit: int, row: int, column: int) -> None:
    image = np.zeros((3, 3), np.uint8)
    image[1, 1] = 5
    image[row, column] = 5
    assert local_binary_pattern(image)[1, 1] == 1 << bit


@pytest.mark.parametrize("level", [0.1, 0.3, 1e-20, 7.0])
@pytest.mark.parametrize("radius", RADII)
def test_what_is_flat_has_all_bits(level: float, radius: float) -> None:
    assert (local_binary_pattern(np.full((6, 4), level), radius=radius) == 255).all()


@settings(deadline=None)
@given(greys, st.sampled_from(RADII))
def test_gain_and_offset_make_no_difference(image: np.ndarray, radius: float) -> None:
    assert (
        local_binary_pattern(image, radius=radius) == local_binary_pattern(2.0 * image + 64, radius=radius)
    ).all()


def test_any_tone_curve_makes_no_difference_on_the_grid() -> None:
    image = np.random.default_rng(0).random((20, 20))
    plain, bent = local_binary_pattern(image), local_binary_pattern(image**3)
    assert (plain & 0b01010101 == bent & 0b01010101).all()


def test_beyond_the_edge_the_picture_repeats_its_outermost_pixels() -> None:
    image = np.random.default_rng(0).random((9, 7), dtype=np.float32)
    wide = np.pad(image, 5, mode="edge")
    assert (
        local_binary_pattern(image, radius=2.5) == local_binary_pattern(wide, radius=2.5)[5:-5, 5:-5]
    ).all()


def test_uniform_patterns_are_those_with_two_changes_at_most() -> None:
    classes = uniform_patterns(np.arange(256, dtype=np.uint8))
    changes = [sum(f"{n:08b}"[k] != f"{n:08b}"[k - 1] for k in range(8)) for n in range(256)]
    assert [int(c) == 58 for c in classes] == [n > 2 for n in changes]
    assert sorted(classes[classes < 58]) == list(range(58))


def test_blocks_by_hand() -> None:
    classes = np.array([[0, 1, 2, 2, 9], [1, 1, 2, 0, 9], [9, 9, 9, 9, 9]], np.uint8)
    counts = block_histograms(classes, block=2, n_classes=10)
    assert counts.shape == (1, 2, 10)
    assert counts[0, 0].tolist() == [1, 3, *[0] * 8]
    assert counts[0, 1].tolist() == [1, 0, 3, *[0] * 7]


@settings(deadline=None)
@given(greys, st.integers(1, 4))
def test_every_pixel_of_a_whole_block_counts_once(image: np.ndarray, block: int) -> None:
    block = min(block, *image.shape)
    counts = block_histograms(image, block=block, n_classes=256)
    rows, columns = (n // block for n in image.shape)
    assert counts.shape == (rows, columns, 256)
    assert (counts.sum(axis=2) == block * block).all()
    kept = image[: rows * block, : columns * block]
    assert (counts.sum(axis=(0, 1)) == np.bincount(kept.ravel(), minlength=256)).all()


@pytest.mark.parametrize("radius", [0.0, -1.0, float("nan"), True])
def test_a_circle_without_radius_is_refused(radius: float) -> None:
    with pytest.raises(InvalidArgumentError, match="radius: needs a finite number above 0"):
        local_binary_pattern(np.zeros((3, 3)), radius=radius)


@pytest.mark.parametrize("shape", [(3,), (3, 3, 3), (0, 3)])
def test_what_is_no_grey_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"image: needs shape \(H, W\) with at least one pixel"):
        local_binary_pattern(np.zeros(shape))


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"block": 0}, "block: needs a whole number of at least 1 and at most 4"),
        ({"block": 5}, "block: needs a whole number of at least 1 and at most 4"),
        ({"block": 2, "n_classes": 3}, "classes: needs numbers below 3, got 7"),
    ],
)
def test_blocks_that_do_not_fit_are_refused(settings_: dict[str, int], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        block_histograms(np.full((4, 6), 7, np.uint8), **settings_)
