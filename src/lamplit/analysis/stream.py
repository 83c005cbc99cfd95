"""Frames one after the other: faces keep a number, and what is said of them is smoothed over time."""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lamplit.analysis.near_look import look_near, middle_within
from lamplit.analysis.outcomes import failure, success
from lamplit.core.arrays import ByteArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.landmarks import LEFT_EYE, RIGHT_EYE
from lamplit.core.values import Detection, Face, FrameResult, InputResult
from lamplit.expression.refusal import verdict_of_answer
from lamplit.faces.head_pose import pose_if_any
from lamplit.faces.smoothing import OneEuroFilter, ProbabilityMean
from lamplit.faces.tracking import FaceTracker, Track
from lamplit.imaging.images import read_image
from lamplit.light.reading import measure

if TYPE_CHECKING:
    from lamplit.analysis.analyzer import Analyzer

USUAL_FPS = 25.0
"""Frames per second where nothing is said of time."""

USUAL_GAP = 15
"""Frames over which a track lasts without its face, unless one says otherwise."""

UNUSABLE_WEIGHT = 0.05
"""What a frame counts for in the probabilities where its light leaves nothing to read."""

_LEAST_STEP = 0.001  # seconds, where time stands still or goes back


class FaceStream:
    """Analyse the frames of one stream, each when it comes.

    Parameters
    ----------
    analyzer : Analyzer
        Does the work; it may serve several streams.
    detect_every : int
        The whole frame is searched for faces every so many frames, at least 1. In between, known faces are
        looked for near the place where they should be, and shown there if the detector does not see them.
    half_life : float
        Seconds after which a frame counts for half in the probabilities.
    min_sightings, max_gap : int
        When a track begins and how long a gap it bridges (`lamplit.faces.tracking.FaceTracker`); the gap is
        at least `detect_every`.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.

    Notes
    -----
    Faces are shown from their first frame on, without a number until their track begins. A face that the
    detector looks for in vain is not shown; its number waits for it.

    Examples
    --------
    >>> from lamplit.analysis import Analyzer
    >>> stream = FaceStream(Analyzer())
    >>> stream.update(np.zeros((60, 80), np.uint8), time=0.0).status
    'no face'
    """

    def __init__(
        self,
        analyzer: Analyzer,
        *,
        detect_every: int = 1,
        half_life: float = 0.3,
        min_sightings: int = 3,
        max_gap: int | None = None,
    ) -> None:
        self.analyzer = analyzer
        self.detect_every = check_integer("detect_every", detect_every, low=1)
        self.half_life = check_number("half_life", half_life, above=0.0)
        if max_gap is None:
            max_gap = max(USUAL_GAP, self.detect_every)
        check_integer("max_gap", max_gap, low=self.detect_every)
        self.tracker = FaceTracker(min_sightings=min_sightings, max_gap=max_gap)
        self._time = -math.inf
        self._until_look = 0
        self._means: dict[int, ProbabilityMean] = {}
        self._filters: dict[int, OneEuroFilter] = {}

    def update(self, image: Any, *, time: float, source: str = "") -> InputResult:
        """Analyse the next frame.

        Parameters
        ----------
        image : path, bytes, file object, PIL image or ndarray
            The frame; see `lamplit.imaging.images.read_image`.
        time : float
            When, in seconds. A time that does not go on counts as a millisecond after the frame before.
        source : str
            What results call the frame.

        Returns
        -------
        InputResult
            Status "ok", "no face", or what is wrong; faces in the order of their scores.
        """
        try:
            self._advance(time)
            pixels = read_image(image, max_pixels=self.analyzer.max_pixels)
            return success(source, self._analyze(pixels), time=time)
        except Exception as error:  # what one frame breaks must not cost the stream
            return failure(source, error, time=time)

    def _advance(self, time: float) -> None:
        """Let the time since the last frame pass for everything that is followed."""
        if not math.isfinite(time):
            raise InvalidArgumentError("time", "finite seconds", repr(time))
        before = self._time
        self._time = max(time, before + _LEAST_STEP)
        self._until_look -= 1
        self.tracker.advance(self._time - before if math.isfinite(before) else 1 / USUAL_FPS)

    def _analyze(self, pixels: ByteArray) -> FrameResult:
        """Follow the faces into a frame, describe them and smooth what is said of them."""
        light = measure(pixels)
        whole = self._until_look <= 0
        found = self.analyzer.find(pixels, light) if whole else []
        if whole:
            self._until_look = self.detect_every
        near = self._near(pixels, found, whole=whole)
        followed = self.tracker.update([*found, *near], everywhere=whole)
        tracks = self._shown(followed, pixels, whole=whole)
        frame = self.analyzer.describe(pixels, [_as_detection(track) for track in tracks], light)
        faces = [self._smoothed(face, track) for face, track in zip(frame, tracks, strict=True)]
        self._forget()
        return dataclasses.replace(frame, faces=tuple(faces))

    def _near(self, pixels: ByteArray, found: Sequence[Detection], *, whole: bool) -> list[Detection]:
        """Look for the faces that were not found near the places where they should be."""
        near: list[Detection] = []
        for track in self.tracker.tracks:
            if whole and track.number is None:
                continue  # the look at the whole frame decides whether a track begins
            seen = look_near(self.analyzer, pixels, track.box, [*found, *near])
            near += [] if seen is None else [seen]
        return near

    def _shown(self, tracks: Sequence[Track], pixels: ByteArray, *, whole: bool) -> list[Track]:
        """Choose the faces to show: those seen, and between looks those that should be there."""
        height, width = pixels.shape[:2]

        def there(track: Track) -> bool:
            return track.unseen < self.detect_every and middle_within(track.box, width, height)

        shown = [track for track in tracks if track.detection or (not whole and there(track))]
        return sorted(shown, key=lambda track: -track.score)

    def _smoothed(self, face: Face, track: Track) -> Face:
        """Return a face with the number of its track and what the frames so far say together."""
        weight = 1.0 if face.light.usable else UNUSABLE_WEIGHT
        mean = self._means.setdefault(track.key, ProbabilityMean(half_life=self.half_life))
        row = mean.update(np.array(face.distribution), time=self._time, weight=weight).tolist()
        verdict = verdict_of_answer(max(row), face.light, self.analyzer.classifier.card.least_probability)
        face = dataclasses.replace(face, track=track.number, distribution=tuple(row), verdict=verdict)
        return self._with_still_points(face, track)

    def _with_still_points(self, face: Face, track: Track) -> Face:
        """Return a face with smoothed landmarks, and the pose that they show."""
        if face.landmarks is None:
            return face
        right, left = face.landmarks[RIGHT_EYE].mean(axis=0), face.landmarks[LEFT_EYE].mean(axis=0)
        smooth = self._filters.setdefault(track.key, OneEuroFilter())
        apart = max(float(np.hypot(*(left - right))), 1.0)
        points = smooth.update(face.landmarks, time=self._time, size=apart).astype(np.float32)
        return dataclasses.replace(face, landmarks=points, pose=pose_if_any(points))

    def _forget(self) -> None:
        """Drop what is kept of tracks that have ended."""
        alive = {track.key for track in self.tracker.tracks}
        self._means = {key: mean for key, mean in self._means.items() if key in alive}
        self._filters = {key: smooth for key, smooth in self._filters.items() if key in alive}


