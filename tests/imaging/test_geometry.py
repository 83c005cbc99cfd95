from __future__ import annotations

import math
import tracemalloc

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box
from lamplit.imaging import geometry
from lamplit.imaging.geometry import crop_square, cut_square, resize_faces, shrink_to_fit

RAMP = np.arange(100, dtype=np.uint8).reshape(10, 10)


def test_whole_pixels_are_cut_unchanged(photo):
    np.testing.assert_array_equal(crop_square(photo, Box(5, 7, 21, 23), 16), photo[7:23, 5:21])
    np.testing.assert_array_equal(crop_square(RAMP, Box(2, 3, 5, 6), 3), RAMP[3:6, 2:5])


def test_shrinking_averages_areas():
    blocks = RAMP.reshape(2, 5, 2, 5).mean(axis=(1, 3))
    np.testing.assert_array_equal(crop_square(RAMP, Box(0, 0, 10, 10), 2), np.rint(blocks))


def test_shrinking_counts_parts_of_pixels():
    row = np.array([[0, 60, 120, 180]] * 4, np.uint8)
    # New pixels cover [0, 4/3), [4/3, 8/3), [8/3, 4): (0 + 60/3) / (4/3) = 15, then 90, then 165.
    assert crop_square(row, Box(0, 0, 4, 4), 3)[0].tolist() == [15, 90, 165]


def test_boxes_between_pixels():
    row = np.array([[0, 100, 200]] * 3, np.uint8)
    assert crop_square(row, Box(0.5, 0, 2.5, 3), 1).tolist() == [[100]]
    assert crop_square(row, Box(0.5, 0, 2.5, 3), 2)[0].tolist() == [50, 150]


def test_enlarging_interpolates():
    row = np.array([[0, 100]] * 2, np.uint8)
    assert crop_square(row, Box(0, 0, 2, 2), 4)[0].tolist() == [0, 25, 75, 100]


def test_fine_stripes_shrink_to_grey():
    stripes = np.zeros((90, 90), np.uint8)
    stripes[:, ::2] = 200
    assert np.ptp(crop_square(stripes, Box(0, 0, 90, 90), 9).astype(int)) <= 24
    checks = np.indices((96, 96)).sum(axis=0) % 2 * np.uint8(200)
    assert (crop_square(checks.astype(np.uint8), Box(0, 0, 96, 96), 24) == 100).all()


