from __future__ import annotations

import cv2
import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.light import denoising
from lamplit.light.denoising import NoiseModel, denoise, noise_model

ROUNDING = (1 / 255) ** 2 / 12


def scene(size: int = 128) -> np.ndarray:
    """Smooth shading with two edges, from 0.1 to 0.9."""
    rows, columns = np.mgrid[:size, :size] / size
    light = 0.5 + 0.2 * np.sin(5 * rows) * np.cos(4 * columns)
    light[:, size // 2 :] += 0.2
    light[size // 3 : size // 2, : size // 2] -= 0.2
    return light.astype(np.float32)


def as_taken(light: np.ndarray, *, electrons: float, read: float = 0.0, seed: int = 0) -> np.ndarray:
    """Counted photons and read noise, in bytes again."""
    random = np.random.default_rng(seed)
    taken = random.poisson(electrons * light) / electrons + read * random.standard_normal(light.shape)
    return (np.rint(255 * taken.clip(0, 1)) / 255).astype(np.float32)


def error(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.sqrt(np.mean((first - second) ** 2)))


@pytest.mark.parametrize("electrons", [50, 200, 1000])
def test_photon_noise_is_found(electrons: float) -> None:
    model = noise_model(as_taken(0.6 * scene(256), electrons=electrons))  # white hides noise
    assert model.photon == pytest.approx(1 / electrons, rel=0.2)
    assert model.floor < 0.3 * 0.5 / electrons


@pytest.mark.parametrize("sigma", [0.01, 0.03])
def test_noise_that_does_not_grow_with_light_is_found(sigma: float) -> None:
    model = noise_model(as_taken(scene(256), electrons=1e7, read=sigma))
    assert model.floor + 0.5 * model.photon == pytest.approx(sigma**2, rel=0.2)
    assert 0.5 * model.photon < 0.5 * model.floor


@pytest.mark.parametrize(
    "x",
    [
        np.zeros((1, 1), np.float32),
        np.full((2, 40), 0.4, np.float32),
        np.full((32, 32), 0.4, np.float32),
        np.zeros((32, 32), np.float32),
        np.ones((32, 32), np.float32),
        np.random.default_rng(0).integers(0, 2, (32, 32)).astype(np.float32),
    ],
    ids=["pixel", "two rows", "flat", "black", "white", "clipped"],
)
def test_where_nothing_tells_it_the_noise_is_that_of_rounding(x: np.ndarray) -> None:
    model = noise_model(x)
    assert model.photon * x.mean() + model.floor == pytest.approx(ROUNDING, rel=0.2)
    np.testing.assert_allclose(denoise(x), x, atol=1e-4)


@pytest.mark.parametrize("model", [NoiseModel(0.01, 1e-5), NoiseModel(0.0, 1e-4), NoiseModel(0.02, 0.003)])
def test_stabilised_noise_has_one_deviation_in_light_and_shadow(model: NoiseModel) -> None:
    normal = np.random.default_rng(0).standard_normal(200_000).astype(np.float32)
    for light in (0.1, 0.3, 0.9):
        deviation = np.sqrt(model.photon * light + model.floor)
        stable = model.stabilised(light + np.float32(deviation) * normal)
        assert stable.std() == pytest.approx(1, abs=0.07)


def test_restoring_an_average_of_counts_is_true_to_the_light() -> None:
    model = NoiseModel(photon=0.02, floor=1e-6)
    for electrons in (2, 5, 20, 40):
        counts = np.random.default_rng(0).poisson(electrons, 200_000) * np.float32(0.02)
        average = model.stabilised(counts.astype(np.float32)).mean(keepdims=True)
        assert model.restored(average)[0] == pytest.approx(0.02 * electrons, abs=0.02 * 0.1)


def test_layers_shrink_by_the_noise_that_they_hold() -> None:
    impulse = np.zeros((65, 65), np.float32)
    impulse[32, 32] = 1
    for scale, deviation in enumerate(denoising._DETAIL_DEVIATIONS):
        smooth = denoising._spline_smoothing(impulse, scale)
        assert deviation == pytest.approx(np.linalg.norm(impulse - smooth), abs=2e-4)
        impulse = smooth


@pytest.mark.parametrize(("electrons", "gain"), [(2000, 1.8), (200, 3.5), (40, 4.5)])
def test_noise_goes_and_edges_stay(electrons: float, gain: float) -> None:
    light = scene()
    noisy = as_taken(light, electrons=electrons)
    calm = denoise(noisy)
    assert error(noisy, light) / error(calm, light) > gain
    edge = calm[80:, 68].mean() - calm[80:, 59].mean()
    assert edge > 0.85 * (light[80:, 68].mean() - light[80:, 59].mean())


def test_it_beats_the_blur_that_knows_the_answer_best() -> None:
    light = scene()
    noisy = as_taken(light, electrons=300)
    blurs = [cv2.GaussianBlur(noisy, (0, 0), sigma) for sigma in (0.5, 0.7, 1, 1.4, 2, 3, 4)]
    assert error(denoise(noisy), light) < 0.8 * min(error(blur, light) for blur in blurs)


def test_a_clean_picture_stays_within_a_level() -> None:
    clean = (np.rint(255 * scene()) / 255).astype(np.float32)
    change = np.abs(denoise(clean) - clean)
    assert change.mean() < 0.5 / 255
    assert change.max() < 2 / 255


def test_more_strength_smooths_more() -> None:
    noisy = as_taken(scene(), electrons=100)
    rough = [np.abs(np.diff(denoise(noisy, strength=strength))).mean() for strength in (0.5, 1.0, 1.5)]
    assert rough == sorted(rough, reverse=True)


def test_strength_must_be_above_zero() -> None:
    with pytest.raises(InvalidArgumentError, match="strength: needs a finite number above 0"):
        denoise(scene(), strength=0.0)
