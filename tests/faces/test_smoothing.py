"""Smoothing over time: what it takes away, how far it lags, and what gaps do."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.faces.smoothing import OneEuroFilter, ProbabilityMean

FRAME = 0.04


def smoothed(filter_: OneEuroFilter, path: AnyArray, size: float = 60.0) -> AnyArray:
    """The x of one point, frame by frame."""
    return np.array(
        [filter_.update(np.array([[x, 0.0]]), time=FRAME * n, size=size)[0, 0] for n, x in enumerate(path)]
    )


def test_a_point_at_rest_shakes_less() -> None:
    noise = np.random.default_rng(0).normal(0, 1.0, 500)
    assert smoothed(OneEuroFilter(), noise)[20:].std() < 0.5


@pytest.mark.parametrize("speed", [30.0, 120.0])
def test_the_lag_is_that_of_the_notes(speed: float) -> None:
    # On a ramp a low-pass of cut-off f lags by 1 / (2 pi f), here with f = 1.5 + 2 * speed / size.
    path = speed * FRAME * np.arange(400)
    lag = (path - smoothed(OneEuroFilter(), path))[-1] / speed
    assert lag == pytest.approx(1 / (2 * np.pi * (1.5 + 2 * speed / 60)), abs=0.02)


def test_faces_near_and_far_are_smoothed_alike() -> None:
    path = np.random.default_rng(0).normal(0, 1.0, 50).cumsum()
    small, large = smoothed(OneEuroFilter(), path, 10.0), smoothed(OneEuroFilter(), 7 * path, 70.0)
    np.testing.assert_allclose(7 * small, large)


def test_after_a_long_gap_it_begins_anew() -> None:
    filter_ = OneEuroFilter(longest_gap=0.5)
    filter_.update(np.zeros((3, 2)), time=0.0)
    assert (filter_.update(np.ones((3, 2)), time=0.4) < 1).all()
    np.testing.assert_array_equal(filter_.update(np.full((3, 2), 9.0), time=1.0), np.full((3, 2), 9.0))


def test_twice_the_time_takes_in_more() -> None:
    def answer(time: float) -> float:
        filter_ = OneEuroFilter(speed_cutoff=1e-9)
        filter_.update(np.zeros((1, 2)), time=0.0)
        return float(filter_.update(np.ones((1, 2)), time=time)[0, 0])

    assert answer(0.04) == pytest.approx(0.2738, abs=1e-4)  # 2 pi 1.5 0.04 = 0.377; 0.377 / 1.377
    assert answer(0.08) == pytest.approx(0.4299, abs=1e-4)


def test_what_is_returned_is_a_copy() -> None:
    filter_ = OneEuroFilter()
    filter_.update(np.zeros((1, 2)), time=0.0)[:] = 99
    assert filter_.update(np.zeros((1, 2)), time=0.1)[0, 0] == 0


@pytest.mark.parametrize("points", [np.zeros((3, 3)), np.zeros(2), np.full((2, 2), np.nan)])
def test_other_points_are_refused(points: AnyArray) -> None:
    with pytest.raises(InvalidArgumentError, match=r"points: needs finite points \(x, y\)"):
        OneEuroFilter().update(points, time=0.0)


@pytest.mark.parametrize("time", [1.0, 0.5, np.nan, np.inf])
def test_time_goes_on(time: float) -> None:
    filter_, mean = OneEuroFilter(), ProbabilityMean()
    filter_.update(np.zeros((1, 2)), time=1.0)
    mean.update(np.array([1.0, 0.0]), time=1.0)
    with pytest.raises(InvalidArgumentError, match="time: needs finite seconds after 1"):
        filter_.update(np.zeros((1, 2)), time=time)
    with pytest.raises(InvalidArgumentError, match="time: needs finite seconds after 1"):
        mean.update(np.array([1.0, 0.0]), time=time)


def test_a_frame_counts_for_half_after_a_half_life() -> None:
    mean = ProbabilityMean(half_life=0.5)
    mean.update(np.array([1.0, 0.0, 0.0]), time=0.0)
    mean.update(np.array([0.0, 1.0, 0.0]), time=0.5)
    last = mean.update(np.array([0.0, 0.0, 1.0]), time=1.5)
    np.testing.assert_allclose(last, np.array([1 / 8, 1 / 4, 1]) / (11 / 8))


def test_a_sudden_change_is_half_way_after_a_half_life() -> None:
    mean = ProbabilityMean(half_life=0.3)
    for n in range(500):
        mean.update(np.array([1.0, 0.0]), time=n / 100)
    for n in range(500, 530):
        answer = mean.update(np.array([0.0, 1.0]), time=n / 100)
    np.testing.assert_allclose(answer, 0.5, atol=0.01)


def test_probabilities_stay_probabilities_at_irregular_times() -> None:
    rng = np.random.default_rng(0)
    mean, now = ProbabilityMean(), 0.0
    for _ in range(300):
        now += rng.exponential(0.1)
        row = mean.update(rng.dirichlet(np.full(8, 0.2)), time=now)
        assert row.sum() == pytest.approx(1.0, abs=1e-12)
        assert (row >= 0).all()


def test_after_hours_the_new_frame_stands_alone() -> None:
    mean = ProbabilityMean()
    mean.update(np.array([1.0, 0.0]), time=0.0)
    assert mean.update(np.array([0.2, 0.8]), time=7200.0).tolist() == pytest.approx([0.2, 0.8])


def test_a_frame_in_bad_light_counts_for_less() -> None:
    mean = ProbabilityMean(half_life=1e9)
    mean.update(np.array([1.0, 0.0]), time=0.0)
    assert mean.update(np.array([0.0, 1.0]), time=1.0, weight=0.25).tolist() == pytest.approx([0.8, 0.2])
    assert mean.update(np.array([0.0, 1.0]), time=2.0, weight=0.0).tolist() == pytest.approx([0.8, 0.2])
    alone = ProbabilityMean()
    assert alone.update(np.array([0.0, 1.0]), time=0.0, weight=0.0).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("row", [[0.5, 0.4], [1.5, -0.5], [[1.0]], [np.nan, 1.0]])
def test_what_is_no_probability_is_refused(row: list[float]) -> None:
    with pytest.raises(InvalidArgumentError, match="probabilities: needs numbers of at least 0"):
        ProbabilityMean().update(np.array(row), time=0.0)


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="half_life: needs a finite number above 0"):
        ProbabilityMean(half_life=0)
    with pytest.raises(InvalidArgumentError, match="rest_cutoff: needs a finite number above 0"):
        OneEuroFilter(rest_cutoff=-1)
    with pytest.raises(InvalidArgumentError, match="weight: needs a finite number of at least 0"):
        ProbabilityMean().update(np.array([1.0]), time=0.0, weight=-1)
