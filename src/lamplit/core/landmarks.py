"""68 points of a face in the iBUG order: the value object, which points are what, and their mirror image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.errors import InvalidArgumentError

N_POINTS = 68
"""Landmarks of a face, in the order of the iBUG group (Sagonas et al. 2013, doi:10.1109/ICCVW.2013.59)."""

RIGHT_EYE, LEFT_EYE = slice(36, 42), slice(42, 48)
"""Points of the subject's right and left eye."""

OUTER_CORNERS = (36, 45)
"""The outer corners of the eyes, the subject's right one first; the inter-ocular distance is theirs."""

FIVE = (RIGHT_EYE, LEFT_EYE, slice(30, 31), slice(48, 49), slice(54, 55))
"""Points whose means are the five: right eye, left eye, nose tip, right and left corner of the mouth."""


def _mirrored() -> tuple[int, ...]:
    """Return the point that stands in each point's place in the mirror image."""
    middle = [*range(27, 31), 33, 51, 57, 62, 66, 8]  # bridge and tip of the nose, lips, chin
    pairs = [(n, 16 - n) for n in range(8)]  # jaw
    pairs += [(17 + n, 26 - n) for n in range(5)]  # brows
    pairs += [(31, 35), (32, 34)]  # nostrils
    pairs += [(36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46)]  # eyes
    pairs += [(48, 54), (49, 53), (50, 52), (55, 59), (56, 58)]  # outer lips
    pairs += [(60, 64), (61, 63), (65, 67)]  # inner lips
    partner = {n: n for n in middle} | dict(pairs) | {right: left for left, right in pairs}
    return tuple(partner[n] for n in range(N_POINTS))


MIRRORED = _mirrored()
"""For each point the one that takes its place in the mirror image: the right eye's corner the left one's."""


LEAST_SCORE = 0.5
"""Score from which landmarks are those of a face (`Landmarks.score`)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landmarks:
    """68 points of a face, how sure each is, and how sure it is that there is a face.

    Parameters
    ----------
    points : ndarray of shape (68, 2), float32
        (x, y) in pixels of the picture, in the iBUG order: jaw 0 to 16 from the subject's right to the left,
        brows 17 to 26, nose 27 to 35, right eye 36 to 41, left eye 42 to 47, lips 48 to 67. They may lie
        outside of the picture.
    spread : ndarray of shape (68,), float32
        Expected standard deviation of each point's x, and of its y, in pixels.
    score : float
        Probability that this is a face, in [0, 1]; comparable within one model only.

    Raises
    ------
    InvalidArgumentError
        If an array has another shape or type or is not finite, a spread is not above 0, or the score is no
        probability.

    Examples
    --------
    >>> points = np.zeros((68, 2), np.float32)
    >>> points[42:48] = 8.0
    >>> marks = Landmarks(points=points, spread=np.ones(68, np.float32), score=0.9)
    >>> marks.five[:2].tolist()  # the subject's right eye, then the left one
    [[0.0, 0.0], [8.0, 8.0]]
    """

    points: FloatArray
    spread: FloatArray
    score: float

    def __post_init__(self) -> None:
        _check_array("points", self.points, (N_POINTS, 2))
        _check_array("spread", self.spread, (N_POINTS,))
        if not (self.spread > 0).all():
            raise InvalidArgumentError("spread", "numbers above 0", str(float(self.spread.min())))
        if not 0.0 <= self.score <= 1.0:
            raise InvalidArgumentError("score", "a number from 0 to 1", repr(self.score))

    def __len__(self) -> int:
        return len(self.points)

    @property
    def five(self) -> FloatArray:
        """The five points (x, y), shape (5, 2): right eye, left eye, nose tip, right and left mouth corner.

        Right and left are the subject's; of an eye it is the mean of its six points.
        """
        return np.stack([self.points[part].mean(axis=0) for part in FIVE])

    @property
    def interocular(self) -> float:
        """Distance between the outer corners of the eyes in pixels."""
        right, left = self.points[list(OUTER_CORNERS)]
        return float(np.hypot(*(left - right)))


def trusted(marks: Landmarks) -> Landmarks | None:
    """Return landmarks that are those of a face, else None.

    Parameters
    ----------
    marks : Landmarks
        What the landmark network said.

    Returns
    -------
    Landmarks or None
        The same, if their score is at least one half.

    Examples
    --------
    >>> points, spread = np.zeros((68, 2), np.float32), np.ones(68, np.float32)
    >>> trusted(Landmarks(points=points, spread=spread, score=0.4)) is None
    True
    """
    return marks if marks.score >= LEAST_SCORE else None


def _check_array(name: str, array: object, shape: tuple[int, ...]) -> None:
    """Refuse anything but finite float32 of a shape."""
    required = f"finite float32 of shape {shape}"
    if not isinstance(array, np.ndarray) or array.shape != shape or array.dtype != np.float32:
        came = f"{getattr(array, 'dtype', type(array).__name__)} of shape {np.shape(array)}"  # type: ignore[call-overload]
        raise InvalidArgumentError(name, required, came)
    if not np.isfinite(array).all():
        raise InvalidArgumentError(name, required, "numbers that are not finite")
