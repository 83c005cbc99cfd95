"""Boxes and points of the detector network come back from what its cells are taught to say."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.detector_grid import MOST_LOGARITHM, cells_of, decode, encode


def test_cells_stand_level_by_level_and_row_by_row() -> None:
    middles, strides = cells_of(32, 64)
    assert np.bincount(strides.astype(int))[[8, 16, 32]].tolist() == [32, 8, 2]
    np.testing.assert_array_equal(middles[[0, 1, 8]], [[4, 4], [12, 4], [4, 12]])
    np.testing.assert_array_equal(middles[-2:], [[16, 16], [48, 16]])


def test_a_cell_says_a_box_by_middle_and_size() -> None:
    # A box of 16 x 32 pixels whose middle is one cell to the right of the cell's.
    said = np.zeros((1, 15), np.float32)
    said[0, 1], said[0, 3], said[0, 4] = 1.0, np.log(2.0), np.log(4.0)
    boxes, points = decode(said, np.array([[4.0, 4.0]], np.float32), np.array([8.0], np.float32))
    np.testing.assert_allclose(boxes, [[4, -12, 20, 20]], atol=1e-4)
    np.testing.assert_array_equal(points[0], np.full((5, 2), 4.0))


def test_decoding_inverts_encoding() -> None:
    random = np.random.default_rng(0)
    middles, strides = cells_of(64, 96)
    low = random.uniform(0, 60, (len(middles), 2))
    boxes = np.hstack([low, low + random.uniform(5, 40, (len(middles), 2))])
    points = random.uniform(-10, 90, (len(middles), 5, 2))
    found, marks = decode(encode(boxes, points, middles, strides), middles, strides)
    np.testing.assert_allclose(found, boxes, atol=1e-3)
    np.testing.assert_allclose(marks, points, atol=1e-3)


def test_unknown_points_stay_unknown() -> None:
    said = encode(np.array([[0, 0, 8, 8]]), np.full((1, 5, 2), np.nan), np.zeros((1, 2)), np.ones(1))
    assert np.isfinite(said[0, :5]).all()
    assert np.isnan(said[0, 5:]).all()


@pytest.mark.parametrize("sign", [-1, 1])
def test_every_box_has_an_area_and_none_overflows(sign: int) -> None:
    said = np.zeros((1, 15), np.float32)
    said[0, 3:5] = sign * 1e6
    boxes, _ = decode(said, np.zeros((1, 2), np.float32), np.ones(1, np.float32))
    assert boxes[0, 2] - boxes[0, 0] == pytest.approx(np.exp(sign * MOST_LOGARITHM), rel=1e-3)