def frame_times(fps: float | None, timestamps: Iterable[float] | None) -> Iterator[float]:
    """Return when the frames of a stream are taken.

    Parameters
    ----------
    fps : float, optional
        Frames per second.
    timestamps : iterable of float, optional
        Seconds, one per frame.

    Returns
    -------
    iterator of float
        Seconds; with neither of them, 25 frames per second.

    Raises
    ------
    InvalidArgumentError
        If both are given, or `fps` is no number above 0.

    Examples
    --------
    >>> times = frame_times(10, None)
    >>> next(times), next(times)
    (0.0, 0.1)
    """
    if timestamps is not None:
        if fps is not None:
            raise InvalidArgumentError("fps", "either frames per second or timestamps", "both")
        return iter(timestamps)
    rate = USUAL_FPS if fps is None else check_number("fps", fps, above=0.0)
    return (number / rate for number in itertools.count())


def stream_frames(stream: FaceStream, source: Iterable[Any], times: Iterator[float]) -> Iterator[InputResult]:
    """Analyse frame after frame.

    Parameters
    ----------
    stream : FaceStream
        What analyses them.
    source : iterable
        The frames.
    times : iterator of float
        When each is taken; the stream ends with either.

    Returns
    -------
    iterator of InputResult
        One per frame, called by its path, or "frame" and its number from 0 on.

    Raises
    ------
    InvalidArgumentError
        If the source is one picture, or nothing that has frames.

    Examples
    --------
    >>> from lamplit.analysis import Analyzer
    >>> frames = [np.zeros((9, 9), np.uint8)]
    >>> [frame.source for frame in stream_frames(FaceStream(Analyzer()), frames, iter([0.0]))]
    ['frame 0']
    """
    pictures = isinstance(source, np.ndarray) and (source.ndim < 3 or source.shape[2:] in ((1,), (3,), (4,)))
    if isinstance(source, str | os.PathLike | bytes) or pictures or not isinstance(source, Iterable):
        hint = "for one picture use analyze; give a list of paths, or an array (frames, H, W, 3)"
        raise InvalidArgumentError("source", "an iterable of frames", type(source).__name__, hint)
    return (
        stream.update(image, time=time, source=_name(image, number))
        for number, (image, time) in enumerate(zip(source, times, strict=False))
    )


def _name(image: Any, number: int) -> str:
    """Return what results call a frame."""
    return str(image) if isinstance(image, str | os.PathLike) else f"frame {number}"


def _as_detection(track: Track) -> Detection:
    """Return what the detector saw, or a stand-in where the face should be."""
    return track.detection or Detection(box=track.box, score=track.score)
