"""From Extended Yale B to the light templates that lamplit ships."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lamplit.core.files import make_folder
from lamplit.datasets.yale_b import SOURCE, TERMS, YaleB
from lamplit.datasets.yale_b_framing import frame_like_ferplus
from lamplit.light.relighting import LightTemplates
from lamplit.light.templates import DEFAULT, build_templates, templates_to_bytes
from lamplit.training.source import source_commit
from lamplit.weights.assets import AssetCard, write_asset


def templates_from_yale_b(faces: YaleB) -> LightTemplates:
    """Build light templates from faces of Extended Yale B.

    Parameters
    ----------
    faces : YaleB
        All of them or some people's.

    Returns
    -------
    LightTemplates
        At 48 x 48 pixels.

    Raises
    ------
    DatasetError
        If a person has no frontally lit picture.
    """
    framed = frame_like_ferplus(faces.images)
    return build_templates(framed, faces.person, faces.azimuth, faces.elevation)


def publish_templates(
    faces: YaleB, folder: Path, *, name: str = DEFAULT, metrics: Sequence[Mapping[str, Any]] = ()
) -> AssetCard:
    """Build templates and write them with their card.

    Parameters
    ----------
    faces : YaleB
        All faces of the cropped set.
    folder : Path
        Where file and card go.
    name : str
        Name of the templates.
    metrics : sequence of mapping
        Measured figures for the card.

    Returns
    -------
    AssetCard
        The card.

    Raises
    ------
    DatasetError
        If a person has no frontally lit picture.
    InvalidArgumentError
        If there are more than 256 lights.
    OutputError
        If a file cannot be written.
    """
    templates = templates_from_yale_b(faces)
    content = templates_to_bytes(templates)
    n_lights, side, _ = templates.log_ratios.shape
    people = len(np.unique(faces.person))
    card = AssetCard(
        name=name,
        file=f"{name}.npz",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        what="what light from each direction does to a face lit from the camera, averaged over people",
        content={
            "azimuth": f"({n_lights},) float32, degrees, positive to the subject's right",
            "elevation": f"({n_lights},) float32, degrees, positive upwards",
            "log_ratios": f"({n_lights}, {side}, {side}) float16, natural logarithm, FER+ framing",
            "triangles": f"({len(templates.triangles)}, 3) uint8, lights around each part of the sphere",
        },
        source_data=[
            {
                "name": "Extended Yale B, cropped",
                "pictures": len(faces),
                "people": people,
                "source": SOURCE,
                "terms": TERMS,
            }
        ],
        licence="Apache-2.0 for the averages; the terms of the pictures are stated with them",
        command="lamplit light build-templates --data DIR",
        commit=source_commit(),
        metrics=list(metrics),
    )
    make_folder(folder)
    write_asset(card, content, folder)
    return card
