"""Scenes with a known face: faces blended into pictures without any, to measure who finds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box
from lamplit.imaging.geometry import resize_faces

HEAD = (0.47, 0.40)
"""Half height and half width of the ellipse that is blended in, as shares of a FER+ crop."""

EDGE = 0.25
"""Width of the soft edge in radii of the ellipse: a sharp one would be found instead of the face."""


@dataclass(frozen=True, slots=True, eq=False)
class Composite:
    """A scene and where its face is.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8
        The scene.
    square : Box
        The crop that was blended in, in pixels: framed like FER+, not the detector's box.
    """

    image: ByteArray
    square: Box


def compose(
    face: ByteArray, background: ByteArray, random: np.random.Generator, *, sides: tuple[int, int] = (48, 160)
) -> Composite:
    """Blend a face into a picture without one.

    Parameters
    ----------
    face : ndarray of shape (S, S), uint8
        A face framed like those of FER+.
    background : ndarray of shape (H, W), uint8
        The picture.
    random : numpy.random.Generator
        Decides size and place.
    sides : (int, int)
        Smallest and largest side of the blended crop in pixels, drawn evenly on a logarithmic scale.

    Returns
    -------
    Composite
        The scene. Around the head the background gets the mean of the face's border, so that no bright rim
        gives the face away.

    Raises
    ------
    InvalidArgumentError
        If the background is smaller than the smallest face.

    Examples
    --------
    >>> white, grey = np.full((48, 48), 255, np.uint8), np.full((100, 120), 90, np.uint8)
    >>> scene = compose(white, grey, np.random.default_rng(0))
    >>> x, y = round((scene.square.x1 + scene.square.x2) / 2), round((scene.square.y1 + scene.square.y2) / 2)
    >>> scene.image.shape, int(scene.image[y, x])
    ((100, 120), 255)
    """
    most = min(sides[1], *background.shape)
    if most < sides[0]:
        came = f"{background.shape[1]} x {background.shape[0]}"
        raise InvalidArgumentError("background", f"at least {sides[0]} pixels each way", came)
    side = round(float(np.exp(random.uniform(np.log(sides[0]), np.log(most)))))
    y, x = (int(random.integers(0, length - side + 1)) for length in background.shape)
    crop = resize_faces(face[None], side)[0].astype(np.float32)
    scene = background.astype(np.float32)
    part = scene[y : y + side, x : x + side]
    mask = _head(side)
    rim = (mask > 0) & (mask < 1)
    # The surround of the head takes the head's level at the rim, fading out towards the crop's corners.
    part += (crop[rim].mean() - part[rim].mean()) * _fading(side)
    part[:] = crop * mask + part * (1 - mask)
    image = np.rint(scene.clip(0, 255)).astype(np.uint8)
    return Composite(image, Box(x, y, x + side, y + side))


def _radius(side: int) -> FloatArray:
    """Return each pixel's distance from the middle in radii of the ellipse; shape (side, side)."""
    place = ((np.arange(side) + 0.5) / side - 0.5).astype(np.float32)
    distance: AnyArray = np.sqrt((place[:, None] / HEAD[0]) ** 2 + (place[None, :] / HEAD[1]) ** 2)
    return distance.astype(np.float32)


def _head(side: int) -> FloatArray:
    """Return how much of each pixel is the face, in [0, 1]."""
    mask: FloatArray = np.clip((1.0 - _radius(side)) / EDGE + 0.5, 0, 1).astype(np.float32)
    return mask


def _fading(side: int) -> FloatArray:
    """Return 1 within the ellipse, falling to 0 at 1.25 of its radius."""
    fading: FloatArray = np.clip((1.25 - _radius(side)) / 0.25, 0, 1).astype(np.float32)
    return fading
