"""68 landmarks of a face at run time: the square cut as in training, ONNX Runtime, points in the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError, WeightsMissingError
from lamplit.core.landmarks import Landmarks
from lamplit.core.values import Box
from lamplit.faces.framing import crop_squares, face_square, landmark_square
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.pixels import check_bytes
from lamplit.weights.assets import load_asset
from lamplit.weights.registry import DEFAULT_LANDMARKS
from lamplit.weights.session import NetworkSession

OUTPUTS = ("points", "log_spread", "face")
"""Outputs of the file: (N, 68, 2) fractions of the crop, (N, 68) natural logarithms of them, (N,) logits."""

BATCH = 32
"""Faces in one run of the network, so that memory stays flat over a stadium of them."""

_TRAIN = "train them: lamplit train landmarks-heatmap-judge --data DIR --out DIR; then give the .onnx file"


def usual_landmarks(device: str = "cpu", threads: int | None = None) -> LandmarkModel:
    """Return the landmark network that comes with lamplit; all who ask alike share one.

    Parameters
    ----------
    device : str
        "cpu", "cuda" or "auto".
    threads : int, optional
        Threads of one call on the CPU.

    Returns
    -------
    LandmarkModel
        Loaded once.

    Raises
    ------
    WeightsMissingError, WeightsCorruptError, InvalidArgumentError
        As `LandmarkModel` raises them.

    Examples
    --------
    >>> usual_landmarks() is usual_landmarks("cpu", threads=None)
    True
    """
    return _loaded(device, threads)


@lru_cache(maxsize=4)
def _loaded(device: str, threads: int | None) -> LandmarkModel:
    """Load the network; behind one spelling of the arguments, for the cache goes by spelling."""
    return LandmarkModel(device=device, threads=threads)


class LandmarkModel:
    """Finds 68 points of a face, each with its spread; safe to use from several threads.

    Parameters
    ----------
    weights : str or Path, optional
        Name of weights that come with lamplit, or path of an .onnx file with its card beside it.
    device : str
        "cpu", "cuda" or "auto".
    threads : int, optional
        Threads of one call on the CPU; by default one per core.

    Raises
    ------
    WeightsMissingError
        If there are no such weights: the error says how to train them.
    WeightsCorruptError
        If the file differs from its card or is no landmark network.
    InvalidArgumentError
        If there is no such device here.

    Examples
    --------
    >>> marks = LandmarkModel().locate(np.zeros((90, 90), np.uint8), Box(20, 20, 70, 70))
    >>> marks.points.shape, marks.score < 0.5  # nobody there
    ((68, 2), True)
    """

    def __init__(
        self, weights: str | Path | None = None, *, device: str = "cpu", threads: int | None = None
    ) -> None:
        try:
            self.card, content = load_asset(DEFAULT_LANDMARKS if weights is None else weights)
        except WeightsMissingError as error:
            raise WeightsMissingError(error.subject, "landmark weights", error.came, _TRAIN) from error
        self._session = NetworkSession(content, name=self.card.name, device=device, threads=threads)
        if self._session.output_names != OUTPUTS:
            came = f"one with the outputs {list(self._session.output_names)}"
            raise WeightsCorruptError(self.card.name, f"a network with the outputs {list(OUTPUTS)}", came)

    @property
    def size(self) -> int:
        """Side of the crops that the network reads, in pixels."""
        return int(self._session.input_shape[-1])

    def read_crops(self, crops: AnyArray) -> list[Landmarks]:
        """Find the points of faces in crops.

        Parameters
        ----------
        crops : ndarray of shape (N, S, S), uint8
            Grey squares framed by `lamplit.faces.framing.landmark_square`, of the side `size`.

        Returns
        -------
        list of Landmarks
            One for each crop, in pixels of the crop; low scores where there is no face.

        Raises
        ------
        InvalidArgumentError
            If the crops have another shape or type.
        """
        side = self.size
        if crops.dtype != np.uint8 or crops.ndim != 3 or crops.shape[1:] != (side, side):
            required = f"uint8 of shape (N, {side}, {side})"
            raise InvalidArgumentError("crops", required, f"{crops.dtype} of shape {crops.shape}")
        return self._placed(crops, [Box(0, 0, side, side)] * len(crops))

    def locate(self, image: AnyArray, box: Box) -> Landmarks:
        """Find the points of a face in a picture.

        Parameters
        ----------
        image : ndarray of shape (H, W) or (H, W, 3), uint8
            Grey or RGB.
        box : Box
            A detection, in pixels.

        Returns
        -------
        Landmarks
            In pixels of the picture.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type, or the box lies outside of the picture.
        """
        return self.locate_all(image, [box])[0]

    def locate_all(self, image: AnyArray, boxes: Sequence[Box]) -> list[Landmarks]:
        """Find the points of all faces in a picture.

        Parameters
        ----------
        image : ndarray of shape (H, W) or (H, W, 3), uint8
            Grey or RGB.
        boxes : sequence of Box
            Detections, in pixels; there may be none.

        Returns
        -------
        list of Landmarks
            One for each box, in pixels of the picture.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type, or a box lies outside of the picture.
        """
        check_bytes(image)
        grey = grey_from_rgb(image)
        squares = [landmark_square(face_square(box)) for box in boxes]
        return self._placed(crop_squares(grey, squares, self.size), squares)

    def _placed(self, crops: ByteArray, squares: Sequence[Box]) -> list[Landmarks]:
        """Run the network and bring its answers from fractions of crops to pixels."""
        placed: list[Landmarks] = []
        for start in range(0, len(crops), BATCH):
            some = crops[start : start + BATCH]
            answers = self._session.run_all(some[:, None].astype(np.float32) / np.float32(255))
            rows = zip(*(answers[name] for name in OUTPUTS), squares[start : start + BATCH], strict=True)
            placed += [_in_pixels(*row) for row in rows]
        return placed


def _in_pixels(points: FloatArray, log_spread: FloatArray, face: FloatArray, square: Box) -> Landmarks:
    """Return one answer in the pixels that its square is measured in."""
    corner, side = np.array([square.x1, square.y1], np.float32), np.float32(square.width)
    return Landmarks(
        points=(corner + side * points).astype(np.float32),
        spread=(side * np.exp(log_spread)).astype(np.float32),
        score=1.0 / (1.0 + math.exp(-min(max(float(face), -60.0), 60.0))),
    )
