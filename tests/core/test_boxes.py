from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from lamplit.core import boxes
from lamplit.core.boxes import area, intersection, iou, nms

SQUARE = [0, 0, 4, 4]

edge = st.floats(-1e4, 1e4, width=32)
length = st.floats(0.125, 1e4, width=32)


@st.composite
def boxes_of(draw: st.DrawFn) -> np.ndarray:
    rows = draw(st.lists(st.tuples(edge, edge, length, length), min_size=1, max_size=8))
    corner_and_size = np.array(rows, dtype=np.float32).reshape(-1, 4)
    return np.hstack([corner_and_size[:, :2], corner_and_size[:, :2] + corner_and_size[:, 2:]])


@st.composite
def scored_boxes(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    # Few places and few scores, so that overlaps and ties are common.
    small, size = st.integers(0, 6), st.integers(1, 6)
    rows = draw(st.lists(st.tuples(small, small, size, size), min_size=1, max_size=12))
    corner_and_size = np.array(rows, dtype=np.float32).reshape(-1, 4)
    scores = draw(st.lists(st.integers(0, 4), min_size=len(rows), max_size=len(rows)))
    boxes = np.hstack([corner_and_size[:, :2], corner_and_size[:, :2] + corner_and_size[:, 2:]])
    return boxes, np.array(scores, dtype=np.float64)


@pytest.mark.parametrize(
    ("other", "shared", "ratio"),
    [
        ([0, 0, 4, 4], 16, 1.0),  # the same
        ([1, 1, 3, 3], 4, 4 / 16),  # within
        ([2, 0, 6, 4], 8, 8 / 24),  # half
        ([3, 3, 5, 5], 1, 1 / 19),  # a corner
        ([4, 0, 8, 4], 0, 0.0),  # edges touch
        ([4, 4, 8, 8], 0, 0.0),  # corners touch
        ([9, 9, 10, 10], 0, 0.0),  # apart in both directions: two negative sides are no area
        ([-2, 1, 6, 2], 4, 4 / 20),  # a bar across
    ],
)
def test_two_boxes_by_hand(other: list[int], shared: float, ratio: float) -> None:
    a, b = np.array([SQUARE]), np.array([other])
    assert intersection(a, b).tolist() == [[shared]]
    assert_allclose(iou(a, b), [[ratio]], rtol=1e-6)


def test_shapes_and_type() -> None:
    first, second = np.array([SQUARE] * 3), np.array([SQUARE] * 2)
    assert (area(first).shape, intersection(first, second).shape) == ((3,), (3, 2))
    assert iou(first, second).shape == (3, 2)
    assert {f.dtype for f in (area(first), intersection(first, second), iou(first, second))} == {
        np.dtype(np.float32)
    }


def test_no_boxes_give_empty_arrays() -> None:
    none = np.empty((0, 4), dtype=np.float32)
    assert area(none).shape == (0,)
    assert iou(none, np.array([SQUARE])).shape == (0, 1)


@settings(deadline=None)
@given(boxes_of(), boxes_of())
def test_iou_is_symmetric_and_between_zero_and_one(first: np.ndarray, second: np.ndarray) -> None:
    ratio = iou(first, second)
    assert_array_equal(ratio, iou(second, first).T)
    assert ratio.min() >= 0.0
    assert ratio.max() <= 1.0


@settings(deadline=None)
@given(boxes_of())
def test_iou_of_a_box_with_itself_is_one(boxes: np.ndarray) -> None:
    assert_array_equal(np.diag(iou(boxes, boxes)), np.ones(len(boxes), np.float32))


@settings(deadline=None)
@given(boxes_of(), st.integers(-50, 50))
def test_iou_ignores_where_the_origin_is(boxes: np.ndarray, shift: int) -> None:
    boxes = boxes.round()  # whole numbers, so that the shift is exact in float32
    boxes[:, 2:] += 1
    assert_array_equal(iou(boxes, boxes), iou(boxes + shift, boxes + shift))


def test_nms_keeps_the_best_of_each_place_best_first() -> None:
    boxes = np.array([[0, 0, 10, 10], [50, 50, 60, 60], [1, 1, 11, 11], [49, 50, 59, 60]])
    assert nms(boxes, np.array([0.5, 0.9, 0.7, 0.2])).tolist() == [1, 2]


def test_nms_drops_only_what_overlaps_a_box_that_was_kept() -> None:
    # The middle one falls to the first; the last overlaps the middle one alone and stays.
    boxes = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [10, 0, 20, 10]])
    assert nms(boxes, np.array([3.0, 2.0, 1.0])).tolist() == [0, 2]


