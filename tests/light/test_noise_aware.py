from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.darkness import night
from lamplit.light.noise_aware import noise_aware, open_tones
from lamplit.light.tan_triggs import tan_triggs


def portrait() -> np.ndarray:
    """Something like a face: an oval with two dark spots and a bar."""
    rows, columns = np.mgrid[:96, :80]
    face = np.where(((rows - 48) / 42) ** 2 + ((columns - 40) / 32) ** 2 < 1, 0.7, 0.25)
    for row, column, high, wide in ((35, 26, 4, 8), (35, 54, 4, 8), (70, 40, 4, 14)):
        face -= 0.45 * np.exp(-(((rows - row) / high) ** 2) - ((columns - column) / wide) ** 2)
    return face.clip(0.05, 1).astype(np.float32)


def at_night(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    face = portrait()
    dark = night(
        face, (random.random(face.shape), random.standard_normal(face.shape)), photons=24.0, gain=0.12
    )
    return dark.astype(np.float32)


def agreement(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def test_the_gain_comes_first_then_the_gamma_by_hand() -> None:
    # White at 0.2, so 0.002 becomes 0.01; its cube root would be darker than the middle: gamma 1/3 it is.
    x = np.full((1, 101), 0.002, np.float32)
    x[0, :5] = 0.2
    opened = open_tones(x, middle=0.5)
    assert opened[0, 0] == 1
    assert opened[0, 50] == pytest.approx(0.01 ** (1 / 3), rel=1e-4)


def test_the_median_goes_to_the_middle_from_below_only() -> None:
    for scale in (0.1, 1.0):
        x = np.linspace(0, scale, 101, dtype=np.float32)[None] ** 2
        assert np.median(open_tones(x, middle=0.45)) == pytest.approx(0.45, abs=1e-3)
    bright = np.linspace(0.5, 1, 101, dtype=np.float32)[None]
    assert np.median(open_tones(bright, middle=0.45)) > 0.7


def test_nothing_gets_darker_and_black_stays() -> None:
    x = np.random.default_rng(0).random((32, 32), dtype=np.float32) ** 3
    x[0, 0] = 0
    opened = open_tones(x)
    assert (opened >= x - 1e-6).all()
    assert opened[0, 0] == 0
    assert opened.max() <= 1
    assert (open_tones(np.zeros((3, 3), np.float32)) == 0).all()


def test_a_face_at_night_comes_out_like_the_face_in_good_light() -> None:
    face, dark = portrait(), at_night(0)
    assert dark.mean() < 0.06
    result = noise_aware(dark)
    assert 0.3 < result.mean() < 0.7
    assert agreement(result, noise_aware(face)) > 0.9
    assert agreement(dark, face) < 0.85


def test_tan_triggs_alone_amplifies_the_noise_and_after_the_chain_less() -> None:
    # Two pictures of the same face in the same dark: what differs is noise.
    first, second, good = at_night(1), at_night(2), tan_triggs(portrait())
    alone, after = tan_triggs(first), tan_triggs(noise_aware(first))
    assert agreement(alone, tan_triggs(second)) < 0.4
    assert agreement(after, tan_triggs(noise_aware(second))) > 0.65
    assert agreement(after, good) > agreement(alone, good) + 0.2


def test_a_picture_in_good_light_keeps_its_detail() -> None:
    face = portrait()
    assert agreement(noise_aware(face), face) > 0.93


@pytest.mark.parametrize(
    "settings", [{"strength": 0.0}, {"middle": 0.0}, {"middle": 1.0}, {"clip_limit": -1.0}]
)
def test_bad_settings_are_named(settings: dict[str, float]) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{next(iter(settings))}: needs"):
        noise_aware(portrait(), **settings)
