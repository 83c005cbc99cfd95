"""The Analyzer: one picture in, its faces with expressions and light out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from lamplit.analysis.face_crops import face_crops
from lamplit.analysis.second_look import detect_in_any_light
from lamplit.analysis.stream import FaceStream, frame_times, stream_frames
from lamplit.core.arrays import ByteArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.landmarks import Landmarks, trusted
from lamplit.core.values import Detection, Face, FrameResult, InputResult, LightReading
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.expression.committee import usual_committee
from lamplit.expression.early_exit import usual_cascade
from lamplit.expression.models import ExpressionModel
from lamplit.expression.refusal import verdict_of_answer
from lamplit.faces.detector import USUAL, FaceDetector, detector_from
from lamplit.faces.head_pose import pose_if_any
from lamplit.faces.landmarks import LandmarkModel, usual_landmarks
from lamplit.imaging.images import DEFAULT_MAX_PIXELS, read_image
from lamplit.light.reading import measure

TOGETHER: dict[str, Callable[..., ExpressionModel]] = {"cascade": usual_cascade, "committee": usual_committee}
"""Instead of a name of weights: networks that come with lamplit in turn, or all of them."""


class Analyzer:
    """Find the faces of a picture and say what observers would call their expressions.

    One analyzer serves many pictures, also from several threads at once.

    Parameters
    ----------
    weights : str, Path or ExpressionModel, optional
        Expression weights by name or size ("nano", "base", "large"), or the path of an .onnx file with its
        card beside it. "cascade": the smallest network answers first, and the usual one where that is
        unsure (`lamplit.expression.early_exit.usual_cascade`). "committee": all three sizes answer, and the
        mean counts (`lamplit.expression.committee.usual_committee`). Or a classifier, cascade or committee of
        your own.
    detector : str or FaceDetector
        Name of a detector (`lamplit.faces.list_detectors`), or one of your own.
    landmarks : bool, str, Path or LandmarkModel
        Whether faces have 68 landmarks and a head pose, and are aligned by them; or a landmark network of
        your own. Without them faces are aligned by the detector's five points, if it gives any.
    min_size : int, optional
        Smallest face in pixels, for detectors given by name; by default the detector's own choice.
    device : str
        "cpu", "cuda" or "auto".
    threads : int, optional
        Threads of the networks on the CPU; by default one per core.
    max_pixels : int
        Pictures with more pixels are refused before they are decoded.
    second_look : bool
        Whether to look for faces again on a corrected picture where the light is bad and none was found.

    Raises
    ------
    InvalidArgumentError
        If an argument is out of range.
    WeightsMissingError, WeightsCorruptError
        If the weights cannot be loaded.

    Examples
    --------
    >>> import numpy as np
    >>> analyzer = Analyzer()
    >>> len(analyzer.analyze(np.zeros((120, 160, 3), dtype=np.uint8)))  # nobody there
    0
    """

    def __init__(
        self,
        *,
        weights: str | Path | ExpressionModel | None = None,
        detector: str | FaceDetector = USUAL,
        landmarks: bool | str | Path | LandmarkModel = True,
        min_size: int | None = None,
        device: str = "cpu",
        threads: int | None = None,
        max_pixels: int = DEFAULT_MAX_PIXELS,
        second_look: bool = True,
    ) -> None:
        self.second_look = second_look
        self.max_pixels = check_integer("max_pixels", max_pixels, low=1)
        self.detector = detector_from(detector, min_size, device=device, threads=threads)
        self._usual_landmarks = landmarks is True
        self.landmarks = _landmark_model(landmarks, device, threads)
        self.classifier = _expression_model(weights, device, threads)

    @property
    def labels(self) -> tuple[str, ...]:
        """The expressions, in the order of the probabilities."""
        return self.classifier.labels

    def analyze(self, image: Any) -> FrameResult:
        """Analyse one picture.

        Parameters
        ----------
        image : path, bytes, file object, PIL image or ndarray
            The picture; see `lamplit.imaging.images.read_image`.

        Returns
        -------
        FrameResult
            A sequence of faces, surest detection first; empty where there is no face.

        Raises
        ------
        InvalidImageError
            If the picture cannot be read; the subclass says why.
        InvalidArgumentError
            If `image` is of a type that cannot hold a picture.
        """
        pixels = read_image(image, max_pixels=self.max_pixels)
        light = measure(pixels)
        return self.describe(pixels, self.find(pixels, light), light)

    def find(self, pixels: ByteArray, light: LightReading) -> list[Detection]:
        """Find the faces of a picture, in bad light also on a corrected one.

        Parameters
        ----------
        pixels : ndarray of shape (H, W) or (H, W, 3), uint8
            The picture.
        light : LightReading
            Its light.

        Returns
        -------
        list of Detection
            Surest first; there may be none.
        """
        if self.second_look:
            return detect_in_any_light(self.detector, pixels, light)
        return list(self.detector.detect(pixels))

    def describe(
        self, pixels: ByteArray, detections: Sequence[Detection], light: LightReading
    ) -> FrameResult:
        """Say what is known of faces that are found already.

        Parameters
        ----------
        pixels : ndarray of shape (H, W) or (H, W, 3), uint8
            The picture.
        detections : sequence of Detection
            Its faces, aligned by their landmarks (`lamplit.analysis.face_crops`).
        light : LightReading
            The light of the picture.

        Returns
        -------
        FrameResult
            The faces, in the order given.

        Raises
        ------
        InvalidArgumentError
            If a face lies outside the picture.
        """
        marks = self._landmarks(pixels, detections)
        crops = face_crops(pixels, detections, marks, size=self.classifier.card.input_size)
        probabilities = self.classifier.predict_proba(crops).tolist()
        known = zip(detections, marks, probabilities, strict=True)
        faces = tuple(self._face(found, row, mark, measure(pixels, found.box)) for found, mark, row in known)
        return FrameResult(faces=faces, light=light, height=pixels.shape[0], width=pixels.shape[1])

    def stream(
        self,
        source: Iterable[Any],
        *,
        fps: float | None = None,
        timestamps: Iterable[float] | None = None,
        detect_every: int = 1,
        half_life: float = 0.3,
    ) -> Iterator[InputResult]:
        """Analyse the frames of a stream: faces keep a number, and their probabilities are smoothed.

        Parameters
        ----------
        source : iterable
            Frames, each anything that `analyze` takes; they are taken one at a time.
        fps : float, optional
            Frames per second; 25 if nothing is said of time.
        timestamps : iterable of float, optional
            When each frame was taken, in seconds, instead of `fps`.
        detect_every : int
            The whole frame is searched for faces every so many frames. In between, known faces are looked for
            where they should be.
        half_life : float
            Seconds after which a frame counts for half in the probabilities.

        Yields
        ------
        InputResult
            One per frame, in order: `faces` with `track`, `time`, and a status as for many inputs; a frame
            that cannot be read costs itself alone.

        Raises
        ------
        InvalidArgumentError
            If the source is one picture or a setting is out of range.

        Notes
        -----
        `lamplit.analysis.stream.FaceStream` has the other settings, and takes frames one by one.

        Examples
        --------
        >>> import numpy as np
        >>> frames = [np.zeros((48, 64), np.uint8)] * 2 + [b"no picture"]
        >>> [(moment.status, moment.time) for moment in Analyzer().stream(frames, fps=10)]
        [('no face', 0.0), ('no face', 0.1), ('not an image', 0.2)]
        """
        faces = FaceStream(self, detect_every=detect_every, half_life=half_life)
        return stream_frames(faces, source, frame_times(fps, timestamps))

    def _landmarks(self, pixels: ByteArray, detections: Sequence[Detection]) -> list[Landmarks | None]:
        """Return the landmarks of each face, None where none are to be trusted."""
        if self.landmarks is None:
            return [None] * len(detections)
        # Of some the detector has asked already: the usual network, unless it was given another.
        known = [found.landmarks if self._usual_landmarks else None for found in detections]
        missing = [found.box for found, marks in zip(detections, known, strict=True) if marks is None]
        others = iter(self.landmarks.locate_all(pixels, missing))
        return [trusted(next(others) if marks is None else marks) for marks in known]

    def _face(
        self, found: Detection, row: Sequence[float], marks: Landmarks | None, light: LightReading
    ) -> Face:
        """Put together what is known of a face."""
        return Face(
            box=found.box,
            score=found.score,
            labels=self.labels,
            distribution=tuple(row),
            light=light,
            verdict=verdict_of_answer(max(row), light, self.classifier.card.least_probability),
            landmarks=None if marks is None else marks.points,
            pose=None if marks is None else pose_if_any(marks.points),
        )


def _expression_model(weights: Any, device: str, threads: int | None) -> ExpressionModel:
    """Return what a user asked to read expressions with."""
    if isinstance(weights, str) and weights in TOGETHER:
        return TOGETHER[weights](device=device, threads=threads)
    if weights is None or isinstance(weights, str | Path):
        return ExpressionClassifier(weights, device=device, threads=threads)
    if not isinstance(weights, ExpressionModel):
        required = (
            f"weights by name or path, one of {list(TOGETHER)}, or a classifier with labels, card and "
            "predict_proba"
        )
        raise InvalidArgumentError("weights", required, type(weights).__name__)
    return weights


def _landmark_model(landmarks: Any, device: str, threads: int | None) -> LandmarkModel | None:
    """Return the landmark network that a user asked for, if any."""
    if isinstance(landmarks, LandmarkModel):
        return landmarks
    if isinstance(landmarks, bool):
        return usual_landmarks(device, threads) if landmarks else None
    if not isinstance(landmarks, str | Path):
        required = "True, False, weights by name or path, or a LandmarkModel"
        raise InvalidArgumentError("landmarks", required, type(landmarks).__name__)
    return LandmarkModel(landmarks, device=device, threads=threads)


@lru_cache(maxsize=1)
def _usual_analyzer() -> Analyzer:
    """Return the analyzer that `analyze` shares between calls."""
    return Analyzer()


def analyze(image: Any) -> FrameResult:
    """Analyse one picture with the usual settings.

    Parameters
    ----------
    image : path, bytes, file object, PIL image or ndarray
        The picture; see `lamplit.imaging.images.read_image`.

    Returns
    -------
    FrameResult
        A sequence of faces, surest detection first; empty where there is no face.

    Raises
    ------
    InvalidImageError
        If the picture cannot be read; the subclass says why.
    InvalidArgumentError
        If `image` is of a type that cannot hold a picture.

    Examples
    --------
    >>> import numpy as np
    >>> [face.expression for face in analyze(np.full((64, 64), 128, dtype=np.uint8))]
    []
    """
    return _usual_analyzer().analyze(image)
