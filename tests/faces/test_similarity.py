"""Similarities: exact where they exist, the least squares where they do not."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.faces.similarity import apply_transform, similarity

POINTS = np.array([[0.0, 0.0], [4.0, 1.0], [2.0, 5.0], [-1.0, 3.0]])


@pytest.mark.parametrize(("a", "b", "shift"), [(1, 0, (0, 0)), (0, 2, (5, -3)), (-1.5, 0.3, (100, 40))])
def test_a_similarity_is_found_exactly(a: float, b: float, shift: tuple[float, float]) -> None:
    whole = np.array([[a, -b, shift[0]], [b, a, shift[1]]])
    np.testing.assert_allclose(similarity(POINTS, apply_transform(whole, POINTS)), whole, atol=1e-12)


def test_it_leaves_the_least_squares() -> None:
    rng = np.random.default_rng(0)
    target, weights = POINTS + rng.normal(0, 0.5, POINTS.shape), rng.random(4)
    best = similarity(POINTS, target, weights)

    def left(matrix: AnyArray) -> float:
        return float(weights @ ((apply_transform(matrix, POINTS) - target) ** 2).sum(axis=1))

    for a, b, x, y in 1e-3 * rng.normal(size=(50, 4)):
        assert left(best) < left(best + np.array([[a, -b, x], [b, a, y]]))


def test_a_weight_of_nothing_leaves_a_point_out() -> None:
    target = POINTS + np.array([[1.0, 1.0]] * 3 + [[50.0, -70.0]])
    found = similarity(POINTS, target, np.array([1.0, 2.0, 1.0, 0.0]))
    np.testing.assert_allclose(found, [[1, 0, 1], [0, 1, 1]], atol=1e-12)


def test_it_never_mirrors() -> None:
    found = similarity(POINTS, POINTS * (-1, 1))
    assert np.linalg.det(found[:, :2]) >= 0


@pytest.mark.parametrize(
    ("source", "target", "weights", "message"),
    [
        (POINTS[:1], POINTS[:1], None, "source: needs as many points"),
        (POINTS, POINTS[:3], None, "source: needs as many points"),
        (np.ones((3, 2)), POINTS[:3], None, "source: needs points that are not all at one place"),
        (POINTS * np.nan, POINTS, None, "source: needs finite points"),
        (POINTS, POINTS, np.zeros(4), "weights: needs 4 numbers of at least 0, not all 0"),
        (POINTS, POINTS, -np.ones(4), "weights: needs 4 numbers"),
    ],
)
def test_what_has_no_similarity_is_refused(
    source: AnyArray, target: AnyArray, weights: AnyArray | None, message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        similarity(source, target, weights)
