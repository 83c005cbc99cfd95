"""Copies of one picture across splits: FER2013 has them, and they flatter whoever measures on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError


def have_copies(images: ByteArray, among: ByteArray) -> NDArray[np.bool_]:
    """Say which pictures stand among others, pixel for pixel.

    Parameters
    ----------
    images : ndarray of shape (N, H, W), uint8
        The pictures in question.
    among : ndarray of shape (M, H, W), uint8
        Where to look for copies.

    Returns
    -------
    ndarray of shape (N,), bool
        True where the same pixels are found.

    Raises
    ------
    InvalidArgumentError
        If the arrays are not stacks of pictures of one size.

    Examples
    --------
    >>> black, white = np.zeros((1, 2, 2), np.uint8), np.full((1, 2, 2), 255, np.uint8)
    >>> have_copies(np.concatenate([black, white]), among=white).tolist()
    [False, True]
    """
    for name, stack in (("images", images), ("among", among)):
        if stack.ndim != 3 or stack.dtype != np.uint8 or stack.shape[1:] != images.shape[1:]:
            required = f"uint8 of shape (N, {images.shape[1:]})"
            raise InvalidArgumentError(name, required, f"{stack.dtype} of shape {stack.shape}")
    known = {picture.tobytes() for picture in among}
    return np.array([picture.tobytes() in known for picture in images], dtype=np.bool_)
