"""Eigenfaces: an embedding of pictures that is learnt from the pictures themselves, in seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.imaging.geometry import resize_faces

SIDE = 16
"""Side of the small pictures that are embedded: coarse enough that a shift of two pixels changes little."""

DIMENSIONS = 64
MOST_PICTURES = 8_000
"""Pictures to learn from at most; more change nothing that matters."""


@dataclass(frozen=True, slots=True, eq=False)
class Eigenfaces:
    """An embedding of grey pictures.

    Parameters
    ----------
    mean : ndarray of shape (256,), float32
        The mean picture, 16 x 16 and normalised.
    axes : ndarray of shape (256, D), float32
        Principal axes, each divided by the standard deviation along it.
    """

    mean: FloatArray
    axes: FloatArray

    def embed(self, images: ByteArray) -> FloatArray:
        """Return each picture's place.

        Parameters
        ----------
        images : ndarray of shape (N, H, W), uint8
            Grey pictures.

        Returns
        -------
        ndarray of shape (N, D), float32
            Unit vectors: products of two are the cosine of the angle between them.
        """
        return _units((_normalised(images) - self.mean) @ self.axes)


def fit_eigenfaces(images: ByteArray) -> Eigenfaces:
    """Learn an embedding in which two pictures are near each other only if they agree beyond what all share.

    Parameters
    ----------
    images : ndarray of shape (N, H, W), uint8
        Grey pictures, at least two; of more than 8,000 some are taken evenly.

    Returns
    -------
    Eigenfaces
        Of at most 64 dimensions.

    Notes
    -----
    Principal components of the pictures, brought to 16 x 16 with mean 0 and length 1, whitened: along each
    axis the spread is the same. Without that, what all faces have in common would make any two look alike.

    References
    ----------
    Turk and Pentland (1991), doi:10.1162/jocn.1991.3.1.71; Jegou and Chum (2012),
    doi:10.1007/978-3-642-33709-3_55, for whitening.

    Examples
    --------
    >>> faces = np.random.default_rng(0).integers(0, 128, (300, 48, 48), dtype=np.uint8)
    >>> places = fit_eigenfaces(faces).embed(np.stack([faces[0], faces[0] + 100, faces[1]]))
    >>> bool(places[0] @ places[1] > 0.99), bool(places[0] @ places[2] < 0.5)
    (True, True)
    """
    some = images[np.linspace(0, len(images) - 1, min(len(images), MOST_PICTURES)).astype(np.int64)]
    pictures = _normalised(some).astype(np.float64)
    mean = pictures.mean(axis=0)
    spread, axes = np.linalg.eigh((pictures - mean).T @ (pictures - mean) / len(pictures))
    wanted = min(DIMENSIONS, len(pictures) - 1)
    spread, axes = spread[::-1][:wanted], axes[:, ::-1][:, :wanted]  # the largest first
    kept = spread > 1e-6 * spread[0]
    whitened = axes[:, kept] / np.sqrt(spread[kept])
    return Eigenfaces(mean.astype(np.float32), whitened.astype(np.float32))


def _normalised(images: ByteArray) -> FloatArray:
    """Return pictures as rows of 256 with mean 0 and length 1; a picture of one level as zeros."""
    rows = resize_faces(images, SIDE).reshape(len(images), SIDE * SIDE).astype(np.float32)
    return _units(rows - rows.mean(axis=1, keepdims=True))


def _units(rows: AnyArray) -> FloatArray:
    """Bring rows to length 1."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    units: FloatArray = rows / np.maximum(length, 1e-6)
    return units
