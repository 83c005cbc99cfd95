"""Grey from RGB."""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.imaging.pixels import check_bytes


def grey_from_rgb(image: ByteArray) -> ByteArray:
    """Weigh red, green and blue into grey.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3) or (H, W), uint8
        RGB; grey passes through untouched.

    Returns
    -------
    ndarray of shape (H, W), uint8
        Grey: 0.299 R + 0.587 G + 0.114 B, rounded.

    Raises
    ------
    InvalidArgumentError
        If `image` is not of this form.

    References
    ----------
    Recommendation ITU-R BT.601-7 (2011), section 2.5.1.

    Examples
    --------
    >>> grey_from_rgb(np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)).tolist()
    [[76, 150, 29]]
    """
    check_bytes(image)
    return image if image.ndim == 2 else _weigh(image)


def grey_stack_from_rgb(images: ByteArray) -> ByteArray:
    """Weigh red, green and blue into grey for a stack of pictures of one size.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, 3) or (N, H, W), uint8
        RGB; grey passes through untouched.

    Returns
    -------
    ndarray of shape (N, H, W), uint8
        Grey, as `grey_from_rgb` makes it.

    Raises
    ------
    InvalidArgumentError
        If `images` is not of this form.

    Examples
    --------
    >>> grey_stack_from_rgb(np.full((5, 4, 4, 3), 9, np.uint8)).shape
    (5, 4, 4)
    """
    fits = images.ndim == 3 or (images.ndim == 4 and images.shape[3] == 3)
    if images.dtype != np.uint8 or not fits:
        required = "uint8 of shape (N, H, W) or (N, H, W, 3)"
        raise InvalidArgumentError("images", required, f"{images.dtype} of shape {images.shape}")
    if images.ndim == 3:
        return images
    n, height, width, _ = images.shape
    if images.size == 0:
        return np.empty((n, height, width), np.uint8)
    return _weigh(images.reshape(n * height, width, 3)).reshape(n, height, width)


def _weigh(image: ByteArray) -> ByteArray:
    grey: ByteArray = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    return grey
