from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.expression.texture_features import LBPHistograms, PixelRows, WindowHistograms, window_grid
from lamplit.features import LBPExtractor, block_histograms, local_binary_pattern, uniform_patterns


def faces() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, 24, 24), dtype=np.uint8)


def test_rows_are_roots_of_shares() -> None:
    rows = LBPHistograms(circles=((8, 1.0), (16, 2.0)), block=12).fit_transform(faces())
    counts = LBPExtractor(circles=((8, 1.0), (16, 2.0)), block=12).of_stack(faces())
    np.testing.assert_allclose(rows**2, counts / 144, rtol=1e-6)
    np.testing.assert_allclose((rows**2).sum(axis=1), 2 * 4, rtol=1e-6)  # scales times blocks


def test_the_upper_part_can_be_left_out() -> None:
    lower = LBPHistograms(block=12, from_height=0.5).fit_transform(faces())
    assert (lower == LBPHistograms(block=12).fit_transform(faces()[:, 12:])).all()


def test_every_window_has_the_histogram_of_its_pixels() -> None:
    sizes = (8, 12, 24)
    rows = WindowHistograms(sizes).fit_transform(faces()).reshape(3, -1, 59)
    windows = window_grid((24, 24), sizes)
    assert rows.shape[1] == len(windows) == 25 + 16 + 1
    classes = uniform_patterns(local_binary_pattern(faces()[1]))
    for row, (top, left, side) in zip(rows[1], windows, strict=True):
        inside = classes[top : top + side, left : left + side]
        expected = block_histograms(inside, block=int(side))[0, 0] / side**2
        np.testing.assert_allclose(row, expected, atol=1e-6)


def test_brightness_and_contrast_make_no_difference_to_pixel_rows() -> None:
    plain, dim = (PixelRows().fit_transform(images) for images in (faces(), faces() * 0.25 + 10))
    np.testing.assert_allclose(plain, dim, atol=1e-5)
    assert (PixelRows().fit_transform(np.full((1, 4, 4), 9)) == 0).all()


@pytest.mark.parametrize("size", [0, 6, 28])
def test_windows_that_do_not_fit_are_refused(size: int) -> None:
    with pytest.raises(InvalidArgumentError, match="sizes: needs multiples of 4 up to the faces' side"):
        WindowHistograms((size,)).fit_transform(faces())
