"""Pictures of data sets: decoded, and of the size that the set is known to have."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError, InvalidImageError
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image


def decode_any_grey(content: bytes, *, where: str) -> ByteArray:
    """Decode a picture of whatever size.

    Parameters
    ----------
    content : bytes
        A file.
    where : str
        What errors call it. Its suffix does not matter: data sets hold many a PNG that is called JPG.

    Returns
    -------
    ndarray of shape (H, W), uint8
        Grey.

    Raises
    ------
    DatasetError
        If it is no picture.

    Examples
    --------
    >>> decode_any_grey(b"P5 2 1 255 " + bytes([7, 9]), where="a.pgm").tolist()
    [[7, 9]]
    """
    try:
        return grey_from_rgb(read_image(content))
    except InvalidImageError as error:
        raise DatasetError(where, error.required, error.came, error.hint) from error


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
    image = decode_any_grey(content, where=where)
    if image.shape != (height, width):
        raise DatasetError(where, f"{width} x {height} pixels", f"{image.shape[1]} x {image.shape[0]}")
    return image


def picture_from_text(text: str, *, where: str, side: int) -> ByteArray:
    """Read a square picture that is written as numbers with spaces between, row by row.

    Parameters
    ----------
    text : str
        The numbers.
    where : str
        What errors call it.
    side : int
        Its width and height, in pixels.

    Returns
    -------
    ndarray of shape (side, side), uint8
        Grey.

    Raises
    ------
    DatasetError
        If these are not side * side whole numbers from 0 to 255.

    Examples
    --------
    >>> picture_from_text("0 9 90 255", where="line 2", side=2).tolist()
    [[0, 9], [90, 255]]
    """
    try:
        values = np.array(text.split(), dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise DatasetError(where, "whole numbers", str(error)) from error
    if values.size != side * side:
        raise DatasetError(where, f"{side * side:,} numbers", f"{values.size:,}")
    if values.min() < 0 or values.max() > 255:
        raise DatasetError(where, "numbers from 0 to 255", f"{values.min()} to {values.max()}")
    return values.reshape(side, side).astype(np.uint8)
