"""How the benchmark of landmarks counts: parts of the face, bins of the spread, halves of the faces."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import landmarks as benchmark


def faces(n: int = 10) -> np.ndarray:
    targets = np.zeros((n, 68, 2), np.float32)
    targets[:, 45, 0] = 0.5  # the outer corners are 0.5 apart
    return targets


def test_errors_by_part_of_the_face() -> None:
    targets = faces()
    points = targets.copy()
    points[:, 48:68, 1] += 0.1
    row = benchmark.figures_of(points, np.full((10, 68), 0.05, np.float32), targets)
    assert row["error_by_part"] == {"jaw": 0.0, "brows": 0.0, "nose": 0.0, "eyes": 0.0, "mouth": 0.2}
    assert row["error"] == pytest.approx(0.2 * 20 / 68, abs=1e-4)
    assert row["faces"] == 10


def test_bins_go_from_the_surest_points_to_the_least_sure() -> None:
    targets = faces()
    spread = np.repeat(np.arange(1, 6, dtype=np.float32), 2)[:, None] * np.full((1, 68), np.sqrt(2) / 100)
    off = np.repeat(np.arange(1, 6), 2)[:, None, None] * np.array([0.03, 0.01])
    rows = benchmark.by_spread((targets + off).astype(np.float32), spread.astype(np.float32), targets)
    assert [row["expected"] for row in rows] == pytest.approx([0.01, 0.02, 0.03, 0.04, 0.05])
    assert [row["measured"] for row in rows] == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1])


def test_the_surer_half_of_the_faces() -> None:
    targets = faces(4)
    points = targets.copy()
    points[2:, :, 0] += 0.05
    spread = np.array([0.01, 0.02, 0.03, 0.04], np.float32)[:, None].repeat(68, axis=1)
    assert benchmark.sure_faces(points, spread, targets) == {"surer_half": 0.0, "other_half": 0.1}
