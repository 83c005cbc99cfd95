"""From weights in float to weights in 8 bits: calibration pictures, file and card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError, WeightsMissingError
from lamplit.datasets import FerPlus
from lamplit.expression import ExpressionClassifier
from lamplit.nets.quantization import convolutions
from lamplit.training.quantized import LIGHTS, calibration_pictures, publish_quantized
from lamplit.weights.cards import read_card


@pytest.fixture(scope="module")
def faces() -> FerPlus:
    coarse = np.random.default_rng(0).integers(0, 256, (60, 6, 6), dtype=np.uint8)
    images = coarse.repeat(8, axis=1).repeat(8, axis=2)
    return FerPlus("training", tuple(f"{i}.png" for i in range(60)), images, np.ones((60, 10), np.int64))


def test_pictures_come_in_all_lights_and_again_the_same(faces: FerPlus) -> None:
    n = len(LIGHTS)
    pictures = calibration_pictures(faces.images, size=48, n_faces=n)
    assert pictures.shape == (n, 1, 48, 48)
    assert pictures.dtype == np.float32
    assert 0.0 <= pictures.min() < pictures.max() <= 1.0
    means = pictures.mean(axis=(1, 2, 3))
    assert means.min() < 0.05, "one of them is nearly black"
    assert means.max() > 0.9, "and one nearly white"
    bright = faces.images[:, None].astype(np.float32) / np.float32(255)
    assert (np.abs(pictures[:1] - bright).max(axis=(1, 2, 3)) < 1e-6).sum() == 1, "good light comes first"
    np.testing.assert_array_equal(pictures, calibration_pictures(faces.images, size=48, n_faces=n))
    assert (pictures != calibration_pictures(faces.images, size=48, n_faces=n, seed=1)).any()


def test_fewer_faces_than_asked_for_are_all_taken(faces: FerPlus) -> None:
    assert calibration_pictures(faces.images[:5], size=24, n_faces=100).shape == (5, 1, 24, 24)


@pytest.mark.parametrize(
    ("images", "n_faces", "message"),
    [
        (np.zeros((0, 48, 48), np.uint8), 1, r"images: needs uint8 of shape \(N, H, W\), N >= 1"),
        (np.zeros((2, 48, 48), np.float32), 1, "images: needs uint8"),
        (np.zeros((2, 48, 48), np.uint8), 0, "n_faces: needs a whole number of at least 1"),
    ],
)
def test_what_is_no_stack_of_faces_is_refused(images: np.ndarray, n_faces: int, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        calibration_pictures(images, size=48, n_faces=n_faces)


@pytest.fixture(scope="module")
def parent(small_weights: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_weights(tmp_path_factory.mktemp("weights"), "net")


@pytest.fixture(scope="module")
def published(parent: Path, faces: FerPlus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("int8")
    return folder / publish_quantized(parent, faces, folder, n_faces=50, seed=3).file


def test_every_number_on_the_card_is_true(published: Path, parent: Path) -> None:
    card, before = read_card(published.with_suffix(".json")), read_card(parent.with_suffix(".json"))
    content = published.read_bytes()
    assert published.name == "net-int8.onnx"
    assert card.name == "net-int8"
    assert card.sha256 == hashlib.sha256(content).hexdigest()
    assert card.size_bytes == len(content) < before.size_bytes
    assert card.parameters == before.parameters
    assert (card.labels, card.temperature) == (before.labels, before.temperature)
    assert card.metrics == card.light == [], "figures of the parent are none of this file's"
    told = card.quantization
    assert told["parent"] == {"name": "net", "sha256": before.sha256}
    assert told["calibration"]["faces"] == 50
    assert told["calibration"]["seed"] == 3
    assert told["precision"].startswith("int8")
    assert told["layers"] == 17


def test_it_answers_like_its_parent(published: Path, parent: Path, faces: FerPlus) -> None:
    before, after = (
        ExpressionClassifier(p, threads=1).predict_proba(faces.images) for p in (parent, published)
    )
    assert before.std(axis=0).max() > 0.05
    assert np.abs(before - after).mean() < 0.02
    assert (before.argmax(axis=1) == after.argmax(axis=1)).mean() > 0.9


def test_layers_in_float_stand_on_the_card(parent: Path, faces: FerPlus, tmp_path: Path) -> None:
    first = convolutions(parent.read_bytes())[0]
    card = publish_quantized(parent, faces, tmp_path, n_faces=2, in_float=[first])
    assert (card.quantization["in_float"], card.quantization["layers"]) == ([first], 16)


def test_what_cannot_be_quantised_is_refused(published: Path, faces: FerPlus, tmp_path: Path) -> None:
    with pytest.raises(WeightsCorruptError, match="needs one in float, got one in 8 bits"):
        publish_quantized(published, faces, tmp_path, n_faces=2)
    with pytest.raises(WeightsMissingError, match="nobody"):
        publish_quantized("nobody", faces, tmp_path)


def test_cards_of_files_in_float_need_not_speak_of_it(parent: Path, tmp_path: Path) -> None:
    values = json.loads(parent.with_suffix(".json").read_text())
    del values["quantization"]
    (tmp_path / "old.json").write_text(json.dumps(values))
    assert read_card(tmp_path / "old.json").quantization == {}
