"""From numbers of any usual range to RGB bytes: arrays, deep pixels and transparency."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import InvalidArgumentError, NotFiniteImageError

_SHAPES = "shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)"
_TYPES = "uint8, uint16, bool, or float in [0, 1]"

# What "white" may mean where nothing says so: a fraction, 8, 16 or 32 bits.
_WHITE_POINTS = (1, 255, 65535, 2**32 - 1)


def check_bytes(image: AnyArray, argument: str = "image") -> None:
    """Refuse what is not a picture in lamplit's own form.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), uint8
        The candidate; at least one pixel.
    argument : str
        What the error calls it.

    Raises
    ------
    InvalidArgumentError
        If dtype or shape differ, or there are no pixels.

    Examples
    --------
    >>> check_bytes(np.zeros((4, 4), np.uint8))
    """
    required = "uint8 of shape (H, W) or (H, W, 3) with at least one pixel"
    if not isinstance(image, np.ndarray):
        raise InvalidArgumentError(argument, required, type(image).__name__)
    fits = image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)
    if image.dtype != np.uint8 or not fits or image.size == 0:
        raise InvalidArgumentError(argument, required, f"{image.dtype} of shape {image.shape}")


def check_rgb(image: AnyArray) -> None:
    """Refuse what cannot be drawn on in colours.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8
        The candidate; at least one pixel.

    Raises
    ------
    InvalidArgumentError
        If dtype or shape differ, or there are no pixels.

    Examples
    --------
    >>> check_rgb(np.zeros((4, 4, 3), np.uint8))
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        came = f"{image.dtype} of shape {image.shape}"
        raise InvalidArgumentError("image", "uint8 of shape (H, W, 3)", came)


def check_shape(image: AnyArray, name: str) -> None:
    """Refuse an array that cannot be a picture.

    Parameters
    ----------
    image : ndarray
        The candidate, of any dtype.
    name : str
        What the error calls it.

    Raises
    ------
    InvalidArgumentError
        If the shape is not (H, W), (H, W, 1), (H, W, 3) or (H, W, 4).

    Examples
    --------
    >>> check_shape(np.zeros((4, 4, 3)), "image")
    """
    if image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (1, 3, 4)):
        return
    channels_first = image.ndim == 3 and image.shape[0] in (1, 3, 4)
    hint = "move the channels to the last axis" if channels_first else ""
    raise InvalidArgumentError(name, f"an array of {_SHAPES}", f"shape {image.shape}", hint)


def rgb_from_array(image: AnyArray, name: str) -> ByteArray:
    """Turn an array of any accepted form into RGB bytes.

    Parameters
    ----------
    image : ndarray of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)
        At least one pixel of uint8, uint16, bool, or float in [0, 1]. A fourth channel is opacity.
    name : str
        What errors call it.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        RGB; it shares memory with `image` where nothing had to change.

    Raises
    ------
    InvalidArgumentError
        If dtype or range are others.
    NotFiniteImageError
        If NaN or infinity stands among the pixels.

    Examples
    --------
    >>> rgb_from_array(np.array([[0.0, 1.0]]), "image")[0, 1]
    array([255, 255, 255], dtype=uint8)
    """
    return rgb_from_bytes(_bytes_from_numbers(image, name))


def _bytes_from_numbers(image: AnyArray, name: str) -> ByteArray:
    kind, width = image.dtype.kind, image.dtype.itemsize
    if kind == "u" and width == 1:
        return image
    if kind == "u" and width == 2:
        return scale_to_bytes(image, 65535)
    if kind == "b":
        return scale_to_bytes(image.astype(np.uint16), 1)
    if kind != "f":
        hint = "use .astype(numpy.uint8) if the values are 0 to 255" if kind in "iu" else ""
        raise InvalidArgumentError(name, f"an array of {_TYPES}", f"{image.dtype}", hint)
    require_finite(image, name)
    low, high = float(image.min()), float(image.max())
    if low < 0 or high > 1:
        hint = "divide by 255" if low >= 0 and high <= 255 else "scale it to [0, 1]"
        raise InvalidArgumentError(name, f"an array of {_TYPES}", f"floats from {low:g} to {high:g}", hint)
    return scale_to_bytes(image, 1)


def require_finite(values: AnyArray, name: str) -> None:
    """Refuse NaN and infinity.

    Parameters
    ----------
    values : ndarray
        Floats.
    name : str
        What the error calls them.

    Raises
    ------
    NotFiniteImageError
        If a value is NaN or infinite; it says how many are.

    Examples
    --------
    >>> require_finite(np.zeros(3), "image")
    """
    bad = values.size - int(np.count_nonzero(np.isfinite(values)))
    if bad:
        raise NotFiniteImageError(name, "finite pixels", f"NaN or infinity in {bad:,} of {values.size:,}")


def scale_to_bytes(values: AnyArray, white: float) -> ByteArray:
    """Scale numbers so that `white` becomes 255, rounding to nearest.

    Parameters
    ----------
    values : ndarray
        Finite numbers; those below 0 become black, those above `white` white.
    white : float
        The number that stands for white, above 0.

    Returns
    -------
    ndarray of the same shape, uint8
        The bytes. A 16-bit value v becomes round(v / 257).

    Examples
    --------
    >>> scale_to_bytes(np.array([0, 256, 65535], np.uint16), 65535).tolist()
    [0, 1, 255]
    """
    # float32 holds every 16-bit number; beyond that the eighth bit is far from the rounding of float64.
    wide: AnyArray = values.astype(np.float32 if values.dtype.itemsize <= 2 else np.float64)
    np.multiply(wide, 255.0 / white, out=wide)
    np.rint(wide, out=wide)
    np.clip(wide, 0, 255, out=wide)
    return wide.astype(np.uint8)


def guess_white(values: AnyArray) -> float:
    """Guess which number means white where a file does not say.

    Parameters
    ----------
    values : ndarray
        Finite numbers, at least one.

    Returns
    -------
    float
        The smallest of 1 (floats only), 255, 65535 and 2**32 - 1 that no value exceeds; beyond them the
        greatest value itself.

    Examples
    --------
    >>> guess_white(np.array([0.0, 0.5])), guess_white(np.array([0, 1])), guess_white(np.array([3.0, 900.0]))
    (1, 255, 65535)
    """
    points = _WHITE_POINTS if values.dtype.kind == "f" else _WHITE_POINTS[1:]
    greatest = float(values.max())
    return next((white for white in points if greatest <= white), greatest)


def rgb_from_bytes(image: ByteArray) -> ByteArray:
    """Bring grey, RGB or RGBA bytes to RGB, with transparent parts laid on white.

    Parameters
    ----------
    image : ndarray of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), uint8
        The picture; a fourth channel is opacity, not yet multiplied into the colours.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        RGB, contiguous.

    Examples
    --------
    >>> rgb_from_bytes(np.array([[[10, 20, 30, 0]]], np.uint8)).tolist()
    [[[255, 255, 255]]]
    """
    if image.ndim == 2 or image.shape[2] == 1:
        return np.repeat(image.reshape(*image.shape[:2], 1), 3, axis=2)
    if image.shape[2] == 3:
        return np.ascontiguousarray(image)
    opacity = image[..., 3:].astype(np.uint16)  # (H, W, 1)
    mixed = image[..., :3] * opacity + 255 * (255 - opacity)  # (H, W, 3) * (H, W, 1), at most 65025
    return ((mixed + 127) // 255).astype(np.uint8)