def test_nms_of_equal_scores_keeps_the_first() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [30, 30, 40, 40]])
    assert nms(boxes, np.array([1.0, 1.0, 1.0])).tolist() == [0, 2]


@pytest.mark.parametrize(("overlap", "kept"), [(0.32, [0]), (0.34, [0, 1])])
def test_nms_drops_what_exceeds_the_overlap(overlap: float, kept: list[int]) -> None:
    boxes = np.array([[0, 0, 4, 4], [2, 0, 6, 4]])  # a third
    assert nms(boxes, np.array([2.0, 1.0]), overlap=overlap).tolist() == kept


@pytest.mark.parametrize(("nested", "kept"), [(0.7, [0]), (0.8, [0, 1])])
def test_nms_drops_a_small_box_within_a_large_one(nested: float, kept: list[int]) -> None:
    boxes = np.array([[0, 0, 20, 20], [-1, 4, 3, 8]])  # three quarters of the small one within
    assert nms(boxes, np.array([2.0, 1.0]), nested=nested).tolist() == kept


def test_nms_drops_a_large_box_around_a_better_small_one() -> None:
    boxes = np.array([[0, 0, 20, 20], [4, 4, 8, 8]])
    assert nms(boxes, np.array([1.0, 2.0])).tolist() == [1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8])
def test_nms_orders_scores_of_any_type(dtype: type) -> None:
    boxes = np.array([[0, 0, 1, 1], [5, 5, 6, 6], [8, 8, 9, 9]])
    assert nms(boxes, np.array([0, 1, 2], dtype=dtype)).tolist() == [2, 1, 0]


@pytest.mark.parametrize("boxes", [[], np.empty((0, 4), dtype=np.float32)])
def test_nms_of_nothing_is_nothing(boxes: object) -> None:
    kept = nms(boxes, np.empty(0))
    assert (kept.shape, kept.dtype) == ((0,), np.dtype(np.int64))


@settings(deadline=None)
@given(scored_boxes())
def test_nms_keeps_the_best_and_nothing_that_overlaps_it(case: tuple[np.ndarray, np.ndarray]) -> None:
    boxes, scores = case
    kept = nms(boxes, scores, overlap=0.3, nested=0.7)
    assert kept[0] == scores.argmax()
    assert (np.diff(scores[kept]) <= 0).all()
    ratio = iou(boxes[kept], boxes[kept])
    assert (ratio[~np.eye(len(kept), dtype=bool)] <= 0.3).all()
    # Every box that was dropped is accounted for by one that was kept and is at least as good.
    for dropped in set(range(len(boxes))) - set(kept.tolist()):
        better = kept[scores[kept] >= scores[dropped]]
        shared = intersection(boxes[[dropped]], boxes[better])[0]
        smaller = np.minimum(area(boxes[[dropped]]), area(boxes[better]))
        assert ((iou(boxes[[dropped]], boxes[better])[0] > 0.3) | (shared > 0.7 * smaller)).any()


def test_many_rows_at_once_choose_what_one_after_the_other_chooses(monkeypatch):
    random = np.random.default_rng(0)
    for n in (0, 1, 7, 60):
        corners, sides = random.uniform(0, 100, (n, 2)), random.uniform(5, 60, (n, 1))
        some, scores = np.concatenate([corners, corners + sides], axis=1), random.random(n).round(1)
        chosen = []
        for rows in (1, 5, 1000):
            monkeypatch.setattr(boxes, "_AT_ONCE", rows)
            chosen.append(nms(some, scores).tolist())
        assert chosen[0] == chosen[1] == chosen[2]
