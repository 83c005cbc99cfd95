"""Muscles that everybody can name, on pictures of people who act."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from lamplit.expression.face_motion import MuscleReader
from lamplit.imaging.images import read_image

PEOPLE = ("subject01", "subject04", "subject09", "subject15")


def along(data_dir: Path, state: str, muscle: str) -> np.ndarray:
    """Return the motion along a muscle's axis, one row per person, from the normal face to a state."""
    reader, rows = MuscleReader(), []
    with zipfile.ZipFile(data_dir / "yalefaces.zip") as archive:
        for person in PEOPLE:
            before, after = (
                read_image(archive.read(f"yalefaces/{person}.{name}")) for name in ("normal", state)
            )
            found = reader.compare(before, after).muscles
            rows.append(
                [
                    value
                    for known, value in zip(found.muscles, found.along, strict=True)
                    if known.name == muscle
                ]
            )
    return np.array(rows)


@pytest.mark.parametrize(
    ("state", "muscle", "sign"),
    [("happy", "zygomaticus major", 1), ("surprised", "mentalis", -1)],
)
def test_smiles_lift_the_corners_and_surprise_drops_the_chin(
    data_dir: Path, state: str, muscle: str, sign: int
) -> None:
    if not (data_dir / "yalefaces.zip").is_file():
        pytest.skip("yalefaces.zip is not in the data folder")
    motion = sign * along(data_dir, state, muscle)
    assert (motion.mean(axis=1) > 20).all()
