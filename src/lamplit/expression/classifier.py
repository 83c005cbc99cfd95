"""The expression classifier at run time: face crops in, calibrated probabilities out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import EmptyImageError, InvalidArgumentError, WeightsCorruptError
from lamplit.expression.backlight import expose_for_face
from lamplit.expression.calibration import softmax
from lamplit.expression.light_loss import light_losses
from lamplit.faces.landmarks import usual_landmarks
from lamplit.faces.upright import upright_crops
from lamplit.imaging.colour import grey_stack_from_rgb
from lamplit.imaging.geometry import resize_faces
from lamplit.weights.cards import WeightsCard
from lamplit.weights.registry import DEFAULT_EXPRESSION
from lamplit.weights.session import NetworkSession
from lamplit.weights.store import load_weights

BATCH_SIZE = 64
_LARGEST_SIDE = 1024
"""Of the squares that landmarks are looked for in; their network sees 112 pixels."""


class ExpressionClassifier:
    """Give each face crop the probabilities that observers would choose each expression.

    Parameters
    ----------
    weights : str or Path, optional
        Name of weights that come with lamplit, or their size, "nano", "base" or "large", or path of an .onnx
        file with its card beside it.
    device : str
        "cpu", "cuda" or "auto".
    threads : int, optional
        Threads of one call on the CPU; by default one per core.
    expose_backlit : bool
        Whether crops that were taken against the light are brightened for the face
        (`lamplit.expression.backlight`); all others are the same either way, to the last bit.
    flips : bool
        Whether the network also sees every face mirrored and the mean of both answers counts: a little more
        accurate for twice the time. Figures say "single pass" without it, "with flips" with it.
    upright : bool
        Whether the network also sees every face brought upright by its landmarks (`lamplit.faces.upright`)
        and the mean counts: more accurate on crops that others have cut out, for a landmark network and a
        second pass per face. An `Analyzer` brings faces upright by itself.

    Attributes
    ----------
    card : WeightsCard
        What the weights are.
    labels : tuple of str
        The expressions, in the order of the probabilities.

    Raises
    ------
    WeightsMissingError
        If there are no such weights.
    WeightsCorruptError
        If the file differs from its card.
    InvalidArgumentError
        If the device or the number of threads is not to be had.

    Examples
    --------
    >>> classifier = ExpressionClassifier()
    >>> classifier.labels[:2]
    ('neutral', 'happiness')
    >>> classifier.predict_proba(np.zeros((2, 48, 48), dtype=np.uint8)).shape
    (2, 8)
    """

    def __init__(
        self,
        weights: str | Path | None = None,
        *,
        device: str = "cpu",
        threads: int | None = None,
        expose_backlit: bool = True,
        flips: bool = False,
        upright: bool = False,
    ) -> None:
        self.expose_backlit = expose_backlit
        self.flips = flips
        if threads is not None:
            check_integer("threads", threads, low=1, high=1024)
        self.card, content = load_weights(DEFAULT_EXPRESSION if weights is None else weights)
        self.labels: tuple[str, ...] = tuple(self.card.labels)
        self._session = NetworkSession(content, name=self.card.name, device=device, threads=threads)
        _check_fit(self.card, self._session)
        self._marks = usual_landmarks(device, threads) if upright else None

    def predict_proba(self, crops: AnyArray) -> FloatArray:
        """Return the probability of each expression for each crop.

        Parameters
        ----------
        crops : ndarray of shape (N, H, W) or (N, H, W, 3), uint8
            Grey or RGB squares around faces, of any size, framed as `lamplit.faces.framing` does. Other
            shapes than squares are squeezed to one.

        Returns
        -------
        ndarray of shape (N, K), float32
            Rows sum to 1; columns follow `labels`.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type.
        EmptyImageError
            If the crops have no pixels.
        """
        logits, losses = self.predict_logits(crops)
        return softmax(logits, self.card.light_temperature.of(losses))

    def predict_logits(self, crops: AnyArray) -> tuple[FloatArray, FloatArray]:
        """Return what the network says before a temperature divides it, and what the light has taken.

        Parameters
        ----------
        crops : ndarray of shape (N, H, W) or (N, H, W, 3), uint8
            As for `predict_proba`.

        Returns
        -------
        logits : ndarray of shape (N, K), float32
            Columns follow `labels`.
        losses : ndarray of shape (N, 2), float32
            In stops, to noise and to the surround (`lamplit.expression.light_loss`).

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type.
        EmptyImageError
            If the crops have no pixels.
        """
        faces = _checked(crops)
        logits = np.empty((len(faces), len(self.labels)), dtype=np.float32)
        losses = np.empty((len(faces), 2), dtype=np.float32)
        for start in range(0, len(faces), BATCH_SIZE):
            part = slice(start, start + BATCH_SIZE)
            grey = grey_stack_from_rgb(faces[part])
            small = resize_faces(grey, self.card.input_size)
            losses[part] = light_losses(small)
            logits[part] = np.mean([self._session.run(view) for view in self._views(grey, small)], axis=0)
        return logits, losses

    def _views(self, grey: ByteArray, small: ByteArray) -> Iterator[FloatArray]:
        """Yield (n, 1, S, S) faces as they are and, where asked for, upright; with flips also mirrored."""
        crops = [small]
        if self._marks is not None:
            squares = resize_faces(grey, min(max(grey.shape[1:]), _LARGEST_SIDE))
            crops.append(upright_crops(squares, size=self.card.input_size, marks=self._marks))
        for faces in crops:
            bright = faces.astype(np.float32) / np.float32(255.0)
            lit = (expose_for_face(bright) if self.expose_backlit else bright)[:, None]
            yield lit
            if self.flips:
                yield np.ascontiguousarray(lit[..., ::-1])

    @property
    def passes(self) -> str:
        """How the network sees a face, in the words of figures: "single pass", or its other views."""
        ways = ["with flips"] * self.flips + ["upright, too"] * (self._marks is not None)
        return ", ".join(ways) or "single pass"


def _check_fit(card: WeightsCard, session: NetworkSession) -> None:
    """Refuse a card that promises another input, other labels or no sensible temperatures."""
    size, n_labels = card.input_size, len(card.labels)
    fits = session.input_shape[1:] == (1, size, size) and session.output_shape[1:] == (n_labels,)
    if not fits:
        came = f"{session.input_shape} and {session.output_shape}"
        required = f"a network from (N, 1, {size}, {size}) to (N, {n_labels}), as its card says"
        raise WeightsCorruptError(card.name, required, came)
    if not isinstance(card.temperature, int | float) or not 0 < card.temperature < math.inf:
        raise WeightsCorruptError(card.name, "a temperature above 0 on its card", repr(card.temperature))
    by_light = card.calibration.get("light", {})
    finite = all(isinstance(value, int | float) and math.isfinite(value) for value in by_light.values())
    if not finite or not set(by_light) <= {"noise", "surround"}:
        required = "numbers for noise and surround on its card, under calibration and light"
        raise WeightsCorruptError(card.name, required, repr(by_light))


def _checked(crops: AnyArray) -> AnyArray:
    """Return the crops if their shape and type are right."""
    required = "a uint8 array of shape (N, H, W) or (N, H, W, 3)"
    if not isinstance(crops, np.ndarray):
        raise InvalidArgumentError("crops", required, type(crops).__name__)
    came = f"{crops.dtype} of shape {crops.shape}"
    if crops.dtype != np.uint8 or crops.ndim not in (3, 4) or (crops.ndim == 4 and crops.shape[3] != 3):
        hint = "for one grey crop give crops[None]" if crops.ndim == 2 else ""
        raise InvalidArgumentError("crops", required, came, hint)
    # A stack of grey strips 3 pixels wide is nobody's faces; one RGB crop is an easy slip.
    if crops.ndim == 3 and crops.shape[2] == 3 < crops.shape[1]:
        raise InvalidArgumentError("crops", required, came, "for one RGB crop give crops[None]")
    if 0 in crops.shape[1:3]:
        raise EmptyImageError("crops", "at least one pixel each", came)
    return crops
