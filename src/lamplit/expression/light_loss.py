"""What the light takes from a face crop, in two numbers: how much is lost to noise, how much to the surround.

Both look at the middle of the crop, brow to chin between the cheeks, and at the pixels that the network
gets: noise that shrinking has averaged away is not counted, and the same crop always has the same numbers.
"""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.expression.backlight import middle_of
from lamplit.light.noise import noise_sigmas

ENOUGH = 16.0
"""Contrast over noise of a middle that has lost nothing; half of the FER+ validation faces reach 11."""

MOST_STOPS = 6.0
"""More is not told apart: of 8 bits, a middle with so little contrast has a level or two."""

FLOOR = 0.001
"""Grey levels added to contrasts and noise, about one step of the noise: nothing is divided by zero."""


def light_losses(crops: ByteArray) -> FloatArray:
    """Measure what the light has taken from each face.

    Parameters
    ----------
    crops : ndarray of shape (N, S, S), uint8
        Grey faces, framed like those of FER+, as large as the network wants them.

    Returns
    -------
    ndarray of shape (N, 2), float32
        In stops (factors of two), 0 where nothing is lost: first, by how much the contrast of the middle
        falls short of 16 times its noise, at most 4; second, by how much it falls short of the contrast of
        the whole crop, at most 6. Contrast is the standard deviation of the grey level.

    Notes
    -----
    A light behind the head takes nearly all grey levels for the background, so that the face keeps a small
    share of the contrast; the second number grows with it. Both are continuous, so that a face whose light
    changes a little keeps about its probabilities.

    Examples
    --------
    >>> face = np.zeros((1, 24, 24), np.uint8)
    >>> face[:, :, ::2] = 128  # stripes: contrast without noise
    >>> backlit = face // 8
    >>> backlit[:, :, :5] = backlit[:, :, 19:] = 255
    >>> light_losses(np.concatenate([face, backlit])).round().tolist()
    [[0.0, 0.0], [0.0, 4.0]]
    """
    middle = middle_of(crops)
    contrast = middle.std(axis=(1, 2)) / 255
    whole = crops.std(axis=(1, 2)) / 255
    ratio = contrast / (noise_sigmas(middle) + FLOOR)
    to_noise = np.log2(ENOUGH / np.clip(ratio, 1.0, ENOUGH))
    to_surround = np.clip(np.log2((whole + FLOOR) / (contrast + FLOOR)), 0.0, MOST_STOPS)
    return np.stack([to_noise, to_surround], axis=1).astype(np.float32)
