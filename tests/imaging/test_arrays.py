from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError, NotFiniteImageError
from lamplit.imaging.images import read_image


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 1), (3, 5, 3), (3, 5, 4)])
@pytest.mark.parametrize(
    ("dtype", "white"),
    [
        ("u1", 255),
        ("<u2", 65535),
        (">u2", 65535),
        ("?", True),
        ("f2", 1.0),
        ("f4", 1.0),
        (">f4", 1.0),
        ("f8", 1.0),
    ],
)
def test_white_is_white_in_every_dtype_and_shape(shape, dtype, white):
    pixels = read_image(np.full(shape, white, dtype))
    assert pixels.shape == (3, 5, 3)
    assert pixels.dtype == np.uint8
    assert (pixels == 255).all()


def test_channels_keep_their_order():
    assert read_image(np.array([[[1, 2, 3]]], np.uint8)).tolist() == [[[1, 2, 3]]]


def test_sixteen_bits_are_scaled_to_the_nearest():
    deep = np.array([[0, 128, 129, 257, 32767, 32768, 65535]], np.uint16)
    assert read_image(deep)[0, :, 0].tolist() == [0, 0, 1, 1, 127, 128, 255]


def test_every_sixteen_bit_value_is_rounded_exactly():
    deep = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    exact = (deep.astype(np.int64) * 2 + 257) // 514  # round(v / 257); no v lies half way
    np.testing.assert_array_equal(read_image(deep)[..., 0], exact)


def test_floats_are_fractions():
    assert read_image(np.array([[0.0, 0.5, 0.25, 1.0]]))[0, :, 1].tolist() == [0, 128, 64, 255]


def test_opacity_mixes_with_white():
    pixels = np.array([[[200, 100, 0, 255], [200, 100, 0, 0], [200, 100, 0, 51]]], np.uint8)
    assert read_image(pixels).tolist() == [[[200, 100, 0], [255, 255, 255], [244, 224, 204]]]


def test_strided_views_become_contiguous():
    image = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)[::-1, :, ::-1]
    pixels = read_image(image)
    assert pixels.flags.c_contiguous
    np.testing.assert_array_equal(pixels, image)


@pytest.mark.parametrize("dtype", ["i8", "i4", "i1", "u4", "u8", "c8", "O", "U1", "M8[s]"])
def test_other_dtypes(dtype):
    image = np.zeros((2, 2), dtype)
    with pytest.raises(InvalidArgumentError, match="an array of uint8, uint16, bool, or float in"):
        read_image(image)


def test_other_integers_come_with_a_hint():
    with pytest.raises(
        InvalidArgumentError, match=r"got int64 \(use .astype\(numpy.uint8\) if the values are 0 to 255"
    ):
        read_image(np.zeros((2, 2), np.int64))


@pytest.mark.parametrize("shape", [(), (4,), (4, 5, 2), (4, 5, 5), (1, 4, 5, 3)])
def test_other_shapes(shape):
    with pytest.raises(InvalidArgumentError, match=r"shape \(H, W\), \(H, W, 1\), .* got shape"):
        read_image(np.zeros(shape, np.uint8))


def test_channels_first_come_with_a_hint():
    with pytest.raises(InvalidArgumentError, match="move the channels to the last axis"):
        read_image(np.zeros((3, 20, 20), np.uint8))


@pytest.mark.parametrize(
    ("low", "high", "hint"),
    [(0, 255, "divide by 255"), (-1, 1, r"scale it to \[0, 1\]"), (0, 1000, r"scale it to \[0, 1\]")],
)
def test_floats_outside_the_unit_interval(low, high, hint):
    with pytest.raises(
        InvalidArgumentError, match=rf"float in \[0, 1\], got floats from {low} to {high} \({hint}"
    ):
        read_image(np.array([[low, high]], np.float64))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite(bad):
    with pytest.raises(
        NotFiniteImageError, match=r"<array \(1, 2\) float32>: needs finite pixels, got .* in 1 of 2"
    ):
        read_image(np.array([[0.5, bad]], np.float32))
