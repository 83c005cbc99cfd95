"""Which cell of the detector's grids answers for which face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.detector_grid import cells_of
from lamplit.training.scenes.composing import Scene

RANGES = {8: (0.0, 36.0), 16: (28.0, 88.0), 32: (70.0, np.inf)}
"""Sides in pixels of the boxes that cells of each stride answer for; where they overlap, both do."""

SLACK = 1.5
"""A level whose range a face misses by no more than this factor is not taught to miss it either."""

CENTRE, NEAREST = 0.18, 0.55
"""Half width of the square around a box's middle whose cells answer, in sides of the box; and its least, in
cells, so that there is always one."""

SURROUND = 0.3
"""Half width of the square, in sides of the box, within which cells of the same level are neither right nor
wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What the P cells of a scene are to answer.

    Parameters
    ----------
    weights : ndarray of shape (P,), float32
        How much a cell counts that answers for a face; 0 for all others. The cells of a face that has n of
        them count 1 / sqrt(n) each.
    ignored : ndarray of shape (P,), bool
        Cells whose score is not taught.
    boxes : ndarray of shape (P, 4), float32
        The face's box in pixels, where there is one; else of no meaning.
    points : ndarray of shape (P, 5, 2), float32
        Its points; NaN where not known.
    """

    weights: FloatArray
    ignored: NDArray[np.bool_]
    boxes: FloatArray
    points: FloatArray


def assign(scene: Scene) -> Targets:
    """Say what each cell is to answer for a scene.

    Parameters
    ----------
    scene : Scene
        Its height and width must be multiples of 32.

    Returns
    -------
    Targets
        For all cells, in the order of `lamplit.core.detector_grid.cells_of`. Of two faces that claim a cell,
        the one whose middle is nearer, in sides of its box, gets it.
    """
    middles, strides = cells_of(*scene.image.shape)
    n_faces, n_cells = len(scene.boxes), len(middles)
    if not n_faces:
        empty = np.zeros((n_cells, 4), np.float32), np.zeros((n_cells, 5, 2), np.float32)
        return Targets(np.zeros(n_cells, np.float32), np.zeros(n_cells, bool), *empty)
    sides, away = _distances(scene.boxes, middles)
    claimed, ignored = _claims(sides, away, strides, scene.counts)
    nearness = np.where(claimed, away / sides[:, None], np.inf)  # (N, P)
    owner = nearness.argmin(axis=0)  # (P,)
    positive = claimed.any(axis=0)
    cells_each = np.bincount(owner[positive], minlength=n_faces)
    weights = np.where(positive, 1 / np.sqrt(np.maximum(cells_each[owner], 1)), 0).astype(np.float32)
    return Targets(weights, ignored & ~positive, scene.boxes[owner], scene.points[owner])


def _distances(boxes: FloatArray, middles: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the side of each box (N,), and how far each cell is from its middle, along the further axis."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    sides = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))
    away = np.abs(centres[:, None] - middles[None]).max(axis=2)  # (N, P)
    return sides, away


def _claims(
    sides: FloatArray, away: FloatArray, strides: FloatArray, counts: AnyArray
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which faces claim which cells (N, P), and which cells are not taught (P,)."""
    low, high = (np.array([RANGES[int(s)][end] for s in strides], np.float32) for end in (0, 1))
    side = sides[:, None]
    fits = (side > low) & (side <= high)
    nearly = (side > low / SLACK) & (side <= high * SLACK)
    central = away <= np.maximum(CENTRE * side, NEAREST * strides)
    around = away <= np.maximum(SURROUND * side, NEAREST * strides)
    known = counts[:, None]
    doubtful = ~known & (away <= 0.5 * side)
    ignored = (nearly & around & known) | doubtful
    return fits & central & known, ignored.any(axis=0)
