"""Faces into rows of numbers for scikit-learn: block histograms, histograms of many windows, plain pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamplit.boosting.samples import check_classes
from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.features.block_histograms import block_histograms
from lamplit.features.lbp_extractor import Circle, LBPExtractor
from lamplit.features.local_binary_pattern import local_binary_pattern
from lamplit.features.pattern_classes import UNIFORM_PATTERNS, uniform_patterns

_base = require("sklearn.base", extra="train", purpose="expressions from texture")

CELL = 4
"""Side in pixels of the smallest piece that windows are made of."""


def faces_from(X: AnyArray) -> AnyArray:
    """Return faces as a stack of pictures.

    Parameters
    ----------
    X : ndarray of shape (N, H, W) or (N, S * S)
        Grey faces, or square ones as rows, as scikit-learn wants them.

    Returns
    -------
    ndarray of shape (N, H, W) or (N, S, S)
        The faces.

    Raises
    ------
    InvalidArgumentError
        If the array has another shape, or holds anything but finite numbers.

    Examples
    --------
    >>> faces_from(np.zeros((2, 48 * 48), np.uint8)).shape
    (2, 48, 48)
    """
    faces = np.asarray(X)
    if faces.dtype.kind not in "buif" or not np.isfinite(faces).all():
        came = f"{faces.dtype} with NaN or infinity" if faces.dtype.kind == "f" else str(faces.dtype)
        raise InvalidArgumentError("X", "grey levels: finite numbers", came)
    side = int(np.sqrt(faces.shape[1])) if faces.ndim == 2 else 0
    if faces.ndim == 2 and side * side == faces.shape[1] and side:
        return faces.reshape(len(faces), side, side)
    if faces.ndim != 3 or 0 in faces.shape[1:]:
        required = "faces of shape (N, H, W), or square ones as rows (N, S * S)"
        raise InvalidArgumentError("X", required, f"shape {faces.shape}")
    return faces


class _Faces(_base.TransformerMixin, _base.BaseEstimator):  # type: ignore[misc, name-defined]
    """A transformer that learns nothing of faces but their number of pixels."""

    def fit(self, X: AnyArray, y: AnyArray | None = None) -> Any:
        """Check the faces; nothing is learnt from them."""
        self.shape_ = faces_from(X).shape[1:]
        return self

    def _checked(self, X: AnyArray) -> AnyArray:
        faces = faces_from(X)
        if hasattr(self, "shape_") and faces.shape[1:] != self.shape_:
            raise InvalidArgumentError("X", f"faces of {self.shape_} pixels as in fit", f"{faces.shape[1:]}")
        return faces


class TrainingFaces(_Faces):
    """The faces as they are, where they and their labels are enough to learn from: the first step.

    Parameters
    ----------
    least : int
        Faces of each class at least.

    Examples
    --------
    >>> TrainingFaces(least=2).fit(np.zeros((3, 48, 48)), ["joy", "joy", "fear"])
    Traceback (most recent call last):
    ...
    lamplit.core.errors.InvalidArgumentError: y: needs at least 2 faces of each class, got 1 of 'fear' (...)
    """

    def __init__(self, least: int = 1) -> None:
        self.least = least

    def fit(self, X: AnyArray, y: AnyArray | None = None) -> Any:
        """Check the faces and their labels; nothing is learnt from them."""
        super().fit(X)
        n_faces = len(self.transform(X))
        if y is None or np.shape(y) != (n_faces,):
            came = "none" if y is None else f"shape {np.shape(y)}"
            raise InvalidArgumentError("y", f"a label for each of {n_faces} faces", came)
        check_classes(np.asarray(y), least=self.least, things="faces")
        return self

    def transform(self, X: AnyArray) -> AnyArray:
        """Return (N, H, W) faces of the size seen in training."""
        faces = self._checked(X)
        if not len(faces):
            raise InvalidArgumentError("X", "at least one face", "none")
        return faces


class LBPHistograms(_Faces):
    """Block histograms of local binary patterns, as square roots of shares.

    Parameters
    ----------
    circles : tuple of (int, float)
        Points and radius in pixels of each scale.
    mapping : str
        "uniform" or "rotation-invariant-uniform".
    block : int
        Side of a block in pixels.
    from_height : float
        The share of the face's height above which nothing is looked at, from 0 to below 1: 0 takes the whole
        face, 0.5 the half with the mouth.

    Notes
    -----
    Under the square root, distances and products of rows are those of Hellinger and Bhattacharyya between
    histograms, which suit them better than the plain ones do.

    Examples
    --------
    >>> faces = np.zeros((2, 48, 48), np.uint8)
    >>> LBPHistograms(block=8).fit_transform(faces).shape
    (2, 2124)
    >>> LBPHistograms(from_height=0.5).fit_transform(faces).shape
    (2, 1062)
    """

    def __init__(
        self,
        circles: tuple[Circle, ...] = ((8, 1.0),),
        mapping: str = "uniform",
        block: int = 8,
        from_height: float = 0.0,
    ) -> None:
        self.circles = circles
        self.mapping = mapping
        self.block = block
        self.from_height = from_height

    def transform(self, X: AnyArray) -> FloatArray:
        """Return (N, D) float32 in [0, 1]."""
        faces = self._checked(X)
        if not 0 <= self.from_height < 1:
            raise InvalidArgumentError("from_height", "a number from 0 to below 1", repr(self.from_height))
        extractor = LBPExtractor(self.circles, self.mapping, self.block)
        counts = extractor.of_stack(faces[:, round(self.from_height * faces.shape[1]) :])
        counts /= np.float32(self.block**2)
        return np.sqrt(counts, out=counts)


class WindowHistograms(_Faces):
    """Histograms of uniform patterns in overlapping square windows of several sizes.

    Parameters
    ----------
    sizes : tuple of int
        Sides of the windows in pixels, multiples of 4; each is moved by half its side, or by 4 if that is no
        multiple of 4.
    radius : float
        Radius of the pattern's circle of eight points, in pixels.

    References
    ----------
    Shan, Gong, McOwan (2009), section 5.1, doi:10.1016/j.imavis.2008.08.005.

    Examples
    --------
    >>> WindowHistograms(sizes=(16, 24)).fit_transform(np.zeros((2, 48, 48), np.uint8)).shape
    (2, 2006)
    """

    def __init__(self, sizes: tuple[int, ...] = (12, 16, 24), radius: float = 1.0) -> None:
        self.sizes = sizes
        self.radius = radius

    def transform(self, X: AnyArray) -> FloatArray:
        """Return (N, windows * 59) float32: the shares of the classes, window by window."""
        faces = self._checked(X)
        windows = window_grid(faces.shape[1:], self.sizes)
        rows = np.empty((len(faces), len(windows), UNIFORM_PATTERNS), np.float32)
        top, left, side = (windows // CELL).T
        below, right = top + side, left + side
        area = windows[:, 2:].astype(np.float32) ** 2
        for row, face in zip(rows, faces, strict=True):
            classes = uniform_patterns(local_binary_pattern(face, radius=self.radius))
            cells = block_histograms(classes, block=CELL)
            total = np.pad(cells.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0), (0, 0)))
            counts = total[below, right] - total[top, right] - total[below, left] + total[top, left]
            np.divide(counts, area, out=row)
        return rows.reshape(len(faces), -1)


def window_grid(shape: tuple[int, ...], sizes: tuple[int, ...]) -> AnyArray:
    """List the windows of several sizes.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the faces in pixels.
    sizes : tuple of int
        Sides in pixels, multiples of 4.

    Returns
    -------
    ndarray of shape (windows, 3), int64
        Top, left and side of each, in pixels.

    Raises
    ------
    InvalidArgumentError
        If there is no side, or one is no multiple of 4 or larger than the faces.

    Examples
    --------
    >>> window_grid((8, 12), (8,)).tolist()
    [[0, 0, 8], [0, 4, 8]]
    """
    if not sizes:
        raise InvalidArgumentError("sizes", "at least one side", "none")
    windows = []
    for side in sizes:
        if side < CELL or side % CELL or side > min(shape):
            required = f"multiples of {CELL} up to the faces' side"
            raise InvalidArgumentError("sizes", required, f"{side} for faces of {shape[0]} x {shape[1]}")
        step = side // 2 if side // 2 % CELL == 0 else CELL
        tops, lefts = (range(0, length - side + 1, step) for length in shape)
        windows += [(top, left, side) for top in tops for left in lefts]
    return np.array(windows, dtype=np.int64).reshape(-1, 3)


class PixelRows(_Faces):
    """The pixels of a face as a row, less their mean and by their standard deviation.

    Examples
    --------
    >>> PixelRows().fit_transform(np.array([[[0, 2], [0, 2]]])).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    def transform(self, X: AnyArray) -> FloatArray:
        """Return (N, H * W) float32; a face of one level becomes zeros."""
        faces = self._checked(X)
        rows: FloatArray = faces.reshape(len(faces), -1).astype(np.float32)
        rows -= rows.mean(axis=1, keepdims=True)
        rows /= np.maximum(rows.std(axis=1, keepdims=True), np.float32(1e-6))
        return rows
