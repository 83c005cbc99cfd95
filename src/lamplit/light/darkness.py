"""Darkness as a sensor sees it: photons that are counted, electrons that are read, levels that are few.

Written once for NumPy and torch. Random numbers are handed in, so that the caller owns generator and device;
parameters are numbers or arrays that broadcast, such as (N, 1, 1, 1) for one value per picture.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar

from array_api_compat import array_namespace, device

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.checks import Setting, check_floats, check_floats_like, check_pair

Array = TypeVar("Array")

EXACT_BELOW = 6.0
"""Mean counts below which a Poisson number is counted out exactly."""

_STEPS = 26
"""Counts that are tried: at a mean of 6 fewer than one in 10^9 lies beyond."""

_PHOTONS = Setting("photons", low=0.0, above=True)
_READ_NOISE = Setting("read_noise", low=0.0)
_GAIN = Setting("gain", low=0.0)
_BITS = Setting("bits", low=1, high=32, whole=True)


def night(
    face: Array,
    noise: tuple[Array, Array],
    *,
    photons: Array | float,
    read_noise: Array | float = 1.0,
    gain: Array | float = 1.0,
    bits: Array | float = 8,
) -> Array:
    """Take a picture of a face where there is little light.

    Parameters
    ----------
    face : array, any shape, float
        Grey levels in [0, 1] of the face in good light, in proportion to the light.
    noise : (array, array), both of the face's shape, float
        Independent numbers, even in [0, 1), which decide how many photons arrive; and independent standard
        normal numbers, which become the read noise.
    photons : float or array
        Electrons that a white pixel collects on average; above 0. Grey ones collect less, in proportion.
    read_noise : float or array
        Standard deviation of what reading adds, in electrons; at least 0.
    gain : float or array
        How bright white comes out, as a share of full scale: 0.12 is a dark picture, 1 an amplified one. At
        least 0.
    bits : float or array
        Resolution of the converter, 1 to 32. Rounding comes last, when the signal is small, so a dark picture
        has few levels, and what brightens it afterwards cannot bring the others back.

    Returns
    -------
    array
        Same shape, in [0, 1], on the converter's levels.

    Raises
    ------
    InvalidArgumentError
        If the face or the noise is no array of floats, the noise no pair or of another shape, or a setting a
        number out of its range or an array that does not broadcast to the face. Values of arrays are not
        looked at.

    Notes
    -----
    electrons = Poisson(face * photons) + read_noise * normal;
    level = round(clip(electrons / photons * gain, 0, 1) * (2^bits - 1)).

    References
    ----------
    EMVA Standard 1288, release 4.0 (2021), section 2: the linear camera model.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> face = np.full((48, 48), 0.5)
    >>> noise = random.random(face.shape), random.standard_normal(face.shape)
    >>> dark = night(face, noise, photons=24.0, gain=0.12)
    >>> bool(abs(dark.mean() - 0.06) < 0.002), len(np.unique(dark)) < 35
    (True, True)
    """
    check_floats("face", face)
    uniform, normal = check_pair("noise", noise)
    shape = tuple(face.shape)  # type: ignore[attr-defined]
    for array in (uniform, normal):
        check_floats_like("noise", array, face, shape)
    _PHOTONS.check(photons, face, shape)
    _READ_NOISE.check(read_noise, face, shape)
    _GAIN.check(gain, face, shape)
    _BITS.check(bits, face, shape)
    electrons: Any = poisson(face * photons, uniform) + normal * read_noise  # type: ignore[operator]
    xp: Any = array_namespace(face)
    levels: Any = 2.0**bits - 1.0  # type: ignore[operator]
    exposed = xp.clip(electrons / photons * gain, 0.0, 1.0)
    dark: Array = xp.round(exposed * levels) / levels
    return dark


def poisson(mean: Array, uniform: Array) -> Array:
    """Turn even random numbers into Poisson counts.

    Parameters
    ----------
    mean : array, any shape, float
        Mean count, at least 0.
    uniform : array of the same shape, float
        Independent numbers, even in [0, 1).

    Returns
    -------
    array
        Same shape: whole numbers as floats.

    Raises
    ------
    InvalidArgumentError
        If one is no array of floats, or they differ in library or shape. Values are not looked at.

    Notes
    -----
    Up to a mean of 6 the count is the inverse of the distribution at the number, exactly. Above, it is the
    Cornish-Fisher approximation mean + sqrt(mean) z + (z^2 - 1) / 6, rounded, with z the normal quantile of
    the number. Its mean is that of the Poisson distribution to 0.001, its variance to 2.3 % at a mean of 6
    and to 0.1 % at 200. A number above 1 - 10^-6 counts as that.

    References
    ----------
    Devroye (1986), Non-Uniform Random Variate Generation, chapter X.3, doi:10.1007/978-1-4613-8643-8;
    Cornish and Fisher (1938), doi:10.2307/1400905.

    Examples
    --------
    >>> import numpy as np
    >>> mean = np.ones(3)  # P(0) = 0.37, P(0 or 1) = 0.74
    >>> poisson(mean, np.array([0.3, 0.5, 0.8])).tolist()
    [0.0, 1.0, 2.0]
    """
    check_floats("mean", mean)
    check_floats_like("uniform", uniform, mean, tuple(mean.shape))  # type: ignore[attr-defined]
    xp: Any = array_namespace(mean)
    uniform = xp.clip(uniform, None, 1.0 - 1e-6)  # in float32 the sums below never get nearer to 1
    few: Any = xp.clip(mean, 0.0, EXACT_BELOW)
    share = xp.exp(-few)
    below, count = share, xp.zeros_like(few)
    for number in range(1, _STEPS + 1):
        count = count + xp.astype(uniform >= below, few.dtype)
        share = share * few / number
        below = below + share
    z = _normal_quantile(xp, uniform)
    many: Any = xp.round(mean + xp.sqrt(xp.clip(mean, 0.0, None)) * z + (z * z - 1.0) / 6.0)
    counts: Array = xp.where(mean < EXACT_BELOW, count, xp.clip(many, 0.0, None))  # type: ignore[operator]
    return counts


def _normal_quantile(xp: Any, uniform: Any) -> Any:
    """Return the normal quantile to about 0.00045: Hastings' formula, Abramowitz and Stegun 26.2.23."""
    tail = xp.clip(xp.where(uniform < 0.5, uniform, 1.0 - uniform), 1e-9, 0.5)
    t = xp.sqrt(-2.0 * xp.log(tail))
    above = 2.515517 + t * (0.802853 + t * 0.010328)
    below = 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    z = t - above / below
    return xp.where(uniform < 0.5, -z, z)


