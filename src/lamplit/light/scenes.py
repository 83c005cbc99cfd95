"""Light that comes from somewhere: a bright background, a coloured lamp, two lamps at once.

Written once for NumPy and torch; parameters are numbers or arrays that broadcast.
"""

from __future__ import annotations

from typing import Any, TypeVar

from array_api_compat import array_namespace, device

from lamplit.light.checks import Setting, check_floats, check_pair
from lamplit.light.exposure import expose
from lamplit.light.relighting import LightTemplates, relight

Array = TypeVar("Array")

FACE_RADII = (0.52, 0.42)
"""Half height and half width of the ellipse that stands for the head, as shares of a FER+ crop."""

_STOPS = Setting("stops", low=0.0)
_FLARE = Setting("flare", low=0.0, high=1.0)
_COLOUR = Setting("colour", low=0.0)
_SHARE = Setting("share", low=0.0, high=1.0)


def backlight(face: Array, stops: Array | float, *, flare: Array | float = 0.0) -> Array:
    """Put a light behind the head: the camera exposes for the background, so the face is dark.

    Parameters
    ----------
    face : array of shape (..., H, W), float
        Grey levels in [0, 1] of faces framed like those of FER+.
    stops : float or array of shape (..., 1, 1)
        How much darker the face becomes, in steps of a factor of two; at least 0.
    flare : float or array of shape (..., 1, 1)
        Share of the background's light that the lens spreads over the face, in [0, 1]; it costs contrast.

    Returns
    -------
    array of shape (..., H, W)
        In [0, 1]: outside of the head's ellipse white, inside the darkened face, with a soft edge.

    Raises
    ------
    InvalidArgumentError
        If the faces are no array of floats or have fewer than two axes, or a setting is a number out of its
        range or an array that does not broadcast to the faces. Values of arrays are not looked at.

    Examples
    --------
    >>> import numpy as np
    >>> lit = backlight(np.full((48, 48), 0.8), 3.0)
    >>> round(float(lit[24, 24]), 3), round(float(lit[0, 0]), 3)
    (0.1, 1.0)
    """
    check_floats("face", face, "..., H, W")
    _STOPS.check(stops, face, tuple(face.shape))  # type: ignore[attr-defined]
    _FLARE.check(flare, face, tuple(face.shape))  # type: ignore[attr-defined]
    xp: Any = array_namespace(face)
    darkened: Any = face * 2.0 ** (-1.0 * stops)  # type: ignore[operator]
    background = _outside_of_head(xp, face)
    lit = darkened * (1.0 - background) + background
    scene: Array = lit * (1.0 - flare) + flare  # type: ignore[operator]
    return scene


def _outside_of_head(xp: Any, face: Any) -> Any:
    """Return how much each pixel belongs to the background, in [0, 1]; shape (H, W)."""
    height, width = face.shape[-2:]
    rows = (xp.arange(height, dtype=face.dtype, device=device(face)) + 0.5) / height - 0.5
    columns = (xp.arange(width, dtype=face.dtype, device=device(face)) + 0.5) / width - 0.5
    distance = xp.sqrt((rows[:, None] / FACE_RADII[0]) ** 2 + (columns[None, :] / FACE_RADII[1]) ** 2)
    return xp.clip((distance - 0.95) / 0.2, 0.0, 1.0)


def coloured_light(image: Array, colour: Array) -> Array:
    """Light a colour picture with a lamp of another colour.

    Parameters
    ----------
    image : array of shape (..., 3), float
        RGB in [0, 1], in proportion to the light.
    colour : array that broadcasts to (..., 3), float
        What the lamp gives in red, green and blue; white is (1, 1, 1). Above 1 clips.

    Returns
    -------
    array of shape (..., 3)
        RGB in [0, 1] (von Kries 1902: each channel has its own gain).

    Raises
    ------
    InvalidArgumentError
        If the picture is no array of floats with three channels, or the colour an array of another library
        or of a shape that does not broadcast to it. Values of arrays are not looked at.

    Examples
    --------
    >>> import numpy as np
    >>> coloured_light(np.array([0.5, 0.5, 0.5]), np.array([1.0, 0.6, 0.2])).tolist()
    [0.5, 0.3, 0.1]
    """
    check_floats("image", image, "..., 3")
    _COLOUR.check(colour, image, tuple(image.shape))  # type: ignore[attr-defined]
    return expose(image, colour)


def mixed_light(
    face: Array,
    azimuth: tuple[Array | float, Array | float],
    elevation: tuple[Array | float, Array | float],
    share: Array | float,
    *,
    templates: LightTemplates,
) -> Array:
    """Light a face with two lamps: light adds up.

    Parameters
    ----------
    face : array of shape (..., H, W), float
        Grey levels in [0, 1] of faces framed like those of FER+.
    azimuth, elevation : pair of float or array of shape (...)
        Where the lamps stand, in degrees; see `lamplit.light.relighting.relight`.
    share : float or array of shape (..., 1, 1)
        Share of the first lamp, in [0, 1].
    templates : LightTemplates
        From `lamplit.light.templates.load_templates`.

    Returns
    -------
    array of shape (..., H, W)
        In [0, 1]: share * first + (1 - share) * second.

    Raises
    ------
    InvalidArgumentError
        If azimuth or elevation is no pair, the share a number out of its range or an array that does not
        broadcast to the faces; and where `relight` refuses the faces or a lamp.

    Examples
    --------
    >>> import numpy as np
    >>> from lamplit.light.templates import load_templates
    >>> face = np.full((48, 48), 0.5, dtype=np.float32)
    >>> both = mixed_light(face, (-70.0, 70.0), (0.0, 0.0), 0.5, templates=load_templates())
    >>> bool(abs(both[:, :24].mean() - both[:, 24:].mean()) < 0.05)
    True
    """
    check_floats("face", face, "..., H, W")
    _SHARE.check(share, face, tuple(face.shape))  # type: ignore[attr-defined]
    azimuths, elevations = check_pair("azimuth", azimuth), check_pair("elevation", elevation)
    first: Any = relight(face, azimuths[0], elevations[0], templates=templates)
    second: Any = relight(face, azimuths[1], elevations[1], templates=templates)
    mixed: Array = first * share + second * (1.0 - share)  # type: ignore[operator]
    return mixed
