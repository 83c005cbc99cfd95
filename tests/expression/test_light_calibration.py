"""The temperature by light: by hand, against a general minimiser, and where it must not run away."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_softmax

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.temperature import COLDEST, LightTemperature
from lamplit.expression import fit_temperature
from lamplit.expression.light_calibration import fit_light_temperature


def drawn(n: int, temperature: LightTemperature, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Logits, losses, and classes drawn with the probabilities that the temperature gives."""
    rng = np.random.default_rng(seed)
    logits, losses = rng.normal(0, 2, (n, 5)), rng.uniform(0, (4, 6), (n, 2))
    shares = np.exp(log_softmax(logits / temperature.of(losses)[:, None], axis=1))
    classes = (rng.random(n)[:, None] > np.cumsum(shares, axis=1)).sum(axis=1)
    return logits, losses, np.minimum(classes, 4)


def log_loss(weights: np.ndarray, logits: np.ndarray, losses: np.ndarray, classes: np.ndarray) -> float:
    inverse = weights[0] - weights[1] * losses[:, 0] - weights[2] * losses[:, 1] ** 2
    return float(-log_softmax(inverse[:, None] * logits, axis=1)[np.arange(len(classes)), classes].mean())


def test_by_hand() -> None:
    # Logits that say 88 %: right three times out of four in good light and every other time at a loss of 2.
    logits = np.array([[2.0, 0.0]] * 8)
    losses = np.array([[0.0, 0.0]] * 4 + [[2.0, 0.0]] * 4)
    fitted = fit_light_temperature(logits, losses, np.array([0, 0, 0, 1, 0, 0, 1, 1]))
    assert fitted.good == pytest.approx(2 / np.log(3), rel=1e-6)
    assert fitted.noise == pytest.approx(np.log(3) / 4, rel=1e-6)
    assert fitted.surround == pytest.approx(0.0, abs=1e-6)


def test_what_made_the_answers_is_found_again() -> None:
    truth = LightTemperature(0.6, noise=0.1, surround=0.02)
    fitted = fit_light_temperature(*drawn(40_000, truth))
    assert fitted.good == pytest.approx(truth.good, rel=0.05)
    assert fitted.noise == pytest.approx(truth.noise, abs=0.02)
    assert fitted.surround == pytest.approx(truth.surround, abs=0.003)


@pytest.mark.parametrize("seed", range(3))
def test_a_general_minimiser_finds_the_same(seed: int) -> None:
    case = drawn(400, LightTemperature(0.5, noise=0.15, surround=0.01), seed)
    best = minimize(log_loss, [1.0, 0.0, 0.0], args=case, options={"gtol": 1e-9})
    fitted = fit_light_temperature(*case)
    found = [1 / fitted.good, fitted.noise, fitted.surround]
    assert log_loss(np.array(found), *case) <= best.fun + 1e-9
    np.testing.assert_allclose(found, best.x, atol=1e-4)


def test_where_the_light_takes_nothing_it_is_one_temperature() -> None:
    logits, _, classes = drawn(300, LightTemperature(0.8))
    fitted = fit_light_temperature(logits, np.zeros((300, 2)), classes)
    assert fitted.good == pytest.approx(fit_temperature(logits, classes), rel=1e-5)
    assert (fitted.noise, fitted.surround) == (0.0, 0.0)


def test_faces_that_are_always_right_leave_finite_numbers() -> None:
    losses = np.random.default_rng(0).uniform(0, 4, (50, 2))
    fitted = fit_light_temperature(np.tile([9.0, 0.0], (50, 1)), losses, np.zeros(50, np.int64))
    assert COLDEST <= fitted.good < 1
    assert np.isfinite([fitted.noise, fitted.surround]).all()


@pytest.mark.parametrize(
    ("losses", "came"),
    [
        (np.zeros((3, 2)), r"needs finite numbers of shape \(4, 2\), got shape \(3, 2\)"),
        (np.zeros(4), r"got shape \(4,\)"),
        (np.full((4, 2), np.nan), r"got shape \(4, 2\) with NaN or infinity"),
    ],
)
def test_other_losses_are_refused(losses: np.ndarray, came: str) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"losses: .*{came}"):
        fit_light_temperature(np.zeros((4, 2)), losses, np.zeros(4, np.int64))


def test_no_face_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="logits and classes: needs shapes"):
        fit_light_temperature(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0, np.int64))
