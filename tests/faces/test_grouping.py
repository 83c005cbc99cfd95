"""Groups of windows against OpenCV's `groupRectangles`, and by hand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.faces.candidate_windows import CandidateWindows, no_windows
from lamplit.faces.grouping import best_detections, group_windows


def windows(*xywh: tuple[int, int, int, int]) -> CandidateWindows:
    return CandidateWindows(np.array(xywh, np.int32).reshape(-1, 4), np.arange(len(xywh), dtype=np.float64))


def clustered(seed: int, n: int) -> CandidateWindows:
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 200, (6, 2))
    corners = centres[rng.integers(0, 6, n)] + rng.integers(-8, 9, (n, 2))
    sides = np.repeat(rng.choice([20, 24, 40, 90], n)[:, None], 2, axis=1)
    return windows(*np.hstack([corners, sides]).tolist())


@pytest.mark.parametrize("least", [2, 3, 6])
@pytest.mark.parametrize(("seed", "n"), [(0, 1), (1, 10), (2, 60), (3, 60), (4, 300), (5, 1000)])
def test_groups_are_opencvs(seed: int, n: int, least: int) -> None:
    found = clustered(seed, n)
    boxes, counts = cv2.groupRectangles(found.xywh.tolist(), groupThreshold=least - 1, eps=0.2)
    groups = group_windows(found, least=least)
    theirs = sorted([*map(int, box), int(count)] for box, count in zip(boxes, counts, strict=True))
    assert (
        sorted(
            [*box, count] for box, count in zip(groups.boxes.tolist(), groups.counts.tolist(), strict=True)
        )
        == theirs
    )


def test_windows_hang_together_through_others() -> None:
    groups = group_windows(windows((0, 0, 20, 20), (4, 0, 20, 20), (8, 0, 20, 20), (13, 0, 20, 20)), least=1)
    assert groups.boxes.tolist() == [[4, 0, 20, 20], [13, 0, 20, 20]]
    assert groups.counts.tolist() == [3, 1]
    assert groups.sums.tolist() == [2.0, 3.0], "the highest of each group"


def test_a_small_group_within_a_larger_one_is_left_out() -> None:
    large, small = [(0, 0, 60, 60)] * 4, [(20, 20, 20, 20)] * 3
    assert group_windows(windows(*large, *small), least=1).boxes.tolist() == [[0, 0, 60, 60]]
    assert len(group_windows(windows(*large[:3], *small), least=1).boxes) == 2


def test_no_windows_make_no_group() -> None:
    groups = group_windows(no_windows(), least=1)
    assert (groups.boxes.shape, groups.counts.shape, groups.sums.shape) == ((0, 4), (0,), (0,))
    assert best_detections(groups.boxes, groups.counts) == []


def test_of_overlapping_boxes_the_best_stays() -> None:
    boxes = np.array([[0, 0, 20, 20], [2, 2, 20, 20], [50, 50, 10, 10]])
    found = best_detections(boxes, np.array([3.0, 4.5, 4.0]))
    assert [(d.box.xyxy.tolist(), d.score) for d in found] == [([2, 2, 22, 22], 4.5), ([50, 50, 60, 60], 4.0)]


@pytest.mark.parametrize("least", [0, -1, 1.5, None])
def test_a_group_needs_a_whole_number_of_windows(least: int) -> None:
    with pytest.raises(InvalidArgumentError, match="least: needs a whole number of at least 1"):
        group_windows(no_windows(), least=least)
