"""An answer stands where there is light to read and the network is sure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lamplit.core.refusal import LeastProbability
from lamplit.expression.refusal import verdict_of_answer
from lamplit.light import measure

GOOD = replace(measure(np.arange(256, dtype=np.uint8).reshape(16, 16)), usable=True)


@pytest.mark.parametrize(
    ("probability", "usable", "verdict"),
    [
        (0.7, True, "ok"),
        (0.6, True, "ok"),
        (0.59, True, "unsure"),
        (0.99, False, "unusable light"),
        (0.1, False, "unusable light"),
    ],
)
def test_verdict(probability: float, usable: bool, verdict: str) -> None:
    least = LeastProbability(easy=0.6, hard=0.9)
    assert verdict_of_answer(probability, replace(GOOD, usable=usable), least) == verdict


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (("good",), "ok"),
        (("dim",), "ok"),
        (("dark",), "unsure"),
        (("dim", "noisy"), "unsure"),
        (("side-lit",), "unsure"),
        (("over-exposed", "flat"), "unsure"),
        (("backlit",), "ok"),
        (("dark", "noisy", "backlit"), "ok"),
    ],
)
def test_each_kind_of_light_asks_for_its_own(words: tuple[str, ...], verdict: str) -> None:
    light = replace(GOOD, verdict=words)
    assert verdict_of_answer(0.7, light, LeastProbability(easy=0.6, hard=0.8, backlit=0.65)) == verdict


def test_weights_without_a_threshold_never_doubt() -> None:
    assert verdict_of_answer(0.13, GOOD, LeastProbability()) == "ok"