def test_edges_are_repeated_outside(photo):
    padded = np.pad(photo, ((8, 8), (8, 8), (0, 0)), mode="edge")
    np.testing.assert_array_equal(crop_square(photo, Box(-8, -8, 24, 24), 32), padded[:32, :32])
    np.testing.assert_array_equal(crop_square(photo, Box(40, 24, 64, 48), 24), padded[32:56, 48:72])
    expected = cv2.resize(padded[:32, :32], (8, 8), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(crop_square(photo, Box(-8, -8, 24, 24), 8).astype(int), expected, atol=1)


def test_a_box_that_is_not_square_is_stretched():
    image = np.array([[0, 0, 255, 255]], np.uint8)
    assert crop_square(image, Box(0, 0, 4, 1), 2).tolist() == [[0, 255], [0, 255]]


def test_one_pixel():
    assert (crop_square(np.full((1, 1, 3), 77, np.uint8), Box(-3, -3, 4, 4), 5) == 77).all()


@pytest.mark.parametrize("side", [1e6, 1e12, 1e300])
def test_a_huge_box_costs_no_memory(side):
    image = np.full((100, 100), 50, np.uint8)
    image[0], image[-1] = 10, 90
    tracemalloc.start()
    crop = crop_square(image, Box(-side, -side, side, side), 48)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (crop[:24] == 10).all()
    assert crop[-23:].min() == crop[-23:].max() == 90
    assert peak < 2_000_000


def test_a_box_wider_than_a_float():
    with pytest.raises(InvalidArgumentError, match="box: needs a width and height that a float can hold"):
        crop_square(RAMP, Box(-1.7e308, 0, 1.7e308, 5), 4)


@pytest.mark.parametrize("box", [Box(10, 0, 12, 5), Box(-5, 0, 0, 5), Box(0, -9, 5, -1), Box(0, 10.5, 5, 12)])
def test_a_box_beside_the_picture(box):
    with pytest.raises(InvalidArgumentError, match="box: needs a box that touches the picture of 10 x 10"):
        crop_square(RAMP, box, 4)


@pytest.mark.parametrize("size", [0, -1, 4097, 2.0, True, None])
def test_size(size):
    with pytest.raises(InvalidArgumentError, match="size: needs an integer from 1 to 4096"):
        crop_square(RAMP, Box(0, 0, 5, 5), size)
    with pytest.raises(InvalidArgumentError, match="size: needs an integer from 1 to 4096"):
        resize_faces(RAMP[None], size)


def test_a_numpy_integer_is_a_size():
    assert crop_square(RAMP, Box(0, 0, 5, 5), np.int64(3)).shape == (3, 3)


corner = st.floats(-30, 65)
side = st.floats(0.01, 90)


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(corner, corner, side, side, st.integers(1, 70))
def test_any_box_stays_within_the_range_of_the_picture(x, y, width, height, size):
    image = np.random.default_rng(1).integers(40, 200, (37, 53, 3), dtype=np.uint8)
    box = Box(x, y, x + width, y + height)
    if box.x2 <= 0 or box.y2 <= 0 or box.x1 >= 53 or box.y1 >= 37:
        with pytest.raises(InvalidArgumentError):
            crop_square(image, box, size)
        return
    crop = crop_square(image, box, size)
    assert crop.shape == (size, size, 3)
    assert crop.flags.c_contiguous
    assert crop.min() >= image.min()
    assert crop.max() <= image.max()
    np.testing.assert_array_equal(crop[..., 0], crop_square(image[..., 0].copy(), box, size))


@pytest.mark.parametrize(("before", "after"), [(96, 48), (48, 96), (50, 48), (48, 64)])
def test_faces_are_resized_as_opencv_does(before, after):
    faces = np.random.default_rng(2).integers(0, 256, (3, before, before), dtype=np.uint8)
    method = cv2.INTER_AREA if after < before else cv2.INTER_LINEAR
    expected = np.stack([cv2.resize(face, (after, after), interpolation=method) for face in faces])
    np.testing.assert_allclose(resize_faces(faces, after).astype(int), expected, atol=1)


def test_faces_of_the_size_pass_through():
    faces = np.zeros((2, 48, 48), np.uint8)
    assert resize_faces(faces, 48) is faces


def test_faces_and_crops_follow_one_rule(photo):
    face = photo[..., 2]
    np.testing.assert_array_equal(resize_faces(face[None], 20)[0], crop_square(face, Box(0, 0, 56, 40), 20))


def test_more_faces_than_one_batch():
    faces = (np.arange(600) % 251).astype(np.uint8)[:, None, None].repeat(6, axis=1).repeat(4, axis=2)
    np.testing.assert_array_equal(resize_faces(faces, 3)[:, 1, 1], faces[:, 0, 0])


def test_no_faces():
    assert resize_faces(np.zeros((0, 96, 96), np.uint8), 48).shape == (0, 48, 48)


@pytest.mark.parametrize(
    "faces", [np.zeros((4, 4), np.uint8), np.zeros((1, 0, 4), np.uint8), np.zeros((1, 4, 4))]
)
def test_other_faces(faces):
    with pytest.raises(InvalidArgumentError, match=r"faces: needs uint8 of shape \(N, H, W\)"):
        resize_faces(faces, 4)


def test_large_pictures_shrink_to_fit_in_their_proportions():
    blocks = RAMP.reshape(2, 5, 2, 5).mean(axis=(1, 3))
    np.testing.assert_array_equal(shrink_to_fit(RAMP, 2), np.rint(blocks))
    assert shrink_to_fit(np.zeros((90, 300), np.uint8), 100).shape == (30, 100)
    assert shrink_to_fit(np.zeros((300, 90), np.uint8), 100).shape == (100, 30)
    assert shrink_to_fit(np.zeros((1, 900), np.uint8), 100).shape == (1, 100)


@pytest.mark.parametrize("longest", [10, 11, 4096])
def test_what_fits_already_is_not_touched(longest):
    assert shrink_to_fit(RAMP, longest) is RAMP


@pytest.mark.parametrize(
    ("image", "longest", "message"),
    [
        (RAMP, 0, "longest: needs an integer from 1 to 4096, got 0"),
        (RAMP, 4097, "longest: needs an integer from 1 to 4096, got 4097"),
        (RAMP[..., None].repeat(3, axis=2), 5, "image: needs a grey picture"),
        (RAMP.astype(float), 5, "image: needs uint8"),
    ],
)
def test_what_cannot_be_shrunk_is_refused(image, longest, message):
    with pytest.raises(InvalidArgumentError, match=message):
        shrink_to_fit(image, longest)


@pytest.mark.parametrize(("length", "size"), [(5, 3), (130, 112), (48, 96), (900, 112), (4000, 48)])
def test_pieces_of_a_product_are_small_and_leave_nothing_out(length, size):
    _, weights = geometry._axis(0, length, length, size)
    others = 700
    rebuilt = np.zeros_like(weights)
    rows = []
    for some, band in geometry._slices(weights, others):
        rebuilt[some, band] += weights[some, band]
        rows += range(some.start, min(some.stop, size))
        small = (some.stop - some.start) * (band.stop - band.start) * others <= geometry._MOST_PRODUCTS
        assert small or some.stop - some.start == 1
    assert rows == list(range(size))
    np.testing.assert_array_equal(rebuilt, weights)


def test_a_crop_in_pieces_is_the_product_of_whole_matrices():
    picture = np.random.default_rng(3).integers(0, 256, (700, 900), dtype=np.uint8)
    _, down = geometry._axis(0, 700, 700, 112)
    _, across = geometry._axis(0, 900, 900, 112)
    whole = np.rint(down.astype(np.float64) @ picture @ across.T.astype(np.float64))
    assert np.abs(crop_square(picture, Box(0, 0, 900, 700), 112) - whole).max() <= 1


def smooth_picture():
    noise = np.random.default_rng(0).integers(0, 256, (200, 220), dtype=np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 3.0), None, 0, 255, cv2.NORM_MINMAX)


