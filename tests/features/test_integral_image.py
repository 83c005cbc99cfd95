"""Integral images: by hand, and equal to OpenCV's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import integral_image, squared_integral_image, tilted_integral_image


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (3, 7), (24, 24), (40, 13)])
def test_all_three_are_opencvs(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    sums, squares, tilted = cv2.integral3(image)
    np.testing.assert_array_equal(integral_image(image), sums)
    np.testing.assert_array_equal(squared_integral_image(image), squares)
    np.testing.assert_array_equal(tilted_integral_image(image), tilted)


@pytest.mark.parametrize("integral", [integral_image, squared_integral_image, tilted_integral_image])
def test_a_stack_is_done_picture_by_picture(integral) -> None:
    stack = np.random.default_rng(1).integers(0, 256, (2, 3, 5, 4), dtype=np.uint8)
    np.testing.assert_array_equal(integral(stack)[1, 2], integral(stack[1, 2]))


@pytest.mark.parametrize(("dtype", "wide"), [(np.uint8, np.int64), (np.float32, np.float64)])
def test_sums_are_wide_enough(dtype, wide) -> None:
    image = np.full((50, 50), 255, dtype)
    squares = squared_integral_image(image)
    assert squares.dtype == wide
    assert squares[-1, -1] == 50 * 50 * 255 * 255


@pytest.mark.parametrize("shape", [(5,), (0, 4), (2, 4, 0)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"image: needs shape \(\.\.\., H, W\) with at least one"):
        tilted_integral_image(np.zeros(shape))
