"""The detector network: faces from 12 pixels up, with five points each, by ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.boxes import nms
from lamplit.core.checks import check_integer, check_number
from lamplit.core.detector_grid import NUMBERS, STEP, cells_of, decode
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError
from lamplit.core.values import Box, Detection
from lamplit.faces.verification import CANDIDATE, Verification
from lamplit.imaging.colour import grey_from_rgb
from lamplit.weights.assets import AssetCard, load_asset
from lamplit.weights.registry import DEFAULT_DETECTOR
from lamplit.weights.session import NetworkSession

SMALLEST, LARGEST = 12, 400
"""Sides in pixels of the faces that the network knows."""

COARSER = 4.0
"""From one size of the picture to the next: what is too large for one is a quarter of it in the next."""

TILE, MARGIN = 1536, 128
"""Largest pictures in pixels a side that are looked at in one piece, and how far pieces overlap. A face
larger than the margin is seen whole in the next size."""

MOST_CELLS = 2000
"""Cells of one size, the surest first, whose boxes are compared."""


class NetFaceDetector:
    """Find faces with lamplit's own network.

    Parameters
    ----------
    weights : str or Path, optional
        Name of weights that come with lamplit, or path of an .onnx file with its card beside it, as `lamplit
        train detector-faces` writes both.
    min_size : int, optional
        Smallest face in pixels, at least 8. By default 12, or a fortieth of the picture's shorter side where
        that is more. The picture is brought to the size at which such a face has 12 pixels, and no smaller.
        Where it is given, smaller boxes are left out.
    threshold : float
        Least score, between 0 and 1. Where candidates are verified, some are left out however low it is:
        those to which the detector alone gives less than 0.1, all but the surest few of those below 0.2, and
        what detector and verifier together do not find promising (`lamplit.faces.verification`).
    overlap : float
        Of boxes that overlap by more (intersection over union), between 0 and 1, the surest stays.
    device : str
        "cpu", "cuda" or "auto".
    threads : int, optional
        Threads of one call on the CPU; by default one per core.
    verify : bool or Verification
        Whether further networks look at each candidate and say whether it is a face; by those of your own
        (`lamplit.faces.Verification`) if need be. Detections then have landmarks, too.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.
    WeightsMissingError
        If there are no such weights.
    WeightsCorruptError
        If the file differs from its card, or is no such network.

    Notes
    -----
    A picture is never shrunk so far that faces of `min_size` vanish: its size follows from `min_size` alone.
    Where faces could then be larger than the 400 pixels that the network knows, the picture is looked at once
    more at a quarter of that size, and so on. Pictures beyond 1536 pixels are looked at in overlapping
    pieces.

    Examples
    --------
    >>> NetFaceDetector(min_size=16).detect(np.zeros((480, 640), np.uint8))
    []
    """

    def __init__(
        self,
        weights: str | os.PathLike[str] | None = None,
        *,
        min_size: int | None = None,
        threshold: float = 0.5,
        overlap: float = 0.4,
        device: str = "cpu",
        threads: int | None = None,
        verify: bool | Verification = True,
    ) -> None:
        if min_size is not None:
            check_integer("min_size", min_size, low=8)
        check_number("threshold", threshold, above=0.0, below=1.0)
        check_number("overlap", overlap, above=0.0, below=1.0)
        if threads is not None:
            check_integer("threads", threads, low=1)
        self.min_size = min_size
        self.threshold = threshold
        self.overlap = overlap
        self.card, self._network = _session(weights, device, threads)
        self._verification = _verification(verify, device, threads)

    def detect(self, image: AnyArray) -> list[Detection]:
        """Find the faces of a picture.

        Parameters
        ----------
        image : ndarray of shape (H, W) or (H, W, 3), uint8
            Grey or RGB.

        Returns
        -------
        list of Detection
            Best first; empty where there is no face. `score` lies in [0, 1]. `points` are the subject's right
            eye, left eye, nose tip, right and left corner of the mouth, (5, 2) float32 in pixels.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type.
        """
        grey = grey_from_rgb(image)
        smallest = self.min_size or max(SMALLEST, min(grey.shape) // 40)
        found = [self._at(grey, scale) for scale in scales_for(grey.shape, smallest)]
        scores, boxes, points = (np.concatenate(parts) for parts in zip(*found, strict=True))
        chosen = self._fits(boxes, grey.shape)
        scores, boxes, points = scores[chosen], boxes[chosen], points[chosen]
        kept = nms(boxes, scores, overlap=self.overlap).tolist()
        candidates = [detection(scores[i], boxes[i], points[i]) for i in kept]
        if self._verification is None:
            return candidates
        return [one for one in self._verification.of(grey, candidates) if one.score >= self.threshold]

    def _fits(self, boxes: FloatArray, shape: tuple[int, ...]) -> AnyArray:
        """Say which boxes are large enough and have their middle in the picture, which was padded; (N,)."""
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        inside = np.all((middles > 0) & (middles < (shape[1], shape[0])), axis=1)
        least = (self.min_size or 0) - 0.5  # half a pixel is no reason to miss a face
        large = np.max(boxes[:, 2:] - boxes[:, :2], axis=1, initial=0) >= least
        fits: AnyArray = np.logical_and(inside, large)
        return fits

    def _at(self, grey: ByteArray, scale: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return scores, boxes and points at one size of the picture, in pixels of the picture."""
        picture = _resized(grey, scale)
        across, down = (new / old for new, old in zip(picture.shape[::-1], grey.shape[::-1], strict=True))
        back = np.array([across, down], np.float32)
        parts = []
        for top, left in _corners(picture.shape):
            answers, cells = self._answers(picture[top : top + TILE, left : left + TILE])
            least = self.threshold if self._verification is None else CANDIDATE
            scores, boxes, points = best_answers(answers, cells, threshold=least)
            corner = np.array([left, top], np.float32)
            places = (boxes.reshape(-1, 2, 2) + corner) / back
            parts.append((scores, places.reshape(-1, 4), (points + corner) / back))
        scores, boxes, points = (np.concatenate(column) for column in zip(*parts, strict=True))
        surest = np.argsort(-scores, kind="stable")[:MOST_CELLS]  # of all pieces together
        return scores[surest], boxes[surest], points[surest]

    def _answers(self, picture: ByteArray) -> tuple[FloatArray, tuple[FloatArray, FloatArray]]:
        """Run the network; return all answers (P, 15) and the cells."""
        height, width = (-(-length // STEP) * STEP for length in picture.shape)
        below, beside = height - picture.shape[0], width - picture.shape[1]
        # Edge pixels are repeated: beside black, the picture's border would be the strongest edge of all.
        whole = cv2.copyMakeBorder(picture, 0, below, 0, beside, cv2.BORDER_REPLICATE)
        bright = whole.astype(np.float32)[None, None] * np.float32(1 / 255)
        return self._network.run(bright)[0], cells_of(height, width)


def _verification(verify: Any, device: str, threads: int | None) -> Verification | None:
    """Return who is asked about candidates, if anybody."""
    if isinstance(verify, Verification):
        return verify
    if not isinstance(verify, bool):
        raise InvalidArgumentError("verify", "True, False or a Verification", type(verify).__name__)
    return Verification(device=device, threads=threads) if verify else None


def scales_for(shape: tuple[int, ...], smallest: int) -> list[float]:
    """Return the sizes at which a picture is looked at.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the picture in pixels.
    smallest : int
        Smallest face to be found, in pixels.

    Returns
    -------
    list of float
        Factors: the first brings the smallest face to 12 pixels, each further one is a quarter of that
        before, until no face can be larger than 400 pixels, or larger than what pieces overlap.

    Examples
    --------
    >>> scales_for((480, 640), 12)
    [1.0, 0.25]
    >>> scales_for((3000, 4000), 75)
    [0.16, 0.04]
    >>> scales_for((300, 300), 24)
    [0.5]
    >>> scales_for((400, 4000), 12)
    [1.0, 0.25]
    """
    scales = [SMALLEST / smallest]
    while _misses_faces(shape, scales[-1]):
        scales.append(scales[-1] / COARSER)
    return scales


def _misses_faces(shape: tuple[int, ...], scale: float) -> bool:
    """Return whether faces may be too large for the network at a scale, or whole in none of its pieces."""
    largest = min(shape) * scale  # no face is larger than the picture's shorter side
    return largest > LARGEST or (max(shape) * scale > TILE and largest > MARGIN)


def best_answers(
    answers: FloatArray, cells: tuple[FloatArray, FloatArray], *, threshold: float, most: int = MOST_CELLS
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what the surest cells answer.

    Parameters
    ----------
    answers : ndarray of shape (P, 15)
        Of all cells.
    cells : (ndarray of shape (P, 2), ndarray of shape (P,))
        From `lamplit.core.detector_grid.cells_of`.
    threshold : float
        Least score.
    most : int
        Most answers.

    Returns
    -------
    scores : ndarray of shape (M,), float32
        In [0, 1].
    boxes : ndarray of shape (M, 4), float32
        Edges in pixels; they may overlap and reach beyond the picture.
    points : ndarray of shape (M, 5, 2), float32
        In pixels.

    Examples
    --------
    >>> answers = np.zeros((21, 15), np.float32)
    >>> answers[:, 0] = np.linspace(-9, 9, 21)
    >>> best_answers(answers, cells_of(32, 32), threshold=0.9996)[1].tolist()
    [[16.0, 16.0, 32.0, 32.0], [0.0, 0.0, 32.0, 32.0]]
    """
    scores = 1 / (1 + np.exp(-np.clip(answers[:, 0], -30, 30)))
    chosen = np.flatnonzero(scores >= threshold)
    if len(chosen) > most:
        chosen = chosen[np.argsort(-scores[chosen], kind="stable")[:most]]
    middles, strides = cells
    boxes, points = decode(answers[chosen], middles[chosen], strides[chosen])
    return scores[chosen].astype(np.float32), boxes, points


def detection(score: float, box: FloatArray, points: FloatArray) -> Detection:
    """Return a detection from numbers.

    Parameters
    ----------
    score : float
        From 0 to 1.
    box : ndarray of shape (4,)
        Edges in pixels.
    points : ndarray of shape (5, 2)
        In pixels.

    Returns
    -------
    Detection
        With points.
    """
    return Detection(box=Box(*box.tolist()), score=float(score), points=points.astype(np.float32))


def _resized(grey: ByteArray, scale: float) -> ByteArray:
    """Return the picture at another size, at least one pixel each way."""
    if scale == 1.0:
        return grey
    height, width = (max(1, round(length * scale)) for length in grey.shape)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized: ByteArray = cv2.resize(np.ascontiguousarray(grey), (width, height), interpolation=way)
    return resized


def _corners(shape: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Give the upper left corners of the pieces that a picture is looked at in."""
    for top in range(0, max(shape[0] - MARGIN, 1), TILE - MARGIN):
        for left in range(0, max(shape[1] - MARGIN, 1), TILE - MARGIN):
            yield top, left


def _session(weights: Any, device: str, threads: int | None) -> tuple[AssetCard, NetworkSession]:
    """Load the network and check that it is one."""
    if weights is None:
        weights = DEFAULT_DETECTOR
    if not isinstance(weights, str | os.PathLike):
        required = "the name of weights, or the path of an .onnx file"
        raise InvalidArgumentError("weights", required, type(weights).__name__)
    is_path = not isinstance(weights, str) or bool({"/", os.sep} & set(weights))
    card, content = load_asset(Path(weights) if is_path else str(weights))
    network = NetworkSession(content, name=card.name, device=device, threads=threads)
    if len(network.output_shape) != 3 or network.output_shape[2] != NUMBERS:
        required = f"a face detector, which answers with {NUMBERS} numbers per cell"
        raise WeightsCorruptError(card.name, required, f"answers of shape {network.output_shape}")
    return card, network
