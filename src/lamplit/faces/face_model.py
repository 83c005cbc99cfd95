"""The rigid face that poses are fitted with: 68 points in millimetres, and what each counts for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.landmarks import LEFT_EYE, N_POINTS, RIGHT_EYE

TABLE = Path(__file__).with_name("face_model.toml")
"""The table, with its sources."""


@dataclass(frozen=True)
class FaceModel:
    """A rigid face.

    Parameters
    ----------
    points : ndarray of shape (68, 3), float64
        Millimetres; x to the subject's left, y up, z forward, from the middle between the eyes.
    weights : ndarray of shape (68,), float64
        What each point counts for in a fit, above 0 and at most 1.
    mirror : ndarray of shape (68,), int64
        The number of each point's mirror image.

    Examples
    --------
    >>> model = load_face_model()
    >>> model.points[30].tolist(), model.mirror[36].item()  # the tip of the nose; the outer corner of an eye
    ([0.0, -34.0, 40.5], 45)
    """

    points: AnyArray
    weights: AnyArray
    mirror: AnyArray

    @cached_property
    def eye_distance(self) -> float:
        """Millimetres between the middles of the eyes."""
        right, left = self.points[RIGHT_EYE].mean(axis=0), self.points[LEFT_EYE].mean(axis=0)
        return float(np.linalg.norm(left - right))

    @cached_property
    def affine_fit(self) -> AnyArray:
        """Matrix (4, 68) that fits any linear map and an offset to 68 values, by weighted least squares."""
        root = np.sqrt(self.weights)  # (68,)
        design = np.column_stack([self.points, np.ones(N_POINTS)])  # (68, 4)
        fit: AnyArray = np.linalg.pinv(root[:, np.newaxis] * design) * root
        fit.setflags(write=False)
        return fit


@lru_cache(maxsize=1)
def load_face_model() -> FaceModel:
    """Return the model of the package.

    Returns
    -------
    FaceModel
        Symmetric about the middle plane.

    Examples
    --------
    >>> load_face_model().points.shape
    (68, 3)
    """
    points, weights = np.full((N_POINTS, 3), np.nan), np.zeros(N_POINTS)
    mirror = np.zeros(N_POINTS, np.int64)
    for part in tomllib.loads(TABLE.read_text(encoding="utf-8"))["part"]:
        for left, right, x, y, z in part["points"]:
            points[right], points[left] = (-x, y, z), (x, y, z)  # in the middle both are one, and x is 0
            weights[[left, right]] = part["weight"]
            mirror[[left, right]] = right, left
    for array in (points, weights, mirror):
        array.setflags(write=False)  # all share them
    return FaceModel(points, weights, mirror)


def mirrored_points(points: AnyArray, width: float) -> AnyArray:
    """Return the landmarks of the mirrored picture.

    Parameters
    ----------
    points : ndarray of shape (..., 68, 2)
        Landmarks (x, y) in pixels.
    width : float
        Width of the picture in pixels.

    Returns
    -------
    ndarray of the same shape
        In the iBUG order again: left and right have changed their numbers.

    Examples
    --------
    >>> mirrored_points(np.zeros((68, 2)), 48.0)[0].tolist()
    [48.0, 0.0]
    """
    swapped: AnyArray = np.asarray(points)[..., load_face_model().mirror, :].copy()
    swapped[..., 0] = width - swapped[..., 0]
    return swapped
