from __future__ import annotations

import numpy as np
import pytest
from skimage.feature import multiblock_lbp
from skimage.transform import integral_image as scikit_image_integral

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import (
    basic_local_binary_pattern,
    integral_image,
    multi_block_local_binary_pattern,
    multi_block_patterns,
)
from lamplit.features.multi_block import CLOCKWISE

BLOCKS = [(1, 1), (1, 4), (3, 2), (5, 5), (10, 8)]


def noise(shape: tuple[int, int] = (30, 25)) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 4, shape, dtype=np.uint8)  # few levels: many are equal


@pytest.mark.parametrize(("place", "bit"), list(zip(CLOCKWISE, range(7, -1, -1), strict=True)))
def test_bits_go_clockwise_from_the_top_left(place: tuple[int, int], bit: int) -> None:
    image = np.zeros((3, 3), np.uint8)
    image[1, 1] = image[place] = 5
    assert basic_local_binary_pattern(image)[1, 1] == 1 << bit
    assert multi_block_local_binary_pattern(image, block=(1, 1)).tolist() == [[1 << bit]]
    assert multi_block_patterns(integral_image(image), np.array([[0, 0, 1, 1]])).tolist() == [1 << bit]


def test_the_papers_square_by_hand() -> None:
    image = np.array([[6, 5, 2], [7, 6, 1], [9, 8, 7]], np.uint8)
    assert basic_local_binary_pattern(image)[1, 1] == 0b10001111


@pytest.mark.parametrize("block", BLOCKS)
def test_every_place_is_scikit_images(block: tuple[int, int]) -> None:
    image = noise()
    height, width = block
    total = scikit_image_integral(image)
    ours = multi_block_local_binary_pattern(image, block=block)
    assert ours.shape == (30 - 3 * height + 1, 25 - 3 * width + 1)
    theirs = [
        [multiblock_lbp(total, row, column, width, height) for column in range(ours.shape[1])]
        for row in range(ours.shape[0])
    ]
    assert ours.tolist() == theirs


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("block", BLOCKS)
def test_chosen_places_are_those_of_the_whole(block: tuple[int, int], dtype: type) -> None:
    image = noise().astype(dtype)
    whole = multi_block_local_binary_pattern(image, block=block)
    rows, columns = (places.ravel() for places in np.indices(whole.shape))
    rectangles = np.stack([columns, rows, np.full_like(rows, block[1]), np.full_like(rows, block[0])], axis=1)
    chosen = multi_block_patterns(integral_image(image), rectangles.astype(np.int16))
    assert (chosen == whole.ravel()).all()


def test_blocks_of_one_pixel_are_the_basic_patterns() -> None:
    image = noise()
    basic = basic_local_binary_pattern(image)
    assert (basic[1:-1, 1:-1] == multi_block_local_binary_pattern(image, block=(1, 1))).all()
    wide = np.pad(image, 1, mode="edge")
    assert (basic == multi_block_local_binary_pattern(wide, block=(1, 1))).all()


def test_sums_of_large_white_pictures_are_exact() -> None:
    image = np.full((3000, 3000), 255, np.uint8)  # 2.3e9, beyond int32
    image[1500, 1500] = 254
    assert integral_image(image)[-1, -1] == 255 * 9_000_000 - 1
    assert multi_block_local_binary_pattern(image, block=(1000, 1000)).tolist() == [[255]]
    image[0, 0] = 253
    assert multi_block_local_binary_pattern(image, block=(1000, 1000)).tolist() == [[127]]


def test_no_rectangles_have_no_patterns() -> None:
    assert multi_block_patterns(integral_image(noise()), np.zeros((0, 4), np.int64)).shape == (0,)


@pytest.mark.parametrize("block", [(0, 1), (11, 1), (1, 9)])
def test_blocks_that_do_not_fit_are_refused(block: tuple[int, int]) -> None:
    with pytest.raises(InvalidArgumentError, match="block: needs a whole number of at least 1 and at most"):
        multi_block_local_binary_pattern(noise(), block=block)


@pytest.mark.parametrize(
    "rectangle", [(-1, 0, 1, 1), (0, 0, 0, 1), (23, 0, 1, 1), (0, 0, 1, 11), (0, 28, 1, 1)]
)
def test_rectangles_outside_the_picture_are_refused(rectangle: tuple[int, ...]) -> None:
    required = r"rectangles: needs nine blocks that fit into the picture of 25 x 30, got \["
    with pytest.raises(InvalidArgumentError, match=required):
        multi_block_patterns(integral_image(noise()), np.array([(0, 0, 1, 1), rectangle]))


@pytest.mark.parametrize("rectangles", [np.zeros((2, 3), int), np.zeros(4, int), np.zeros((2, 4))])
def test_what_are_no_rectangles_is_refused(rectangles: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match=r"rectangles: needs whole numbers of shape \(N, 4\)"):
        multi_block_patterns(integral_image(noise()), rectangles)
