"""Where a face is and goes, from boxes that shake: a Kalman filter of constant velocity."""

from __future__ import annotations

import math

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.values import Box

SHAKE = 0.04
"""Standard deviation of a detector's middles, in sides of the face, and of the logarithm of its sides."""

ACCELERATION = 6.0
"""How a head changes its velocity, in sides per second squared (a standard deviation)."""

GROWTH = 0.5
"""How the logarithm of a face's sides wanders in a second (a standard deviation)."""

FIRST_SPEED = 2.0
"""What is believed of the speed of a new face, in sides per second (a standard deviation)."""


class BoxFilter:
    """The motion of one face.

    Parameters
    ----------
    box : Box
        Where it was first seen, in pixels.

    Notes
    -----
    x and y share one covariance, because all noise is counted in sides of the face. The size has no velocity:
    it would run away while nobody looks.

    References
    ----------
    Kalman (1960), doi:10.1115/1.3662552.

    Examples
    --------
    >>> motion = BoxFilter(Box(0, 0, 10, 10))
    >>> for number in range(1, 20):
    ...     motion.advance(0.04)
    ...     motion.correct(Box(number, 0, number + 10, 10))
    >>> motion.advance(0.4)
    >>> round(motion.box.x1)
    29
    """

    def __init__(self, box: Box) -> None:
        middle, log_sides = _measured(box)
        self._middle = np.stack([middle, np.zeros(2)])  # (2, 2): place and velocity, each (x, y)
        self._log_sides = log_sides
        self._spread = np.diag([SHAKE**2, FIRST_SPEED**2])
        self._size_spread = SHAKE**2

    @property
    def box(self) -> Box:
        """Where the face is thought to be."""
        (x, y), (half_width, half_height) = self._middle[0].tolist(), (np.exp(self._log_sides) / 2).tolist()
        return Box(x - half_width, y - half_height, x + half_width, y + half_height)

    @property
    def side(self) -> float:
        """The geometric mean of its width and height, in pixels."""
        return float(np.exp(self._log_sides.mean()))

    @property
    def uncertainty(self) -> float:
        """Standard deviation of where a detector would see its middle, in sides."""
        return math.sqrt(self._spread[0, 0] + SHAKE**2)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        moves = np.array([[1.0, seconds], [0.0, 1.0]])
        pushed = ACCELERATION * np.array([seconds**2 / 2, seconds])
        self._middle = moves @ self._middle
        self._spread = moves @ self._spread @ moves.T + np.outer(pushed, pushed)
        self._size_spread += GROWTH**2 * seconds

    def correct(self, box: Box) -> None:
        """Take in where a detector sees the face now."""
        middle, log_sides = _measured(box)
        gain = self._spread[:, 0] / (self._spread[0, 0] + SHAKE**2)  # (2,)
        self._middle = self._middle + np.outer(gain, middle - self._middle[0])
        self._spread = self._spread - np.outer(gain, self._spread[0])
        size_gain = self._size_spread / (self._size_spread + SHAKE**2)
        self._log_sides = self._log_sides + size_gain * (log_sides - self._log_sides)
        self._size_spread *= 1 - size_gain


def _measured(box: Box) -> tuple[AnyArray, AnyArray]:
    """Return the middle (x, y) of a box and the logarithms of its width and height."""
    middle = np.array([(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2])
    return middle, np.log([box.width, box.height])
