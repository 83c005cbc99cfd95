"""Faces and small networks for those that answer together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lamplit.expression import ExpressionClassifier


@pytest.fixture(scope="module")
def coarse_faces() -> np.ndarray:
    coarse = np.random.default_rng(0).integers(0, 256, (40, 6, 6), dtype=np.uint8)
    return coarse.repeat(8, axis=1).repeat(8, axis=2)


@pytest.fixture(scope="module")
def three_classifiers(
    small_weights: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> list[ExpressionClassifier]:
    folder = tmp_path_factory.mktemp("weights")
    return [
        ExpressionClassifier(small_weights(folder, f"net{seed}", seed=seed), threads=1) for seed in range(3)
    ]
