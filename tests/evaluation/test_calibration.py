"""Calibration over the lights: pooled, apart, by condition."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.temperature import LightTemperature
from lamplit.evaluation.calibration import (
    LitLogits,
    by_condition,
    calibration_scores,
    fit_in_all_lights,
    lit_logits,
)
from lamplit.evaluation.reliability import ReliabilityBins, pooled_bins, reliability_bins
from lamplit.expression.calibration import softmax
from lamplit.light.gauntlet import GAUNTLET, GOOD

NIGHTS = [light for light in GAUNTLET if light.condition == "night"]
RNG = np.random.default_rng(0)


def bins(confidence: float, accuracy: float, count: int = 10) -> ReliabilityBins:
    """Faces that are all in the last of two bins."""
    nothing = np.nan
    return ReliabilityBins(
        np.array([nothing, confidence]), np.array([nothing, accuracy]), np.array([0, count])
    )


def test_faces_grouped_apart_are_as_if_grouped_at_once() -> None:
    probabilities, classes = RNG.dirichlet(np.ones(4), 300), RNG.integers(0, 4, 300)
    parts = [reliability_bins(probabilities[i::3], classes[i::3]) for i in range(3)]
    whole, pooled = reliability_bins(probabilities, classes), pooled_bins(parts)
    np.testing.assert_array_equal(pooled.count, whole.count)
    np.testing.assert_allclose(pooled.confidence, whole.confidence)
    np.testing.assert_allclose(pooled.accuracy, whole.accuracy)
    assert (whole.count == 0).any(), "an empty bin must be among them"


def test_pooling_hides_what_the_mean_over_lights_shows() -> None:
    # Too sure in one light by 0.2, too doubtful in the other by as much.
    scores = calibration_scores({GOOD: bins(0.9, 0.7), NIGHTS[0]: bins(0.7, 0.9)})
    assert scores["pooled"] == pytest.approx(0.0)
    assert scores["mean_of_lights"] == scores["mean_of_conditions"] == pytest.approx(0.2)
    assert scores["good_light"] == pytest.approx(0.2)


def test_strengths_of_a_condition_count_as_one() -> None:
    apart = {GOOD: bins(0.9, 0.9), NIGHTS[0]: bins(0.9, 0.7), NIGHTS[1]: bins(0.7, 0.8, count=20)}
    together = by_condition(apart)
    assert list(together) == ["good light", "night"]
    night = together["night"]
    assert (night.count[1], night.confidence[1], night.accuracy[1]) == (
        30,
        pytest.approx(23 / 30),
        pytest.approx(23 / 30),
    )
    scores = calibration_scores(apart)
    assert scores["mean_of_lights"] == pytest.approx(0.1)
    assert scores["mean_of_conditions"] == pytest.approx(0.0)
    assert (scores["worst_light"], scores["worst"]) == (NIGHTS[0].name, pytest.approx(0.2))


def test_the_network_sees_the_faces_in_the_light() -> None:
    faces, seen = RNG.integers(0, 256, (3, 48, 48), dtype=np.uint8), []

    def remember(crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        seen.append(crops)
        return np.zeros((3, 2), np.float32), np.ones((3, 2), np.float32)

    said = lit_logits(remember, faces, np.array([0, 1, 0]), NIGHTS[2], seed=4)
    np.testing.assert_array_equal(seen[0], NIGHTS[2].apply(faces, seed=4))
    assert said.light == NIGHTS[2]
    assert said.subset(np.array([2])).classes.tolist() == [0]
    assert said.losses.tolist() == [[1.0, 1.0]] * 3


def test_what_is_fitted_in_all_lights_fits_each() -> None:
    # Sure by 88 % in both, right 75 % in good light and 62.5 % at night.
    logits = np.array([[2.0, 0.0]] * 8)
    day = LitLogits(GOOD, logits, np.zeros((8, 2)), np.repeat([0, 1], [6, 2]))
    night = LitLogits(NIGHTS[0], logits, np.array([[2.0, 0.0]] * 8), np.repeat([0, 1], [5, 3]))
    fitted = fit_in_all_lights([day, night])
    for said in (day, night):
        assert said.bins(fitted.of(said.losses)).calibration_error == pytest.approx(0.0, abs=1e-6)
        assert said.bins(1.0).calibration_error > 0.1


def test_good_light_counts_as_much_as_all_others_together() -> None:
    # Nothing tells the lights apart: one temperature for 7 of 8 by day and 5 of 8 in three nights.
    logits = np.array([[2.0, 0.0]] * 8)
    day = LitLogits(GOOD, logits, np.zeros((8, 2)), np.repeat([0, 1], [7, 1]))
    nights = [LitLogits(night, logits, np.zeros((8, 2)), np.repeat([0, 1], [5, 3])) for night in NIGHTS[:3]]
    fitted = fit_in_all_lights([nights[0], day, *nights[1:]])
    assert 1 / (1 + np.exp(-2 / fitted.good)) == pytest.approx((7 / 8 + 5 / 8) / 2, abs=1e-4)


def test_bins_are_those_of_the_probabilities() -> None:
    said = LitLogits(GOOD, RNG.normal(size=(50, 3)), RNG.uniform(0, 4, (50, 2)), RNG.integers(0, 3, 50))
    temperatures = LightTemperature(0.7, noise=0.1).of(said.losses)
    probabilities = np.concatenate(
        [softmax(row[None], float(t)) for row, t in zip(said.logits, temperatures, strict=True)]
    )
    expected = reliability_bins(probabilities, said.classes)
    np.testing.assert_allclose(said.bins(temperatures).confidence, expected.confidence, atol=1e-6)
