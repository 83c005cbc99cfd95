from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.imaging.colour import grey_from_rgb, grey_stack_from_rgb


def test_the_weights_are_those_of_bt_601(photo):
    exact = photo @ np.array([0.299, 0.587, 0.114])
    assert np.abs(grey_from_rgb(photo) - exact).max() <= 0.51


@pytest.mark.parametrize("level", [0, 1, 127, 255])
def test_equal_channels_keep_their_level(level):
    assert (grey_from_rgb(np.full((3, 4, 3), level, np.uint8)) == level).all()


def test_grey_and_rgb_pass_through(photo):
    grey = photo[..., 0]
    assert grey_from_rgb(grey) is grey


def test_views_are_accepted(photo):
    np.testing.assert_array_equal(grey_from_rgb(photo[::-1, ::2]), grey_from_rgb(photo)[::-1, ::2])


def test_a_stack_is_its_pictures(photo):
    stack = np.stack([photo, photo[::-1], 255 - photo])
    expected = np.stack([grey_from_rgb(image) for image in stack])
    np.testing.assert_array_equal(grey_stack_from_rgb(stack), expected)
    assert grey_stack_from_rgb(expected) is expected


def test_an_empty_stack():
    assert grey_stack_from_rgb(np.zeros((0, 48, 48, 3), np.uint8)).shape == (0, 48, 48)


@pytest.mark.parametrize(
    "image", [np.zeros((2, 2)), np.zeros((2, 2, 4), np.uint8), np.zeros((0, 2, 3), np.uint8)]
)
def test_other_arrays(image):
    with pytest.raises(InvalidArgumentError, match="image: needs uint8"):
        grey_from_rgb(image)


@pytest.mark.parametrize(
    "images", [np.zeros((2, 2), np.uint8), np.zeros((1, 2, 2, 4), np.uint8), np.zeros((1, 2, 2))]
)
def test_other_stacks(images):
    with pytest.raises(InvalidArgumentError, match="images: needs uint8 of shape"):
        grey_stack_from_rgb(images)
