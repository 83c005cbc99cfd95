"""Light behind grey levels, and ratios of light in stops."""

from __future__ import annotations

import math

import numpy as np

from lamplit.core.arrays import AnyArray, IntArray


def _linear_light() -> AnyArray:
    """Undo the sRGB curve for the levels 0 to 255."""
    level = np.arange(256) / 255
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


LINEAR_LIGHT = _linear_light()
"""Light, as a share of full scale, of each grey level; shape (256,), float64 (IEC 61966-2-1, sRGB)."""

ONE_LEVEL = float(LINEAR_LIGHT[1])
"""The least light that 8 bits can tell from none."""


def mean_light(histogram: IntArray) -> float:
    """Return the mean light of a picture.

    Parameters
    ----------
    histogram : ndarray of shape (256,), integer
        Number of pixels at each grey level; at least one pixel in all.

    Returns
    -------
    float
        In [0, 1], linear: half of it is one stop less.

    Notes
    -----
    Grey levels are taken as sRGB, as files have them; the mean of levels would weigh shadows too much.

    References
    ----------
    IEC 61966-2-1:1999, section 5.2.

    Examples
    --------
    >>> half_white = np.zeros(256, dtype=np.int64)
    >>> half_white[[0, 255]] = 8
    >>> mean_light(half_white)
    0.5
    """
    return float(histogram @ LINEAR_LIGHT / histogram.sum())


def stops_between(first: float, second: float) -> float:
    """Return the ratio of two amounts of light in stops.

    Parameters
    ----------
    first, second : float
        Light as a share of full scale, in [0, 1]; less than one level counts as one level.

    Returns
    -------
    float
        log2(first / second), within -11.7 and 11.7; positive where the first is brighter.

    Examples
    --------
    >>> stops_between(0.5, 0.125), stops_between(0.0, 0.0)
    (2.0, 0.0)
    """
    return math.log2(max(first, ONE_LEVEL) / max(second, ONE_LEVEL))
