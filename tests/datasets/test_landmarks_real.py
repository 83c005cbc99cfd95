"""The points that stand beside the data sets are those that the mirror image takes them for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lamplit.core.landmarks import MIRRORED
from lamplit.datasets.landmarks import read_scored_landmarks


def test_the_mean_face_is_nearly_its_own_mirror_image(data_dir: Path) -> None:
    names = tuple(f"face{number:05}.jpg" for number in range(4600))
    points, scores = read_scored_landmarks(data_dir, "unlabelled", names)
    mean = points[scores >= 0.9].mean(axis=0)
    mirrored = mean[list(MIRRORED)] * [-1.0, 1.0]
    mirrored[:, 0] += 2.0 * mean[:, 0].mean()
    # A pair that were swapped wrongly would be off by the distance of the two, several hundredths at least.
    assert np.abs(mirrored - mean).max() < 0.03
    assert np.linalg.norm(mirrored - mean, axis=1).mean() < 0.012
