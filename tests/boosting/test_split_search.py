"""The search for a split: against every threshold tried one by one, compiled and in whole arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lamplit.boosting import search_loops, sort_features, split_search
from lamplit.boosting.compiling import can_compile, compiled
from lamplit.boosting.split_search import error_split, squared_split

LOOPS = [search_loops.most_squared, search_loops.most_signed]
VECTORISED = [search_loops.most_squared_vectorised, search_loops.most_signed_vectorised]


def samples(n: int = 40, n_features: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values with ties, weights with zeros, and classes 0 to 2."""
    rng = np.random.default_rng(seed)
    weights = rng.random(n) * (rng.random(n) > 0.2)
    return rng.integers(0, 12, (n, n_features)).astype(np.float32), weights, rng.integers(0, 3, n)


def squared_error(weights: np.ndarray, targets: np.ndarray) -> float:
    mean = weights @ targets / weights.sum()
    return float(weights @ ((targets - mean) ** 2).sum(axis=1))


def best_by_trying(values: np.ndarray, gain) -> tuple[float, int, float]:
    """Gain, feature and lowest value on the right of the best threshold, the first of equals."""
    best = (-np.inf, -1, 0.0)
    for feature in range(values.shape[1]):
        for value in np.unique(values[:, feature])[1:]:
            tried = gain(values[:, feature] < value)
            if tried > best[0] + 1e-9:
                best = (tried, feature, value)
    return best


@pytest.fixture(params=["compiled", "vectorised"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "compiled" and not can_compile():
        pytest.skip("numba is not installed")
    monkeypatch.setattr(split_search, "can_compile", lambda: request.param == "compiled")


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("seed", range(4))
def test_least_squares_is_found(n_outputs: int, seed: int) -> None:
    values, weights, classes = samples(seed=seed)
    targets = np.eye(3)[classes][:, :n_outputs]
    whole = squared_error(weights, targets)

    def gain(left: np.ndarray) -> float:
        if not (weights[left].any() and weights[~left].any()):
            return -np.inf
        return whole - sum(squared_error(weights[side], targets[side]) for side in (left, ~left))

    expected, feature, value = best_by_trying(values, gain)
    ordered = sort_features(values)
    split = squared_split(ordered, weights, targets)
    assert split is not None
    assert (split.feature, split.gain) == (feature, pytest.approx(expected))
    assert split.n_left == (values[:, feature] < value).sum()


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("seed", range(4))
def test_least_error_is_found(seed: int) -> None:
    values, weights, classes = samples(seed=seed)
    signs = np.where(classes == 0, 1.0, -1.0)
    alone = min(weights[signs > 0].sum(), weights[signs < 0].sum())

    def gain(left: np.ndarray) -> float:
        wrong = weights[left == (signs > 0)].sum()
        return alone - min(wrong, weights.sum() - wrong)

    expected, feature, value = best_by_trying(values, gain)
    split = error_split(sort_features(values), weights, signs)
    assert split is not None
    assert (split.feature, split.gain) == (feature, pytest.approx(expected))
    assert split.n_left == (values[:, feature] < value).sum()


@pytest.mark.usefixtures("either_way")
def test_nothing_to_gain_is_no_split() -> None:
    even = sort_features(np.ones((4, 2)))
    mixed = sort_features(np.array([[0.0], [0.0], [1.0], [1.0]]))
    targets = np.array([[0.0], [1.0], [0.0], [1.0]])
    for ordered in (even, mixed):
        assert squared_split(ordered, np.full(4, 0.25), targets) is None
        assert error_split(ordered, np.full(4, 0.25), 2 * targets[:, 0] - 1) is None


@pytest.mark.usefixtures("either_way")
def test_only_the_features_asked_for() -> None:
    values, weights, classes = samples()
    targets = np.eye(3)[classes]
    best = squared_split(sort_features(values), weights, targets)
    assert best is not None
    others = np.delete(np.arange(6), best.feature)
    second = squared_split(sort_features(values), weights, targets, others)
    alone = squared_split(sort_features(values[:, others]), weights, targets)
    assert second is not None
    assert alone is not None
    assert (second.feature, second.gain) == (others[alone.feature], alone.gain)


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("n_jobs", [2, 9])
def test_threads_do_not_change_the_result(n_jobs: int) -> None:
    values, weights, classes = samples()
    values = np.hstack([values, values])  # every split is there twice: the first wins
    ordered = sort_features(values)
    one = squared_split(ordered, weights, np.eye(3)[classes])
    assert one is not None
    assert one.feature < 6
    assert squared_split(replace(ordered, n_jobs=n_jobs), weights, np.eye(3)[classes]) == one


@pytest.mark.parametrize(("loop", "vectorised"), [*zip(LOOPS, VECTORISED, strict=True)])
@pytest.mark.parametrize("n", [30, 40_000])
def test_loops_say_the_same_compiled_and_not(loop, vectorised, n: int) -> None:
    values, weights, classes = samples(n, 3)
    order = sort_features(values).order
    sums = np.column_stack([weights, weights * (classes - weights @ classes / weights.sum())])
    expected = vectorised(order, sums, np.arange(3), 0.0)
    ways = [loop] * (n < 100) + [compiled(loop)] * can_compile()
    for way in ways:
        gain, feature, n_left = way(order, sums, np.arange(3), 0.0)
        assert (feature, n_left) == expected[1:]
        assert gain == pytest.approx(expected[0])