def test_a_quick_crop_of_whole_pixels_is_the_exact_one():
    grey = smooth_picture()
    for box, size in ((Box(10, 20, 66, 76), 56), (Box(10, 20, 122, 132), 56), (Box(5, 5, 173, 173), 56)):
        quick, exact = (cut(grey, box, size).astype(int) for cut in (cut_square, crop_square))
        assert np.abs(quick - exact).max() <= 1


def test_a_quick_crop_that_grows_is_the_exact_one_between_pixels_and_beyond_the_border():
    grey, random = smooth_picture(), np.random.default_rng(0)
    for _ in range(30):
        x, y, side = random.uniform(-15, 210), random.uniform(-15, 190), random.uniform(16, 56)
        box = Box(x, y, x + side, y + side)
        quick, exact = (cut(grey, box, 56).astype(int) for cut in (cut_square, crop_square))
        assert np.abs(quick - exact).max() <= 2


def test_a_quick_crop_that_shrinks_is_that_of_whole_pixels():
    grey, random = smooth_picture(), np.random.default_rng(1)
    for _ in range(20):
        x, y, side = random.uniform(0, 50), random.uniform(0, 40), random.uniform(70, 150)
        whole = [math.floor(edge + 0.5) for edge in (x, y, x + side, y + side)]
        exact = crop_square(grey, Box(*whole), 56).astype(int)
        assert np.abs(cut_square(grey, Box(x, y, x + side, y + side), 56) - exact).max() <= 1


def test_a_quick_crop_beyond_the_border_is_the_exact_one():
    grey = smooth_picture()
    for box in (Box(-30, -10, 140, 160), Box(-1e6, -1e6, 1e6, 1e6), Box(5, 5, 100, 30)):
        np.testing.assert_array_equal(cut_square(grey, box, 24), crop_square(grey, box, 24))
    for box in (Box(-9, -9, -2, -2), Box(300, 0, 400, 100)):
        with pytest.raises(InvalidArgumentError, match="box: needs a box that touches the picture"):
            cut_square(grey, box, 24)
    with pytest.raises(InvalidArgumentError, match="grey: needs a grey picture"):
        cut_square(np.stack([grey] * 3, axis=2), Box(0, 0, 9, 9), 24)
