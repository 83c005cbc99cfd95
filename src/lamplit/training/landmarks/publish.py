"""From a finished training to a landmark file with its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from lamplit.datasets import ferplus, no_faces
from lamplit.datasets.unlabelled import UNLABELLED, UNLABELLED_SOURCES
from lamplit.faces.framing import LANDMARK_LOWER, LANDMARK_SIDE
from lamplit.faces.landmarks import OUTPUTS
from lamplit.nets.export import export_onnx
from lamplit.nets.landmarks import STANDARDIZATION
from lamplit.training.landmarks.data import LandmarkData
from lamplit.training.landmarks.recipe import LandmarkRecipe
from lamplit.training.publish import NORMALISATIONS, PREPROCESSING, facts_of, rounded
from lamplit.weights.assets import AssetCard, write_asset

_POINTS = "points made by the MediaPipe face mesh (Apache-2.0)"


def publish_landmarks(
    network: nn.Module,
    recipe: LandmarkRecipe,
    data: LandmarkData,
    folder: Path,
    *,
    name: str,
    details: Mapping[str, Any],
) -> AssetCard:
    """Write a landmark network as ONNX with its card.

    Parameters
    ----------
    network : torch.nn.Module
        Trained, on the CPU.
    recipe : LandmarkRecipe
        How it was trained.
    data : LandmarkData
        What it was trained on.
    folder : Path
        Where `<name>.onnx` and its card go.
    name : str
        Name of the weights.
    details : mapping
        `commit`, the version of the source that trained it, and `history`, the log of the training.

    Returns
    -------
    AssetCard
        The card; its figures are those of the last epoch.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    path, history = folder / f"{name}.onnx", details["history"]
    export_onnx(network, path, size=recipe.size, outputs=OUTPUTS)
    facts = facts_of(path)
    parameters = facts.pop("parameters")
    card = AssetCard(
        **facts,
        what="a network that finds 68 landmarks of a face and says how sure each is, in good light and bad",
        content=_content(recipe, parameters),
        source_data=_sources(data),
        licence="Apache-2.0 for the weights; the terms of the training data are stated with them",
        command=f"lamplit train {recipe.name} --data DIR",
        commit=str(details["commit"]),
        metrics=_metrics(data, history),
        recipe=recipe.as_dict(),
        history=rounded(history),
    )
    write_asset(card, path.read_bytes(), folder)
    return card


def _content(recipe: LandmarkRecipe, parameters: int) -> dict[str, str]:
    """Return what goes in and what comes out."""
    standardization = recipe.settings.get("standardization", STANDARDIZATION)
    return {
        "parameters": f"{parameters:,}",
        "input": f"grey (N, 1, {recipe.size}, {recipe.size}) float32 in [0, 1]",
        "frame": f"square around the face as FER+ frames it, {LANDMARK_SIDE:g} times as large, its middle "
        f"{LANDMARK_LOWER:g} of that square's side lower (lamplit.faces.framing.landmark_square)",
        "channels": PREPROCESSING["channels"],
        "resampling": PREPROCESSING["resampling"],
        "normalisation": NORMALISATIONS[standardization],
        "points": "(N, 68, 2) float32: x and y in fractions of the crop, iBUG order",
        "log_spread": "(N, 68) float32: natural logarithm of each point's standard deviation, in them",
        "face": "(N,) float32: logit of there being a face",
    }


def _sources(data: LandmarkData) -> list[dict[str, Any]]:
    """Return what the network has seen."""
    source, terms = UNLABELLED_SOURCES[UNLABELLED]
    rows = [
        ("faces-unlabelled, nine tenths", len(data.fine), f"{source}; {_POINTS}", terms),
        ("FER+, training split", len(data.coarse), f"{ferplus.SOURCE}; {_POINTS}", ferplus.TERMS),
        ("pictures without faces", len(data.scenes), no_faces.SOURCE, no_faces.TERMS),
    ]
    keys = ("name", "pictures", "source", "terms")
    scenes = () if data.stocks is None else data.stocks.training.sources
    return [*(dict(zip(keys, row, strict=True)) for row in rows), *map(dict, scenes)]


def _metrics(data: LandmarkData, history: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """Return the figures of the last epoch."""
    figures = ("error", "dark_error", "ferplus_error", "spread_ratio", "face_accuracy", "proposal_accuracy")
    protocol = (
        "after the last epoch, at most 500 faces of each set; mean distance of the points over that of the "
        "outer eye corners (lamplit.training.landmarks.task)"
    )
    last = {name: round(history[-1][name], 4) for name in figures if name in history[-1]}
    sets = (
        f"{len(data.held_out)} held-out faces of faces-unlabelled, {len(data.validation)} of FER+ validation"
    )
    return [{"data": sets, "protocol": protocol, **last}]
