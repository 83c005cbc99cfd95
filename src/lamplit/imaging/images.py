"""Read a picture from anything into RGB bytes, and write one to a file."""

from __future__ import annotations

import os

import numpy as np
from PIL import Image

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.imaging.decoding import check_size, convert, decode
from lamplit.imaging.pixels import check_shape, rgb_from_array
from lamplit.imaging.sources import ImageSource, read_bytes, source_name
from lamplit.imaging.writing import write_image

__all__ = ["DEFAULT_MAX_PIXELS", "ImageSource", "read_image", "source_name", "write_image"]

DEFAULT_MAX_PIXELS = 64_000_000
"""Pictures with more pixels are refused before they are decoded."""


def read_image(source: ImageSource, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> ByteArray:
    """Read a picture as upright RGB bytes.

    Parameters
    ----------
    source : str, Path, bytes-like, binary file, PIL.Image.Image or ndarray
        A path or content in JPEG, PNG, WebP, GIF (the first frame), BMP, TIFF (the first page) or PNM (PGM,
        PPM, PBM); or pixels as an array of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) of uint8,
        uint16, bool, or float in [0, 1].
    max_pixels : int
        The most pixels that are accepted, compared with the header before anything is decoded.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        RGB, contiguous. It shares memory with an array source that is already in this form.

    Raises
    ------
    InvalidImageError
        One of its subclasses, by what is wrong: UnreadableImageError, EmptyImageError, NotAnImageError,
        MisnamedImageError, TruncatedImageError, CorruptImageError, ImageTooLargeError, NotFiniteImageError.
    InvalidArgumentError
        If `source` is no such thing, an array has another dtype, shape or range, or `max_pixels` is no
        positive integer.

    Notes
    -----
    The EXIF orientation is applied. Transparent parts are laid on white, as a page shows them. Colour
    profiles are ignored: the numbers in the file are taken as sRGB. A file whose suffix promises one of
    these formats must hold that format; other suffixes promise nothing, and the content decides.

    16-bit grey becomes round(v / 257), 16-bit colour v // 256. TIFF files with 32-bit integers or floats do
    not say which number is white: it is taken to be the smallest of 1 (floats only), 255, 65535 and
    2**32 - 1 that no pixel exceeds, and what is below 0 is black.

    Examples
    --------
    >>> read_image(b"P5 2 1 255 " + bytes([0, 200])).tolist()
    [[[0, 0, 0], [200, 200, 200]]]
    """
    if isinstance(max_pixels, bool) or not isinstance(max_pixels, int) or max_pixels < 1:
        raise InvalidArgumentError("max_pixels", "an integer of at least 1", repr(max_pixels))
    name = source_name(source)
    if isinstance(source, np.ndarray):
        check_shape(source, name)
        check_size((source.shape[1], source.shape[0]), name, max_pixels)
        return rgb_from_array(source, name)
    if isinstance(source, Image.Image):
        return convert(source, name=name, max_pixels=max_pixels)
    if not isinstance(source, str | os.PathLike | bytes | bytearray | memoryview) and not hasattr(
        source, "read"
    ):
        required = "a path, bytes, a binary file, a Pillow image or a NumPy array"
        raise InvalidArgumentError("image", required, type(source).__name__)
    return decode(read_bytes(source), name=name, max_pixels=max_pixels)
