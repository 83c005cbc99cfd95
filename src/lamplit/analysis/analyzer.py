"""The Analyzer: one picture in, its faces with expressions and light out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lamplit.analysis.second_look import detect_in_any_light
from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.checks import check_integer
from lamplit.core.values import Detection, Face, FrameResult, LightReading
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.expression.refusal import verdict_of_answer
from lamplit.faces.detector import FaceDetector, detector_from
from lamplit.faces.framing import crop_face
from lamplit.imaging.images import DEFAULT_MAX_PIXELS, read_image
from lamplit.light.reading import measure


class Analyzer:
    """Find the faces of a picture and say what observers would call their expressions.

    One analyzer serves many pictures, also from several threads at once.

    Parameters
    ----------
    weights : str or Path, optional
        Expression weights by name, or the path of an .onnx file with its card beside it.
    detector : str or FaceDetector
        Name of a detector, or one of your own.
    min_size : int, optional
        Smallest face in pixels, for detectors given by name; by default the detector's own choice.
    device : str
        "cpu", "cuda" or "auto".
    threads : int, optional
        Threads of the network on the CPU; by default one per core.
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
    >>> analyzer = Analyzer()
    >>> len(analyzer.analyze(np.zeros((120, 160, 3), dtype=np.uint8)))  # nobody there
    0
    """

    def __init__(
        self,
        *,
        weights: str | Path | None = None,
        detector: str | FaceDetector = "cascade",
        min_size: int | None = None,
        device: str = "cpu",
        threads: int | None = None,
        max_pixels: int = DEFAULT_MAX_PIXELS,
        second_look: bool = True,
    ) -> None:
        self.second_look = second_look
        self.max_pixels = check_integer("max_pixels", max_pixels, low=1)
        self.detector = detector_from(detector, min_size)
        self.classifier = ExpressionClassifier(weights, device=device, threads=threads)

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
        detections = self._detect(pixels, light)
        crops = self._crops(pixels, detections)
        readings = [measure(pixels, detection.box) for detection in detections]
        probabilities = self.classifier.predict_proba(crops)
        faces = self._faces(detections, readings, probabilities)
        return FrameResult(faces=faces, light=light, height=pixels.shape[0], width=pixels.shape[1])

    def _detect(self, pixels: ByteArray, light: LightReading) -> list[Detection]:
        """Find the faces, in bad light also on a corrected picture."""
        if self.second_look:
            return detect_in_any_light(self.detector, pixels, light)
        return list(self.detector.detect(pixels))

    def _crops(self, pixels: ByteArray, detections: Sequence[Detection]) -> ByteArray:
        """Cut out all faces; shape (N, S, S, 3)."""
        size = self.classifier.card.input_size
        crops = np.empty((len(detections), size, size, 3), dtype=np.uint8)
        for number, detection in enumerate(detections):
            crops[number] = crop_face(pixels, detection.box, size=size)
        return crops

    def _faces(
        self, detections: Sequence[Detection], readings: Sequence[LightReading], probabilities: FloatArray
    ) -> tuple[Face, ...]:
        """Put together what is known of each face."""
        least = self.classifier.card.least_probability
        return tuple(
            Face(
                box=found.box,
                score=found.score,
                labels=self.labels,
                distribution=tuple(row),
                light=light,
                verdict=verdict_of_answer(max(row), light, least),
            )
            for found, light, row in zip(detections, readings, probabilities.tolist(), strict=True)
        )


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
