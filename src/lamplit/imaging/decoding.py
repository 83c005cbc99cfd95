"""The one place where foreign decoders run, and where everything they throw becomes a lamplit error."""

from __future__ import annotations

import io

from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import MAXBLOCK, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import (
    CorruptImageError,
    EmptyImageError,
    ImageTooLargeError,
    InvalidImageError,
    TruncatedImageError,
)
from lamplit.imaging.formats import BMP, GIF, JPEG, PNG, PNM, TIFF, WEBP, PictureFormat, identify
from lamplit.imaging.modes import rgb_from_pillow
from lamplit.imaging.quiet import decoder_warnings_ignored

# The classes are opened directly, not through Image.open: that guesses among all formats, applies a pixel
# limit of its own, and reads a JPEG's multi-picture table, which may be broken while the picture is sound.
_DECODERS: dict[PictureFormat, type[ImageFile]] = {
    JPEG: JpegImageFile,
    PNG: PngImageFile,
    WEBP: WebPImageFile,
    GIF: GifImageFile,
    BMP: BmpImageFile,
    TIFF: TiffImageFile,
    PNM: PpmImageFile,
}


_STRIP_OFFSETS, _STRIP_BYTES, _TILE_OFFSETS, _TILE_BYTES = 273, 279, 324, 325


class _Stream(io.BytesIO):
    """Bytes that remember whether a decoder wanted more than there were."""

    starved = False

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        # Decoders read pixels in blocks that overshoot the end of any file; only an empty block means more.
        if size is not None and len(data) < size and (not data or size < MAXBLOCK):
            self.starved = True
        return data


def decode(data: bytes, *, name: str, max_pixels: int) -> ByteArray:
    """Decode the bytes of a picture.

    Parameters
    ----------
    data : bytes
        The encoded picture, at least one byte.
    name : str
        What errors call it; its suffix, if known, must fit the content.
    max_pixels : int
        The limit, compared with the header before pixels are decoded.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        Upright RGB.

    Raises
    ------
    InvalidImageError
        One of its subclasses, by what is wrong.

    Examples
    --------
    >>> decode(b"P5 2 1 255 " + bytes([0, 9]), name="image", max_pixels=100).tolist()
    [[[0, 0, 0], [9, 9, 9]]]
    """
    found = identify(data, name)
    if found is WEBP:  # its decoder allocates the whole canvas before Pillow tells the size
        check_size(_webp_canvas(data), name, max_pixels)
    stream = _Stream(data)
    try:
        with decoder_warnings_ignored(), _DECODERS[found](stream) as image:
            check_size(image.size, name, max_pixels)
            if _pixels_end(image) > len(data):  # some of TIFF's decoders would leave the rest black
                raise _cut_off(name)
            rgb = rgb_from_pillow(image, name)
    except InvalidImageError:
        raise
    except Exception as error:
        riff_bytes = int.from_bytes(data[4:8], "little") + 8 if found is WEBP else 0
        short = stream.starved or riff_bytes > len(data)
        raise _translated(error, name, max_pixels, truncated=short) from error
    if found is PNG and b"IEND" not in data:  # the pixels may be whole, but something is missing
        raise _cut_off(name)
    return rgb


def convert(image: Image.Image, *, name: str, max_pixels: int) -> ByteArray:
    """Turn a Pillow image into RGB bytes.

    Parameters
    ----------
    image : PIL.Image.Image
        The image; pixels that are still in a file are decoded here.
    name : str
        What errors call it.
    max_pixels : int
        The limit.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        Upright RGB.

    Raises
    ------
    InvalidImageError
        One of its subclasses, by what is wrong.

    Examples
    --------
    >>> convert(Image.new("L", (1, 1), 7), name="image", max_pixels=100).tolist()
    [[[7, 7, 7]]]
    """
    check_size(image.size, name, max_pixels)
    try:
        with decoder_warnings_ignored():
            return rgb_from_pillow(image, name)
    except InvalidImageError:
        raise
    except Exception as error:
        raise _translated(error, name, max_pixels, truncated="truncated" in str(error)) from error


def check_size(size: tuple[int, int], name: str, max_pixels: int) -> None:
    """Compare a picture's size with the limit.

    Parameters
    ----------
    size : tuple of int
        Width and height in pixels.
    name : str
        What errors call the picture.
    max_pixels : int
        The limit.

    Raises
    ------
    EmptyImageError
        If there are no pixels.
    ImageTooLargeError
        If there are too many.

    Examples
    --------
    >>> check_size((640, 480), "image", 1_000_000)
    """
    width, height = size
    if width < 1 or height < 1:
        raise EmptyImageError(name, "at least one pixel", f"{width} x {height}")
    if width * height > max_pixels:
        raise ImageTooLargeError(
            name,
            f"at most {max_pixels:,} pixels",
            f"{width:,} x {height:,}",
            "shrink it, or raise max_pixels if it can be trusted",
        )


def _translated(error: Exception, name: str, max_pixels: int, *, truncated: bool) -> InvalidImageError:
    if isinstance(error, Image.DecompressionBombError):
        return ImageTooLargeError(name, f"at most {max_pixels:,} pixels", "a frame or tile with many more")
    if isinstance(error, MemoryError):
        return ImageTooLargeError(name, "a picture that fits into memory", "one that does not")
    if truncated:
        return _cut_off(name)
    return CorruptImageError(name, "a sound picture", f"content that cannot be decoded: {error}")


def _cut_off(name: str) -> TruncatedImageError:
    return TruncatedImageError(name, "a whole picture", "a file that ends before the picture does")


def _webp_canvas(data: bytes) -> tuple[int, int]:
    """Width and height as the header says; 1 x 1 where it cannot be read, for the decoder to refuse."""
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8X" and len(body) == 10:
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and len(body) == 10:
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return 1, 1


def _pixels_end(image: Image.Image) -> int:
    """Where the last strip or tile of a TIFF file ends; 0 for other formats."""
    tags = getattr(image, "tag_v2", {})
    offsets = tags.get(_STRIP_OFFSETS) or tags.get(_TILE_OFFSETS) or ()
    counts = tags.get(_STRIP_BYTES) or tags.get(_TILE_BYTES) or ()
    return max(map(sum, zip(offsets, counts, strict=False)), default=0)
