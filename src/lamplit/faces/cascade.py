"""The first face detector: OpenCV's boosted cascade over Haar-like features."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.errors import WeightsMissingError
from lamplit.core.values import Detection
from lamplit.faces.grouping import best_detections
from lamplit.imaging.colour import grey_from_rgb

CASCADE_FILE = "haarcascade_frontalface_alt2.xml"

SMALLEST_WINDOW = 20
"""Pixels that the cascade was trained on; it cannot see smaller faces."""


class CascadeFaceDetector:
    """Find frontal faces with the cascade `frontalface_alt2` that comes with OpenCV 4.

    Parameters
    ----------
    min_size : int, optional
        Smallest face in pixels, at least 20. By default 24, or a fortieth of the picture's shorter side where
        that is more: in large pictures tiny windows cost time and bring mostly false alarms.
    step : float
        Ratio of one scale to the next, above 1. Nearer to 1 finds more and takes longer.
    neighbours : int
        How many overlapping windows, at least 1, must agree on a face. The `score` of a detection is their
        number, so raising this is the same as keeping higher scores. 6 gives half the false
        alarms of 5 (`benchmarks/results/false_alarms.json`) and begins to miss small faces in dim pictures.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.
    WeightsMissingError
        If this OpenCV comes without the cascade (OpenCV 5 does).

    References
    ----------
    Viola, Jones (2004), doi:10.1023/B:VISI.0000013087.49260.fb; Lienhart, Maydt (2002),
    doi:10.1109/ICIP.2002.1038171; Jiang (2023), the section on cascades over Haar-like features.

    Examples
    --------
    >>> CascadeFaceDetector().detect(np.zeros((64, 64), dtype=np.uint8))
    []
    """

    def __init__(self, *, min_size: int | None = None, step: float = 1.1, neighbours: int = 5) -> None:
        if min_size is not None:
            check_integer("min_size", min_size, low=SMALLEST_WINDOW)
        check_integer("neighbours", neighbours, low=1)
        check_number("step", step, above=1.0, below=10.0)
        self.min_size = min_size
        self.step = step
        self.neighbours = neighbours
        self._path = _cascade_path()
        # OpenCV's classifier keeps buffers between calls, so every thread gets its own.
        self._own = threading.local()

    def detect(self, image: AnyArray) -> list[Detection]:
        """Find the faces of a picture.

        Parameters
        ----------
        image : ndarray of shape (H, W) or (H, W, 3), uint8
            Grey or RGB.

        Returns
        -------
        list of Detection
            Best first; empty where there is no face. `score` is the number of windows that agree.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type.
        """
        grey = grey_from_rgb(image)
        smallest = self.min_size or max(24, min(grey.shape) // 40)
        return best_detections(*self._candidates(grey, smallest))

    def _candidates(self, grey: ByteArray, smallest: int) -> tuple[AnyArray, AnyArray]:
        """Return boxes (N, 4) as x, y, width, height and their scores (N,), overlapping ones included."""
        if min(grey.shape) < smallest:
            return np.zeros((0, 4)), np.zeros(0)
        corners, counts = self._classifier().detectMultiScale2(
            grey,
            scaleFactor=self.step,
            minNeighbors=self.neighbours - 1,  # OpenCV keeps groups of more windows than this
            minSize=(smallest, smallest),
        )
        return np.asarray(corners).reshape(-1, 4), np.asarray(counts).reshape(-1)

    def _classifier(self) -> Any:
        """Return this thread's classifier."""
        if not hasattr(self._own, "classifier"):
            self._own.classifier = cv2.CascadeClassifier(str(self._path))
        return self._own.classifier


def _cascade_path() -> Path:
    """Return where OpenCV keeps the cascade."""
    folder = getattr(getattr(cv2, "data", None), "haarcascades", "")
    path = Path(folder) / CASCADE_FILE
    if not path.is_file():
        raise WeightsMissingError(
            CASCADE_FILE,
            "an OpenCV that comes with it",
            f"OpenCV {cv2.__version__}",
            "install it with: pip install 'opencv-python-headless>=4.10,<5'",
        )
    return path
