"""Local binary patterns: which of the pixels on a circle are at least as bright as its centre."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.errors import InvalidArgumentError

POINTS = 8
"""Pixels on the circle, and bits of a pattern."""

UNIFORM_PATTERNS = 59
"""58 patterns with at most two changes between 0 and 1 around the circle, and one for all others."""


def local_binary_pattern(image: AnyArray, *, radius: float = 1.0) -> ByteArray:
    """Compare each pixel with eight pixels on a circle around it.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8 or float
        Grey picture, or a normalised one of any range; finite.
    radius : float
        Radius of the circle in pixels, above 0.

    Returns
    -------
    ndarray of shape (H, W), uint8
        Patterns 0 to 255. Bit p is set where the pixel at the angle 2 pi p / 8, from the right and
        anticlockwise, is at least as bright as the centre. Any change of tone that keeps the order of the
        levels leaves the patterns as they are where the circle meets pixels, and nearly so elsewhere.

    Raises
    ------
    InvalidArgumentError
        If the picture has another shape, no pixel, or the radius is not above 0.

    Notes
    -----
    Pixels between the grid's are interpolated bilinearly; beyond its edges the picture goes on with its
    outermost pixels. Inside, the patterns are those of scikit-image's method "default".

    References
    ----------
    Ojala, Pietikaeinen, Maeenpaeae (2002), doi:10.1109/TPAMI.2002.1017623.

    Examples
    --------
    >>> image = np.array([[9, 1, 1], [1, 5, 9], [1, 1, 1]], np.uint8)
    >>> int(local_binary_pattern(image)[1, 1])  # to the right; the corners lie beyond a circle of 1
    9
    """
    _check_image(image)
    check_number("radius", radius, above=0.0)
    centre = np.ascontiguousarray(image, dtype=np.float32)
    margin = int(np.ceil(radius))
    wide = cv2.copyMakeBorder(centre, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    patterns = np.zeros(centre.shape, dtype=np.uint8)
    for bit in range(POINTS):
        angle = 2 * np.pi * bit / POINTS
        # Rounded so that points meant to meet a pixel do.
        down, right = round(-radius * np.sin(angle), 5), round(radius * np.cos(angle), 5)
        neighbour = _shifted(wide, margin + down, margin + right, centre.shape)
        patterns |= (neighbour >= centre).view(np.uint8) << np.uint8(bit)
    return patterns


def uniform_patterns(patterns: ByteArray) -> ByteArray:
    """Map patterns to classes: each uniform one to its own, all others to one.

    Parameters
    ----------
    patterns : ndarray, uint8
        As `local_binary_pattern` gives them.

    Returns
    -------
    ndarray of the same shape, uint8
        0 to 57 for patterns with at most two changes around the circle, in rising order; 58 for the others.

    References
    ----------
    Ojala, Pietikaeinen, Maeenpaeae (2002), section 2.3; the numbering keeps the rotation.

    Examples
    --------
    >>> uniform_patterns(np.array([0, 1, 255, 0b01010101], np.uint8)).tolist()
    [0, 1, 57, 58]
    """
    classes: ByteArray = _uniform_table()[patterns]
    return classes


def block_histograms(classes: ByteArray, *, block: int, n_classes: int = UNIFORM_PATTERNS) -> FloatArray:
    """Count the classes in each block of a grid.

    Parameters
    ----------
    classes : ndarray of shape (H, W), uint8
        Class of each pixel, below `n_classes`.
    block : int
        Side of a block in pixels. Rows and columns beyond the last whole block are left out.
    n_classes : int
        Number of classes.

    Returns
    -------
    ndarray of shape (H // block, W // block, n_classes), float32
        Number of pixels of each class.

    Raises
    ------
    InvalidArgumentError
        If the block is smaller than one pixel or larger than the picture, or a class is too high.

    References
    ----------
    Ahonen, Hadid, Pietikaeinen (2006), doi:10.1109/TPAMI.2006.244.

    Examples
    --------
    >>> block_histograms(np.array([[0, 0, 1, 1]] * 2, np.uint8), block=2, n_classes=2).tolist()
    [[[4.0, 0.0], [0.0, 4.0]]]
    """
    _check_image(classes, "classes")
    check_integer("block", block, low=1, high=min(classes.shape))
    check_integer("n_classes", n_classes, low=1)
    n_rows, n_columns = (n // block for n in classes.shape)
    kept = classes[: n_rows * block, : n_columns * block]
    if int(kept.max()) >= n_classes:
        raise InvalidArgumentError("classes", f"numbers below {n_classes}", str(int(kept.max())))
    rows, columns = (np.arange(n * block) // block for n in (n_rows, n_columns))
    place = (rows[:, np.newaxis] * n_columns + columns) * n_classes + kept  # (H, 1) + (W,) + (H, W)
    counts = np.bincount(place.ravel(), minlength=n_rows * n_columns * n_classes)
    return counts.reshape(n_rows, n_columns, n_classes).astype(np.float32)


def _shifted(wide: FloatArray, top: float, left: float, shape: tuple[int, ...]) -> FloatArray:
    """Return the part of a picture that begins at (top, left), interpolated bilinearly."""
    row, column = int(np.floor(top)), int(np.floor(left))
    down, right = np.float32(top - row), np.float32(left - column)
    upper = _between(wide[row : row + shape[0]], column, right, shape[1])
    if not down:
        return upper
    lower = _between(wide[row + 1 : row + 1 + shape[0]], column, right, shape[1])
    return upper + down * (lower - upper)


def _between(rows: FloatArray, column: int, right: np.float32, width: int) -> FloatArray:
    """Interpolate between two columns, so that pixels of one level give exactly that level."""
    here = rows[:, column : column + width]
    if not right:
        return here
    return here + right * (rows[:, column + 1 : column + 1 + width] - here)


@lru_cache(maxsize=1)
def _uniform_table() -> ByteArray:
    """Return the class of each pattern; shape (256,)."""
    patterns = np.arange(2**POINTS)
    bits = patterns[:, np.newaxis] >> np.arange(POINTS) & 1  # (256, 8)
    uniform = (bits != np.roll(bits, 1, axis=1)).sum(axis=1) <= 2
    table = np.where(uniform, np.cumsum(uniform) - 1, UNIFORM_PATTERNS - 1)
    return table.astype(np.uint8)


def _check_image(image: AnyArray, name: str = "image") -> None:
    """Refuse what has not two dimensions or no pixel."""
    shape = np.shape(image)
    if len(shape) != 2 or 0 in shape:
        raise InvalidArgumentError(name, "shape (H, W) with at least one pixel", f"shape {shape}")
