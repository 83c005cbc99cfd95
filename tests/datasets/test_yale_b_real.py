"""The reader of the cropped Extended Yale B on the real data: what its authors' papers say must come out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from lamplit.datasets.yale_b import ZIP_FILE, YaleB, read_yale_b


@pytest.fixture(scope="module")
def faces(data_dir: Path) -> YaleB:
    if not (data_dir / ZIP_FILE).is_file():
        pytest.skip(f"no {ZIP_FILE} in {data_dir}")
    return read_yale_b(data_dir)


def test_faces_people_and_bad_pictures(faces: YaleB) -> None:
    assert faces.images.shape == (2414, 192, 168)
    assert set(faces.person.tolist()) == set(range(1, 40)) - {14}
    assert len(faces.bad) == 18
    assert all(name.endswith(".pgm.bad") for name in faces.bad)
    assert len(faces) + len(faces.bad) == 38 * 64


def test_subsets_have_the_sizes_that_the_papers_give(faces: YaleB) -> None:
    # 38 people under 7, 12, 12, 14 and 19 lights, less the bad ones.
    assert Counter(faces.subset.tolist()) == {1: 263, 2: 456, 3: 455, 4: 526, 5: 714}
    lights = set(zip(faces.azimuth.tolist(), faces.elevation.tolist(), faces.subset.tolist(), strict=True))
    assert Counter(subset for *_, subset in lights) == {1: 7, 2: 12, 3: 12, 4: 14, 5: 19}


def test_everybody_has_one_frontal_picture(faces: YaleB) -> None:
    assert sorted(faces.person[faces.frontal].tolist()) == sorted(set(faces.person.tolist()))


def test_a_positive_azimuth_lights_the_left_of_the_picture(faces: YaleB) -> None:
    left, right = (half.mean(axis=(1, 2)) for half in np.split(faces.images, 2, axis=2))
    to_the_left, to_the_right = faces.azimuth >= 30, faces.azimuth <= -30
    assert (left > right)[to_the_left].mean() > 0.95
    assert (left > right)[to_the_right].mean() < 0.05


def test_a_positive_elevation_lights_the_upper_half_more(faces: YaleB) -> None:
    upper, lower = (half.mean(axis=(1, 2)) for half in np.split(faces.images, 2, axis=1))
    assert (upper > lower)[faces.elevation >= 40].mean() > 0.85
    assert (upper > lower)[faces.elevation <= -35].mean() < 0.05


def test_light_from_behind_leaves_little(faces: YaleB) -> None:
    means = [faces.images[faces.subset == subset].mean() for subset in range(1, 6)]
    assert (np.diff(means) < 0).all()
