"""The reader of FER+ on the real data: what its authors' description and its own tables say must come out."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets import Distribution, FerPlus, Majority, read_ferplus

TWICE = {"fer0006953.png", "fer0008403.png", "fer0011785.png"}

MAJORITIES = {
    "neutral": 8740, "happiness": 7287, "surprise": 3149, "sadness": 3014,
    "anger": 2100, "disgust": 119, "fear": 532, "contempt": 119,
}  # fmt: skip


@pytest.fixture(scope="module")
def ferplus_zip(data_dir: Path) -> Path:
    path = data_dir / "ferplus.zip"
    if not path.is_file():
        pytest.skip(f"no ferplus.zip in {data_dir}")
    return path


@pytest.fixture(scope="module")
def training(ferplus_zip: Path) -> FerPlus:
    return read_ferplus(ferplus_zip, "training")


@pytest.fixture(scope="module")
def validation(ferplus_zip: Path) -> FerPlus:
    return read_ferplus(ferplus_zip.parent, "validation")  # by the folder that holds the zip


def test_training_faces_and_the_names_that_stand_twice(training: FerPlus) -> None:
    assert len(training) == 28_561
    assert {name for name, count in Counter(training.names).items() if count > 1} == TWICE
    assert len(set(training.names)) == 28_558


def test_training_majorities(training: FerPlus) -> None:
    classes = Majority().classes(training.votes)
    counts = Counter(EXPRESSIONS[label] for label in classes[classes >= 0])
    assert counts == MAJORITIES
    assert counts.total() == 25_060


def test_training_distributions(training: FerPlus) -> None:
    assert Distribution().usable(training.votes).sum() == 28_558


def test_validation_faces_and_majorities(validation: FerPlus) -> None:
    assert len(validation) == 3_579
    assert (Majority().classes(validation.votes) >= 0).sum() == 3_199


def test_about_ten_people_voted_on_every_face(training: FerPlus, validation: FerPlus) -> None:
    for faces in (training, validation):
        people = faces.votes.sum(axis=1)
        assert people.max() == 10
        assert (people == 10).mean() > 0.99


def test_pictures_are_real_and_each_in_its_row(training: FerPlus, ferplus_zip: Path) -> None:
    assert training.images.shape == (28_561, 48, 48)
    assert training.images.dtype == np.uint8
    assert training.images.mean() == pytest.approx(129.5, abs=2)
    first, second = (i for i, name in enumerate(training.names) if name == "fer0006953.png")
    np.testing.assert_array_equal(training.images[first], training.images[second])


def labels_of(ferplus_zip: Path, folder: str) -> dict[str, tuple[int, ...]]:
    """Read the votes that stand beside the pictures of a folder."""
    with zipfile.ZipFile(ferplus_zip) as files:
        rows = csv.reader(io.StringIO(files.read(f"{folder}/label.csv").decode()))
        return {name: tuple(map(int, votes)) for name, _box, *votes in rows}


def test_votes_agree_with_the_label_files_but_for_copies(
    training: FerPlus, validation: FerPlus, ferplus_zip: Path
) -> None:
    # A copy of a picture has the votes of the first one in fer2013new.csv, and its own ones in label.csv.
    agreed, differing = set(), []
    for faces, folder in [(training, "FER2013Train"), (validation, "FER2013Valid")]:
        labels = labels_of(ferplus_zip, folder)
        assert list(labels) == sorted(set(faces.names))
        for name, image, votes in zip(faces.names, faces.images, faces.votes.tolist(), strict=True):
            seen = (image.tobytes(), tuple(votes))
            if labels[name] == tuple(votes):
                agreed.add(seen)
            else:
                differing.append(seen)
    assert len(differing) == 1_319
    assert agreed >= set(differing)


def test_some_validation_pictures_stand_in_training_too(training: FerPlus, validation: FerPlus) -> None:
    known = {image.tobytes() for image in training.images}
    assert sum(image.tobytes() in known for image in validation.images) == 279
