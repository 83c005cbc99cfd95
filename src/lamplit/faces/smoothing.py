"""Smoothing over time: points that shake, probabilities that flicker; frames may come at any times."""

from __future__ import annotations

import math

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.checks import check_number
from lamplit.core.errors import InvalidArgumentError


class OneEuroFilter:
    """Smooth points: much where they rest, little where they move.

    Parameters
    ----------
    rest_cutoff : float
        Cut-off frequency at rest in Hz, above 0. Lower is smoother.
    speed_cutoff : float
        By how many Hz the cut-off rises per unit of speed, above 0. Higher lags less.
    longest_gap : float
        After so many seconds without points the filter begins anew.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.

    Notes
    -----
    A first-order low-pass of cut-off f lags by 1 / (2 pi f) seconds: at rest by 0.11 s with the usual
    1.5 Hz; at a speed of two eye distances per second, with the usual slope, by 0.03 s. Speed is counted per
    point, low-passed at 1 Hz, in units of the `size` given with the points, so that faces near and far are
    smoothed alike. The gain follows from the time between frames, which need not be regular.

    References
    ----------
    Casiez, Roussel, Vogel (2012), doi:10.1145/2207676.2208639.

    Examples
    --------
    >>> smooth = OneEuroFilter()
    >>> smooth.update(np.array([[10.0, 20.0]]), time=0.0).tolist()
    [[10.0, 20.0]]
    >>> smooth.update(np.array([[12.0, 20.0]]), time=0.04, size=60.0).round(1).tolist()
    [[10.6, 20.0]]
    """

    def __init__(
        self, *, rest_cutoff: float = 1.5, speed_cutoff: float = 2.0, longest_gap: float = 0.5
    ) -> None:
        self.rest_cutoff = check_number("rest_cutoff", rest_cutoff, above=0.0)
        self.speed_cutoff = check_number("speed_cutoff", speed_cutoff, above=0.0)
        self.longest_gap = check_number("longest_gap", longest_gap, above=0.0)
        self._time = -math.inf
        self._points: AnyArray = np.zeros((0, 2))
        self._velocity: AnyArray = np.zeros((0, 2))

    def update(self, points: AnyArray, *, time: float, size: float = 1.0) -> AnyArray:
        """Take in the points of a frame.

        Parameters
        ----------
        points : ndarray of shape (N, 2)
            Points (x, y), finite; N as before.
        time : float
            When, in seconds, after the frame before.
        size : float
            The unit of speeds, in the unit of the points: the distance between the eyes, say.

        Returns
        -------
        ndarray of shape (N, 2), float64
            The smoothed points.

        Raises
        ------
        InvalidArgumentError
            If the points are others, or the time does not go on.
        """
        marks = np.asarray(points, dtype=np.float64)
        check_number("size", size, above=0.0)
        if marks.ndim != 2 or marks.shape[1] != 2 or not np.isfinite(marks).all():
            raise InvalidArgumentError("points", "finite points (x, y)", f"shape {marks.shape}")
        elapsed = time_passed(self._time, time)
        self._time = time
        if elapsed > self.longest_gap or marks.shape != self._points.shape:
            self._points, self._velocity = marks, np.zeros_like(marks)
            return marks.copy()
        moved = (marks - self._points) / elapsed
        self._velocity = self._velocity + _gain(1.0, elapsed) * (moved - self._velocity)
        speed = np.linalg.norm(self._velocity, axis=1, keepdims=True) / size  # (N, 1)
        gain = _gain(self.rest_cutoff + self.speed_cutoff * speed, elapsed)
        self._points = self._points + gain * (marks - self._points)
        return self._points.copy()


class ProbabilityMean:
    """Average the probabilities of the frames so far, each counting for less as it ages.

    Parameters
    ----------
    half_life : float
        Seconds after which a frame counts for half, above 0.

    Raises
    ------
    InvalidArgumentError
        If it is no such number.

    Notes
    -----
    The mean age of what is averaged, and so the lag behind a slow change, is half_life / ln 2 on a steady
    stream (0.43 s for 0.3 s); the answer to a sudden change is half way after one half-life. Plain means, not
    those of logarithms: one frame that rules a label out does not rule it out for long. A gap needs no care:
    what lies before it has aged. The first frame is taken as it is.

    Examples
    --------
    >>> mean = ProbabilityMean(half_life=1.0)
    >>> mean.update([1.0, 0.0], time=0.0).tolist()
    [1.0, 0.0]
    >>> mean.update([0.25, 0.75], time=1.0).tolist()  # weights 1/2 and 1
    [0.5, 0.5]
    """

    def __init__(self, *, half_life: float = 0.3) -> None:
        self.half_life = check_number("half_life", half_life, above=0.0)
        self._time = -math.inf
        self._sum: AnyArray = np.zeros(0)
        self._weight = 0.0

    def update(self, probabilities: AnyArray, *, time: float, weight: float = 1.0) -> AnyArray:
        """Take in the probabilities of a frame.

        Parameters
        ----------
        probabilities : ndarray of shape (K,)
            They sum to 1; K as before.
        time : float
            When, in seconds, after the frame before.
        weight : float
            What the frame counts for, at least 0: less where the light is bad. Frames of weight 0 alone are
            taken as they are.

        Returns
        -------
        ndarray of shape (K,), float64
            The average; sums to 1.

        Raises
        ------
        InvalidArgumentError
            If they are no probabilities, the weight is below 0, or the time does not go on.
        """
        row = np.asarray(probabilities, dtype=np.float64)
        if row.ndim != 1 or not (row >= 0).all() or not abs(row.sum() - 1) < 1e-3:
            raise InvalidArgumentError("probabilities", "numbers of at least 0 that sum to 1", str(row))
        if not 0 <= weight < math.inf:
            raise InvalidArgumentError("weight", "a finite number of at least 0", repr(weight))
        elapsed = time_passed(self._time, time)
        self._time = time
        if row.shape != self._sum.shape:
            self._sum, self._weight = np.zeros_like(row), 0.0
        aged = 0.5 ** (elapsed / self.half_life)
        self._sum, self._weight = aged * self._sum + weight * row, aged * self._weight + weight
        mean = self._sum / self._weight if self._weight > 0 else row
        whole: AnyArray = mean / mean.sum()
        return whole


def time_passed(before: float, now: float) -> float:
    """Return the seconds between two frames.

    Parameters
    ----------
    before : float
        When the frame before was; -infinity if there was none.
    now : float
        When this one is.

    Returns
    -------
    float
        Above 0; infinite for the first frame.

    Raises
    ------
    InvalidArgumentError
        If the time is not finite or does not go on.

    Examples
    --------
    >>> time_passed(1.0, 1.5)
    0.5
    """
    if not math.isfinite(now) or now <= before:
        raise InvalidArgumentError("time", f"finite seconds after {before:g}", repr(now))
    return now - before


def _gain(cutoff: AnyArray | float, seconds: float) -> AnyArray:
    """Return the share of the new in a low-pass of a cut-off in Hz."""
    turns = 2 * math.pi * np.asarray(cutoff) * seconds
    gain: AnyArray = turns / (turns + 1)
    return gain
