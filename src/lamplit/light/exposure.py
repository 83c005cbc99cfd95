"""Tone and exposure as functions of arrays, written once for NumPy and torch.

Pictures are grey float in [0, 1]; parameters are numbers or arrays that broadcast, such as (N, 1, 1, 1) for
one value per picture.
"""

from __future__ import annotations

from typing import TypeVar

from array_api_compat import array_namespace

Array = TypeVar("Array")


def tone_curve(x: Array, gamma: Array | float) -> Array:
    """Bend the tones: `x ** gamma`.

    Parameters
    ----------
    x : array
        Grey levels in [0, 1], any shape.
    gamma : array or float
        Above 1 darkens the middle tones, below 1 brightens them; black and white stay.

    Returns
    -------
    array
        Same shape as the broadcast of both, in [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> tone_curve(np.array([0.0, 0.5, 1.0]), 2.0).tolist()
    [0.0, 0.25, 1.0]
    """
    bent: Array = x**gamma  # type: ignore[operator]
    return bent


def expose(x: Array, gain: Array | float) -> Array:
    """Multiply the light by a gain and clip what exceeds full scale, as a sensor does.

    Parameters
    ----------
    x : array
        Grey levels in [0, 1], any shape.
    gain : array or float
        Below 1 is a shorter exposure, above 1 a longer one.

    Returns
    -------
    array
        Same shape as the broadcast of both, in [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> expose(np.array([0.25, 0.75]), 2.0).tolist()
    [0.5, 1.0]
    """
    exposed: Array = x * gain  # type: ignore[operator, assignment]
    return _clip(exposed, 0.0, 1.0)


def _clip(x: Array, low: float, high: float) -> Array:
    """Limit to [low, high] in the array's own library."""
    clipped: Array = array_namespace(x).clip(x, low, high)
    return clipped
