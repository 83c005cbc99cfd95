from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.tan_triggs import equalise_contrast, tan_triggs


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).random((40, 32), dtype=np.float32)


def straight(
    x: np.ndarray,
    gamma: float = 0.2,
    inner: float = 1.0,
    outer: float = 2.0,
    alpha: float = 0.1,
    tau: float = 10.0,
) -> np.ndarray:
    """The paper's equations, one after the other, in double precision."""
    bent = x.astype(np.float64) ** gamma
    first, second = (
        ndimage.gaussian_filter(bent, sigma, mode="reflect", truncate=8) for sigma in (inner, outer)
    )
    band = first - second
    band = band / np.mean(np.abs(band) ** alpha) ** (1 / alpha)
    band = band / np.mean(np.minimum(tau, np.abs(band)) ** alpha) ** (1 / alpha)
    return tau * np.tanh(band / tau)


@pytest.mark.parametrize(
    "settings", [{}, {"gamma": 1.0}, {"inner": 2.0, "outer": 4.0}, {"alpha": 0.5}, {"tau": 2.0}]
)
def test_it_is_the_papers(x: np.ndarray, settings: dict[str, float]) -> None:
    np.testing.assert_allclose(tan_triggs(x, **settings), straight(x, **settings), atol=0.02)


def test_contrast_by_hand() -> None:
    # All of one size: the first division makes them 1, the second leaves them, tau levels off.
    band = np.array([[4.0, -4.0]], np.float32)
    expected = 10 * np.tanh(0.1)
    np.testing.assert_allclose(
        equalise_contrast(band, alpha=0.1, tau=10.0), [[expected, -expected]], rtol=1e-5
    )


@pytest.mark.parametrize("tau", [0.5, 3.0, 10.0])
def test_tau_is_the_range(x: np.ndarray, tau: float) -> None:
    edges = x.copy()
    edges[:, 16:] = 0
    values = tan_triggs(edges, tau=tau)
    assert np.abs(values).max() <= tau
    assert np.abs(values).max() > 0.4 * tau


@pytest.mark.parametrize("gain", [0.5, 0.1, 0.01])
def test_the_gain_of_the_light_makes_no_difference(x: np.ndarray, gain: float) -> None:
    np.testing.assert_allclose(tan_triggs(np.float32(gain) * x), tan_triggs(x), atol=2e-3)


def test_slow_shading_makes_little_difference(x: np.ndarray) -> None:
    shade = np.linspace(0.3, 1, 32, dtype=np.float32)
    plain, shaded = tan_triggs(x)[:, 6:-6], tan_triggs(x * shade)[:, 6:-6]
    assert np.corrcoef(plain.ravel(), shaded.ravel())[0, 1] > 0.99


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"gamma": 0.0}, "gamma: needs a finite number above 0"),
        ({"inner": 2.0}, "inner: needs a number from 0 to below outer = 2"),
        ({"inner": -1.0}, "inner: needs a number from 0"),
        ({"outer": float("nan")}, "outer: needs a finite number"),
        ({"alpha": 0.0}, "alpha: needs"),
        ({"tau": -1.0}, "tau: needs"),
    ],
)
def test_bad_settings_are_named(x: np.ndarray, settings: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        tan_triggs(x, **settings)
