"""The classifier's contract: any crops in, probabilities out, the same however they come."""

from __future__ import annotations

import dataclasses
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.errors import (
    EmptyImageError,
    InvalidArgumentError,
    WeightsCorruptError,
    WeightsMissingError,
)
from lamplit.core.labels import EXPRESSIONS
from lamplit.core.values import Box
from lamplit.expression import ExpressionClassifier, softmax
from lamplit.expression.classifier import BATCH_SIZE
from lamplit.faces.framing import crop_face
from lamplit.faces.landmarks import LandmarkModel
from lamplit.faces.upright import upright_crops
from lamplit.imaging.colour import grey_stack_from_rgb
from lamplit.imaging.geometry import resize_faces
from lamplit.imaging.images import read_image
from lamplit.light.gauntlet import GAUNTLET
from lamplit.weights.cards import read_card, write_card
from lamplit.weights.registry import DEFAULT_EXPRESSION, FOLDER

HAPPINESS = EXPRESSIONS.index("happiness")


@pytest.fixture(scope="module")
def classifier() -> ExpressionClassifier:
    return ExpressionClassifier(threads=1)


@pytest.fixture(scope="module")
def smile(repository: Path) -> ByteArray:
    photo = read_image(repository / "examples" / "eileen-collins.jpg")
    return crop_face(photo, Box(177, 66, 274, 163), size=96)


def noise(*shape: int) -> ByteArray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def test_speaks_the_eight_expressions(classifier: ExpressionClassifier) -> None:
    assert classifier.labels == tuple(EXPRESSIONS)


def test_a_smile_is_happiness(classifier: ExpressionClassifier, smile: ByteArray) -> None:
    assert classifier.predict_proba(smile[None]).argmax() == HAPPINESS


@pytest.mark.parametrize(
    "shape",
    [
        (2, 48, 48),
        (2, 48, 48, 3),
        (1, 1, 1),
        (3, 7, 7, 3),
        (1, 3, 3),
        (2, 300, 200),
        (1, 49, 47, 3),
        (1, 1, 500),
    ],
)
def test_crops_of_any_size_give_rows_that_sum_to_one(
    classifier: ExpressionClassifier, shape: tuple[int, ...]
) -> None:
    probabilities = classifier.predict_proba(noise(*shape))
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (shape[0], 8)
    assert np.isfinite(probabilities).all()
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("shape", [(0, 48, 48), (0, 48, 48, 3)])
def test_no_crops_give_no_rows(classifier: ExpressionClassifier, shape: tuple[int, ...]) -> None:
    probabilities = classifier.predict_proba(np.zeros(shape, np.uint8))
    assert probabilities.shape == (0, 8)
    assert probabilities.dtype == np.float32


def test_grey_as_colour_gives_the_same(classifier: ExpressionClassifier) -> None:
    grey = noise(5, 60, 60)
    colour = np.repeat(grey[..., None], 3, axis=3)
    np.testing.assert_allclose(
        classifier.predict_proba(colour), classifier.predict_proba(grey), rtol=0, atol=1e-6
    )


def test_many_at_once_equal_one_by_one(classifier: ExpressionClassifier) -> None:
    crops = noise(130, 48, 48)
    crops[::2] //= 3
    alone = np.concatenate([classifier.predict_proba(crop[None]) for crop in crops])
    np.testing.assert_allclose(classifier.predict_proba(crops), alone, rtol=0, atol=1e-5)
    assert alone.std(axis=0).max() > 1e-3, "the crops must have different answers"


def test_the_order_of_crops_is_the_order_of_rows(classifier: ExpressionClassifier, smile: ByteArray) -> None:
    crops = np.concatenate([noise(70, 96, 96, 3), smile[None], noise(3, 96, 96, 3)])
    rows = classifier.predict_proba(crops)
    np.testing.assert_allclose(rows[70], classifier.predict_proba(smile[None])[0], rtol=0, atol=1e-5)


@pytest.mark.parametrize(("gain", "offset"), [(0.5, 0), (0.25, 0), (0.5, 100)])
def test_less_light_or_contrast_changes_little(
    classifier: ExpressionClassifier, smile: ByteArray, gain: float, offset: int
) -> None:
    # The network standardises each image, so only the rounding to fewer grey levels remains.
    dimmed = np.rint(gain * smile + offset).astype(np.uint8)
    usual, dim = classifier.predict_proba(np.stack([smile, dimmed]))
    np.testing.assert_allclose(dim, usual, atol=0.05)
    assert dim.argmax() == HAPPINESS


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_crop_gives_numbers_all_the_same(classifier: ExpressionClassifier, level: int) -> None:
    probabilities = classifier.predict_proba(np.full((1, 48, 48), level, np.uint8))
    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities.sum(), 1.0, atol=1e-5)


