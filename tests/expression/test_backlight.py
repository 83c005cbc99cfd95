"""Exposure for the face, where the light stands behind the head and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.expression.backlight import expose_for_face
from lamplit.light.gauntlet import GAUNTLET, SEVEN_LIGHTS


def crop(left: float, middle: float, right: float) -> np.ndarray:
    face = np.full((1, 48, 48), middle, np.float32)
    face[:, :, :5], face[:, :, -5:] = left, right
    return face


def test_a_backlit_face_gets_the_wanted_median() -> None:
    lit = expose_for_face(crop(0.9, 0.1, 0.8))
    assert lit[0, 24, 24] == pytest.approx(0.45)
    assert lit[0, 24, 0] == 1.0


@pytest.mark.parametrize(
    ("left", "middle", "right"),
    [(0.9, 0.1, 0.2), (0.2, 0.1, 0.9), (0.5, 0.1, 0.5), (0.1, 0.5, 0.1), (1.0, 0.2, 1.0)],
    ids=["light from one side", "from the other", "2.3 stops", "dark background", "also 2.3 stops"],
)
def test_all_others_stay_as_they_are(left: float, middle: float, right: float) -> None:
    crops = crop(left, middle, right)
    assert expose_for_face(crops) is crops


def test_neighbours_in_a_batch_are_untouched() -> None:
    crops = np.concatenate([crop(0.4, 0.5, 0.4), crop(1.0, 0.05, 1.0)])
    lit = expose_for_face(crops)
    assert (lit[0] == crops[0]).all()
    assert lit[1, 24, 24] == pytest.approx(0.45)
    assert crops[1, 24, 24] == np.float32(0.05)  # the caller's crops are not changed


def test_nothing_and_black_are_fine() -> None:
    assert len(expose_for_face(np.zeros((0, 48, 48), np.float32))) == 0
    assert np.isfinite(expose_for_face(crop(1.0, 0.0, 1.0))).all()


@pytest.mark.parametrize("light", SEVEN_LIGHTS, ids=lambda light: light.name)
def test_side_light_and_darkness_are_left_alone(light) -> None:
    ramp = np.linspace(80, 180, 48 * 48).reshape(1, 48, 48).astype(np.uint8)
    lit = light.apply(np.repeat(ramp, 10, axis=0)).astype(np.float32) / 255
    assert expose_for_face(lit) is lit


def test_strong_backlight_is_corrected() -> None:
    light = next(light for light in GAUNTLET if light.condition == "backlight" and light.strength == 4)
    dark = light.apply(np.full((1, 48, 48), 128, np.uint8)).astype(np.float32) / 255
    assert 0.4 < np.median(expose_for_face(dark)[0, 16:32, 16:32]) < 0.5
