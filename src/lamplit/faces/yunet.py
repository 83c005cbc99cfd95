"""YuNet, a small face detector that OpenCV runs, from a file of one's own.

Wu, Peng, Yu (2023), doi:10.1007/s11633-023-1423-y. The file is not part of lamplit: OpenCV's model zoo has it
under the MIT licence, as face_detection_yunet_2023mar.onnx.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.checks import check_number
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError, WeightsMissingError
from lamplit.core.values import Box, Detection
from lamplit.imaging.pixels import check_bytes

MOST_BOXES = 5000

HINT = "take face_detection_yunet_2023mar.onnx of OpenCV's model zoo"


class YuNetFaceDetector:
    """Find faces with a YuNet file through OpenCV; give the object as `detector=`.

    Parameters
    ----------
    path : str or Path
        The ONNX file.
    threshold : float
        Least score, between 0 and 1.
    overlap : float
        Of boxes that overlap by more (intersection over union), between 0 and 1, the surest stays.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range, or this OpenCV has no such detector.
    WeightsMissingError
        If there is no such file.
    WeightsCorruptError
        If the file is no YuNet.

    Examples
    --------
    >>> detector = YuNetFaceDetector("face_detection_yunet_2023mar.onnx")  # doctest: +SKIP
    >>> lamplit.Analyzer(detector=detector).analyze("photo.jpg")  # doctest: +SKIP
    """

    def __init__(self, path: str | os.PathLike[str], *, threshold: float = 0.6, overlap: float = 0.3) -> None:
        check_number("threshold", threshold, above=0.0, below=1.0)
        check_number("overlap", overlap, above=0.0, below=1.0)
        if not isinstance(path, str | os.PathLike):
            raise InvalidArgumentError("path", "the path of a YuNet file", type(path).__name__)
        if not hasattr(cv2, "FaceDetectorYN"):
            raise InvalidArgumentError("OpenCV", "a version with FaceDetectorYN", cv2.__version__)
        self.path = Path(path)
        self.threshold = threshold
        self.overlap = overlap
        # OpenCV's network keeps the size of its input between calls, so every thread gets its own.
        self._own = threading.local()
        self._detector()

    def detect(self, image: AnyArray) -> list[Detection]:
        """Find the faces of a picture.

        Parameters
        ----------
        image : ndarray of shape (H, W) or (H, W, 3), uint8
            Grey or RGB.

        Returns
        -------
        list of Detection
            Best first; empty where there is no face. `points` are the subject's right eye, left eye, nose
            tip, right and left corner of the mouth.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type.
        """
        check_bytes(image)
        code = cv2.COLOR_GRAY2BGR if image.ndim == 2 else cv2.COLOR_RGB2BGR
        bgr = cv2.cvtColor(np.ascontiguousarray(image), code)
        detector = self._detector()
        detector.setInputSize((bgr.shape[1], bgr.shape[0]))
        _, rows = detector.detect(bgr)
        numbers = np.zeros((0, 15), np.float32) if rows is None else np.asarray(rows, np.float32)
        numbers = numbers[(numbers[:, 2:4] > 0).all(axis=1)]
        return [_detection(row) for row in numbers[np.argsort(-numbers[:, 14], kind="stable")]]

    def _detector(self) -> Any:
        """Return this thread's detector."""
        if not hasattr(self._own, "detector"):
            self._own.detector = self._loaded()
        return self._own.detector

    def _loaded(self) -> Any:
        """Load the file and try it on a small picture."""
        if not self.path.is_file():
            raise WeightsMissingError(str(self.path), "a YuNet file (ONNX)", "no such file", HINT)
        try:
            detector = cv2.FaceDetectorYN.create(
                str(self.path), "", (64, 64), self.threshold, self.overlap, MOST_BOXES
            )
            detector.detect(np.zeros((64, 64, 3), np.uint8))
        except (cv2.error, SystemError) as error:
            first = str(error).strip().splitlines()[0]
            raise WeightsCorruptError(str(self.path), "a YuNet file (ONNX)", first, HINT) from error
        return detector


def _detection(row: AnyArray) -> Detection:
    """Return a detection from OpenCV's row: x, y, width, height, five points, score."""
    x, y, width, height = row[:4].tolist()
    points = row[4:14].reshape(5, 2).astype(np.float32)
    return Detection(box=Box(x, y, x + width, y + height), score=float(row[14]), points=points)
