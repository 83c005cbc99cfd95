from __future__ import annotations

import numpy as np
import pytest

from lamplit.imaging.images import read_image
from lamplit.light.histogram import as_grey
from lamplit.light.noise import noise_sigma, noise_sigmas

RNG = np.random.default_rng(0)
STEP = 1 / (6 * 0.6744897501960817 * 255)
"""What one unit of the mask's response adds to the estimate."""


@pytest.mark.parametrize("sigma", [1, 2, 5, 10, 25, 50])
@pytest.mark.parametrize("shape", [(256, 256), (48, 48)])
def test_noise_of_known_strength(sigma: float, shape: tuple[int, int]) -> None:
    grey = np.rint(RNG.normal(128, sigma, shape)).clip(0, 255).astype(np.uint8)
    expected = np.hypot(sigma, 12**-0.5)  # rounding to levels is noise, too
    tolerance = (0.03 if shape[0] > 99 else 0.1) * expected + 0.13  # and half a step of the estimate
    assert 255 * noise_sigma(grey) == pytest.approx(expected, abs=tolerance)


def test_the_response_by_hand() -> None:
    # One window: 1 * 50 - 2 * 50 + ... = 0 on a constant, and 4 times what its centre stands out.
    grey = np.full((3, 3), 50, dtype=np.uint8)
    assert noise_sigma(grey) == 0.0
    grey[1, 1] = 53
    assert noise_sigma(grey) == pytest.approx(12 * STEP)
    grey[0, 0] = 40  # 1 times the corner
    assert noise_sigma(grey) == pytest.approx(2 * STEP)
    grey[0, 1] = 52  # -2 times an edge
    assert noise_sigma(grey) == pytest.approx(2 * STEP)


def test_of_an_even_number_of_responses_the_lower_middle_counts() -> None:
    grey = np.full((3, 4), 50, dtype=np.uint8)
    grey[1, 0] = 51  # reaches the first window alone, as an edge: 2
    assert noise_sigma(grey) == 0.0


@pytest.mark.parametrize(
    "shading",
    [
        np.full((40, 40), 77),
        np.add.outer(np.arange(40) * 2, np.arange(40) * 3),
        np.add.outer(np.arange(40) ** 2 // 16, 100 * (np.arange(40) > 20)),
    ],
    ids=["constant", "plane", "curve and upright edge"],
)
def test_shading_is_no_noise(shading: np.ndarray) -> None:
    assert noise_sigma(shading.astype(np.uint8) + 1) == 0.0


def test_edges_in_less_than_half_of_the_picture_are_no_noise() -> None:
    grey = np.full((60, 60), 60, dtype=np.uint8)
    grey[:20] = RNG.integers(1, 255, (20, 60))
    assert noise_sigma(grey) == 0.0


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 9), (9, 2), (2, 2)])
def test_where_the_mask_does_not_fit_there_is_nothing_to_tell(shape: tuple[int, int]) -> None:
    assert noise_sigma(RNG.integers(0, 256, shape, dtype=np.uint8)) == 0.0


@pytest.mark.parametrize("level", [0, 255])
def test_clipped_pixels_do_not_hide_the_noise_of_the_rest(level: int) -> None:
    grey = np.rint(RNG.normal(128, 8, (90, 90))).astype(np.uint8)
    grey[:60] = level
    assert 255 * noise_sigma(grey) == pytest.approx(8, rel=0.1)
    assert noise_sigma(np.full((9, 9), level, dtype=np.uint8)) == 0.0


def test_the_strongest_noise_reads_as_the_most_that_is_told() -> None:
    grey = np.where(np.indices((30, 30)).sum(axis=0) % 2, 1, 254).astype(np.uint8)
    assert noise_sigma(grey) == pytest.approx(255 * STEP)


def test_strips_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    grey = RNG.integers(0, 256, (50, 31), dtype=np.uint8)
    whole = noise_sigma(grey)
    for pixels in (1, 100, 31 * 47, 31 * 48):
        monkeypatch.setattr("lamplit.light.noise._PIXELS_AT_ONCE", pixels)
        assert noise_sigma(grey) == whole


def test_a_photograph_with_noise_added(repository: object) -> None:
    grey = as_grey(read_image(f"{repository}/examples/eileen-collins.jpg"))
    assert 255 * noise_sigma(grey) < 1
    for sigma in (4, 12):
        noisy = np.rint(0.8 * grey + 20 + RNG.normal(0, sigma, grey.shape)).clip(0, 255).astype(np.uint8)
        assert 255 * noise_sigma(noisy) == pytest.approx(sigma, rel=0.15)


@pytest.mark.parametrize("shape", [(7, 30, 20), (1, 3, 3), (2, 3, 4), (0, 30, 20), (4, 2, 30)])
def test_many_at_once_are_as_one_by_one(shape: tuple[int, ...]) -> None:
    pictures = RNG.integers(0, 256, shape, dtype=np.uint8)
    pictures[: len(pictures) // 2] //= 64  # many pixels at level 0, which do not count
    assert noise_sigmas(pictures).tolist() == [noise_sigma(picture) for picture in pictures]


def test_where_all_is_clipped_there_is_nothing_to_tell_noise_from() -> None:
    pictures = np.stack([np.zeros((8, 8), np.uint8), np.full((8, 8), 255, np.uint8)])
    assert noise_sigmas(pictures).tolist() == [0.0, 0.0]
