"""From a face detector, verifier or landmark network in float to one in 8 bits, with its card."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lamplit.core.arrays import FloatArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import WeightsCorruptError
from lamplit.light.gauntlet import SEVEN_LIGHTS
from lamplit.nets.quantization import light_convolutions, quantize_onnx
from lamplit.training.detector.recipe import detector_recipe_from_dict
from lamplit.training.landmarks.data import read_unlabelled_faces
from lamplit.training.landmarks.measuring import usual_crops
from lamplit.training.landmarks.recipe import landmark_recipe_from_dict
from lamplit.training.publish import facts_of
from lamplit.training.quantized import SUFFIX
from lamplit.training.recipe_files import task_of
from lamplit.training.scenes.composing import compose_scene
from lamplit.training.scenes.stock import read_scene_stocks
from lamplit.training.verifier.recipe import verifier_recipe_from_dict
from lamplit.training.verifier.task import VerifierTask
from lamplit.weights.assets import AssetCard, load_asset, write_asset
from lamplit.weights.session import NetworkSession

N_PICTURES = 420
"""Pictures that set the ranges, and as many others on which both files are compared."""

SCENE_SIDE, SCENES_SHARE = 256, 4
"""Side of the scenes that set a detector's ranges, of which a quarter as many will do."""


def publish_quantized_asset(
    weights: str | Path, data: Path, folder: Path, *, n_pictures: int = N_PICTURES, seed: int = 0
) -> AssetCard:
    """Write a network of faces again in 8 bits, as `<name>-int8.onnx` with a card.

    Parameters
    ----------
    weights : str or Path
        Name of a detector, verifier or landmark network that comes with lamplit, or path of an .onnx file
        with its card beside it, in float.
    data : Path
        Folder with the data sets that it was trained on; their training parts decide the ranges of the maps.
    folder : Path
        Where file and card go.
    n_pictures : int
        Pictures that set the ranges; they lie in good light and bad, as in training.
    seed : int
        Seed of their draw.

    Returns
    -------
    AssetCard
        The card; its figures say how far the answers lie from those in float, on pictures that set no range.
        Of a detector only what `lamplit.nets.quantization.light_convolutions` leaves out is in 8 bits.

    Raises
    ------
    WeightsMissingError
        If there are no such weights.
    WeightsCorruptError
        If the file differs from its card, is in 8 bits already, or is no network of this kind.
    DatasetError
        If a data set is absent or not as expected.
    OutputError
        If a file cannot be written.
    """
    check_integer("n_pictures", n_pictures, low=2 * SCENES_SHARE)
    parent, content = load_asset(weights)
    kind = task_of(str(parent.recipe.get("name", "")))
    if kind not in _PICTURES:
        required = f"a network of faces, one of {sorted(_PICTURES)}"
        raise WeightsCorruptError(parent.name, required, parent.what)
    light = light_convolutions(content)  # refuses what is no network in float before pictures are composed
    in_float = light if kind == "detector" else ()
    pictures = _PICTURES[kind](parent, data, 2 * n_pictures, seed)
    path = folder / f"{parent.name}{SUFFIX}.onnx"
    layers = quantize_onnx(content, path, pictures[::2], in_float=in_float)
    facts = facts_of(path)
    del facts["parameters"]
    card = dataclasses.replace(
        parent,
        **facts,
        what=f"{parent.what}, in 8 bits",
        content={
            **parent.content,
            "precision": f"int8 in {len(layers)} convolutions: weights signed, in 7 bits, one scale per "
            "output channel; maps unsigned, one scale each",
            "ranges": f"what holds 99.99 % of the values in {len(pictures[::2])} pictures of the training "
            f"parts, seed {seed}",
            "parent": f"{parent.name}, SHA-256 {parent.sha256}",
        },
        command=f"lamplit weights quantize {parent.name} --data DIR" + (f" --seed {seed}" if seed else ""),
        metrics=_compared(content, path.read_bytes(), pictures[1::2]),
    )
    write_asset(card, path.read_bytes(), folder)
    return card


def _compared(before: bytes, after: bytes, pictures: FloatArray) -> list[dict[str, Any]]:
    """Return how far the outputs of two files lie apart."""
    sessions = [NetworkSession(content, name="network", threads=1) for content in (before, after)]
    first, second = ([session.run_all(one[None]) for one in pictures] for session in sessions)
    protocol = (
        f"float and 8 bits on the same {len(pictures)} pictures of the training parts, which set no range"
    )
    rows = []
    for output in sessions[0].output_names:
        away = np.concatenate(
            [np.abs(a[output] - b[output]).ravel() for a, b in zip(first, second, strict=True)]
        )
        rows.append(
            {
                "output": output,
                "protocol": protocol,
                "mean_difference": round(float(away.mean()), 5),
                "difference_of_99_percent": round(float(np.quantile(away, 0.99)), 5),
            }
        )
    return rows


def _landmark_pictures(parent: AssetCard, data: Path, n: int, seed: int) -> FloatArray:
    """Return crops of training faces in good light and the six bad ones in turn."""
    recipe = landmark_recipe_from_dict(parent.recipe, where=parent.name)
    images = read_unlabelled_faces(recipe, data)[0].images[:, 0].numpy()
    drawn = images[np.random.default_rng(seed).permutation(len(images))[:n]]
    lit = np.empty_like(drawn)
    # Pairs, since every other picture sets ranges and the rest is compared on.
    turns = np.arange(len(drawn)) // 2 % len(SEVEN_LIGHTS)
    for turn, light in enumerate(SEVEN_LIGHTS):
        lit[turns == turn] = light.apply(drawn[turns == turn], seed=seed)
    return _bright(usual_crops(lit, recipe.size))


def _verifier_pictures(parent: AssetCard, data: Path, n: int, seed: int) -> FloatArray:
    """Return crops of what a detector proposes in training scenes."""
    recipe = verifier_recipe_from_dict(parent.recipe, where=parent.name)
    task = VerifierTask(recipe, read_scene_stocks(data))
    crops: list[Any] = []
    for batch in task.batches(1, torch.Generator().manual_seed(seed)):
        crops.extend(batch.crops[:, 0].numpy())
        if len(crops) >= n:
            break
    chosen = np.random.default_rng(seed).permutation(len(crops))[:n]
    return _bright(np.stack([crops[number] for number in chosen]))


def _detector_pictures(parent: AssetCard, data: Path, n: int, seed: int) -> FloatArray:
    """Return training scenes."""
    recipe = detector_recipe_from_dict(parent.recipe, where=parent.name)
    stock, random = read_scene_stocks(data).training, np.random.default_rng(seed)
    scenes = [
        compose_scene(stock, SCENE_SIDE, random, spoiling=recipe.spoil).image
        for _ in range(n // SCENES_SHARE)
    ]
    return _bright(np.stack(scenes))


def _bright(levels: Any) -> FloatArray:
    """Return pictures (N, 1, H, W) in [0, 1]."""
    bright: FloatArray = levels[:, None].astype(np.float32) / np.float32(255)
    return bright


_PICTURES: dict[str, Callable[[AssetCard, Path, int, int], FloatArray]] = {
    "detector": _detector_pictures,
    "landmarks": _landmark_pictures,
    "verifier": _verifier_pictures,
}
