"""Integral images: sums over any rectangle, upright or turned by 45 degrees, from four numbers."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError


def integral_image(image: AnyArray) -> AnyArray:
    """Sum the pixels above and to the left of each corner of the grid.

    Parameters
    ----------
    image : ndarray of shape (..., H, W), integer or float
        Picture, or a stack of them.

    Returns
    -------
    ndarray of shape (..., H + 1, W + 1), int64 or float64
        At (row, column) the sum of image[:row, :column]; the first row and column are 0. The sum over rows a
        to b and columns c to d is I[b, d] - I[a, d] - I[b, c] + I[a, c].

    Raises
    ------
    InvalidArgumentError
        If the picture has less than two dimensions or no pixel.

    References
    ----------
    Crow (1984), doi:10.1145/964965.808600; Viola, Jones (2004), equations 1 and 2,
    doi:10.1023/B:VISI.0000013087.49260.fb.

    Examples
    --------
    >>> integral_image(np.array([[1, 2], [3, 4]], np.uint8)).tolist()
    [[0, 0, 0], [0, 1, 3], [0, 4, 10]]
    """
    pixels = _checked(image)
    *stack, height, width = pixels.shape
    sums = np.zeros((*stack, height + 1, width + 1), dtype=_wide(pixels))
    inner = sums[..., 1:, 1:]
    np.cumsum(pixels, axis=-1, dtype=sums.dtype, out=inner)
    np.cumsum(inner, axis=-2, out=inner)
    return sums


def squared_integral_image(image: AnyArray) -> AnyArray:
    """Sum the squares of the pixels above and to the left of each corner of the grid.

    Parameters
    ----------
    image : ndarray of shape (..., H, W), integer or float
        Picture, or a stack of them.

    Returns
    -------
    ndarray of shape (..., H + 1, W + 1), int64 or float64
        As `integral_image` of the squares: together they give the variance of any rectangle.

    Raises
    ------
    InvalidArgumentError
        If the picture has less than two dimensions or no pixel.

    References
    ----------
    Viola, Jones (2004), section 5.1, doi:10.1023/B:VISI.0000013087.49260.fb.

    Examples
    --------
    >>> squared_integral_image(np.array([[1, 2], [3, 4]], np.uint8))[2, 2]
    np.int64(30)
    """
    pixels = _checked(image)
    return integral_image(np.square(pixels, dtype=_wide(pixels)))


def tilted_integral_image(image: AnyArray) -> AnyArray:
    """Sum the pixels in the right-angled triangle that opens upwards from each corner of the grid.

    Parameters
    ----------
    image : ndarray of shape (..., H, W), integer or float
        Picture, or a stack of them.

    Returns
    -------
    ndarray of shape (..., H + 1, W + 1), int64 or float64
        At (row, column) the sum over the pixels (r, c) with r < row and |c - column + 1| <= row - r - 1: the
        pixel above and to the left of the corner, three in the row above that, then five. The first row is 0.

    Raises
    ------
    InvalidArgumentError
        If the picture has less than two dimensions or no pixel.

    Notes
    -----
    Each triangle is the sum of its two neighbours a row higher, less the one two rows higher that both
    contain, plus its two lowest pixels in the middle; equal to the third array of OpenCV's integral3.

    References
    ----------
    Lienhart, Maydt (2002), equation 4, doi:10.1109/ICIP.2002.1038171.

    Examples
    --------
    >>> tilted_integral_image(np.array([[1, 2, 4], [8, 16, 32]], np.uint8)).tolist()
    [[0, 0, 0, 0], [0, 1, 2, 4], [1, 11, 23, 38]]
    """
    pixels = _checked(image)
    *stack, height, width = pixels.shape
    dtype = _wide(pixels)
    # Triangles beside the picture reach into it, from at most `height` columns away.
    wide = width + 1 + 2 * height
    triangles = np.zeros((*stack, height + 2, wide), dtype=dtype)  # row 0 stands for row -1 of the result
    padded = np.zeros((*stack, height + 1, wide), dtype=dtype)  # row 0 is the empty one above the picture
    padded[..., 1:, height + 1 : height + 1 + width] = pixels
    for row in range(1, height + 1):
        here, above = triangles[..., row + 1, 1:-1], triangles[..., row, :]
        np.add(above[..., :-2], above[..., 2:], out=here)
        here -= triangles[..., row - 1, 1:-1]
        here += padded[..., row, 1:-1]
        here += padded[..., row - 1, 1:-1]
    return triangles[..., 1:, height : height + width + 1]


def _checked(image: AnyArray) -> AnyArray:
    """Return pixels; refuse what is no picture."""
    pixels = np.asarray(image)
    if pixels.ndim < 2 or 0 in pixels.shape[-2:]:
        raise InvalidArgumentError(
            "image", "shape (..., H, W) with at least one pixel", f"shape {pixels.shape}"
        )
    return pixels


def _wide(pixels: AnyArray) -> type[np.int64] | type[np.float64]:
    """Return the type that holds the sums."""
    return np.float64 if np.issubdtype(pixels.dtype, np.floating) else np.int64
