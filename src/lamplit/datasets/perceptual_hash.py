"""Perceptual hashes: 64 bits that stay nearly the same when a picture is brightened or compressed again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import InvalidArgumentError

HashArray: TypeAlias = NDArray[np.uint64]
"""Hashes: one word of 64 bits for each picture."""

SIDE = 8
BATCH = 1024

_BITS_OF_BYTE = np.array([bin(byte).count("1") for byte in range(256)], dtype=np.uint8)


def cosine_hash(images: ByteArray) -> HashArray:
    """Hash pictures by their lowest cosine frequencies (pHash).

    Parameters
    ----------
    images : ndarray of shape (N, H, W), uint8
        Grey pictures, at least 8 x 8.

    Returns
    -------
    ndarray of shape (N,), uint64
        A bit for each of the 8 x 8 lowest coefficients of the cosine transform: 1 where it is above their
        median. The picture's mean is taken out before, so a picture of one level has no bit.

    Raises
    ------
    InvalidArgumentError
        If the array is no stack of such pictures.

    References
    ----------
    Venkatesan, Koon, Jakubowski, Moulin (2000), Robust image hashing, doi:10.1109/ICIP.2000.899541;
    Ahmed, Natarajan, Rao (1974), doi:10.1109/T-C.1974.223784, for the transform.

    Examples
    --------
    >>> faces = np.random.default_rng(0).integers(0, 128, (1, 48, 48), dtype=np.uint8)
    >>> hamming_distances(cosine_hash(faces), cosine_hash(2 * faces)).tolist()  # twice as bright
    [[0]]
    """
    _check_stack(images)
    down, across = _cosines(images.shape[1]), _cosines(images.shape[2])
    coefficients = np.concatenate([_NONE, *(down @ batch @ across.T for batch in _batches(images))])
    flat = coefficients.reshape(len(images), SIDE * SIDE)
    return _packed(flat > np.median(flat, axis=1, keepdims=True))


def difference_hash(images: ByteArray) -> HashArray:
    """Hash pictures by where they grow brighter from left to right (dHash).

    Parameters
    ----------
    images : ndarray of shape (N, H, W), uint8
        Grey pictures, at least 8 x 8.

    Returns
    -------
    ndarray of shape (N,), uint64
        The picture is averaged to 8 rows of 9; a bit for each neighbouring two of a row: 1 where the right
        one is brighter.

    Raises
    ------
    InvalidArgumentError
        If the array is no stack of such pictures.

    Examples
    --------
    >>> ramp = np.tile(np.arange(0, 144, 3, dtype=np.uint8), (48, 1))
    >>> hex(difference_hash(ramp[None])[0])  # brighter everywhere, in a mirror nowhere
    '0xffffffffffffffff'
    >>> int(difference_hash(ramp[None, :, ::-1])[0])
    0
    """
    _check_stack(images)
    small = np.zeros((len(images), SIDE, SIDE + 1), np.float32)
    for place, image in enumerate(images):
        # Copied, because OpenCV takes no view that runs backwards.
        pixels = np.ascontiguousarray(image, dtype=np.float32)
        small[place] = cv2.resize(pixels, (SIDE + 1, SIDE), interpolation=cv2.INTER_AREA)
    return _packed((small[:, :, 1:] > small[:, :, :-1]).reshape(len(images), SIDE * SIDE))


def hamming_distances(hashes: HashArray, others: HashArray) -> ByteArray:
    """Count the bits in which hashes differ, each from each.

    Parameters
    ----------
    hashes : ndarray of shape (N,), uint64
        Hashes.
    others : ndarray of shape (M,), uint64
        Hashes of the same kind.

    Returns
    -------
    ndarray of shape (N, M), uint8
        From 0, the same, to 64; pictures that have nothing to do with each other differ in about 32.

    Examples
    --------
    >>> hamming_distances(np.array([0, 7], np.uint64), np.array([1], np.uint64)).tolist()
    [[1], [2]]
    """
    different = hashes[:, None] ^ others[None, :]  # (N, M)
    if hasattr(np, "bitwise_count"):  # NumPy 2
        counts: ByteArray = np.bitwise_count(different)
        return counts
    bits = _BITS_OF_BYTE[different.view(np.uint8)].reshape(*different.shape, 8)
    summed: ByteArray = bits.sum(axis=2, dtype=np.uint8)
    return summed


_NONE: FloatArray = np.zeros((0, SIDE, SIDE), np.float32)


def _batches(images: ByteArray) -> Iterator[FloatArray]:
    """Yield a stack in float parts without their means; as a whole it would take four times the memory."""
    for start in range(0, len(images), BATCH):
        batch = images[start : start + BATCH].astype(np.float32)
        yield batch - batch.mean(axis=(1, 2), keepdims=True)


def _cosines(n: int) -> FloatArray:
    """Return the lowest 8 rows of the orthonormal cosine transform of n numbers; shape (8, n)."""
    rows = np.cos(np.pi * np.arange(SIDE)[:, None] * (np.arange(n) + 0.5) / n) * np.sqrt(2 / n)
    rows[0] /= np.sqrt(2)
    cosines: FloatArray = rows.astype(np.float32)
    return cosines


def _packed(bits: NDArray[np.bool_]) -> HashArray:
    """Put 64 bits of each picture into a word; shape (N, 64) to (N,)."""
    words: HashArray = np.ascontiguousarray(np.packbits(bits, axis=1)).view(np.uint64).reshape(-1)
    return words


def _check_stack(images: AnyArray) -> None:
    """Refuse what is no stack of grey pictures."""
    if images.dtype != np.uint8 or images.ndim != 3 or min(images.shape[1:]) < SIDE:
        required = f"uint8 of shape (N, H, W), each at least {SIDE} x {SIDE}"
        raise InvalidArgumentError("images", required, f"{images.dtype} of shape {images.shape}")
