"""From a trained detector to an ONNX file with its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from lamplit.core.detector_grid import STEP, STRIDES
from lamplit.faces.net import LARGEST, SMALLEST
from lamplit.nets.export import export_onnx
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.detector.measure import FALSE, OVERLAP, SIZE
from lamplit.training.detector.recipe import DetectorRecipe
from lamplit.training.publish import facts_of, rounded
from lamplit.weights.assets import AssetCard, write_asset

OUTPUT = "answers"

EXAMPLE = 64
"""Side of the picture that the network is traced with."""


def publish_detector(
    network: nn.Module,
    recipe: DetectorRecipe,
    folder: Path,
    *,
    name: str,
    sources: Sequence[Mapping[str, Any]],
    history: Sequence[Mapping[str, float]] = (),
) -> AssetCard:
    """Write a detector as ONNX with its card.

    Parameters
    ----------
    network : torch.nn.Module
        Trained.
    recipe : DetectorRecipe
        How it was trained.
    folder : Path
        Where both files go: the folder of the run, whose checkpoint knows the commit.
    name : str
        Name of the detector.
    sources : sequence of mapping
        What it was trained on (`lamplit.training.scenes.stock.SceneStock.sources`).
    history : sequence of mapping
        The training's log.

    Returns
    -------
    AssetCard
        The card.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    path, checkpoint = folder / f"{name}.onnx", load_checkpoint(folder)
    export_onnx(network, path, size=EXAMPLE, outputs=(OUTPUT,), multiple=STEP)
    facts = facts_of(path)
    parameters = facts.pop("parameters")
    card = AssetCard(
        **facts,
        what="a network that finds faces in grey pictures of any size, with five points each",
        content={
            "grey": f"(N, 1, H, W) float32 in [0, 1], H and W multiples of {STEP}: "
            "0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), edge pixels repeated to the right and below",
            OUTPUT: "(N, P, 15) float32: of the cells of each level, row by row, the logit of a face, middle "
            "and logarithm of the size of its box, and five points, in cells (lamplit.core.detector_grid)",
            "strides": ", ".join(map(str, STRIDES)) + " pixels",
            "points": "the subject's right eye, left eye, nose tip, right and left corner of the mouth",
            "boxes": "as lamplit.faces.framing.face_box frames a crop of FER+",
            "faces": f"{SMALLEST} to {LARGEST} pixels",
            "parameters": str(parameters),
        },
        source_data=list(sources),
        licence="Apache-2.0 for the weights; the terms of the pictures are stated with them",
        command=f"lamplit train {recipe.name} --data DIR",
        commit="" if checkpoint is None else checkpoint.details["commit"],
        metrics=_metrics(history, recipe),
        recipe=recipe.as_dict(),
        history=rounded(history),
    )
    write_asset(card, path.read_bytes(), folder)
    return card


def _metrics(history: Sequence[Mapping[str, float]], recipe: DetectorRecipe) -> list[dict[str, Any]]:
    """Return the figures of the last epoch as they stand on the card."""
    if not history:
        return []
    lights = {"good": "good light, nothing spoilt", "spoilt": "spoilt as in training"}
    return [
        {
            "dataset": "FER+ validation and tuning parts of the other pictures, composed to scenes",
            "protocol": f"{lights[kind]}; recall at {FALSE:g} false positives per scene of {SIZE} pixels, "
            f"overlap {OVERLAP:g}",
            "scenes": recipe.held_out_scenes,
            "recall": round(history[-1][f"recall_{kind}"], 4),
        }
        for kind in lights
    ]
