from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import block_histograms

greys = npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=10))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
def test_blocks_by_hand(dtype: type) -> None:
    classes = np.array([[0, 1, 2, 2, 9], [1, 1, 2, 0, 9], [9, 9, 9, 9, 9]], dtype)
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


def test_what_is_no_picture_of_classes_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match=r"classes: needs shape \(H, W\) with at least one pixel"):
        block_histograms(np.zeros((2, 2, 2), np.uint8), block=1)