def test_a_view_counts_like_a_copy(classifier: ExpressionClassifier, smile: ByteArray) -> None:
    mirrored = smile[None, :, ::-1]
    mirrored.setflags(write=False)
    np.testing.assert_array_equal(
        classifier.predict_proba(mirrored), classifier.predict_proba(np.ascontiguousarray(mirrored))
    )


@pytest.mark.parametrize(
    ("crops", "came"),
    [
        (np.zeros((1, 48, 48), np.float32), r"got float32 of shape \(1, 48, 48\)"),
        (np.zeros((1, 48, 48), np.int64), r"got int64 of shape \(1, 48, 48\)"),
        (np.zeros((1, 48, 48, 4), np.uint8), r"got uint8 of shape \(1, 48, 48, 4\)"),
        (np.zeros((1, 1, 48, 48, 3), np.uint8), r"got uint8 of shape \(1, 1, 48, 48, 3\)"),
        (
            np.zeros((48, 48), np.uint8),
            r"got uint8 of shape \(48, 48\) \(for one grey crop give crops\[None\]\)",
        ),
        (np.zeros((48, 48, 3), np.uint8), r"\(48, 48, 3\) \(for one RGB crop give crops\[None\]\)"),
        ([[[0, 1]]], "got list"),
        (None, "got NoneType"),
        ("photo.jpg", "got str"),
    ],
)
def test_other_crops_are_refused(classifier: ExpressionClassifier, crops: Any, came: str) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"crops: needs a uint8 array of shape .*{came}"):
        classifier.predict_proba(crops)


@pytest.mark.parametrize("shape", [(1, 0, 48), (1, 48, 0, 3), (0, 0, 0)])
def test_crops_without_pixels_are_refused(classifier: ExpressionClassifier, shape: tuple[int, ...]) -> None:
    with pytest.raises(EmptyImageError, match="crops: needs at least one pixel each"):
        classifier.predict_proba(np.zeros(shape, np.uint8))


def test_threads_get_the_same_answers(classifier: ExpressionClassifier) -> None:
    stacks = [noise(n, 48, 48) for n in (1, 3, 70, 9)] * 5
    alone = [classifier.predict_proba(stack) for stack in stacks]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(classifier.predict_proba, stacks))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(other, one, rtol=0, atol=1e-6)


def test_weights_by_path_are_the_weights_by_name(
    classifier: ExpressionClassifier, tmp_path: Path, smile: ByteArray
) -> None:
    for suffix in (".onnx", ".json"):
        shutil.copy(FOLDER / f"{DEFAULT_EXPRESSION}{suffix}", tmp_path / f"{DEFAULT_EXPRESSION}{suffix}")
    copied = ExpressionClassifier(tmp_path / f"{DEFAULT_EXPRESSION}.onnx", threads=1)
    assert copied.card == classifier.card
    np.testing.assert_allclose(
        copied.predict_proba(smile[None]), classifier.predict_proba(smile[None]), rtol=0, atol=1e-6
    )


def test_weights_that_differ_from_their_card_are_refused(tmp_path: Path) -> None:
    for suffix in (".onnx", ".json"):
        shutil.copy(FOLDER / f"{DEFAULT_EXPRESSION}{suffix}", tmp_path / f"mine{suffix}")
    with (tmp_path / "mine.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(WeightsCorruptError, match=r"mine\.onnx: needs the hash on its card"):
        ExpressionClassifier(tmp_path / "mine.onnx")


def with_calibration(tmp_path: Path, **calibration: Any) -> Path:
    """The shipped weights with another calibration on their card."""
    card = dataclasses.replace(read_card(FOLDER / f"{DEFAULT_EXPRESSION}.json"), calibration=calibration)
    shutil.copy(FOLDER / card.file, tmp_path / card.file)
    write_card(card, (tmp_path / card.file).with_suffix(".json"))
    return tmp_path / card.file


def test_each_face_has_the_temperature_of_its_light(tmp_path: Path, smile: ByteArray) -> None:
    classifier = ExpressionClassifier(
        with_calibration(tmp_path, light={"noise": 0.3, "surround": 0.0}), threads=1
    )
    night = next(light for light in GAUNTLET if light.name == "night, 0.06 of full scale")
    crops = np.concatenate([smile[None], night.apply(smile[None])])
    logits, losses = classifier.predict_logits(crops)
    assert losses[1, 0] > losses[0, 0] + 0.5, "the second face must have lost more to noise"
    expected = [
        softmax(row[None], 1 / (1 / classifier.card.temperature - 0.3 * lost))[0]
        for row, lost in zip(logits, losses[:, 0].astype(np.float64), strict=True)
    ]
    np.testing.assert_allclose(classifier.predict_proba(crops), expected, rtol=0, atol=1e-6)


def test_a_card_without_calibration_divides_all_by_one_number(tmp_path: Path) -> None:
    classifier = ExpressionClassifier(with_calibration(tmp_path), threads=1)
    crops = noise(4, 48, 48) // np.array([1, 2, 4, 40], np.uint8)[:, None, None]
    logits, _ = classifier.predict_logits(crops)
    expected = softmax(logits, classifier.card.temperature)
    np.testing.assert_allclose(classifier.predict_proba(crops), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "light", [{"noise": "much"}, {"noise": float("nan")}, {"colour": 0.1}, {"surround": None}]
)
def test_a_card_with_no_sensible_calibration_is_refused(tmp_path: Path, light: dict[str, Any]) -> None:
    with pytest.raises(WeightsCorruptError, match="needs numbers for noise and surround on its card"):
        ExpressionClassifier(with_calibration(tmp_path, light=light))


@pytest.mark.parametrize("name", ["no-such-weights", "", "../elsewhere"])
def test_unknown_weights_list_the_known(name: str) -> None:
    with pytest.raises(WeightsMissingError, match=f"needs one of .*{DEFAULT_EXPRESSION}"):
        ExpressionClassifier(name)


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True, 5000])
def test_threads_out_of_range_are_refused(threads: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="threads: needs a whole number of at least 1"):
        ExpressionClassifier(threads=threads)


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match=r"device: needs one of \['auto', 'cpu'.*got 'tpu'"):
        ExpressionClassifier(device="tpu")


