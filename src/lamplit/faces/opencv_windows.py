"""The sliding window through OpenCV: the same windows where Numba is not installed."""

from __future__ import annotations

import threading
from typing import Any

import cv2
import numpy as np

from lamplit.boosting.cascade import BoostedCascade
from lamplit.boosting.opencv_xml_writing import cascade_to_xml
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import WeightsCorruptError
from lamplit.faces.candidate_windows import CandidateWindows, WindowSearch, no_windows, ordered_windows
from lamplit.faces.pyramid import pyramid_scales


class OpenCVWindow:
    """Look at a picture through a cascade that OpenCV loads from XML in memory.

    Parameters
    ----------
    cascade : BoostedCascade
        What a window has to pass.

    Raises
    ------
    WeightsCorruptError
        If OpenCV refuses the cascade.

    Examples
    --------
    >>> from lamplit.boosting import read_cascade
    >>> engine = OpenCVWindow(read_cascade(cv2.data.haarcascades + "haarcascade_eye.xml"))
    >>> len(engine.windows(np.zeros((60, 80), np.uint8), WindowSearch(ratio=1.2, smallest=20)))
    0
    """

    def __init__(self, cascade: BoostedCascade) -> None:
        self.cascade = cascade
        self._xml = cascade_to_xml(cascade).decode("ascii")
        # OpenCV's classifier keeps buffers between calls, so every thread gets its own.
        self._own = threading.local()
        self._classifier()

    def windows(self, grey: ByteArray, search: WindowSearch) -> CandidateWindows:
        """Return the windows of a grey (H, W) uint8 picture that pass; OpenCV sees to threads itself."""
        height, width = grey.shape
        sides = {"smallest": search.smallest, "largest": search.largest or max(height, width)}
        # Where no size fits, OpenCV would take the nearest one.
        if not pyramid_scales((height, width), self.cascade.window, ratio=search.ratio, **sides):
            return no_windows()
        boxes, _, sums = self._classifier().detectMultiScale3(
            grey,
            scaleFactor=search.ratio,
            minNeighbors=0,
            minSize=(sides["smallest"],) * 2,
            maxSize=(sides["largest"],) * 2,
            outputRejectLevels=True,
        )
        xywh = np.asarray(boxes, dtype=np.int32).reshape(-1, 4)
        return ordered_windows(xywh, np.asarray(sums, dtype=np.float64).reshape(-1), (height, width))

    def _classifier(self) -> Any:
        """Return this thread's classifier."""
        if not hasattr(self._own, "classifier"):
            storage = cv2.FileStorage(self._xml, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)
            classifier = cv2.CascadeClassifier()
            if not classifier.read(storage.getFirstTopLevelNode()):
                raise WeightsCorruptError("the cascade", "one that OpenCV loads", "one that it refuses")
            self._own.classifier = classifier
        return self._own.classifier
