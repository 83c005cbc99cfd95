"""Landmarks beside the data sets: by name and score, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.datasets.landmarks import eyes_and_mouth, read_landmarks, read_scored_landmarks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    points = np.stack([np.full((68, 2), n / 4, np.float16) for n in range(3)])
    np.savez(
        tmp_path / "landmarks.npz",
        FER2013Train_name=np.array(["a.png", "b.png", "c.png"]),
        FER2013Train_points=points,
        FER2013Train_face=np.array([1.0, 0.5, 0.95], np.float16),
    )
    return tmp_path


def test_points_come_by_name_and_only_where_the_score_is_high(folder: Path) -> None:
    found = read_landmarks(folder, "training", ("c.png", "b.png", "a.png", "nobody.png"))
    assert found.shape == (4, 68, 2)
    assert found[:, 0, 0].tolist() == pytest.approx([0.5, np.nan, 0.0, np.nan], nan_ok=True)
    lower = read_landmarks(folder / "landmarks.npz", "training", ("b.png",), least_score=0.4)
    assert lower[0, 5].tolist() == [0.25, 0.25]


def test_scores_come_with_the_points(folder: Path) -> None:
    points, score = read_scored_landmarks(folder, "training", ("c.png", "b.png", "nobody.png"))
    assert score.tolist() == pytest.approx([0.95, 0.5, 0.0], abs=1e-3)
    assert np.isnan(points[2]).all()
    assert np.isfinite(points[:2]).all()


def test_what_is_not_there_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"split: needs one of \['training', .*'unlabelled'\]"):
        read_landmarks(folder, "test", ())
    with pytest.raises(DatasetError, match="needs landmarks of the validation split"):
        read_landmarks(folder, "validation", ())
    with pytest.raises(DatasetError, match=r"needs landmarks of the training split, got .*No such file"):
        read_landmarks(tmp_path / "nowhere.npz", "training", ())


def test_middles_of_eyes_and_mouth() -> None:
    points = np.zeros((1, 68, 2))
    points[0, 36:42], points[0, 42:48] = (0.3, 0.4), (0.7, 0.4)
    points[0, 48:58], points[0, 58:] = (0.4, 0.7), (0.6, 0.9)
    assert np.allclose(eyes_and_mouth(points)[0], [(0.3, 0.4), (0.7, 0.4), (0.5, 0.8)])
