"""From a flow over the framed face to what each muscle's window did: direction and strength."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.features.face_frame import HEIGHT, UNIT, WIDTH
from lamplit.features.muscle_regions import Muscle, load_muscles, mirror_order

THOUSANDTHS = 1000.0
"""Strengths are in thousandths of the eye distance."""


@dataclass(frozen=True, slots=True)
class MuscleMotion:
    """What the skin in each muscle's window did, the head's own motion taken out.

    Parameters
    ----------
    muscles : tuple of Muscle
        The muscles, N of them.
    vectors : ndarray of shape (N, 2), float32
        Mean motion (x, y) in thousandths of the eye distance: x to the right of the picture, y downwards.
    confidence : ndarray of shape (N,), float32
        Mean confidence of the flow in the window, 0 to 1.

    Raises
    ------
    InvalidArgumentError
        If the arrays do not have a row per muscle.

    Examples
    --------
    >>> motion = MuscleMotion(load_muscles()[:1], np.array([[0, -30]], np.float32), np.ones(1, np.float32))
    >>> motion.directions.tolist(), motion.along.tolist()
    ([90.0], [30.0])
    """

    muscles: tuple[Muscle, ...]
    vectors: FloatArray
    confidence: FloatArray

    def __post_init__(self) -> None:
        n = len(self.muscles)
        if self.vectors.shape != (n, 2) or self.confidence.shape != (n,):
            came = f"shapes {self.vectors.shape} and {self.confidence.shape}"
            raise InvalidArgumentError("vectors", f"shapes ({n}, 2) and ({n},)", came)

    def __len__(self) -> int:
        return len(self.muscles)

    @property
    def directions(self) -> FloatArray:
        """The direction of each motion in degrees, 0 to below 360: 0 to the right of the picture, 90 up."""
        angles: FloatArray = np.degrees(np.arctan2(-self.vectors[:, 1], self.vectors[:, 0])) % 360
        return angles

    @property
    def strengths(self) -> FloatArray:
        """The length of each motion in thousandths of the eye distance."""
        lengths: FloatArray = np.hypot(self.vectors[:, 0], self.vectors[:, 1])
        return lengths

    @property
    def along(self) -> FloatArray:
        """The part along each muscle's axis: above 0 as if it shortened, below as if it gave way."""
        part: FloatArray = (self.vectors * _axes(self.muscles)).sum(axis=1)
        return part

    @property
    def across(self) -> FloatArray:
        """The part across the axis: above 0 anticlockwise of it, on the subject's right clockwise."""
        axes = _axes(self.muscles)
        turned = np.column_stack([axes[:, 1], -axes[:, 0]])  # 90 degrees anticlockwise, where y points down
        mirrored = np.array([-1.0 if muscle.side == "right" else 1.0 for muscle in self.muscles], np.float32)
        part: FloatArray = (self.vectors * turned).sum(axis=1) * mirrored
        return part

    def mirrored(self) -> MuscleMotion:
        """Return the motion that the mirrored pictures would show; needs the whole table of muscles."""
        order = list(mirror_order())
        if self.muscles != load_muscles():
            raise InvalidArgumentError("muscles", "all of load_muscles()", f"{len(self)} muscles")
        turned = self.vectors[order] * np.array([-1, 1], dtype=np.float32)
        return MuscleMotion(self.muscles, turned, self.confidence[order])

    def features(self) -> FloatArray:
        """Return a row for a classifier, the same for a face and its mirror image, shape (2 N,).

        Along, then across, as means of the left and the right side; then how far apart the sides are in each,
        without sign. A one-sided wink or smile is seen, whichever side it is on. Of muscles in the middle
        only the mean along and the apart across are there; the others are 0 always.
        """
        other = self.mirrored()
        sides = np.array([muscle.side for muscle in self.muscles])
        once, left = sides != "right", sides == "left"
        mean_along, mean_across = (self.along + other.along) / 2, (self.across + other.across) / 2
        apart_along, apart_across = np.abs(self.along - other.along), np.abs(self.across - other.across)
        rows = (mean_along[once], mean_across[left], apart_along[left], apart_across[once])
        return np.concatenate(rows).astype(np.float32)


def muscle_motion(
    flow: FloatArray, confidence: FloatArray, *, muscles: Sequence[Muscle] | None = None
) -> MuscleMotion:
    """Average the flow over each muscle's window.

    Parameters
    ----------
    flow : ndarray of shape (192, 144, 2), float32
        Motion (x, y) in pixels of the framed face, without that of the head.
    confidence : ndarray of shape (192, 144), float32
        The weight of each pixel, from 0 to 1.
    muscles : sequence of Muscle, optional
        Which; by default `load_muscles()`.

    Returns
    -------
    MuscleMotion
        Direction and strength by muscle.

    Raises
    ------
    InvalidArgumentError
        If the flow is not that of framed faces.

    Notes
    -----
    sum c f / sum c over the window, c the confidence.

    References
    ----------
    Mase (1991), IEICE Transactions E74(10), 3474-3483, section 3; Essa, Pentland (1997),
    doi:10.1109/34.598232.

    Examples
    --------
    >>> flow = np.zeros((192, 144, 2), np.float32) + np.float32([6.4, 0.0])
    >>> motion = muscle_motion(flow, np.ones((192, 144), np.float32))
    >>> motion.strengths[:2].round(1).tolist(), motion.directions[:2].tolist()
    ([100.0, 100.0], [0.0, 0.0])
    """
    if flow.shape != (HEIGHT, WIDTH, 2) or confidence.shape != (HEIGHT, WIDTH):
        came = f"shapes {flow.shape} and {confidence.shape}"
        raise InvalidArgumentError("flow", f"shapes ({HEIGHT}, {WIDTH}, 2) and ({HEIGHT}, {WIDTH})", came)
    chosen = load_muscles() if muscles is None else tuple(muscles)
    vectors, sureness = np.zeros((len(chosen), 2), np.float32), np.zeros(len(chosen), np.float32)
    for place, muscle in enumerate(chosen):
        weights = confidence[muscle.pixels]
        sureness[place] = weights.mean()
        total = np.maximum(weights.sum(), np.finfo(np.float32).tiny)
        vectors[place] = (flow[muscle.pixels] * weights[..., np.newaxis]).sum(axis=(0, 1)) / total
    return MuscleMotion(chosen, vectors * np.float32(THOUSANDTHS / UNIT), sureness)


def _axes(muscles: Sequence[Muscle]) -> FloatArray:
    """Return the unit vectors (x, y) of the muscles' axes, y downwards, shape (N, 2)."""
    angles = np.radians([muscle.axis for muscle in muscles])
    return np.column_stack([np.cos(angles), -np.sin(angles)]).astype(np.float32)
