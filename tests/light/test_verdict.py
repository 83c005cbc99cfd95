from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lamplit.core.light import LightReading
from lamplit.datasets import read_ferplus
from lamplit.light import measure, night
from lamplit.light.verdict import is_usable, verdict_of

GOOD = LightReading(
    mean=0.5, median=0.5, p01=0.05, p05=0.1, p95=0.8, p99=0.9, contrast=0.2, contrast_range=0.7,
    dynamic_range=7.0, entropy=7.3, clipped_dark=0.0, clipped_bright=0.0, noise=0.01, left_right=0.0,
    up_down=0.0, backlight=-0.4,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, ("good",)),
        ({"mean": 0.12}, ("dim",)),
        ({"mean": 0.119}, ("dark",)),
        ({"mean": 0.25}, ("good",)),
        ({"mean": 0.249}, ("dim",)),
        ({"p95": 0.49}, ("dim",)),
        ({"p95": 0.24}, ("dark",)),
        ({"clipped_bright": 0.15}, ("good",)),
        ({"clipped_bright": 0.16}, ("over-exposed",)),
        ({"mean": 0.86}, ("over-exposed",)),
        ({"dynamic_range": 2.4}, ("flat",)),
        ({"noise": 0.039}, ("good",)),
        ({"noise": 0.041}, ("noisy",)),
        ({"left_right": 2.0}, ("good",)),
        ({"left_right": 2.1}, ("side-lit",)),
        ({"left_right": -2.1}, ("side-lit",)),
        ({"up_down": 5.0}, ("good",)),
        ({"backlight": 1.6}, ("backlit",)),
        ({"backlight": None}, ("good",)),
        ({"mean": 0.1, "contrast": 0.04, "left_right": 3.0}, ("dark", "noisy", "side-lit")),
        ({"mean": 0.9, "dynamic_range": 1.0}, ("over-exposed", "flat")),
    ],
)
def test_words_follow_the_thresholds(changed: dict[str, float], words: tuple[str, ...]) -> None:
    assert verdict_of(replace(GOOD, **changed)) == words


@pytest.mark.parametrize(
    ("changed", "usable"),
    [
        ({}, True),
        ({"noise": 0.166}, True),
        ({"noise": 0.167}, False),
        ({"contrast": 0.0, "noise": 0.0}, False),
        ({"clipped_dark": 0.5, "clipped_bright": 0.42}, True),
        ({"clipped_dark": 0.5, "clipped_bright": 0.43}, False),
        ({"mean": 0.01, "left_right": 5.0, "backlight": 5.0, "dynamic_range": 0.5}, True),
    ],
)
def test_unusable_is_noise_alone_or_clipped_nearly_everywhere(
    changed: dict[str, float], usable: bool
) -> None:
    assert is_usable(replace(GOOD, **changed)) is usable


def test_verdict_and_use_of_the_reading_itself_are_not_looked_at() -> None:
    odd = replace(GOOD, verdict=("flat",), usable=False)
    assert verdict_of(odd) == ("good",)
    assert is_usable(odd)


@pytest.fixture(scope="module")
def faces(data_dir: object) -> np.ndarray:
    # The thresholds were chosen on the training split.
    return read_ferplus(str(data_dir), "validation").images[::9]


def test_faces_as_they_are_are_usable_and_mostly_good(faces: np.ndarray) -> None:
    readings = [measure(face) for face in faces]
    assert np.mean([reading.usable for reading in readings]) >= 0.995
    assert np.mean([reading.verdict == ("good",) for reading in readings]) >= 0.9


def draws(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.random(shape), random.standard_normal(shape)


@pytest.mark.parametrize(
    ("word", "gain", "photons"), [("dark", 0.2, 1e6), ("over-exposed", 2.2, 1e6), ("noisy", 0.12, 200.0)]
)
def test_bad_light_is_named(faces: np.ndarray, word: str, gain: float, photons: float) -> None:
    worse = night(faces / 255, draws(faces.shape), photons=photons * gain, read_noise=0.0, gain=gain)
    readings = [measure(face) for face in np.rint(255 * worse).astype(np.uint8)]
    assert np.mean([word in reading.verdict for reading in readings]) >= 0.9


def test_hardly_any_photons_are_unusable(faces: np.ndarray) -> None:
    worse = night(faces / 255, draws(faces.shape), photons=0.9, read_noise=0.6, gain=0.03)
    readings = [measure(face) for face in np.rint(255 * worse).astype(np.uint8)]
    assert np.mean([reading.usable for reading in readings]) <= 0.05
