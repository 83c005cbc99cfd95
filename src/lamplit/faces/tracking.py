"""Which face of one frame is which of the next: tracks that keep their number over motion and short gaps."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.values import Box, Detection
from lamplit.faces.assignment import least_cost_pairs
from lamplit.faces.box_filter import BoxFilter

NEAREST, FARTHEST = 0.5, 1.5
"""A face is looked for at least so far, and at most so far, from where it should be, in sides."""

_DEVIATIONS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A face that is followed, at one frame.

    Parameters
    ----------
    number : int or None
        Its number, from 1 on, never given again; None until the track has begun.
    box : Box
        Where the detector sees it, else where it should be, in pixels.
    detection : Detection or None
        What the detector saw in this frame; None where it was not looked for or not found.
    unseen : int
        Frames since it was last seen.
    score : float
        The detector's confidence when it last saw it.
    key : int
        Tells faces apart that have no number yet; never given again.

    Examples
    --------
    >>> Track(number=1, box=Box(0, 0, 5, 5), detection=None, unseen=2, score=7.0, key=1).number
    1
    """

    number: int | None
    box: Box
    detection: Detection | None
    unseen: int
    score: float
    key: int


@dataclass(slots=True)
class _Followed:
    """What the tracker keeps of a face."""

    motion: BoxFilter
    key: int
    score: float = 0.0
    sightings: int = 0
    unseen: int = 0
    number: int | None = None
    detection: Detection | None = field(default=None)

    def shown(self) -> Track:
        box = self.motion.box if self.detection is None else self.detection.box
        return Track(
            number=self.number,
            box=box,
            detection=self.detection,
            unseen=self.unseen,
            score=self.score,
            key=self.key,
        )


class FaceTracker:
    """Follow faces over the frames of a stream, by motion and size alone.

    Parameters
    ----------
    min_sightings : int
        A track begins, and gets its number, when the detector has seen the face so many times, each time that
        it looked: with 3, two looks late. 1 begins at once and numbers false alarms, too.
    max_gap : int
        A track that has begun lasts over gaps of so many frames in which the face is not seen. One that comes
        back later has a new number.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.

    Notes
    -----
    Each frame is `advance` and, if the detector looked, `update`. Where a face should be is the prediction of
    a Kalman filter (`lamplit.faces.box_filter`). A detection costs the distance of its middle from there, in
    sides of the face, plus the logarithm of the ratio of their sides; the pairs of least total cost are made
    (`lamplit.faces.assignment`), none above three standard deviations of the prediction (at least 0.5, at
    most 1.5 sides). Who it is plays no part: two faces that meet and turn back can change their numbers.

    References
    ----------
    Bewley et al. (2016), doi:10.1109/ICIP.2016.7533003, for tracking by such a filter and assignment.

    Examples
    --------
    >>> tracker = FaceTracker(min_sightings=2)
    >>> for x in (0, 1, 2):
    ...     predicted = tracker.advance(0.04)
    ...     tracks = tracker.update([Detection(box=Box(x, 0, x + 20, 20), score=9.0)])
    ...     print(tracks[0].number)
    None
    1
    1
    """

    def __init__(self, *, min_sightings: int = 3, max_gap: int = 15) -> None:
        self.min_sightings = check_integer("min_sightings", min_sightings, low=1)
        self.max_gap = check_integer("max_gap", max_gap, low=0)
        self._numbers, self._keys = itertools.count(1), itertools.count(1)
        self._followed: list[_Followed] = []

    @property
    def tracks(self) -> list[Track]:
        """All faces that are followed, the oldest first; also those not seen now."""
        return [face.shown() for face in self._followed]

    def advance(self, seconds: float) -> list[Track]:
        """Go on to the next frame.

        Parameters
        ----------
        seconds : float
            Time since the last frame, above 0.

        Returns
        -------
        list of Track
            Where the faces should be; tracks that have been unseen for too long have ended.

        Raises
        ------
        InvalidArgumentError
            If it is no such number.
        """
        check_number("seconds", seconds, above=0.0)
        for face in self._followed:
            face.motion.advance(seconds)
            face.detection = None
            face.unseen += 1
        # This frame may yet end the gap.
        self._followed = [face for face in self._followed if face.unseen <= self.max_gap + 1]
        return self.tracks

    def update(self, detections: Sequence[Detection], *, everywhere: bool = True) -> list[Track]:
        """Take in what the detector saw in this frame.

        Parameters
        ----------
        detections : sequence of Detection
            All of them; there may be none. They begin new tracks where they fit no face that is followed.
        everywhere : bool
            Whether the detector looked at the whole frame. Only then a track that has not begun ends because
            it is not seen.

        Returns
        -------
        list of Track
            All faces that are followed: `detection` is set for those seen now.
        """
        limits = np.array([_reach(face.motion) for face in self._followed])
        costs = self._costs(detections) / limits[:, np.newaxis]
        pairs = least_cost_pairs(costs, limit=1.0)
        for place, seen in pairs:
            self._see(self._followed[place], detections[seen])
        if everywhere:
            self._followed = [face for face in self._followed if face.detection or self._lasts(face)]
        known = {seen for _, seen in pairs}
        for seen, detection in enumerate(detections):
            if seen not in known:
                face = _Followed(BoxFilter(detection.box), next(self._keys))
                self._followed.append(face)
                self._see(face, detection)
        return self.tracks

    def _costs(self, detections: Sequence[Detection]) -> AnyArray:
        """Return what each pair costs, shape (faces followed, detections)."""
        costs = np.zeros((len(self._followed), len(detections)))
        for row, face in enumerate(self._followed):
            for column, detection in enumerate(detections):
                costs[row, column] = box_distance(face.motion.box, detection.box)
        return costs

    def _see(self, face: _Followed, detection: Detection) -> None:
        """Note that a face is seen."""
        if face.sightings:
            face.motion.correct(detection.box)
        face.detection, face.score = detection, detection.score
        face.unseen = 0
        face.sightings += 1
        if face.number is None and face.sightings >= self.min_sightings:
            face.number = next(self._numbers)

    def _lasts(self, face: _Followed) -> bool:
        """Tell whether a face that was looked for in vain is followed further."""
        return face.number is not None and face.unseen <= self.max_gap


def box_distance(first: Box, second: Box) -> float:
    """Return how different two boxes are.

    Parameters
    ----------
    first, second : Box
        The boxes.

    Returns
    -------
    float
        Distance of their middles in mean sides, plus the logarithm of the ratio of their sides; 0 for equal
        boxes. Boxes of one size that are 0.5 apart have a third of their union in common.

    Examples
    --------
    >>> box_distance(Box(0, 0, 10, 10), Box(3, 4, 13, 14))
    0.5
    """
    across = (first.x1 + first.x2 - second.x1 - second.x2) / 2
    down = (first.y1 + first.y2 - second.y1 - second.y2) / 2
    sides = np.sqrt([first.width * first.height, second.width * second.height])
    return float(np.hypot(across, down) / sides.mean() + abs(np.log(sides[0] / sides[1])))


def _reach(motion: BoxFilter) -> float:
    """Return how far from its place a face is looked for, in sides."""
    return min(max(NEAREST, _DEVIATIONS * motion.uncertainty), FARTHEST)