def motion_blur(face: Array, length: Array, angle: Array) -> Array:
    """Move the camera while the shutter is open: the mean of the picture along a straight path.

    Parameters
    ----------
    face : array of shape (N, H, W), float
        Grey levels in [0, 1].
    length : array of shape (N,), float
        How far the picture moves, in pixels, from 0 to the longer side.
    angle : array of shape (N,), float
        Direction of the path, in degrees; 0 is along the rows.

    Returns
    -------
    array of shape (N, H, W)
        Same range. Edge pixels are repeated beyond the border.

    Raises
    ------
    InvalidArgumentError
        If an argument is no array of floats of its shape, they differ in library, or a path is longer than
        the longer side or not finite.

    Notes
    -----
    Places on the path, evenly spaced and linearly interpolated, are averaged: nine, or as many as a longer
    path has pixels and one more, so that it has no gaps. How many decides the loop, so the longest path is
    the one value that is read from the arrays.

    Examples
    --------
    >>> import numpy as np
    >>> edge = np.zeros((1, 9, 9)); edge[:, :, 5:] = 1.0
    >>> still = motion_blur(edge, np.array([0.0]), np.array([0.0]))
    >>> moved = motion_blur(edge, np.array([4.0]), np.array([0.0]))
    >>> bool((still == edge).all()), moved[0, 4].round(2).tolist()
    (True, [0.0, 0.0, 0.0, 0.17, 0.39, 0.61, 0.83, 1.0, 1.0])
    """
    check_floats("face", face, "N, H, W")
    for name, array in (("length", length), ("angle", angle)):
        check_floats_like(name, array, face, tuple(face.shape[:1]))  # type: ignore[attr-defined]
    xp: Any = array_namespace(face)
    way: Any = xp.astype(length, face.dtype)  # type: ignore[attr-defined]
    turn: Any = xp.astype(angle, face.dtype) * (math.pi / 180.0)  # type: ignore[attr-defined]
    # Each face has its own number of places, so that none depends on those beside it.
    places = xp.clip(xp.ceil(xp.abs(way)) + 1.0, float(_FEWEST_PLACES), None)  # (N,)
    blurred: Any = xp.zeros_like(face)
    for place in range(_most_places(xp, face, way)):
        path = (place / (places - 1.0) - 0.5) * way
        counts = xp.astype(place < places, way.dtype)[:, None, None]
        blurred = blurred + counts * _shifted(xp, face, path * xp.sin(turn), path * xp.cos(turn))
    mean: Array = blurred / places[:, None, None]
    return mean


_FEWEST_PLACES = 9


def _most_places(xp: Any, face: Any, length: Any) -> int:
    """Return how many places the longest path has."""
    longest, limit = float(xp.max(xp.abs(length))) if face.shape[0] else 0.0, max(face.shape[1:])
    if not longest <= limit:
        required = f"finite numbers of pixels, at most the longer side of {limit}"
        raise InvalidArgumentError("length", required, f"{longest:g}")
    return max(_FEWEST_PLACES, math.ceil(longest) + 1)


def _shifted(xp: Any, face: Any, down: Any, across: Any) -> Any:
    """Return the pictures at other places, linearly interpolated: rows first, then columns."""
    rows = _linear_matrix(xp, down, face.shape[1], face)  # (N, H, H)
    columns = _linear_matrix(xp, across, face.shape[2], face)  # (N, W, W)
    return rows @ face @ xp.matrix_transpose(columns)


def _linear_matrix(xp: Any, offset: Any, length: int, like: Any) -> Any:
    """Weights of the old pixels of an axis in each new one; shape (N, length, length)."""
    place = xp.arange(length, dtype=like.dtype, device=device(like))
    source = xp.clip(place[None, :] + offset[:, None], 0.0, float(length - 1))  # (N, length)
    return xp.clip(1.0 - xp.abs(source[:, :, None] - place[None, None, :]), 0.0, None)
