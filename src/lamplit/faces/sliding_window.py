"""The sliding window: a cascade at every place and size, with lamplit's own loops."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamplit.boosting.cascade import BoostedCascade, CascadeStage
from lamplit.boosting.cascade_features import HaarRectangles, LBPRectangles
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.faces.candidate_windows import CandidateWindows, WindowSearch, no_windows, ordered_windows
from lamplit.faces.pyramid import Scale, pyramid_scales, scaled
from lamplit.faces.window_plan import haar_places, lbp_places, rim_places, trees_of
from lamplit.faces.window_sums import WindowSums, window_sums

OPENCV_CONTRAST = 10.0
"""OpenCV 4 passes over windows whose grey levels deviate from their mean by no more than this."""


class SlidingWindow:
    """Look at a picture through a cascade, as OpenCV 4 does, with loops that Numba compiles.

    Parameters
    ----------
    cascade : BoostedCascade
        What a window has to pass.
    least_contrast : float
        Windows with Haar-like features whose grey levels have no greater standard deviation are passed over,
        from 0 on. By default OpenCV's 10, which loses most of what is in the dark; a cascade that was trained
        in dim light may take less.

    Raises
    ------
    InvalidArgumentError
        If the contrast is out of range.
    MissingExtraError
        If Numba is not installed.

    Notes
    -----
    With the default contrast the windows are those of `cv2.CascadeClassifier` with minNeighbors=0, to the
    last pixel: the same pictures at the same scales, the same steps, numbers of the same precision, and the
    same neighbour that is left out to the right of a window that fails in the first stage.

    References
    ----------
    Viola, Jones (2004), doi:10.1023/B:VISI.0000013087.49260.fb.

    Examples
    --------
    >>> import cv2
    >>> from lamplit.boosting import read_cascade
    >>> engine = SlidingWindow(read_cascade(cv2.data.haarcascades + "haarcascade_eye.xml"))
    >>> len(engine.windows(np.zeros((60, 80), np.uint8), WindowSearch(ratio=1.2, smallest=20)))
    0
    """

    def __init__(self, cascade: BoostedCascade, *, least_contrast: float = OPENCV_CONTRAST) -> None:
        given: object = least_contrast
        if not (isinstance(given, Real) and 0 <= float(given) < 128):
            required = "a finite number from 0 to below 128"
            raise InvalidArgumentError("least_contrast", required, repr(least_contrast))
        self.cascade = cascade
        self.least_contrast = least_contrast
        # Loaded here and not above: compiled loops are an extra, and whoever never slides needs none.
        self._kernels = require("lamplit.faces.window_kernels", extra="train", purpose="the sliding window")
        if isinstance(cascade.features, LBPRectangles):
            self._scan = self._kernels.lbp_windows
        else:
            stumps = all(map(_has_first_leaf_left, cascade.stages))
            self._scan = self._kernels.stump_windows if stumps else self._kernels.tree_windows
        self._trees = trees_of(cascade)
        self._tilted = isinstance(cascade.features, HaarRectangles) and bool(cascade.features.tilted.any())

    def windows(self, grey: ByteArray, search: WindowSearch) -> CandidateWindows:
        """Return the windows of a grey (H, W) uint8 picture that pass, ordered by x, y, width and height."""
        height, width = grey.shape
        scales = pyramid_scales(
            (height, width),
            self.cascade.window,
            ratio=search.ratio,
            smallest=search.smallest,
            largest=search.largest or max(height, width),
        )
        if search.threads == 1 or len(scales) < 2:
            parts = [self._at_scale(grey, scale) for scale in scales]
        else:
            with ThreadPoolExecutor(min(search.threads, len(scales))) as pool:
                parts = list(pool.map(lambda scale: self._at_scale(grey, scale), scales))
        if not parts:
            return no_windows()
        xywh, sums = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return ordered_windows(xywh, sums, (height, width))

    def _at_scale(self, grey: ByteArray, scale: Scale) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the windows (N, 4) of one size, in pixels of the picture, and their sums (N,)."""
        sums = window_sums(scaled(grey, scale), tilted=self._tilted)
        grid = self._grid(sums, scale)
        room = -(-grid.rows // scale.step) * -(-grid.columns // scale.step)
        found = self._kernels.Found(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room))
        n = self._scan(grid, self._trees, self._nodes(sums), found)
        corners = np.stack([found.x[:n], found.y[:n]], axis=1).astype(np.float32) * np.float32(scale.factor)
        sides = np.broadcast_to(np.array(scale.window[::-1], np.int32), (n, 2))
        return np.hstack([np.rint(corners).astype(np.int32), sides]), found.sums[:n]

    def _grid(self, sums: WindowSums, scale: Scale) -> Any:
        """Return where the windows of a scale stand."""
        rim, area = rim_places(self.cascade.window, sums.stride)
        return self._kernels.Grid(
            sums=sums.sums,
            squares=sums.squares,
            stride=sums.stride,
            rows=scale.reach[0],
            columns=scale.reach[1],
            step=scale.step,
            rim=rim.astype(np.uint32),
            area=float(area),
            flattest=1.0 / self.least_contrast if self.least_contrast > 0 else np.inf,
        )

    def _nodes(self, sums: WindowSums) -> Any:
        """Return the features as the nodes look at them, for integral images of this width."""
        features, order = self.cascade.features, self._trees.feature
        if isinstance(features, HaarRectangles):
            places = haar_places(features, sums.stride, sums.tilted_at).reshape(len(features), -1)
            return self._kernels.Nodes(places[order].astype(np.uint32), features.weights[order])
        places = lbp_places(features, sums.stride)[order].astype(np.uint32)
        return self._kernels.Nodes(places, np.zeros((0, 3), np.float32))


def _has_first_leaf_left(stage: CascadeStage) -> bool:
    """Whether a stage is of stumps as OpenCV has them: below the threshold comes the first leaf."""
    return stage.is_of_stumps and not stage.left.any() and bool((stage.right == -1).all())
