"""Pillow's image modes and EXIF orientations, brought to upright RGB bytes."""

from __future__ import annotations

import struct

import numpy as np
from PIL import Image

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.imaging.pixels import guess_white, require_finite, rgb_from_bytes, scale_to_bytes

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_TRANSPARENT = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBa")

# Everything that a damaged EXIF block has been seen to raise. A sound picture stays readable without it.
_BROKEN_EXIF = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    EOFError,
    struct.error,
)

_ORIENTATION, _BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 274, 258, 262, 339


def rgb_from_pillow(image: Image.Image, name: str) -> ByteArray:
    """Turn a Pillow image of any mode into upright RGB bytes.

    Parameters
    ----------
    image : PIL.Image.Image
        The image; it is loaded if it was not.
    name : str
        What errors call it.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        RGB with the EXIF orientation applied and transparency laid on white.

    Raises
    ------
    NotFiniteImageError
        If NaN or infinity stands among the pixels of a float image.

    Examples
    --------
    >>> rgb_from_pillow(Image.new("CMYK", (2, 1)), "image").tolist()
    [[[255, 255, 255], [255, 255, 255]]]
    """
    image.load()  # first, since the TIFF decoder turns the picture itself and then drops the tag
    turn = _UPRIGHT.get(_orientation(image))
    upright = image if turn is None else image.transpose(turn)
    if image.mode.startswith(("I", "F")):
        return rgb_from_bytes(_deep_grey(np.array(upright), image, name))
    return rgb_from_bytes(np.array(_eight_bits(upright)))


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN_EXIF:
        return 1


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode == "La":
        image = image.convert("LA")
    if image.has_transparency_data and image.mode in _TRANSPARENT:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _deep_grey(values: AnyArray, image: Image.Image, name: str) -> ByteArray:
    tags = getattr(image, "tag_v2", {})
    if values.dtype.kind == "f":
        require_finite(values, name)
    elif values.dtype == np.int32 and tags.get(_SAMPLE_FORMAT) in ((1,), 1):
        values = values.view(np.uint32)  # Pillow has no unsigned 32-bit mode
    grey = scale_to_bytes(values, _white(values, image))
    white_is_zero = tags.get(_PHOTOMETRIC) == 0
    return 255 - grey if white_is_zero else grey


def _white(values: AnyArray, image: Image.Image) -> float:
    if image.format in ("PNG", "PPM") or image.mode.startswith("I;16"):
        twelve_bits = getattr(image, "tag_v2", {}).get(_BITS) in ((12,), 12)
        return 4095 if twelve_bits else 65535
    return guess_white(values)
