"""Softmax and temperature: by hand, and against a general minimiser."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from lamplit.core.errors import InvalidArgumentError
from lamplit.expression import fit_temperature, softmax


def log_loss(logits: np.ndarray, classes: np.ndarray, temperature: float) -> float:
    return float(-log_softmax(logits / temperature, axis=1)[np.arange(len(classes)), classes].mean())


def made_up(seed: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose true classes follow softmax(logits / noise)."""
    rng = np.random.default_rng(seed)
    logits = 3 * rng.normal(size=(400, 8))
    return logits, (logits + noise * rng.gumbel(size=logits.shape)).argmax(axis=1)


def test_softmax_by_hand() -> None:
    np.testing.assert_allclose(softmax(np.array([[0.0, math.log(3)]])), [[0.25, 0.75]], rtol=1e-6)
    np.testing.assert_allclose(softmax(np.array([[0.0, 2 * math.log(3)]]), 2.0), [[0.25, 0.75]], rtol=1e-6)
    np.testing.assert_allclose(softmax(np.array([[0.0, 0.5 * math.log(3)]]), 0.5), [[0.25, 0.75]], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_softmax_gives_float32_rows_that_sum_to_one(dtype: type) -> None:
    logits = (5 * np.random.default_rng(0).normal(size=(50, 8))).astype(dtype)
    probabilities = softmax(logits, 1.3)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-6)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), logits.argmax(axis=1))


@pytest.mark.parametrize("logits", [[[1e4, 0.0]], [[0.0, -1e4]], [[1e300, -1e300]]])
def test_huge_logits_do_not_overflow(logits: list[list[float]]) -> None:
    np.testing.assert_array_equal(softmax(np.array(logits)), [[1.0, 0.0]])


def test_adding_a_number_to_all_logits_changes_nothing() -> None:
    logits = np.random.default_rng(0).normal(size=(5, 8))
    np.testing.assert_allclose(softmax(logits + 1000.0), softmax(logits), rtol=1e-5)


def test_a_higher_temperature_is_more_even() -> None:
    logits = np.array([[2.0, 1.0, 0.0]])
    tops = [softmax(logits, t).max() for t in (0.1, 0.5, 1.0, 2.0, 10.0)]
    assert tops == sorted(tops, reverse=True)
    assert softmax(logits, 1e6).max() == pytest.approx(1 / 3, abs=1e-5)


def test_softmax_of_no_rows_is_no_rows() -> None:
    assert softmax(np.zeros((0, 8))).shape == (0, 8)


def test_temperature_by_hand() -> None:
    # Logit 2 in favour, right three times out of four: sigmoid(2 / T) must be 3/4, so T = 2 / ln 3.
    logits = np.array([[2.0, 0.0]] * 4)
    assert fit_temperature(logits, np.array([0, 0, 0, 1])) == pytest.approx(2 / math.log(3), rel=1e-9)


def test_logits_that_are_right_as_they_are_keep_temperature_one() -> None:
    logits = np.array([[math.log(3), 0.0], [math.log(3), 0.0], [math.log(3), 0.0], [math.log(3), 0.0]])
    assert fit_temperature(logits, np.array([0, 0, 1, 0])) == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("factor", [0.5, 1.0, 4.0])
def test_scaling_the_logits_scales_the_temperature(factor: float) -> None:
    logits, classes = made_up(seed=1, noise=1.5)
    alone = fit_temperature(logits, classes)
    assert fit_temperature(factor * logits, classes) == pytest.approx(factor * alone, rel=1e-6)


@pytest.mark.parametrize(("seed", "noise"), [(0, 0.4), (1, 1.0), (2, 2.5), (3, 6.0)])
def test_agrees_with_a_general_minimiser(seed: int, noise: float) -> None:
    logits, classes = made_up(seed, noise)
    best = minimize_scalar(
        lambda logarithm: log_loss(logits, classes, math.exp(logarithm)),
        bounds=(math.log(0.05), math.log(20.0)),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert fit_temperature(logits, classes) == pytest.approx(math.exp(best.x), rel=1e-6)
    assert 0.05 < math.exp(best.x) < 20.0, "the case must have its answer inside the limits"


def test_always_right_ends_at_the_coldest() -> None:
    assert fit_temperature(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1])) == pytest.approx(0.05)


def test_always_wrong_ends_at_the_hottest() -> None:
    assert fit_temperature(np.array([[9.0, 0.0], [0.0, 9.0]]), np.array([1, 0])) == pytest.approx(20.0)


def test_always_right_by_far_still_has_the_lowest_loss() -> None:
    # Every temperature up to here says "certain"; what comes back must be one of those.
    logits, classes = np.array([[100.0, 0.0]] * 3), np.array([0, 0, 0])
    temperature = fit_temperature(logits, classes)
    assert 0.05 <= temperature <= 20.0
    assert log_loss(logits, classes, temperature) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("logits", "classes"),
    [
        (np.zeros((0, 2)), np.zeros(0, int)),
        (np.zeros(3), np.zeros(3, int)),
        (np.zeros((3, 2)), np.zeros(2, int)),
        (np.zeros((3, 2)), np.zeros((3, 1), int)),
        (np.zeros((3, 2)), np.array([0, 1, 2])),
        (np.zeros((3, 2)), np.array([0, 1, -1])),
        (np.zeros((3, 2)), np.array([0.0, 1.0, 0.0])),
        (np.zeros((3, 2)), np.array(["a", "b", "a"])),
    ],
)
def test_shapes_and_classes_that_do_not_fit_are_refused(logits: np.ndarray, classes: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match=r"logits and classes: needs shapes \(N, K\) and \(N,\)"):
        fit_temperature(logits, classes)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_logits_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(InvalidArgumentError, match="logits: needs finite numbers"):
        fit_temperature(np.array([[value, 0.0]]), np.array([0]))
