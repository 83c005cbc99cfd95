"""Crop and resize by exact pixel areas: a picture times one weight matrix per axis."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box
from lamplit.imaging.pixels import check_bytes

_MOST_PIXELS_A_SIDE = 4096
_FACES_AT_A_TIME = 256
_MOST_PRODUCTS = 2**18
"""Multiplications up to which OpenBLAS does not call on further threads."""


def crop_square(image: ByteArray, box: Box, size: int) -> ByteArray:
    """Cut a box out of a picture and bring it to a square.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), uint8
        Grey or RGB.
    box : Box
        What to cut, in pixels; edges between pixels are honoured. Where it leaves the picture, the nearest
        edge pixel is repeated. A box that is not square is stretched.
    size : int
        Side of the result in pixels, from 1 to 4096.

    Returns
    -------
    ndarray of shape (size, size) or (size, size, 3), uint8
        The crop.

    Raises
    ------
    InvalidArgumentError
        If an argument is not of this form, or the box and the picture have no pixel in common.

    Notes
    -----
    Along each axis, shrinking averages the area that a new pixel covers, so that fine texture cannot turn
    into false patterns; enlarging interpolates linearly. Time and memory grow with the part of the box that
    lies inside the picture, never with the box.

    Examples
    --------
    >>> crop_square(np.array([[0, 100], [100, 200]], np.uint8), Box(0, 0, 2, 2), 1).tolist()
    [[100]]
    """
    check_bytes(image)
    _check_size(size)
    height, width = image.shape[:2]
    if box.x2 <= 0 or box.y2 <= 0 or box.x1 >= width or box.y1 >= height:
        required = f"a box that touches the picture of {width} x {height}"
        raise InvalidArgumentError("box", required, f"({box.x1:g}, {box.y1:g}, {box.x2:g}, {box.y2:g})")
    rows, down = _axis(box.y1, box.y2, height, size)
    columns, across = _axis(box.x1, box.x2, width, size)
    part = np.moveaxis(np.atleast_3d(image[rows, columns]), 2, 0)  # (1 or 3, h, w)
    crop = _resample(part, down, across)
    return crop[0] if image.ndim == 2 else np.ascontiguousarray(np.moveaxis(crop, 0, 2))


def cut_square(grey: ByteArray, box: Box, size: int) -> ByteArray:
    """Cut a box out of a grey picture and bring it to a square: `crop_square` in a hurry.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        The picture.
    box : Box
        What to cut, in pixels. Where it leaves the picture, the nearest edge pixel is repeated.
    size : int
        Side of the result in pixels, from 1 to 4096.

    Returns
    -------
    ndarray of shape (size, size), uint8
        The crop. Where it grows, as `crop_square` makes it, within a grey level or two; where it shrinks and
        lies in the picture, area means of the box with its edges rounded to whole pixels.

    Raises
    ------
    InvalidArgumentError
        If an argument is not of this form, or the box and the picture have no pixel in common.

    Examples
    --------
    >>> cut_square(np.array([[0, 100], [100, 200]], np.uint8), Box(0.2, 0.1, 2.3, 1.9), 1).tolist()
    [[100]]
    """
    _check_size(size)
    check_bytes(grey)
    if grey.ndim != 2:
        raise InvalidArgumentError("grey", "a grey picture", f"an array of shape {grey.shape}")
    height, width = grey.shape
    outside = box.x2 <= 0 or box.y2 <= 0 or box.x1 >= width or box.y1 >= height
    if max(box.width, box.height) <= size and not outside:
        across, down = box.width / size, box.height / size
        # From middles of pixels to middles of pixels, as OpenCV counts.
        places = np.array([[across, 0, box.x1 + across / 2 - 0.5], [0, down, box.y1 + down / 2 - 0.5]])
        ways = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        enlarged: ByteArray = cv2.warpAffine(
            grey, places, (size, size), flags=ways, borderMode=cv2.BORDER_REPLICATE
        )
        return enlarged
    left, top, right, bottom = (math.floor(edge + 0.5) for edge in (box.x1, box.y1, box.x2, box.y2))
    inside = left >= 0 and top >= 0 and right <= width and bottom <= height
    if not inside or min(right - left, bottom - top) <= size:
        return crop_square(grey, box, size)  # its time and memory do not grow with what lies outside
    shrunk: ByteArray = cv2.resize(grey[top:bottom, left:right], (size, size), interpolation=cv2.INTER_AREA)
    return shrunk


def resize_faces(faces: ByteArray, size: int) -> ByteArray:
    """Bring a stack of grey faces to a square size, as `crop_square` does.

    Parameters
    ----------
    faces : ndarray of shape (N, H, W), uint8
        Grey faces; N may be 0.
    size : int
        Side of the result in pixels, from 1 to 4096.

    Returns
    -------
    ndarray of shape (N, size, size), uint8
        The faces; `faces` itself if it has this size.

    Raises
    ------
    InvalidArgumentError
        If an argument is not of this form.

    Examples
    --------
    >>> resize_faces(np.full((2, 96, 96), 40, np.uint8), 48).shape
    (2, 48, 48)
    """
    _check_size(size)
    if faces.dtype != np.uint8 or faces.ndim != 3 or 0 in faces.shape[1:]:
        required = "uint8 of shape (N, H, W) with at least one pixel each"
        raise InvalidArgumentError("faces", required, f"{faces.dtype} of shape {faces.shape}")
    n, height, width = faces.shape
    if (height, width) == (size, size):
        return faces
    down, across = _axis(0, height, height, size)[1], _axis(0, width, width, size)[1]
    resized = np.empty((n, size, size), np.uint8)
    for start in range(0, n, _FACES_AT_A_TIME):  # whole data sets come here; their float copies need not fit
        batch = slice(start, start + _FACES_AT_A_TIME)
        resized[batch] = _resample(faces[batch], down, across)
    return resized


def shrink_to_fit(image: ByteArray, longest: int) -> ByteArray:
    """Bring a large picture down to a longest side, in its own proportions.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8
        Grey.
    longest : int
        The most pixels that either side may have, from 1 to 4096.

    Returns
    -------
    ndarray of shape (h, w), uint8
        The picture, each new pixel the mean of the area it covers; `image` itself if it fits already.

    Raises
    ------
    InvalidArgumentError
        If an argument is not of this form.

    Examples
    --------
    >>> shrink_to_fit(np.full((30, 60), 9, np.uint8), 20).shape
    (10, 20)
    """
    _check_size(longest, "longest")
    check_bytes(image)
    if image.ndim != 2:
        raise InvalidArgumentError("image", "a grey picture", f"an array of shape {image.shape}")
    height, width = image.shape
    scale = longest / max(height, width)
    if scale >= 1:
        return image
    small = max(1, round(height * scale)), max(1, round(width * scale))
    down, across = _axis(0, height, height, small[0])[1], _axis(0, width, width, small[1])[1]
    return _resample(image, down, across)


def _resample(images: ByteArray, down: FloatArray, across: FloatArray) -> ByteArray:
    """Weigh (n, h, w) or (h, w) with (size, h) and (size, w)."""
    levels = images.astype(np.float32)
    columns = levels.shape[-1]
    mixed: FloatArray = np.concatenate(
        [down[some, band] @ levels[..., band, :] for some, band in _slices(down, columns)], axis=-2
    )
    rows = mixed.shape[-2]
    mixed = np.concatenate(
        [mixed[..., band] @ across[some, band].T for some, band in _slices(across, rows)], axis=-1
    )
    pixels: ByteArray = np.rint(mixed).clip(0, 255).astype(np.uint8)
    return pixels


def _slices(weights: FloatArray, others: int) -> Iterator[tuple[slice, slice]]:
    """Give rows of a weight matrix (size, length) by the piece, and the columns in which they are not 0.

    Products of each piece are so small that BLAS keeps to one thread. On a machine that has other work its
    threads wait for one another: a product of a twentieth of a millisecond then took a tenth of a second.
    """
    size, length = weights.shape
    rows = size
    while rows > 1 and rows * min(rows * length // size + 2, length) * others > _MOST_PRODUCTS:
        rows = (rows + 1) // 2
    for start in range(0, size, rows):
        piece = slice(start, start + rows)
        used = np.flatnonzero(weights[piece].any(axis=0)) if rows < size else (0, length - 1)
        yield piece, slice(int(used[0]), int(used[-1]) + 1)


def _axis(start: float, stop: float, length: int, size: int) -> tuple[slice, FloatArray]:
    """Which pixels of an axis matter, and the weight of each in each of `size` new ones."""
    step = (stop - start) / size
    if not math.isfinite(step):
        raise InvalidArgumentError("box", "a width and height that a float can hold", f"{start} to {stop}")
    first = max(0, math.floor(max(start, 0.0)) - 1)
    last = min(length, math.ceil(min(stop, length)) + 1)
    edges = start + step * np.arange(size + 1) - first  # in pixels from the first that matters
    weights = _area_weights if step > 1 else _linear_weights
    return slice(first, last), weights(edges, last - first).astype(np.float32)


def _area_weights(edges: AnyArray, length: int) -> AnyArray:
    """Share of each old pixel in each new one; the outermost old pixels reach to infinity."""
    lower, upper = edges[:-1, np.newaxis], edges[1:, np.newaxis]
    left, right = np.arange(length, dtype=np.float64), np.arange(1, length + 1, dtype=np.float64)
    left[0], right[-1] = -np.inf, np.inf
    overlap = np.minimum(upper, right) - np.maximum(lower, left)  # (size, 1) with (length,)
    weights: AnyArray = np.maximum(overlap, 0) / (upper - lower)
    return weights


def _linear_weights(edges: AnyArray, length: int) -> AnyArray:
    """Weights of the two old pixels around the centre of each new one."""
    centres = np.clip((edges[:-1] + edges[1:]) / 2 - 0.5, 0, length - 1)
    distances = np.abs(centres[:, np.newaxis] - np.arange(length))  # (size, 1) with (length,)
    weights: AnyArray = np.maximum(1 - distances, 0)
    return weights


def _check_size(size: int, name: str = "size") -> None:
    whole = isinstance(size, int | np.integer) and not isinstance(size, bool)
    if not whole or not 1 <= size <= _MOST_PIXELS_A_SIDE:
        raise InvalidArgumentError(name, f"an integer from 1 to {_MOST_PIXELS_A_SIDE}", repr(size))
