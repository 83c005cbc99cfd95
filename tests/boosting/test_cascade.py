"""What a cascade is made of, and what it refuses to be made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lamplit.boosting import BoostedCascade, CascadeStage, HaarRectangles, LBPRectangles
from lamplit.core.errors import InvalidArgumentError

EDGE = HaarRectangles([[[2, 2, 8, 4], [2, 4, 8, 2], [0, 0, 0, 0]]], [[-1, 2, 0]], [False])
STUMP: dict[str, Any] = {
    "threshold": 0.5, "sizes": [1], "left": [0], "right": [-1], "feature": [0], "split": [0.1],
    "leaves": [-1, 1],
}  # fmt: skip


def test_counts_trees_and_knows_stumps() -> None:
    bush = CascadeStage(0.0, [1, 2], [0, 1, 0], [-1, 0, -1], [0, 0, 0], [0, 0, 0], [1, 2, 3, 4, 5])
    cascade = BoostedCascade((12, 10), EDGE, [CascadeStage(**STUMP), bush])
    assert (cascade.kind, cascade.n_trees, cascade.is_of_stumps) == ("haar", 3, False)
    assert [stage.is_of_stumps for stage in cascade.stages] == [True, False]


def test_parts_are_the_trees() -> None:
    bush = CascadeStage(0.0, [1, 2], [0, 1, 0], [-1, 0, -1], [0, 0, 0], [0, 0, 0], [1, 2, 3, 4, 5])
    assert bush.parts() == [(slice(0, 1), slice(0, 2)), (slice(1, 3), slice(2, 5))]


def test_arrays_are_copies_that_cannot_be_changed() -> None:
    leaves = np.array([-1.0, 1.0], np.float32)
    stage = CascadeStage(**STUMP | {"leaves": leaves})
    leaves[0] = 7.0
    assert stage.leaves.tolist() == [-1.0, 1.0]
    with pytest.raises(ValueError, match="read-only"):
        stage.leaves[0] = 7.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": []}, "sizes: needs at least one tree"),
        ({"sizes": [0]}, "sizes: needs at least one tree"),
        ({"sizes": [2]}, r"left: needs shape \(2,\), got shape \(1,\)"),
        ({"leaves": [1]}, r"leaves: needs shape \(2,\), got shape \(1,\)"),
        ({"left": [1]}, "left: needs later nodes or leaves of the same tree"),
        ({"right": [-2]}, "right: needs later nodes or leaves of the same tree"),
        ({"left": [-(2**31)]}, "left: needs later nodes or leaves of the same tree"),
        ({"feature": [-1]}, "feature: needs numbers of at least 0, got -1"),
        ({"feature": [0.5]}, "feature: needs finite numbers that int32 holds, got 0.5"),
        ({"split": [float("nan")]}, "split: needs finite numbers that float32 holds"),
        ({"split": [1e300]}, r"split: needs finite numbers that float32 holds, got 1e\+300"),
        ({"split": [[0] * 7]}, r"split: needs shape \(1, 8\), got shape \(1, 7\)"),
        ({"split": ["high"]}, "split: needs an array of numbers"),
        ({"split": [[0] * 8, [0]]}, "split: needs an array of numbers"),
        ({"sizes": [[1], [1, 1]]}, "sizes: needs an array of numbers"),
        ({"sizes": [[1]]}, r"sizes: needs shape \(1,\), got shape \(1, 1\)"),
        ({"leaves": [1, 10**400]}, "leaves: needs an array of numbers, got int too large"),
        ({"threshold": 10**400}, "threshold: needs a finite number .* got a number beyond all limits"),
        ({"threshold": float("inf")}, "threshold: needs a finite number"),
        ({"threshold": None}, "threshold: needs a finite number"),
    ],
)
def test_a_stage_refuses(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        CascadeStage(**STUMP | change)


def test_a_tree_that_leads_back_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="left: needs later nodes"):
        CascadeStage(0.0, [2], [1, 1], [0, -1], [0, 0], [0, 0], [1, 2, 3])


@pytest.mark.parametrize(
    ("rectangles", "weights", "message"),
    [
        ([[[0] * 4] * 3], [[1, 0, 0]], "features: needs a weight for every rectangle"),
        ([[[0, 0, 2, 2]] + [[0] * 4] * 2], [[0, 0, 0]], "features: needs a weight for every rectangle"),
        ([[[3, 0, 0, 0]] + [[0] * 4] * 2], [[0, 0, 0]], "features: needs a weight for every rectangle"),
        ([[[0] * 4] * 2], [[1, 0, 0]], r"rectangles: needs shape \(1, 3, 4\), got shape \(1, 2, 4\)"),
        ([[[40000] * 4] * 3], [[1, 1, 1]], "rectangles: needs finite numbers that int16 holds, got 40000"),
    ],
)
def test_haar_features_refuse(rectangles: Any, weights: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        HaarRectangles(rectangles, weights, [False])


def test_rows_of_different_lengths_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="rectangles: needs an array of numbers"):
        LBPRectangles([[0, 0, 2, 2], [0, 0]])
    with pytest.raises(InvalidArgumentError, match="tilted: needs an array of numbers"):
        HaarRectangles([[[0, 0, 2, 2]] + [[0] * 4] * 2], [[1, 0, 0]], [[False], [False, True]])


def test_blocks_without_area_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="features: needs blocks with an area"):
        LBPRectangles([[0, 0, 0, 2]])


def haar(x: int, y: int, w: int, h: int, *, tilted: bool) -> HaarRectangles:
    return HaarRectangles([[[x, y, w, h]] + [[0] * 4] * 2], [[1, 0, 0]], [tilted])


@pytest.mark.parametrize(
    ("features", "fits"),
    [
        (haar(0, 0, 10, 12, tilted=False), True),
        (haar(1, 0, 10, 12, tilted=False), False),
        (haar(0, 1, 10, 12, tilted=False), False),
        (haar(4, 0, 6, 4, tilted=True), True),  # reaches from column 0 to 10 and down to row 10
        (haar(3, 0, 6, 4, tilted=True), False),
        (haar(5, 0, 6, 4, tilted=True), False),
        (haar(4, 3, 6, 4, tilted=True), False),
        (LBPRectangles([[1, 0, 3, 4]]), True),
        (LBPRectangles([[2, 0, 3, 4]]), False),
        (LBPRectangles([[0, 1, 3, 4]]), False),
        (LBPRectangles([[-1, 0, 3, 4]]), False),
    ],
)
def test_features_stay_in_the_window(features: HaarRectangles | LBPRectangles, fits: bool) -> None:
    stage = CascadeStage(**STUMP | ({"split": [[0] * 8]} if features.kind == "lbp" else {}))
    if fits:
        assert BoostedCascade((12, 10), features, [stage]).window == (12, 10)
        return
    with pytest.raises(InvalidArgumentError, match="features within 12 x 10 pixels, got number 0 beyond"):
        BoostedCascade((12, 10), features, [stage])


@pytest.mark.parametrize(
    ("window", "features", "stages", "message"),
    [
        ((12, 3), EDGE, [CascadeStage(**STUMP)], "window: needs a whole number of at least 4"),
        ((12,), EDGE, [CascadeStage(**STUMP)], "window: needs height and width"),
        (
            (12, 10),
            "haar",
            [CascadeStage(**STUMP)],
            "features: needs HaarRectangles or LBPRectangles, got str",
        ),
        ((12, 10), EDGE, [], "stages: needs at least one stage, got none"),
        ((12, 10), EDGE, ["stage"], "stage 0: needs a CascadeStage, got str"),
        (
            (12, 10),
            EDGE,
            [CascadeStage(**STUMP | {"feature": [1]})],
            "stage 0: needs features below 1",
        ),
        ((12, 10), EDGE, [CascadeStage(**STUMP | {"split": [[0] * 8]})], "stage 0: needs thresholds as haar"),
        (
            (12, 10),
            LBPRectangles([[0, 0, 1, 1]]),
            [CascadeStage(**STUMP)],
            "stage 0: needs subsets of patterns",
        ),
    ],
)
def test_a_cascade_refuses(window: Any, features: Any, stages: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        BoostedCascade(window, features, stages)
