"""Writing a trained verifier as ONNX with its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from lamplit.faces.framing import VERIFIER_SIDE
from lamplit.faces.verifier import OUTPUTS
from lamplit.nets.export import export_onnx
from lamplit.training.detector.measure import OVERLAP, SIZE
from lamplit.training.publish import PREPROCESSING, facts_of, rounded
from lamplit.training.verifier.measure import FALSE, KINDS
from lamplit.training.verifier.recipe import VerifierRecipe
from lamplit.weights.assets import AssetCard, write_asset


def publish_verifier(
    network: nn.Module,
    recipe: VerifierRecipe,
    folder: Path,
    *,
    name: str,
    sources: Sequence[Mapping[str, Any]],
    details: Mapping[str, Any],
) -> AssetCard:
    """Write a verifier as ONNX with its card.

    Parameters
    ----------
    network : torch.nn.Module
        Trained.
    recipe : VerifierRecipe
        How it was trained.
    folder : Path
        Where both files go.
    name : str
        Name of the verifier.
    sources : sequence of mapping
        What it was trained on (`lamplit.training.scenes.stock.SceneStock.sources`).
    details : mapping
        `commit`, the version of the source that trained it, and `history`, the log of the training.

    Returns
    -------
    AssetCard
        The card.

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
        what="a network that says whether what a detector proposes is a face, in good light and bad",
        content={
            "parameters": f"{parameters:,}",
            "grey": f"(N, 1, {recipe.size}, {recipe.size}) float32 in [0, 1]",
            "frame": f"square around the face as FER+ frames it, {VERIFIER_SIDE:g} times as large "
            "(lamplit.faces.framing.verifier_square)",
            "channels": PREPROCESSING["channels"],
            "resampling": PREPROCESSING["resampling"],
            "face": "(N,) float32: logit of there being a face, among what the detector proposes",
            "points": "(N, 5, 2) float32: the subject's right eye, left eye, nose tip, right and left corner "
            "of the mouth, in fractions of the crop",
            "detector": recipe.detector,
        },
        source_data=list(sources),
        licence="Apache-2.0 for the weights; the terms of the pictures are stated with them",
        command=f"lamplit train {recipe.name} --data DIR",
        commit=str(details["commit"]),
        metrics=_metrics(history, recipe),
        recipe=recipe.as_dict(),
        history=rounded(history),
    )
    write_asset(card, path.read_bytes(), folder)
    return card


def _metrics(history: Sequence[Mapping[str, float]], recipe: VerifierRecipe) -> list[dict[str, Any]]:
    """Return the figures of the last epoch as they stand on the card."""
    lights = dict(zip(KINDS, ("good light, nothing spoilt", "spoilt as in training"), strict=True))
    return [
        {
            "dataset": "FER+ validation and tuning parts of the other pictures, composed to scenes",
            "protocol": f"{lights[kind]}; recall at {FALSE:g} false positives per scene of {SIZE} pixels, "
            f"overlap {OVERLAP:g}; detector and verifier together, and the detector alone",
            "scenes": recipe.held_out_scenes,
            "recall": round(history[-1][f"recall_{kind}"], 4),
            "alone": round(history[-1][f"alone_{kind}"], 4),
        }
        for kind in KINDS
    ]
