"""Local binary patterns: which of the pixels on a circle are at least as bright as its centre."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.errors import InvalidArgumentError

POINTS = 8
"""Pixels on the circle unless one says otherwise, and bits of a pattern."""

MOST_POINTS = 24
"""As many as Ojala, Pietikaeinen and Maeenpaeae use."""

Scratch = tuple[AnyArray, AnyArray]
Mix = Callable[[AnyArray, AnyArray, AnyArray, Scratch], None]
"""(here, next, share of the way, scratch): leaves what lies between two pixels in the first scratch."""


def local_binary_pattern(
    image: AnyArray, *, points: int = POINTS, radius: float = 1.0, as_scikit_image: bool = False
) -> NDArray[Any]:
    """Compare each pixel with pixels on a circle around it.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8 or float
        Grey picture, or a normalised one of any range; finite.
    points : int
        Pixels on the circle, 1 to 24.
    radius : float
        Radius of the circle in pixels, above 0.
    as_scikit_image : bool
        Whether the patterns are those of scikit-image to the last bit: see the notes.

    Returns
    -------
    ndarray of shape (H, W), uint8, above 8 points uint16, above 16 points uint32
        Patterns 0 to 2^points - 1. Bit p is set where the pixel at the angle 2 pi p / points, from the right
        and anticlockwise, is at least as bright as the centre. Any change of tone that keeps the order of the
        levels leaves the patterns as they are where the circle meets pixels, and nearly so elsewhere.

    Raises
    ------
    InvalidArgumentError
        If the picture has another shape, no pixel, or a number is out of range.

    Notes
    -----
    Pixels between the grid's are interpolated bilinearly; beyond its edges the picture goes on with its
    outermost pixels, and where it is flat every bit is set.

    scikit-image's method "default" takes black beyond the edges and weighs the pixels in another form, which
    may leave a flat part a rounding error below its own level, here and there. With `as_scikit_image` this
    function does the same in the same order: every pixel has scikit-image's pattern. Without it, patterns
    differ along the edges, and inside where rounding decides, about three pixels of 10,000 in a face.

    References
    ----------
    Ojala, Pietikaeinen, Maeenpaeae (2002), doi:10.1109/TPAMI.2002.1017623. Section 5.5 of the paper.

    Examples
    --------
    >>> image = np.array([[9, 1, 1], [1, 5, 9], [1, 1, 1]], np.uint8)
    >>> int(local_binary_pattern(image)[1, 1])  # to the right; the corners lie beyond a circle of 1
    9
    """
    check_picture(image)
    check_integer("points", points, low=1, high=MOST_POINTS)
    check_number("radius", radius, above=0.0)
    margin = int(np.ceil(radius))
    if as_scikit_image:
        wide = _widened(image.astype(np.float64), margin, cv2.BORDER_CONSTANT)
        return _patterns(wide, margin, _circle(points, radius), _weigh)
    wide = _widened(image.astype(np.float32), margin, cv2.BORDER_REPLICATE)
    return _patterns(wide, margin, _circle(points, radius), _go_towards)


def check_picture(image: AnyArray, name: str = "image") -> None:
    """Refuse what has not two dimensions or no pixel.

    Parameters
    ----------
    image : ndarray
        What should be a grey picture.
    name : str
        What errors call it.

    Raises
    ------
    InvalidArgumentError
        If it is none.
    """
    shape = np.shape(image)
    if len(shape) != 2 or 0 in shape:
        raise InvalidArgumentError(name, "shape (H, W) with at least one pixel", f"shape {shape}")


def _widened(image: AnyArray, margin: int, border: int) -> AnyArray:
    """Return a picture with a margin on all sides."""
    wide: AnyArray = cv2.copyMakeBorder(image, margin, margin, margin, margin, border)
    return wide


def _patterns(wide: AnyArray, margin: int, circle: tuple[tuple[float, float], ...], mix: Mix) -> NDArray[Any]:
    """Compare the inside of a wide picture with each point of the circle (right, down)."""
    height, width = (side - 2 * margin for side in wide.shape)
    centre = wide[margin : margin + height, margin : margin + width].copy()
    octets = np.zeros((-(-len(circle) // 8), height, width), dtype=np.uint8)  # lowest bits first
    bits = np.empty((height, width), dtype=np.uint8)
    columns = _Between(wide, margin, width, mix, axis=1)
    rows = _Between(wide[:, :width], margin, height, mix, axis=0)
    # Column by column: points on one column, one above the other, share what lies between two columns.
    for place in sorted(range(len(circle)), key=lambda place: circle[place]):
        right, down = circle[place]
        level = rows.at(down, columns.at(right, wide))
        np.greater_equal(level, centre, out=bits.view(np.bool_))
        np.multiply(bits, np.uint8(1 << place % 8), out=bits)  # faster than a shift
        octets[place // 8] |= bits
    return _joined(octets)


class _Between:
    """A wide picture moved along one axis by parts of pixels, in memory that is used again and again."""

    def __init__(self, like: AnyArray, margin: int, length: int, mix: Mix, *, axis: int) -> None:
        shape = (len(like), length) if axis else (length, like.shape[1])
        self._scratch = np.empty(shape, like.dtype), np.empty(shape, like.dtype)
        self._margin, self._length, self._axis, self._mix = margin, length, axis, mix
        self._at: float | None = None

    def at(self, by: float, wide: AnyArray) -> AnyArray:
        """Return the part that begins `by` beyond the margin; it holds until the next call."""
        start = self._margin + int(np.floor(by))
        here, after = (self._part(wide, start), self._part(wide, start + 1))
        if by == np.floor(by):
            return here
        if not (self._axis and by == self._at):  # points on one column come one after the other
            share = _shares(by, self._length, wide.dtype.char)
            self._mix(here, after, share if self._axis else share[:, np.newaxis], self._scratch)
            self._at = by
        return self._scratch[0]

    def _part(self, wide: AnyArray, start: int) -> AnyArray:
        stop = start + self._length
        return wide[:, start:stop] if self._axis else wide[start:stop]


def _go_towards(here: AnyArray, after: AnyArray, share: AnyArray, scratch: Scratch) -> None:
    """Mix so that two pixels of one level give exactly that level."""
    mixed, _ = scratch
    np.subtract(after, here, out=mixed)
    # One share for the whole picture: the same pixels give the same level wherever they stand.
    np.multiply(mixed, share.flat[0], out=mixed)
    np.add(mixed, here, out=mixed)


def _weigh(here: AnyArray, after: AnyArray, share: AnyArray, scratch: Scratch) -> None:
    """Mix in scikit-image's form, whose shares have the rounding of each pixel's own place."""
    mixed, other = scratch
    np.multiply(1 - share, here, out=mixed)
    np.multiply(share, after, out=other)
    np.add(mixed, other, out=mixed)


def _joined(octets: ByteArray) -> NDArray[Any]:
    """Put eight bits each, lowest first, into one number; shape (n, H, W)."""
    if len(octets) == 1:
        only: NDArray[Any] = octets[0]
        return only
    joined: NDArray[Any] = octets[-1].astype(np.uint16 if len(octets) == 2 else np.uint32)
    for octet in octets[-2::-1]:
        joined <<= 8
        joined |= octet
    return joined


@lru_cache(maxsize=256)
def _shares(by: float, length: int, dtype: str) -> AnyArray:
    """Return how far beyond a pixel each place lies that is moved by parts of pixels; in [0, 1)."""
    places = np.arange(length) + by
    shares: AnyArray = (places - np.floor(places)).astype(dtype)
    return shares


@lru_cache(maxsize=64)
def _circle(points: int, radius: float) -> tuple[tuple[float, float], ...]:
    """Return (right, down) in pixels of each point, rounded so that points meant to meet a pixel do."""
    angles = 2 * np.pi * np.arange(points) / points
    right, down = np.round(radius * np.cos(angles), 5), np.round(-radius * np.sin(angles), 5)
    return tuple(zip(right.tolist(), down.tolist(), strict=True))
