from __future__ import annotations

import warnings

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from skimage import feature

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import local_binary_pattern

# Where interpolation between whole numbers can meet a whole number, rounding decides; at these it does not.
RADII = [1, 1.5, 2, 3, 4.25]

CIRCLES = [(1, 1), (4, 1), (5, 0.3), (8, 1), (8, 2), (8, 1.5), (9, 2.5), (12, 2.5), (16, 2), (17, 1), (24, 3)]

greys = npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=10))


def scikit_image(image: np.ndarray, points: int, radius: float) -> np.ndarray:
    with warnings.catch_warnings():  # it warns of floats, which are what is wanted here
        warnings.simplefilter("ignore")
        return feature.local_binary_pattern(image, points, radius, "default")


def inside(values: np.ndarray, radius: float) -> np.ndarray:
    margin = int(np.ceil(radius))
    return values[margin:-margin, margin:-margin]


def pictures() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    coarse = random.integers(0, 256, (6, 5), dtype=np.uint8)
    smooth = cv2.resize(coarse, (47, 61), interpolation=cv2.INTER_CUBIC)
    return {
        "noise": random.integers(0, 256, (50, 40), dtype=np.uint8),
        "smooth": smooth,
        "dim": smooth // 20,  # large flat parts, where rounding decides
        "flat": np.full((20, 20), 77, np.uint8),
        "float": random.standard_normal((30, 25)),
        "one pixel": np.array([[3]], np.uint8),
    }


@pytest.mark.parametrize(("points", "radius"), CIRCLES)
@pytest.mark.parametrize("name", pictures())
def test_asked_for_every_pixel_is_scikit_images(name: str, points: int, radius: float) -> None:
    image = pictures()[name]
    ours = local_binary_pattern(image, points=points, radius=radius, as_scikit_image=True)
    assert (ours == scikit_image(image, points, radius)).all()


@pytest.mark.parametrize("radius", RADII)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_inside_it_is_scikit_images(radius: float, dtype: type) -> None:
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (50, 40)).astype(dtype)
    if dtype is np.float32:
        image = random.standard_normal((50, 40)).astype(np.float32)
    ours, theirs = local_binary_pattern(image, radius=radius), scikit_image(image, 8, radius)
    assert (inside(ours, radius) == inside(theirs, radius)).all()


@pytest.mark.parametrize(
    ("points", "dtype"), [(8, np.uint8), (9, np.uint16), (16, np.uint16), (24, np.uint32)]
)
def test_patterns_are_as_small_as_can_be(points: int, dtype: type) -> None:
    patterns = local_binary_pattern(np.zeros((4, 4)), points=points)
    assert patterns.dtype == dtype
    assert (patterns == (1 << points) - 1).all()


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
@pytest.mark.parametrize(("points", "radius"), CIRCLES)
def test_what_is_flat_has_all_bits(level: float, points: int, radius: float) -> None:
    patterns = local_binary_pattern(np.full((6, 4), level), points=points, radius=radius)
    assert (patterns == (1 << points) - 1).all()


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


@pytest.mark.parametrize(("points", "radius"), [(8, 2.5), (16, 2.0), (24, 3.0)])
def test_beyond_the_edge_the_picture_repeats_its_outermost_pixels(points: int, radius: float) -> None:
    image = np.random.default_rng(0).random((9, 7), dtype=np.float32)
    wide = np.pad(image, 5, mode="edge")
    ours = local_binary_pattern(image, points=points, radius=radius)
    assert (ours == local_binary_pattern(wide, points=points, radius=radius)[5:-5, 5:-5]).all()


def test_a_view_of_a_picture_is_a_picture() -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 30), dtype=np.uint8)
    view = image[::2, ::-3]
    assert (local_binary_pattern(view) == local_binary_pattern(view.copy())).all()


@pytest.mark.parametrize("radius", [0.0, -1.0, float("nan"), True])
def test_a_circle_without_radius_is_refused(radius: float) -> None:
    with pytest.raises(InvalidArgumentError, match="radius: needs a finite number above 0"):
        local_binary_pattern(np.zeros((3, 3)), radius=radius)


@pytest.mark.parametrize("points", [0, 25, 8.0])
def test_a_circle_without_points_is_refused(points: int) -> None:
    with pytest.raises(
        InvalidArgumentError, match="points: needs a whole number of at least 1 and at most 24"
    ):
        local_binary_pattern(np.zeros((3, 3)), points=points)


@pytest.mark.parametrize("shape", [(3,), (3, 3, 3), (0, 3)])
def test_what_is_no_grey_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"image: needs shape \(H, W\) with at least one pixel"):
        local_binary_pattern(np.zeros(shape))
