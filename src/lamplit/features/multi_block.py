"""Local binary patterns of nine pixels or blocks: which of eight are at least as bright as the middle one.

Bits go clockwise from the top left, the highest first: in print, a pattern reads as the square does.
"""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.features.integral_image import integral_image
from lamplit.features.local_binary_pattern import check_picture

CLOCKWISE = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
"""(row, column) of the eight around the middle one (1, 1), in the order of the bits."""


def basic_local_binary_pattern(image: AnyArray) -> ByteArray:
    """Compare each pixel with the eight pixels around it: the first form of the patterns.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8 or float
        Grey picture, or a normalised one of any range; finite.

    Returns
    -------
    ndarray of shape (H, W), uint8
        Patterns 0 to 255: bit 7 is set where the pixel to the upper left is at least as bright as the middle
        one, bit 6 for the one above, and on clockwise to bit 0, to the left. Beyond its edges the picture
        goes on with its outermost pixels. No tone curve that keeps the order of the levels changes a pattern.

    Raises
    ------
    InvalidArgumentError
        If the picture has another shape or no pixel.

    References
    ----------
    Ojala, Pietikaeinen, Harwood (1996), doi:10.1016/0031-3203(95)00067-4. Figure 3 of the paper.

    Examples
    --------
    >>> image = np.array([[9, 1, 1], [1, 5, 9], [1, 1, 1]], np.uint8)
    >>> f"{basic_local_binary_pattern(image)[1, 1]:08b}"  # top left, and to the right
    '10010000'
    """
    check_picture(image)
    wide = np.pad(image, 1, mode="edge")
    return _compared(wide, (1, 1), image.shape)


def multi_block_local_binary_pattern(image: AnyArray, *, block: tuple[int, int]) -> ByteArray:
    """Compare each block of pixels with the eight blocks around it.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8 or float
        Grey picture.
    block : (int, int)
        Height and width of one of the nine blocks, in pixels.

    Returns
    -------
    ndarray of shape (H - 3 height + 1, W - 3 width + 1), uint8
        The pattern of nine blocks whose upper left corner lies at [row, column], for every place where they
        fit. Bits as `basic_local_binary_pattern` has them.

    Raises
    ------
    InvalidArgumentError
        If the picture has another shape, or nine blocks do not fit into it.

    Notes
    -----
    scikit-image's `multiblock_lbp` gives the same for one place. It sums in float32, so where the sum of the
    whole picture exceeds 2^24 (a white picture of 257 x 257) rounding may decide there; here it never does in
    pictures of uint8.

    References
    ----------
    Zhang et al. (2007), doi:10.1007/978-3-540-74549-5_2.

    Examples
    --------
    >>> image = np.kron([[9, 1, 1], [1, 5, 9], [1, 1, 1]], np.ones((2, 4))).astype(np.uint8)
    >>> f"{multi_block_local_binary_pattern(image, block=(2, 4))[0, 0]:08b}"
    '10010000'
    """
    check_picture(image)
    height = check_integer("block", block[0], low=1, high=image.shape[0] // 3)
    width = check_integer("block", block[1], low=1, high=image.shape[1] // 3)
    total = integral_image(image)
    rows = total[height:] - total[:-height]  # (H - height + 1, W + 1)
    sums = rows[:, width:] - rows[:, :-width]
    shape = (image.shape[0] - 3 * height + 1, image.shape[1] - 3 * width + 1)
    return _compared(sums, (height, width), shape)


def multi_block_patterns(total: AnyArray, rectangles: AnyArray) -> ByteArray:
    """Compute the patterns of chosen places and sizes alone, as a trained cascade needs them.

    Parameters
    ----------
    total : ndarray of shape (H + 1, W + 1)
        As `integral_image` gives it.
    rectangles : ndarray of shape (N, 4), integer
        x, y, width and height in pixels of the upper left one of the nine blocks, as OpenCV's cascades have
        them.

    Returns
    -------
    ndarray of shape (N,), uint8
        Patterns as `multi_block_local_binary_pattern` gives them.

    Raises
    ------
    InvalidArgumentError
        If the rectangles have another shape, or nine blocks of one do not fit into the picture.

    References
    ----------
    Zhang et al. (2007), doi:10.1007/978-3-540-74549-5_2.

    Examples
    --------
    >>> image = np.kron([[9, 1, 1], [1, 5, 9], [1, 1, 1]], np.ones((2, 4))).astype(np.uint8)
    >>> [f"{code:08b}" for code in multi_block_patterns(integral_image(image), np.array([[0, 0, 4, 2]]))]
    ['10010000']
    """
    corners = _checked_rectangles(total, rectangles)
    x, y, width, height = corners[:, :, np.newaxis, np.newaxis]  # four of (N, 1, 1)
    steps = np.arange(4)
    grid = total[y + height * steps[:, np.newaxis], x + width * steps]  # (N, 4, 4)
    sums = np.diff(np.diff(grid, axis=1), axis=2)  # (N, 3, 3)
    patterns = np.zeros(len(sums), np.uint8)
    for bit, (row, column) in enumerate(CLOCKWISE):
        patterns |= (sums[:, row, column] >= sums[:, 1, 1]).view(np.uint8) << np.uint8(7 - bit)
    return patterns


def _compared(levels: AnyArray, step: tuple[int, int], shape: tuple[int, ...]) -> ByteArray:
    """Compare levels that lie `step` apart, three by three, with the middle one."""
    height, width = shape
    places = [(step[0] * row, step[1] * column) for row, column in ((1, 1), *CLOCKWISE)]
    middle, *around = (levels[row : row + height, column : column + width] for row, column in places)
    patterns = np.zeros((height, width), np.uint8)
    for bit, level in enumerate(around):
        patterns |= (level >= middle).view(np.uint8) << np.uint8(7 - bit)
    return patterns


def _checked_rectangles(total: AnyArray, rectangles: AnyArray) -> AnyArray:
    """Return x, y, width and height as rows; int64 of shape (4, N)."""
    corners = np.asarray(rectangles)
    if corners.ndim != 2 or corners.shape[1] != 4 or corners.dtype.kind not in "iu":
        came = f"{corners.dtype} of shape {corners.shape}"
        raise InvalidArgumentError("rectangles", "whole numbers of shape (N, 4)", came)
    x, y, width, height = corners = corners.T.astype(np.int64)
    outside = (x + 3 * width >= total.shape[1]) | (y + 3 * height >= total.shape[0]) | (np.minimum(x, y) < 0)
    wrong = np.flatnonzero(outside | (np.minimum(width, height) < 1))
    if len(wrong):
        size = f"{total.shape[1] - 1} x {total.shape[0] - 1}"
        required = f"nine blocks that fit into the picture of {size}"
        raise InvalidArgumentError("rectangles", required, str(corners[:, wrong[0]].tolist()))
    return corners
