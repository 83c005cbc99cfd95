"""The light reading of a picture, or of a face in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.light import LightReading
from lamplit.core.values import Box
from lamplit.light.balance import backlight, count_ninths, side_imbalance
from lamplit.light.histogram import as_grey, count_levels, histogram_statistics, is_read
from lamplit.light.noise import noise_sigma
from lamplit.light.verdict import is_usable, verdict_of

SURROUND = 2.0
"""Side of the surround, in sides of the face's box."""

_Rectangle: TypeAlias = tuple[slice, slice]
"""Rows and columns of a picture."""


def measure(image: AnyArray, box: Box | None = None) -> LightReading:
    """Measure the light of a picture, or of a face in it.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), path, bytes, file object or PIL image
        Grey or RGB uint8, or anything else that `lamplit.imaging.images.read_image` takes.
    box : Box, optional
        Where the face is. The reading is that of the pixels inside, and `backlight` compares them with those
        around: the box grown to twice its size about its centre, as far as the picture goes, without the
        pixels inside. Of a box below a pixel that may be none, and then `backlight` is None.
        By default the whole picture is measured, and `backlight` is None.

    Returns
    -------
    LightReading
        Histogram, statistics, verdict.

    Raises
    ------
    InvalidArgumentError
        If an array has another shape or type, or the box and the picture have no pixel in common.
    InvalidImageError
        If it has no pixels, holds NaN, or cannot be read; the subclass says which.

    Notes
    -----
    The modules `histogram`, `noise`, `balance` and `verdict` beside this one hold the formulas and their
    sources. Colour is measured in its grey.

    References
    ----------
    Jiang (2023), section 4.1 (pixel-histogram statistics).

    Examples
    --------
    >>> import numpy as np
    >>> reading = measure(np.array([[0, 255], [0, 255]], dtype=np.uint8))
    >>> reading.mean, reading.contrast, reading.entropy, reading.clipped_dark
    (0.5, 0.5, 1.0, 0.5)
    >>> picture = np.full((40, 40), 255, dtype=np.uint8)
    >>> picture[10:30, 10:30] = 12  # a dark face before a white wall
    >>> reading = measure(picture, Box(10, 10, 30, 30))
    >>> round(reading.backlight, 1), "backlit" in reading.verdict
    (8.1, True)
    """
    if box is None:
        return _reading(as_grey(image), around=None)
    pixels = image if is_read(image) else as_grey(image)
    inside = _rectangle(pixels, box)
    around = _union(inside, _rectangle(pixels, _grown(box)))
    return _reading(as_grey(pixels[inside]), around=as_grey(pixels[around]))


def pixels_inside(image: ByteArray, box: Box) -> ByteArray:
    """Return the pixels in a box, which are those that count for the light of its face.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), uint8
        The picture.
    box : Box
        In pixels; it may reach beyond the picture, and has at least one pixel where it is narrower.

    Returns
    -------
    ndarray of shape (h, w) or (h, w, 3), uint8
        A view of the picture.

    Raises
    ------
    InvalidArgumentError
        If the box and the picture have no pixel in common.

    Examples
    --------
    >>> import numpy as np
    >>> pixels_inside(np.arange(12, dtype=np.uint8).reshape(3, 4), Box(1, 1, 3, 9)).tolist()
    [[5, 6], [9, 10]]
    """
    return image[_rectangle(image, box)]


def _rectangle(image: ByteArray, box: Box) -> _Rectangle:
    """Return the rows and columns of the pixels in a box."""
    height, width = image.shape[:2]
    if box.x2 <= 0 or box.y2 <= 0 or box.x1 >= width or box.y1 >= height:
        required = f"a box that touches the picture of {width} x {height}"
        raise InvalidArgumentError("box", required, f"({box.x1:g}, {box.y1:g}, {box.x2:g}, {box.y2:g})")
    x1, y1 = max(int(box.x1), 0), max(int(box.y1), 0)
    x2, y2 = max(min(round(box.x2), width), x1 + 1), max(min(round(box.y2), height), y1 + 1)
    return slice(y1, y2), slice(x1, x2)


def _union(first: _Rectangle, second: _Rectangle) -> _Rectangle:
    """Return the rectangle around two: below a pixel, a grown box may miss the one that its box was given."""
    rows, columns = (
        slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(first, second, strict=True)
    )
    return rows, columns


def _reading(face: ByteArray, *, around: ByteArray | None) -> LightReading:
    """Put the numbers together and judge them; `around` has the face in its middle."""
    ninths = count_ninths(face)
    histogram = ninths.sum(axis=(0, 1))
    left_right, up_down = side_imbalance(ninths)
    reading = LightReading(
        histogram=tuple(histogram.tolist()),
        **histogram_statistics(histogram),
        noise=noise_sigma(face),
        left_right=left_right,
        up_down=up_down,
        backlight=None if around is None else backlight(histogram, count_levels(around) - histogram),
    )
    return replace(reading, verdict=verdict_of(reading), usable=is_usable(reading))


def _grown(box: Box) -> Box:
    """Return the box that the face's surround reaches to."""
    across, down = (SURROUND - 1) / 2 * box.width, (SURROUND - 1) / 2 * box.height
    return Box(box.x1 - across, box.y1 - down, box.x2 + across, box.y2 + down)
