"""From a finished training to a cascade file with its card."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lamplit.boosting import BoostedCascade
from lamplit.boosting.cascade_json import cascade_to_json
from lamplit.core.files import make_folder
from lamplit.datasets import ferplus, no_faces, yale_b
from lamplit.training.cascade_recipe import CascadeRecipe
from lamplit.training.cascade_training import CascadeData
from lamplit.training.source import source_commit
from lamplit.weights.assets import AssetCard, write_asset
from lamplit.weights.registry import CASCADE_SUFFIX


def publish_cascade(
    cascade: BoostedCascade,
    recipe: CascadeRecipe,
    data: CascadeData,
    folder: Path,
    *,
    name: str,
    metrics: Sequence[Mapping[str, Any]] = (),
) -> AssetCard:
    """Write a cascade and its card.

    Parameters
    ----------
    cascade : BoostedCascade
        The trained cascade.
    recipe : CascadeRecipe
        How it was trained.
    data : CascadeData
        What it was trained on.
    folder : Path
        Where both files go.
    name : str
        Name of the cascade.
    metrics : sequence of mapping
        Measured figures for the card.

    Returns
    -------
    AssetCard
        The card.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    content = cascade_to_json(cascade)
    height, width = cascade.window
    card = AssetCard(
        name=name,
        file=f"{name}{CASCADE_SUFFIX}",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        what="a boosted cascade over Haar-like features that finds frontal faces in good light and bad",
        content={
            "window": f"{height} x {width} pixels, framed like the faces of FER+",
            "stages": str(len(cascade.stages)),
            "stumps": str(cascade.n_trees),
            "least_contrast": f"{recipe.least_contrast:g} grey levels",
        },
        source_data=_sources(data),
        licence="Apache-2.0 for the cascade; the terms of the pictures are stated with them",
        command=f"lamplit cascade train {recipe.name} --data DIR",
        commit=source_commit(),
        metrics=list(metrics),
    )
    make_folder(folder)
    write_asset(card, content, folder)
    return card


def _sources(data: CascadeData) -> list[dict[str, Any]]:
    """Return what the cascade has seen."""
    n_ferplus = len(data.faces.ferplus) + len(data.held_out.ferplus)
    n_yale = len(data.faces.yale_b) + len(data.held_out.yale_b)
    rows = [
        ("FER+, training split", n_ferplus, ferplus.SOURCE, ferplus.TERMS),
        ("Extended Yale B, cropped", n_yale, yale_b.SOURCE, yale_b.TERMS),
        ("pictures without faces", len(data.pictures), no_faces.SOURCE, no_faces.TERMS),
    ]
    keys = ("name", "pictures", "source", "terms")
    return [dict(zip(keys, row, strict=True)) for row in rows if row[1]]
