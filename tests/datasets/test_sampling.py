"""Weights that balance groups, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets.sampling import (
    balanced_weights,
    class_weights,
    effective_number,
    log_priors,
    person_groups,
)

THREE_TO_ONE = np.array([0, 0, 0, 1])


def shares(weights: np.ndarray, groups: np.ndarray) -> list[float]:
    """The share of all views that each group gets."""
    return (np.bincount(groups, weights) / weights.sum()).tolist()


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        (0.0, [1, 1, 1, 1]),
        (1.0, [2 / 3, 2 / 3, 2 / 3, 2]),
        # Shares of the groups as sqrt(3) to 1.
        (0.5, [4 / 3**0.5 / (3**0.5 + 1)] * 3 + [4 / (3**0.5 + 1)]),
    ],
)
def test_three_to_one(strength: float, expected: list[float]) -> None:
    weights = balanced_weights([THREE_TO_ONE], strength=strength)
    np.testing.assert_allclose(weights, expected, rtol=1e-9)
    assert weights.mean() == pytest.approx(1)


def test_effective_numbers_lie_between_one_face_and_all() -> None:
    # With beta 0.5 three faces count as 1.75, one as 1.
    weights = balanced_weights([THREE_TO_ONE], beta=0.5)
    assert weights[3] / weights[0] == pytest.approx(1.75)
    np.testing.assert_allclose(balanced_weights([THREE_TO_ONE], beta=0.0), 1.0)
    np.testing.assert_allclose(effective_number(np.array([3]), 0.999999), 3.0, rtol=1e-5)


def test_two_factors_are_each_balanced() -> None:
    expression = np.array([0] * 6 + [1] * 2)
    light = np.array([0, 0, 0, 0, 0, 1, 0, 1])
    weights = balanced_weights([expression, light])
    assert shares(weights, expression) == pytest.approx([0.5, 0.5])
    assert shares(weights, light) == pytest.approx([0.5, 0.5])
    half = balanced_weights([expression, light], strength=0.5)
    assert shares(half, expression)[1] == pytest.approx(2**0.5 / (6**0.5 + 2**0.5))
    assert shares(half, light)[1] == pytest.approx(2**0.5 / (6**0.5 + 2**0.5))


def test_independent_factors_multiply() -> None:
    # Every pairing of a (3:1) and b (1:1) as often as chance says: the weights are those of a alone.
    a, b = np.repeat(THREE_TO_ONE, 2), np.tile([0, 1], 4)
    np.testing.assert_allclose(balanced_weights([a, b]), balanced_weights([a]), rtol=1e-9)


def test_factors_that_never_meet_leave_finite_weights() -> None:
    a, b = np.array([0, 0, 0, 1]), np.array([0, 0, 0, 1])
    np.testing.assert_allclose(balanced_weights([a, b]), balanced_weights([a]))


def test_no_face_weighs_more_than_the_limit() -> None:
    np.testing.assert_allclose(balanced_weights([THREE_TO_ONE], most=1.6), [0.8, 0.8, 0.8, 1.6])
    groups = np.array([0, 0, 0, 0, 1, 1, 2])
    weights = balanced_weights([groups], most=1.2)
    assert weights.mean() == pytest.approx(1)
    assert weights.max() == pytest.approx(1.2)
    np.testing.assert_allclose(balanced_weights([groups], most=1.0), 1.0)


def test_texts_are_groups_too() -> None:
    named = balanced_weights([np.array(["good", "good", "good", "dim"])])
    np.testing.assert_allclose(named, balanced_weights([THREE_TO_ONE]))


def test_unknown_people_are_people_of_their_own() -> None:
    groups = person_groups(["Ann", "Ann", "", "", "Bob"])
    np.testing.assert_allclose(balanced_weights([groups]) * 4 / 5, [0.5, 0.5, 1, 1, 1])


@pytest.mark.parametrize(
    ("factors", "settings", "message"),
    [
        ([], {}, r"factors: needs groups of the same faces, at least one face, got lengths \[\]"),
        ([np.zeros(2), np.zeros(3)], {}, r"got lengths \[2, 3\]"),
        ([np.zeros(0)], {}, r"got lengths \[0\]"),
        ([THREE_TO_ONE], {"strength": 1.5}, "strength: needs a number from 0 to 1, got 1.5"),
        ([THREE_TO_ONE], {"most": 0.5}, "most: needs a number of at least 1, got 0.5"),
        ([THREE_TO_ONE], {"beta": -0.1}, "beta: needs a number from 0 to 1, got -0.1"),
    ],
)
def test_what_cannot_be_weighed_is_refused(
    factors: list[np.ndarray], settings: dict[str, float], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        balanced_weights(factors, **settings)


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.5, 1.0])
def test_class_weights_keep_the_scale_of_the_loss(strength: float) -> None:
    parts = np.array([0.7, 0.25, 0.05])
    weights = class_weights(parts, strength=strength)
    assert (parts * weights).sum() == pytest.approx(1)
    np.testing.assert_allclose(weights / weights[0], (parts / parts[0]) ** -strength, rtol=1e-6)


def test_a_class_without_faces_does_not_matter() -> None:
    weights = class_weights(np.array([0.8, 0.2, 0.0]))
    np.testing.assert_allclose(weights, [0.625, 2.5, 1.0])
    np.testing.assert_allclose(log_priors(np.array([1.0, 0.0]), least=0.01), [0, np.log(0.01)], rtol=1e-6)


@pytest.mark.parametrize("parts", [[0.5, 0.2], [1.2, -0.2], [[1.0]]])
def test_what_are_no_shares_is_refused(parts: list[float]) -> None:
    with pytest.raises(InvalidArgumentError, match="shares: needs numbers of 0 or more that sum to 1"):
        class_weights(np.array(parts))
