from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from skimage import feature

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import (
    local_binary_pattern,
    rotation_invariant_patterns,
    rotation_invariant_uniform_patterns,
    uniform_patterns,
)

METHODS = {
    "nri_uniform": uniform_patterns,
    "uniform": rotation_invariant_uniform_patterns,
    "ror": rotation_invariant_patterns,
}
CIRCLES = [(1, 1.0), (2, 1.0), (7, 1.0), (8, 1.0), (12, 1.5), (16, 2.0), (17, 2.0), (24, 3.0)]

every_map = pytest.mark.parametrize("classify", METHODS.values(), ids=METHODS)


def changes(pattern: int, points: int) -> int:
    bits = f"{pattern:0{points}b}"
    return sum(bits[place] != bits[place - 1] for place in range(points))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("points", "radius"), CIRCLES)
def test_every_pixel_has_scikit_images_class(method: str, points: int, radius: float) -> None:
    image = np.random.default_rng(0).integers(0, 6, (60, 50), dtype=np.uint8)  # few levels: many patterns
    patterns = local_binary_pattern(image, points=points, radius=radius, as_scikit_image=True)
    ours = METHODS[method](patterns, points=points)
    assert (ours == feature.local_binary_pattern(image, points, radius, method)).all()


@pytest.mark.parametrize("points", [3, 8])
def test_uniform_patterns_are_those_with_two_changes_at_most(points: int) -> None:
    classes = uniform_patterns(np.arange(1 << points, dtype=np.uint8), points=points).tolist()
    others = points * (points - 1) + 2
    assert [c == others for c in classes] == [changes(n, points) > 2 for n in range(1 << points)]
    assert sorted(c for c in classes if c != others) == list(range(others))


def test_turned_uniform_patterns_are_numbers_of_set_bits() -> None:
    classes = rotation_invariant_uniform_patterns(np.arange(256, dtype=np.uint8)).tolist()
    assert classes == [n.bit_count() if changes(n, 8) <= 2 else 9 for n in range(256)]


def test_there_are_36_patterns_of_eight_points_but_for_rotation() -> None:
    smallest = rotation_invariant_patterns(np.arange(256, dtype=np.uint8))
    rotations = [min((n >> k | n << 8 - k) & 255 for k in range(8)) for n in range(256)]
    assert smallest.tolist() == rotations
    assert len(set(rotations)) == 36


@every_map
def test_what_a_table_says_is_what_is_computed_without_one(
    classify: Callable[..., np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    patterns = np.arange(1 << 12, dtype=np.uint16)
    looked_up = classify(patterns, points=12)
    monkeypatch.setattr("lamplit.features.pattern_classes._MOST_POINTS_IN_A_TABLE", 0)
    computed = classify(patterns, points=12)
    assert (looked_up == computed).all()
    assert looked_up.dtype == computed.dtype


@every_map
def test_no_patterns_have_no_classes(classify: Callable[..., np.ndarray]) -> None:
    assert classify(np.zeros((0, 4), np.uint8)).shape == (0, 4)


@every_map
@pytest.mark.parametrize(
    ("patterns", "points", "message"),
    [
        (np.zeros(3), 8, "patterns: needs unsigned integers, got float64"),
        (np.zeros(3, np.int64), 8, "patterns: needs unsigned integers, got int64"),
        (np.array([256], np.uint16), 8, "patterns: needs 8 bits at most, got 256"),
        (np.zeros(3, np.uint8), 25, "points: needs a whole number of at least 1 and at most 24"),
    ],
)
def test_what_are_no_patterns_is_refused(
    classify: Callable[..., np.ndarray], patterns: np.ndarray, points: int, message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        classify(patterns, points=points)
