"""Tone and exposure as functions of arrays, written once for NumPy and torch.

Pictures are grey float in [0, 1]; parameters are numbers or arrays that broadcast, such as (N, 1, 1, 1) for
one value per picture.
"""

from __future__ import annotations

from typing import TypeVar

from array_api_compat import array_namespace

from lamplit.light.checks import Setting, check_floats

Array = TypeVar("Array")

_GAMMA = Setting("gamma", low=0.0, above=True)
_GAIN = Setting("gain", low=0.0)


def tone_curve(x: Array, gamma: Array | float) -> Array:
    """Bend the tones: `x ** gamma`.

    Parameters
    ----------
    x : array, float
        Grey levels, any shape, which must be in [0, 1]. They are not looked at: a negative one gives NaN, and
        one above 1 stays above 1.
    gamma : array or float
        Above 0; above 1 it darkens the middle tones, below 1 it brightens them; black and white stay.

    Returns
    -------
    array
        Same shape as the broadcast of both, in [0, 1].

    Raises
    ------
    InvalidArgumentError
        If the picture is no array of floats, or gamma a number that is not finite or not above 0, or an array
        of another library or of a shape that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> tone_curve(np.array([0.0, 0.5, 1.0]), 2.0).tolist()
    [0.0, 0.25, 1.0]
    """
    check_floats("x", x)
    _GAMMA.check(gamma, x)
    bent: Array = x**gamma  # type: ignore[operator]
    return bent


def expose(x: Array, gain: Array | float) -> Array:
    """Multiply the light by a gain and clip what exceeds full scale, as a sensor does.

    Parameters
    ----------
    x : array, float
        Grey levels in [0, 1], any shape.
    gain : array or float
        At least 0; below 1 is a shorter exposure, above 1 a longer one.

    Returns
    -------
    array
        Same shape as the broadcast of both, in [0, 1].

    Raises
    ------
    InvalidArgumentError
        If the picture is no array of floats, or the gain a number that is not finite or below 0, or an array
        of another library or of a shape that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> expose(np.array([0.25, 0.75]), 2.0).tolist()
    [0.5, 1.0]
    """
    check_floats("x", x)
    _GAIN.check(gain, x)
    exposed: Array = x * gain  # type: ignore[operator, assignment]
    return _clip(exposed, 0.0, 1.0)


def _clip(x: Array, low: float, high: float) -> Array:
    """Limit to [low, high] in the array's own library."""
    clipped: Array = array_namespace(x).clip(x, low, high)
    return clipped