def test_with_flips_a_face_and_its_mirror_image_are_alike(
    classifier: ExpressionClassifier, smile: ByteArray
) -> None:
    both = np.stack([smile, smile[:, ::-1]])
    single = classifier.predict_logits(both)[0]
    assert np.abs(single[0] - single[1]).max() > 1e-3, "a face and its mirror image differ to the network"
    flipping = ExpressionClassifier(threads=1, flips=True)
    np.testing.assert_allclose(
        flipping.predict_logits(both)[0], np.tile(single.mean(axis=0), (2, 1)), atol=1e-4
    )
    assert (classifier.passes, flipping.passes) == ("single pass", "with flips")


@pytest.fixture(scope="module")
def twice() -> ExpressionClassifier:
    return ExpressionClassifier(threads=1, upright=True)


def mean_of_both(classifier: ExpressionClassifier, crops: ByteArray) -> FloatArray:
    """What a classifier says of crops and of the same faces brought upright, in the mean."""
    turned = upright_crops(grey_stack_from_rgb(crops), size=48, marks=LandmarkModel(threads=1))
    before, other = (classifier.predict_logits(view)[0] for view in (crops, turned))
    assert np.abs(before - other).max() > 0.05, "aligned it must look different to the network"
    return (before + other) / 2


def test_upright_asks_of_the_aligned_face_too(
    classifier: ExpressionClassifier, twice: ExpressionClassifier, smile: ByteArray
) -> None:
    crops = np.stack([smile, np.rot90(smile)])
    found, losses = twice.predict_logits(crops)
    np.testing.assert_allclose(found, mean_of_both(classifier, crops), atol=1e-3)
    np.testing.assert_array_equal(losses, classifier.predict_logits(crops)[1])
    assert twice.passes == "upright, too"
    assert ExpressionClassifier(threads=1, flips=True, upright=True).passes == "with flips, upright, too"


def test_upright_looks_at_crops_that_are_no_squares_as_at_squares(
    classifier: ExpressionClassifier, twice: ExpressionClassifier, smile: ByteArray
) -> None:
    strip = smile[None, :-5]
    square = resize_faces(grey_stack_from_rgb(strip), 96)
    expected = (
        classifier.predict_logits(strip)[0],
        classifier.predict_logits(upright_crops(square, size=48, marks=LandmarkModel(threads=1)))[0],
    )
    np.testing.assert_allclose(twice.predict_logits(strip)[0], (expected[0] + expected[1]) / 2, atol=1e-3)
    assert twice.predict_proba(smile[None][:0]).shape == (0, 8)


def test_upright_goes_through_batches(
    classifier: ExpressionClassifier, twice: ExpressionClassifier, smile: ByteArray
) -> None:
    crops = np.stack([np.roll(smile, shift, axis=1) for shift in range(BATCH_SIZE + 2)])
    found = twice.predict_logits(crops)[0]
    np.testing.assert_allclose(found[-2:], twice.predict_logits(crops[-2:])[0], atol=1e-3)
    np.testing.assert_allclose(found[-2:], mean_of_both(classifier, crops[-2:]), atol=1e-3)
