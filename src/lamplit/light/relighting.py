"""Relighting of faces with what real lights did to real faces.

A light template is the logarithm of the ratio between a face under that light and the same face under a light
at the camera, averaged over people. Multiplying another face by it gives that face the light. Templates come
from Extended Yale B (`lamplit.light.templates` builds them); directions between its 64 lights are
interpolated on the sphere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from array_api_compat import array_namespace, device

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.light.checks import Setting, check_floats

Array = TypeVar("Array")

BRIGHTEST = 0.7
"""Largest logarithm that brightens: twice the light. Yale B's frontal picture has its highlights elsewhere,
so beyond this a template tells more of its people's skin than of the light."""

_AZIMUTH, _ELEVATION = Setting("azimuth"), Setting("elevation")
_STRENGTH = Setting("strength", low=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class LightTemplates:
    """What each of a set of lights does to a face framed like those of FER+.

    Parameters
    ----------
    azimuth, elevation : ndarray of shape (L,), float32
        Where each light stands, in degrees from the camera axis: azimuth positive to the subject's right,
        which is the left of the picture; elevation positive upwards.
    log_ratios : ndarray of shape (L, S, S), float32
        Natural logarithm of the ratio to the light at the camera.
    triangles : ndarray of shape (T, 3), int64
        Triples of lights that tile the sphere as far as there are lights around.

    Examples
    --------
    >>> from lamplit.light.templates import load_templates
    >>> templates = load_templates()
    >>> templates.log_ratios.shape
    (64, 48, 48)
    """

    azimuth: FloatArray
    elevation: FloatArray
    log_ratios: FloatArray
    triangles: AnyArray

    @property
    def directions(self) -> FloatArray:
        """Unit vectors towards the lights; shape (L, 3)."""
        return unit_vectors(self.azimuth, self.elevation)


def relight(
    face: Array,
    azimuth: Array | float,
    elevation: Array | float,
    strength: Array | float = 1.0,
    *,
    templates: LightTemplates,
) -> Array:
    """Move the light of a face to another direction.

    Parameters
    ----------
    face : array of shape (..., H, W), float
        Grey levels in [0, 1] of faces framed like those of FER+, lit from about the camera.
    azimuth, elevation : float or array of shape (...)
        Where the light shall stand, in degrees; see `LightTemplates`. Where no measured lights stand around
        a direction, the nearest of them are taken.
    strength : float or array of shape (...)
        0 leaves the face as it is, 1 is what the light did in the laboratory, between them some of the old
        light stays. At least 0.
    templates : LightTemplates
        From `lamplit.light.templates.load_templates`.

    Returns
    -------
    array of shape (..., H, W), float
        Grey levels in [0, 1]: `face * exp(min(strength * log ratio, 0.7))`, clipped.

    Raises
    ------
    InvalidArgumentError
        If the faces are no array of floats or have fewer than two axes, a setting is a number out of its
        range or an array that does not broadcast to one for each face, or the templates are none. Values of
        arrays are not looked at.

    References
    ----------
    Quotient images: Shashua and Riklin-Raviv (2001), doi:10.1109/34.908964. Lights: Georghiades, Belhumeur,
    Kriegman (2001), doi:10.1109/34.927464.

    Examples
    --------
    >>> from lamplit.light.templates import load_templates
    >>> face = np.full((48, 48), 0.5, dtype=np.float32)
    >>> lit = relight(face, 70.0, 0.0, templates=load_templates())  # from the left of the picture
    >>> bool(lit[:, :24].mean() > 3 * lit[:, 24:].mean())
    True
    """
    check_floats("face", face, "..., H, W")
    *leading, height, width = face.shape  # type: ignore[attr-defined]
    for setting, value in ((_AZIMUTH, azimuth), (_ELEVATION, elevation), (_STRENGTH, strength)):
        setting.check(value, face, tuple(leading))
    _check_templates(templates)
    xp: Any = array_namespace(face)

    def spread(value: Any) -> Any:
        """Give each face its own value; shape (N,)."""
        own = xp.asarray(value, dtype=face.dtype, device=device(face))  # type: ignore[attr-defined]
        return xp.reshape(xp.broadcast_to(own, tuple(leading)), (-1,))

    ratios = log_ratios_at(
        spread(azimuth), spread(elevation), templates=templates, shape=(height, width)
    )  # (N, H, W)
    ratios = ratios * spread(strength)[:, None, None]
    lit = xp.reshape(face, (-1, height, width)) * xp.exp(xp.clip(ratios, None, BRIGHTEST))
    relit: Array = xp.reshape(xp.clip(lit, 0.0, 1.0), tuple(face.shape))  # type: ignore[attr-defined]
    return relit


def _check_templates(templates: object) -> None:
    """Refuse what is no set of templates."""
    if not isinstance(templates, LightTemplates):
        hint = "lamplit.light.templates.load_templates() gives those that come with lamplit"
        raise InvalidArgumentError("templates", "LightTemplates", type(templates).__name__, hint)


def log_ratios_at(
    azimuth: Array, elevation: Array, *, templates: LightTemplates, shape: tuple[int, int]
) -> Array:
    """Interpolate the templates on the sphere and resample them to the size of the faces.

    Parameters
    ----------
    azimuth, elevation : array of shape (N,), float
        Where the lights stand, in degrees.
    templates : LightTemplates
        The measured lights.
    shape : (int, int)
        Height and width of the result in pixels.

    Returns
    -------
    array of shape (N, H, W), float
        Natural logarithms of the ratio to the light at the camera.

    Notes
    -----
    A direction is written as a mixture of the three lights around it, with weights that sum to 1 (the
    spherical barycentric coordinates of the triangle). At a measured light the result is its template. The
    shipped lights stand around the whole sphere, but behind and below the head they are far apart.
    """
    xp: Any = array_namespace(azimuth)
    where = device(azimuth)
    constants = _constants_on(templates, shape, xp, azimuth.dtype, where)  # type: ignore[attr-defined]
    inverses, corners, ratios = constants.inverses, constants.triangles, constants.log_ratios
    directions = _unit_vectors(xp, azimuth, elevation)  # (N, 3)
    n, n_triangles = directions.shape[0], corners.shape[0]
    weights = xp.reshape(directions @ inverses, (n, n_triangles, 3))
    # Inside its triangle all weights of a direction are positive. Outside of all of them, the least negative
    # weight stands for the nearest, and what is negative is cut off, unless nothing would be left.
    best = xp.argmax(xp.min(weights, axis=2), axis=1)  # (N,)
    row = xp.arange(n, device=where) * n_triangles + best
    weights = xp.take(xp.reshape(weights, (-1, 3)), row, axis=0)
    least_far = xp.astype(weights >= xp.max(weights, axis=1, keepdims=True), weights.dtype)
    weights = xp.where(xp.max(weights, axis=1, keepdims=True) > 0.0, xp.clip(weights, 0.0, None), least_far)
    weights = weights / xp.sum(weights, axis=1, keepdims=True)
    chosen = xp.reshape(xp.take(corners, best, axis=0), (-1,))  # (3 N,)
    mixed = xp.reshape(xp.take(ratios, chosen, axis=0), (n, 3, *shape)) * weights[:, :, None, None]
    interpolated: Array = xp.sum(mixed, axis=1)
    return interpolated


def unit_vectors(azimuth: AnyArray, elevation: AnyArray) -> FloatArray:
    """Return unit vectors towards lights: x to the subject's right, y upwards, z towards the camera.

    Parameters
    ----------
    azimuth, elevation : ndarray of shape (N,)
        Degrees.

    Returns
    -------
    ndarray of shape (N, 3), float32

    Examples
    --------
    >>> unit_vectors(np.array([0.0, 90.0]), np.array([0.0, 0.0])).round(3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    vectors: FloatArray = _unit_vectors(
        np, np.asarray(azimuth, np.float64), np.asarray(elevation, np.float64)
    )
    return vectors.astype(np.float32)


def _unit_vectors(xp: Any, azimuth: Any, elevation: Any) -> Any:
    """Return unit vectors in the arrays' own library; shape (N, 3)."""
    turn, rise = azimuth * (np.pi / 180.0), elevation * (np.pi / 180.0)
    return xp.stack([xp.sin(turn) * xp.cos(rise), xp.sin(rise), xp.cos(turn) * xp.cos(rise)], axis=1)


@dataclass(frozen=True, slots=True)
class _Constants:
    """What interpolation needs, ready for one size of face."""

    inverses: Any  # (3, 3 T): a direction times this gives its weights in every triangle
    triangles: Any  # (T, 3)
    log_ratios: Any  # (L, H, W)


@lru_cache(maxsize=8)
def _constants_on(
    templates: LightTemplates, shape: tuple[int, int], xp: Any, dtype: Any, where: Any
) -> _Constants:
    """Bring what interpolation needs to a device once: a GPU would stop for it at each call."""
    constants = _constants(templates, shape)
    return _Constants(
        xp.asarray(constants.inverses, dtype=dtype, device=where),
        xp.asarray(constants.triangles, device=where),
        xp.asarray(constants.log_ratios, dtype=dtype, device=where),
    )


@lru_cache(maxsize=8)
def _constants(templates: LightTemplates, shape: tuple[int, int]) -> _Constants:
    """Invert the triangles and resample the templates."""
    corners = templates.directions.astype(np.float64)[templates.triangles]  # (T, 3 corners, 3)
    inverses = np.linalg.inv(corners)  # direction = weights @ corners
    return _Constants(
        np.concatenate(list(inverses), axis=1),
        templates.triangles.astype(np.int64),
        _resampled(templates.log_ratios, shape),
    )


def _resampled(log_ratios: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Bring templates to a size, linearly between the centres of their pixels; shape (L, H, W)."""
    if log_ratios.shape[1:] == shape:
        return log_ratios
    down, across = (_linear_weights(new, old) for new, old in zip(shape, log_ratios.shape[1:], strict=True))
    resampled: FloatArray = (down @ log_ratios @ across.T).astype(np.float32)  # (H, S) @ (L, S, S) @ (S, W)
    return resampled


def _linear_weights(new: int, old: int) -> FloatArray:
    """Weights of the old pixels of an axis in each new one; shape (new, old)."""
    centres = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    return np.maximum(1.0 - np.abs(centres[:, None] - np.arange(old)), 0.0).astype(np.float32)
