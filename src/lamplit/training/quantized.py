"""From a weight file in float to one in 8 bits, with its card."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets.ferplus import FerPlus
from lamplit.expression.backlight import expose_for_face
from lamplit.imaging.geometry import resize_faces
from lamplit.light.gauntlet import GAUNTLET, GAUNTLET_VERSION, GOOD
from lamplit.nets.quantization import quantize_onnx
from lamplit.training.publish import facts_of
from lamplit.weights.cards import WeightsCard, write_card
from lamplit.weights.store import load_weights

LIGHTS = (GOOD, *GAUNTLET)
"""Calibration pictures take these lights in turn: what night leaves in a map must fit into its range, too."""

N_FACES = 552
"""A dozen faces in each light."""

SUFFIX = "-int8"


def calibration_pictures(
    images: ByteArray, *, size: int, n_faces: int = N_FACES, seed: int = 0
) -> FloatArray:
    """Draw faces and put them into all lights of the gauntlet, as a network gets them.

    Parameters
    ----------
    images : ndarray of shape (N, H, W), uint8
        Faces in good light, of the training split.
    size : int
        Side of the network's input in pixels.
    n_faces : int
        How many faces are drawn, each once; all, if there are fewer.
    seed : int
        Seed of the draw, of photons and of read noise.

    Returns
    -------
    ndarray of shape (n_faces, 1, size, size), float32
        Pictures in [0, 1]; the same arguments give the same pictures.

    Raises
    ------
    InvalidArgumentError
        If the faces have another shape or type, or a number is none.

    Examples
    --------
    >>> faces = np.random.default_rng(0).integers(0, 256, (60, 48, 48), dtype=np.uint8)
    >>> calibration_pictures(faces, size=48, n_faces=50).shape
    (50, 1, 48, 48)
    """
    check_integer("n_faces", n_faces, low=1)
    if images.ndim != 3 or images.dtype != np.uint8 or not len(images):
        came = f"{images.dtype} of shape {images.shape}"
        raise InvalidArgumentError("images", "uint8 of shape (N, H, W), N >= 1", came)
    drawn = images[np.random.default_rng(seed).permutation(len(images))[:n_faces]]
    shares = [(light, drawn[turn :: len(LIGHTS)]) for turn, light in enumerate(LIGHTS)]
    lit = np.concatenate([light.apply(faces, seed=seed) for light, faces in shares if len(faces)])
    bright = resize_faces(lit, size).astype(np.float32) / np.float32(255)
    return expose_for_face(bright)[:, None]


def publish_quantized(
    weights: str | Path,
    faces: FerPlus,
    folder: Path,
    *,
    n_faces: int = N_FACES,
    seed: int = 0,
    in_float: Collection[str] = (),
) -> WeightsCard:
    """Write weights again in 8 bits, as `<name>-int8.onnx` with a card.

    Parameters
    ----------
    weights : str or Path
        Name of weights that come with lamplit, or path of an .onnx file with its card beside it, in float.
    faces : FerPlus
        The training split; its faces in all lights decide the ranges of the maps.
    folder : Path
        Where file and card go.
    n_faces : int
        Faces for calibration.
    seed : int
        Seed of the draw and of the lights' noise.
    in_float : collection of str
        Convolutions that stay in float (`lamplit.nets.quantization.convolutions`).

    Returns
    -------
    WeightsCard
        The card, still without metrics; labels, preprocessing, temperature and training are the parent's.

    Raises
    ------
    WeightsMissingError
        If there are no such weights.
    WeightsCorruptError
        If the file differs from its card, or is in 8 bits already.
    OutputError
        If a file cannot be written.
    """
    parent, float_file = load_weights(weights)
    pictures = calibration_pictures(faces.images, size=parent.input_size, n_faces=n_faces, seed=seed)
    path = folder / f"{parent.name}{SUFFIX}.onnx"
    layers = quantize_onnx(float_file, path, pictures, in_float=in_float)
    card = dataclasses.replace(
        parent,
        **facts_of(path),
        metrics=(),
        light=(),
        refusal={},
        quantization={
            "precision": "int8: weights signed, in 7 bits, one scale per output channel; maps unsigned, one "
            "scale each; normalisation against the light, squeeze-excitation, sums and last layer in float",
            "layers": len(layers),
            "in_float": sorted(in_float),
            "calibration": _calibration(faces, len(pictures), seed),
            "parent": {"name": parent.name, "sha256": parent.sha256},
        },
    )
    write_card(card, path.with_suffix(".json"))
    return card


def _calibration(faces: FerPlus, n_faces: int, seed: int) -> dict[str, Any]:
    """Return what the card says of the calibration pictures."""
    return {
        "dataset": "FER+",
        "split": faces.split,
        "faces": n_faces,
        "lights": f"good light and the {len(GAUNTLET)} of the gauntlet (version {GAUNTLET_VERSION}) in turn",
        "ranges": "what holds 99.99 % of the values",
        "seed": seed,
    }
