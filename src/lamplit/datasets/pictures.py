"""Pictures of data sets: decoded, and of the size that the set is known to have."""

from __future__ import annotations

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError, InvalidImageError
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image


def decode_grey(content: bytes, *, where: str, width: int, height: int) -> ByteArray:
    """Decode a picture and check its size.

    Parameters
    ----------
    content : bytes
        A file.
    where : str
        What errors call it.
    width, height : int
        The size that it must have, in pixels.

    Returns
    -------
    ndarray of shape (height, width), uint8
        Grey.

    Raises
    ------
    DatasetError
        If it is no picture or has another size.

    Examples
    --------
    >>> decode_grey(b"P5 2 1 255 " + bytes([7, 9]), where="a.pgm", width=2, height=1).tolist()
    [[7, 9]]
    """
    try:
        image = grey_from_rgb(read_image(content))
    except InvalidImageError as error:
        raise DatasetError(where, error.required, error.came, error.hint) from error
    if image.shape != (height, width):
        raise DatasetError(where, f"{width} x {height} pixels", f"{image.shape[1]} x {image.shape[0]}")
    return image
