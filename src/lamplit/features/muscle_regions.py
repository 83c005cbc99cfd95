"""Facial muscles as windows in the face: where they lie, which way they pull, what that is coded as."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.features.face_frame import HEIGHT, WIDTH, pixels_from_units

TABLE = Path(__file__).with_name("muscle_regions.toml")
"""The table, with its sources."""


@dataclass(frozen=True, slots=True)
class Muscle:
    """A muscle on one side of the face, and the window through which its motion is seen.

    Parameters
    ----------
    name : str
        Anatomical name.
    side : str
        "left" or "right", the subject's, or "middle".
    window : tuple of 4 float
        x1, y1, x2, y2 in eye distances from the midpoint between the eyes; y downwards.
    axis : float
        The way the skin goes when the muscle shortens, in degrees from 0 to below 360: 0 to the right of the
        picture, 90 up.
    action_units : tuple of str
        What that motion is coded as in FACS.
    opposite : tuple of str
        What motion the other way is coded as; empty where nothing is.

    Examples
    --------
    >>> smile = next(muscle for muscle in load_muscles() if muscle.name == "zygomaticus major")
    >>> smile.side, smile.axis, smile.action_units
    ('left', 50.0, ('AU12',))
    """

    name: str
    side: str
    window: tuple[float, float, float, float]
    axis: float
    action_units: tuple[str, ...]
    opposite: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """The name with its side."""
        return self.name if self.side == "middle" else f"{self.name}, {self.side}"

    @property
    def pixels(self) -> tuple[slice, slice]:
        """The rows and columns of the window in the framed face."""
        (left, top), (right, bottom) = self.corners
        rows = slice(max(0, round(float(top))), min(HEIGHT, round(float(bottom))))
        return rows, slice(max(0, round(float(left))), min(WIDTH, round(float(right))))

    @property
    def corners(self) -> FloatArray:
        """Upper left and lower right corner (x, y) in pixels of the framed face, shape (2, 2)."""
        x1, y1, x2, y2 = self.window
        return pixels_from_units(np.array([[x1, y1], [x2, y2]]))

    def mirrored(self) -> Muscle:
        """Return the same muscle on the other side of the face; one in the middle is its own mirror image."""
        x1, y1, x2, y2 = self.window
        other = {"left": "right", "right": "left", "middle": "middle"}[self.side]
        axis = (180.0 - self.axis) % 360.0
        return Muscle(self.name, other, (-x2, y1, -x1, y2), axis, self.action_units, self.opposite)


@lru_cache(maxsize=1)
def load_muscles() -> tuple[Muscle, ...]:
    """Read the table of muscles.

    Returns
    -------
    tuple of Muscle
        From the forehead to the chin; each pair is left, then right.

    Notes
    -----
    Sources stand in `muscle_regions.toml`. The windows are set by eye and overlap: a window sees whatever
    moves the skin in it, so motion along the axis of one muscle is a hint of it and no proof.

    Examples
    --------
    >>> len(load_muscles()), load_muscles()[0].full_name
    (28, 'frontalis, medial part, left')
    """
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["muscle"]
    return tuple(muscle for row in rows for muscle in _sides(row))


def mirror_order() -> tuple[int, ...]:
    """Return for each muscle of the table the position of its mirror image.

    Returns
    -------
    tuple of int
        Positions in `load_muscles()`; a muscle in the middle has its own.

    Examples
    --------
    >>> mirror_order()[:3]
    (1, 0, 3)
    """
    places = {muscle.full_name: place for place, muscle in enumerate(load_muscles())}
    return tuple(places[muscle.mirrored().full_name] for muscle in load_muscles())


def _sides(row: dict[str, Any]) -> tuple[Muscle, ...]:
    """Return a row's muscle, on both sides where it has two."""
    both = row["side"] == "both"
    muscle = Muscle(
        row["name"],
        "left" if both else "middle",
        tuple(row["window"]),
        float(row["axis"]),
        tuple(row["action_units"]),
        tuple(row["opposite"]),
    )
    return (muscle, muscle.mirrored()) if both else (muscle,)
