"""Five points of a face: eyes, nose tip and mouth corners, and the frame that follows from them.

Their order, everywhere: the subject's right eye, left eye, nose tip, right and left corner of the mouth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import FloatArray
from lamplit.core.landmarks import FIVE

MIRRORED = (1, 0, 2, 4, 3)
"""Which point stands where in the mirror image of a face."""

USUAL = np.array([[0.31, 0.387], [0.69, 0.387], [0.5, 0.588], [0.35, 0.757], [0.65, 0.757]], np.float32)
"""Where they lie in crops of FER+, in fractions of the side: medians of 27,138 training faces, made
symmetric."""


def five_points(points: FloatArray) -> FloatArray:
    """Take the five points from 68 landmarks.

    Parameters
    ----------
    points : ndarray of shape (N, 68, 2)
        Landmarks in the iBUG order.

    Returns
    -------
    ndarray of shape (N, 5, 2), float32
        In the unit of the landmarks: the middles of the eyes, the nose tip, the corners of the mouth.

    Examples
    --------
    >>> points = np.zeros((1, 68, 2), np.float32)
    >>> points[0, 36:42] = 3.0
    >>> five_points(points)[0, :, 0].tolist()
    [3.0, 0.0, 0.0, 0.0, 0.0]
    """
    return np.stack([points[:, part].mean(axis=1) for part in FIVE], axis=1).astype(np.float32)


def frame_of(five: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Find the square that frames a face as crops of FER+ are framed, from its five points.

    Parameters
    ----------
    five : ndarray of shape (N, 5, 2)
        Points of N faces, in pixels.

    Returns
    -------
    squares : ndarray of shape (N, 4), float32
        Middle (x, y) and side of the square in pixels, and how far the face is turned in the plane, in
        radians (positive: clockwise on the screen).
    errors : ndarray of shape (N,), float32
        How far the points lie from where they usually do (root mean square), in sides of the square: large
        where the head is turned aside or the points are wrong. NaN where there are no points.

    Notes
    -----
    The similarity that takes `USUAL` nearest to the points, by least squares; as complex numbers
    m = sum(w conj(z)) / sum(|z|^2).

    Examples
    --------
    >>> squares, errors = frame_of(100 * USUAL[None] + 10)
    >>> squares[0, :3].round(2).tolist(), float(errors[0]) < 1e-6
    ([60.0, 60.0, 100.0], True)
    """
    usual = _complex(USUAL)
    found = _complex(five)  # (N, 5)
    usual_middle, middle = usual.mean(), found.mean(axis=1)
    z, w = usual - usual_middle, found - middle[:, None]
    turn = (w * z.conj()).sum(axis=1) / (np.abs(z) ** 2).sum()  # (N,)
    errors = np.sqrt((np.abs(w - turn[:, None] * z) ** 2).mean(axis=1)) / np.abs(turn)
    centre = middle + turn * (complex(0.5, 0.5) - usual_middle)
    squares = np.stack([centre.real, centre.imag, np.abs(turn), np.angle(turn)], axis=1)
    return squares.astype(np.float32), errors.astype(np.float32)


def _complex(points: FloatArray) -> NDArray[np.complex128]:
    """Return x + iy."""
    numbers: NDArray[np.complex128] = points[..., 0].astype(np.float64) + 1j * points[..., 1].astype(
        np.float64
    )
    return numbers
