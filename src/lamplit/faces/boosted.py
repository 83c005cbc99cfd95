"""Finding faces with a boosted cascade of one's own, of OpenCV's, or of lamplit's."""

from __future__ import annotations

import os
from importlib.util import find_spec

import numpy as np

from lamplit.boosting.cascade import BoostedCascade
from lamplit.boosting.cascade_files import parse_cascade, read_cascade
from lamplit.core.arrays import AnyArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Detection
from lamplit.faces.candidate_windows import WindowEngine, WindowSearch
from lamplit.faces.grouping import best_detections, group_windows
from lamplit.faces.opencv_windows import OpenCVWindow
from lamplit.faces.sliding_window import OPENCV_CONTRAST, SlidingWindow
from lamplit.imaging.colour import grey_from_rgb
from lamplit.weights.assets import load_asset

DEFAULT_CASCADE = "cascade-faces-v1"
"""The asset that holds the cascade which comes with lamplit."""

DEFAULT_CONTRAST = 2.0
"""The least contrast of the windows that this cascade was trained on."""

ENGINES = ("auto", "numba", "opencv")


class BoostedFaceDetector:
    """Find faces with a boosted cascade over Haar-like features or local binary patterns.

    Parameters
    ----------
    cascade : path-like or BoostedCascade, optional
        OpenCV's XML, lamplit's JSON, or a cascade; by default the one that comes with lamplit.
    min_size : int, optional
        Smallest face in pixels, at least the longer side of the cascade's window. By default 24, or a
        fortieth of the picture's shorter side where that is more.
    step : float
        Ratio of one scale to the next, above 1. Nearer to 1 finds more and takes longer.
    neighbours : int
        How many overlapping windows, at least 1, must agree on a face.
    threads : int
        How many sizes of windows are looked at side by side, at least 1.
    least_contrast : float, optional
        Windows whose grey levels have no greater standard deviation are passed over (Haar-like features
        only). By default 2 for the cascade that comes with lamplit, which was trained in dim light, and
        OpenCV's 10 for others and through OpenCV.
    engine : str
        "numba" for lamplit's compiled loops, "opencv" for the same windows through OpenCV, "auto" for the
        first where Numba is installed.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range, or OpenCV is asked for another contrast than its own.
    WeightsMissingError
        If the file cannot be read, or no cascade comes with this lamplit.
    WeightsCorruptError
        If the file holds no cascade.
    MissingExtraError
        If Numba is asked for, or needed for the contrast, and not installed.

    Notes
    -----
    The score of a detection is the number of windows that agree, plus a fraction below 1 that grows with what
    the best of them is above the threshold of the last stage.

    References
    ----------
    Viola, Jones (2004), doi:10.1023/B:VISI.0000013087.49260.fb; Jiang (2023), the section on cascades over
    Haar-like features.

    Examples
    --------
    >>> import cv2
    >>> detector = BoostedFaceDetector(cv2.data.haarcascades + "haarcascade_frontalface_alt2.xml")
    >>> detector.detect(np.zeros((64, 64), dtype=np.uint8))
    []
    """

    def __init__(
        self,
        cascade: str | os.PathLike[str] | BoostedCascade | None = None,
        *,
        min_size: int | None = None,
        step: float = 1.1,
        neighbours: int = 5,
        threads: int = 1,
        least_contrast: float | None = None,
        engine: str = "auto",
    ) -> None:
        check_number("step", step, above=1.0, below=10.0)
        check_integer("neighbours", neighbours, low=1)
        check_integer("threads", threads, low=1)
        self.cascade = _loaded(cascade)
        if min_size is not None:
            check_integer("min_size", min_size, low=max(self.cascade.window))
        self.min_size = min_size
        self.step = step
        self.neighbours = neighbours
        self.threads = threads
        if least_contrast is None:
            dim = cascade is None and engine != "opencv" and find_spec("numba") is not None
            least_contrast = DEFAULT_CONTRAST if dim else OPENCV_CONTRAST
        self._engine = _engine(self.cascade, engine, least_contrast)

    def detect(self, image: AnyArray) -> list[Detection]:
        """Find the faces of a picture.

        Parameters
        ----------
        image : ndarray of shape (H, W) or (H, W, 3), uint8
            Grey or RGB.

        Returns
        -------
        list of Detection
            Best first; empty where there is no face.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type.
        """
        grey = np.ascontiguousarray(grey_from_rgb(image))
        smallest = self.min_size or max(24, *self.cascade.window, min(grey.shape) // 40)
        search = WindowSearch(ratio=self.step, smallest=smallest, threads=self.threads)
        groups = group_windows(self._engine.windows(grey, search), least=self.neighbours)
        margins = np.maximum(groups.sums - self.cascade.stages[-1].threshold, 0.0)
        return best_detections(groups.boxes, groups.counts + margins / (1.0 + margins))


def _loaded(cascade: str | os.PathLike[str] | BoostedCascade | None) -> BoostedCascade:
    """Return the cascade that was asked for."""
    if isinstance(cascade, BoostedCascade):
        return cascade
    if cascade is None:
        card, content = load_asset(DEFAULT_CASCADE)
        return parse_cascade(content, name=card.file)
    if not isinstance(cascade, str | os.PathLike):
        raise InvalidArgumentError("cascade", "a path or a BoostedCascade", type(cascade).__name__)
    return read_cascade(cascade)


def _engine(cascade: BoostedCascade, name: str, least_contrast: float) -> WindowEngine:
    """Return what looks at the windows."""
    if name not in ENGINES:
        raise InvalidArgumentError("engine", f"one of {list(ENGINES)}", repr(name))
    other_contrast = cascade.kind == "haar" and least_contrast != OPENCV_CONTRAST
    if name == "opencv" and other_contrast:
        hint = "take the engine 'numba'"
        raise InvalidArgumentError(
            "least_contrast", f"{OPENCV_CONTRAST:g} for OpenCV", f"{least_contrast}", hint
        )
    if name == "opencv" or (name == "auto" and find_spec("numba") is None and not other_contrast):
        return OpenCVWindow(cascade)
    return SlidingWindow(cascade, least_contrast=least_contrast)
