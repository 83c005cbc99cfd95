"""Two figures for a cascade's card: faces that pass it, and what it finds where there is no face."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lamplit.boosting import BoostedCascade
from lamplit.datasets import Majority
from lamplit.datasets.ferplus import read_ferplus
from lamplit.datasets.no_faces import read_no_faces
from lamplit.faces import BoostedFaceDetector
from lamplit.imaging.geometry import resize_faces
from lamplit.training.cascade_windows import passes

PICTURES = 100
"""Held-out pictures that are looked at, the first by name."""


def cascade_metrics(
    cascade: BoostedCascade, data: Path, *, least_contrast: float, neighbours: int = 5
) -> list[dict[str, Any]]:
    """Measure a cascade on faces and pictures that no training has seen.

    Parameters
    ----------
    cascade : BoostedCascade
        A cascade with a square window.
    data : Path
        Folder with ferplus.zip and no-faces.zip.
    least_contrast : float
        Of the windows that it looks at.
    neighbours : int
        Windows that must agree on a face.

    Returns
    -------
    list of dict
        Share of the FER+ validation faces that pass as they are, and false positives per picture.

    Raises
    ------
    DatasetError
        If the data is not there.
    """
    faces = read_ferplus(data, "validation")
    crops = resize_faces(faces.images[Majority().classes(faces.votes) >= 0], cascade.window[0])
    through = passes(cascade, crops, least_contrast=least_contrast)
    pictures = read_no_faces(data, "held-out").images[:PICTURES]
    detector = BoostedFaceDetector(cascade, neighbours=neighbours, least_contrast=least_contrast)
    found = sum(len(detector.detect(picture)) for picture in pictures)
    return [
        {
            "dataset": "FER+ validation, majority",
            "protocol": "crops at the window's size, as they are",
            "faces": len(crops),
            "passed": round(float(through.mean()), 4),
        },
        {
            "dataset": "no-faces.zip, held-out pictures",
            "protocol": f"the first {PICTURES} by name; {neighbours} neighbours, scales of 1.1",
            "pictures": len(pictures),
            "false_positives_per_picture": round(found / len(pictures), 4),
        },
    ]
