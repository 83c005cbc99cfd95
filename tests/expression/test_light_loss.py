"""What the light takes: nothing by day, noise at night, contrast where the light stands behind the head."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.expression.light_loss import light_losses
from lamplit.light.gauntlet import GAUNTLET

ROWS, COLUMNS = np.mgrid[:48, :48]


def face(low: float = 60, high: float = 200) -> np.ndarray:
    """A crop with upright stripes, which hold contrast and no noise, all over."""
    return np.where(COLUMNS % 12 < 6, low, high).astype(np.uint8)[None]


def lit(condition: str, crop: np.ndarray) -> list[np.ndarray]:
    """The crop in a condition of the gauntlet, from a little bad to hardly possible."""
    return [light.apply(crop) for light in GAUNTLET if light.condition == condition]


def test_in_good_light_nothing_is_lost() -> None:
    assert light_losses(face())[0] == pytest.approx([0.0, 0.0], abs=0.1)


def test_less_light_alone_takes_nothing() -> None:
    for crop in lit("dim", face())[:3]:
        assert light_losses(crop)[0] == pytest.approx([0.0, 0.0], abs=0.1)


def test_at_night_ever_more_is_lost_to_noise() -> None:
    stops = [light_losses(crop)[0, 0] for crop in lit("night", face())]
    assert stops == sorted(stops)
    assert stops[0] > 0.2
    assert stops[-1] > stops[0] + 1


def test_against_the_light_ever_more_is_lost_to_the_surround() -> None:
    stops = [light_losses(crop)[0, 1] for crop in lit("backlight", face())]
    assert stops == sorted(stops)
    assert 0.5 < stops[0] < 2.5
    assert stops[-1] > 4


def test_noise_by_hand() -> None:
    # Upright stripes without noise, then the same with noise of 8 levels; their contrast is 70 levels.
    noise = np.random.default_rng(0).normal(0, 8, (48, 48))
    crop = np.rint(face() + noise).clip(1, 254).astype(np.uint8)
    assert light_losses(crop)[0, 0] == pytest.approx(np.log2(16 * 8 / 70), abs=0.15)


def test_surround_by_hand() -> None:
    # Half of the pixels at one level and half at another: the contrast is half of the distance.
    crop = face(100, 110)
    crop[:, :, :8] = crop[:, :, 40:] = 250
    whole, middle = crop.std(), crop[:, 10:40, 14:34].std()
    assert light_losses(crop)[0, 1] == pytest.approx(np.log2(whole / middle), abs=0.1)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_crop_has_lost_all_to_noise_and_nothing_to_the_surround(level: int) -> None:
    assert light_losses(np.full((1, 48, 48), level, np.uint8)).tolist() == [[4.0, 0.0]]


def test_an_even_face_before_a_white_wall_has_lost_as_much_as_is_told() -> None:
    crop = np.full((1, 48, 48), 255, np.uint8)
    crop[:, 8:42, 12:36] = 3
    assert light_losses(crop).tolist() == [[4.0, 6.0]]


def test_every_crop_has_its_own_numbers_whatever_comes_with_it() -> None:
    crops = np.concatenate([face(), *lit("night", face()), *lit("backlight", face())])
    alone = np.concatenate([light_losses(crop[None]) for crop in crops])
    np.testing.assert_allclose(light_losses(crops), alone, rtol=0, atol=1e-6)
    assert light_losses(crops[:0]).shape == (0, 2)


def test_a_little_more_light_changes_little() -> None:
    # No threshold in it, or the probabilities of a video would jump.
    crop = lit("night", face())[2]
    brighter = np.minimum(crop.astype(np.int64) + 1, 255).astype(np.uint8)
    np.testing.assert_allclose(light_losses(brighter), light_losses(crop), atol=0.1)
