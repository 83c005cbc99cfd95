"""Assignment against all permutations."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.faces.assignment import least_cost_pairs


def total(costs: AnyArray, pairs: list[tuple[int, int]], limit: float) -> float:
    """What the pairs cost, and the rows or columns, whichever are fewer, that stay alone."""
    return sum(costs[pair] for pair in pairs) + limit * (min(costs.shape) - len(pairs))


def cheapest(costs: AnyArray, limit: float) -> float:
    wide = costs if costs.shape[0] <= costs.shape[1] else costs.T
    orders = itertools.permutations(range(wide.shape[1]), wide.shape[0])
    return min(sum(min(wide[row, c], limit) for row, c in enumerate(order)) for order in orders)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 5), (5, 3), (5, 5), (1, 6)])
def test_it_is_the_cheapest_of_all(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        costs, limit = rng.random(shape), float(rng.choice([0.2, 0.6, 2.0]))
        pairs = least_cost_pairs(costs, limit=limit)
        assert total(costs, pairs, limit) == pytest.approx(cheapest(costs, limit))
        assert all(costs[pair] < limit for pair in pairs)
        assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)


def test_the_nearest_is_not_taken_where_that_leaves_another_far_off() -> None:
    assert least_cost_pairs(np.array([[1.0, 2.0], [1.5, 9.0]]), limit=20) == [(0, 1), (1, 0)]


def test_what_costs_too_much_stays_alone() -> None:
    assert least_cost_pairs(np.array([[0.2, 3.0], [3.0, 0.9]]), limit=0.9) == [(0, 0)]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nothing_makes_no_pairs(shape: tuple[int, int]) -> None:
    assert least_cost_pairs(np.zeros(shape), limit=1.0) == []


@pytest.mark.parametrize("costs", [np.zeros(3), np.array([[np.nan]]), np.array([[np.inf]])])
def test_other_costs_are_refused(costs: AnyArray) -> None:
    with pytest.raises(InvalidArgumentError, match="costs: needs a matrix of finite numbers"):
        least_cost_pairs(costs, limit=1.0)
