"""A second, closer look at what a detector proposes for faces."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import WeightsCorruptError
from lamplit.core.values import Box
from lamplit.faces.framing import verifier_square
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.geometry import cut_square
from lamplit.weights.assets import load_asset
from lamplit.weights.registry import DEFAULT_VERIFIER
from lamplit.weights.session import NetworkSession

OUTPUTS = ("face", "points")
"""Outputs of the file: (N,) logits, and five points (N, 5, 2), which were learnt along."""

BATCH = 64
"""Crops in one run of the network."""


def usual_verifier(device: str = "cpu", threads: int | None = None) -> FaceVerifier:
    """Return the verifier that comes with lamplit; all who ask alike share one.

    Parameters
    ----------
    device : str
        "cpu", "cuda" or "auto".
    threads : int, optional
        Threads of one call on the CPU.

    Returns
    -------
    FaceVerifier
        Loaded once.

    Raises
    ------
    WeightsCorruptError, InvalidArgumentError
        As `FaceVerifier` raises them.

    Examples
    --------
    >>> usual_verifier() is usual_verifier("cpu", threads=None)
    True
    """
    return _loaded(device, threads)


@lru_cache(maxsize=4)
def _loaded(device: str, threads: int | None) -> FaceVerifier:
    """Load the network; behind one spelling of the arguments, for the cache goes by spelling."""
    return FaceVerifier(device=device, threads=threads)


class FaceVerifier:
    """Says whether what a detector proposes is a face; safe to use from several threads.

    Parameters
    ----------
    weights : str or Path, optional
        Name of weights that come with lamplit, or path of an .onnx file with its card beside it, as `lamplit
        train verifier-faces` writes both.
    device : str
        "cpu", "cuda" or "auto".
    threads : int, optional
        Threads of one call on the CPU; by default one per core.

    Raises
    ------
    WeightsMissingError
        If there are no such weights.
    WeightsCorruptError
        If the file differs from its card or is no verifier.
    InvalidArgumentError
        If there is no such device here.

    Examples
    --------
    >>> bool(FaceVerifier().logits(np.zeros((90, 90), np.uint8), [Box(20, 20, 70, 70)])[0] < 0)
    True
    """

    def __init__(
        self, weights: str | Path | None = None, *, device: str = "cpu", threads: int | None = None
    ) -> None:
        self.card, content = load_asset(DEFAULT_VERIFIER if weights is None else weights)
        self._session = NetworkSession(content, name=self.card.name, device=device, threads=threads)
        if self._session.output_names != OUTPUTS:
            came = f"one with the outputs {list(self._session.output_names)}"
            raise WeightsCorruptError(self.card.name, f"a network with the outputs {list(OUTPUTS)}", came)

    @property
    def size(self) -> int:
        """Side of the crops that the network reads, in pixels."""
        return int(self._session.input_shape[-1])

    def logits(self, image: AnyArray, boxes: Sequence[Box]) -> FloatArray:
        """Look at boxes of a picture.

        Parameters
        ----------
        image : ndarray of shape (H, W) or (H, W, 3), uint8
            Grey or RGB.
        boxes : sequence of Box
            Detections in pixels, their middles in the picture; there may be none.

        Returns
        -------
        ndarray of shape (N,), float32
            Logits of there being a face, among what the detector proposes.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type, or a box lies outside of the picture.
        """
        crops = crops_of(grey_from_rgb(image), boxes, self.size)
        parts = [np.zeros(0, np.float32)]
        for start in range(0, len(crops), BATCH):
            bright = crops[start : start + BATCH, None].astype(np.float32) * np.float32(1 / 255)
            parts.append(self._session.run(bright))
        return np.concatenate(parts)


def crops_of(grey: ByteArray, boxes: Sequence[Box], size: int) -> ByteArray:
    """Cut boxes out as the verifier looks at them.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        The picture.
    boxes : sequence of Box
        In pixels; their middles lie in the picture.
    size : int
        Side of the crops in pixels.

    Returns
    -------
    ndarray of shape (N, size, size), uint8
        The crops.

    Raises
    ------
    InvalidArgumentError
        If the array has another shape or type, or a box lies outside of the picture.

    Examples
    --------
    >>> crops_of(np.zeros((40, 40), np.uint8), [Box(10, 10, 30, 30)], 56).shape
    (1, 56, 56)
    """
    crops = np.zeros((len(boxes), size, size), np.uint8)
    for crop, box in zip(crops, boxes, strict=True):
        crop[:] = cut_square(grey, verifier_square(box), size)
    return crops
