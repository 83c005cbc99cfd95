"""A whole training: from faces to weights that the classifier loads."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import blobs
import numpy as np
import pytest
import torch

from lamplit.core.errors import CheckpointError, DatasetError, OutputError
from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets.ferplus import FerPlus
from lamplit.expression import ExpressionClassifier, softmax
from lamplit.training.faces import TrainingFaces
from lamplit.training.finished import finished_run
from lamplit.training.loop import predict_logits, train
from lamplit.training.publish import add_metrics
from lamplit.training.session import TrainingData, prepare, run_training
from lamplit.weights.cards import WeightsCard, read_card
from lamplit.weights.registry import DEFAULT_EXPRESSION, FLOAT_EXPRESSION
from lamplit.weights.store import load_weights

DATA = TrainingData(blobs.faces(), blobs.faces(160, seed=2), blobs.faces(40, seed=1))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[WeightsCard, Path]:
    folder = tmp_path_factory.mktemp("runs") / "new" / "blobs"
    return run_training(blobs.recipe(), DATA, folder, observer=blobs.Silent()), folder


def test_the_card_is_true_for_the_file(run: tuple[WeightsCard, Path]) -> None:
    card, folder = run
    content = (folder / "blobs.onnx").read_bytes()
    assert dataclasses.replace(read_card(folder / "blobs.json"), metrics=(), light=()) == card
    assert (card.name, card.file) == ("blobs", "blobs.onnx")
    assert card.sha256 == hashlib.sha256(content).hexdigest()
    assert card.size_bytes == len(content)
    assert card.input_size == blobs.SIDE
    assert tuple(card.labels) == tuple(EXPRESSIONS)
    assert card.recipe == blobs.recipe().as_dict()
    assert card.commit
    assert len(card.metrics) == 0
    assert [row["epoch"] for row in card.history] == [1, 2, 3]
    (data,) = card.training_data
    assert data["faces"] == 128
    assert data["faces_for_temperature"] == 120, "three of four have a majority"


def test_the_classifier_answers_as_the_network(run: tuple[WeightsCard, Path]) -> None:
    card, folder = run
    network = train(blobs.recipe(), DATA, folder, observer=blobs.Silent())
    images = blobs.faces(50, seed=3).images
    expected = softmax(predict_logits(network, images).numpy(), card.temperature)
    answered = ExpressionClassifier(folder / "blobs.onnx", threads=1).predict_proba(images[:, 0].numpy())
    np.testing.assert_allclose(answered, expected, rtol=0, atol=1e-4)
    assert expected.std(axis=0).max() > 0.01, "the network must say different things of different faces"


def test_the_temperature_fits_the_held_out_faces(run: tuple[WeightsCard, Path]) -> None:
    card, folder = run
    network = train(blobs.recipe(), DATA, folder, observer=blobs.Silent())
    majority = DATA.holdout.classes >= 0
    logits, classes = predict_logits(network, DATA.holdout.images[majority]), DATA.holdout.classes[majority]
    losses = [
        float(torch.nn.functional.cross_entropy(logits / t, classes))
        for t in (0.9 * card.temperature, card.temperature, 1.1 * card.temperature)
    ]
    assert losses[1] == min(losses)
    assert card.temperature != 1.0


def test_too_few_held_out_faces_leave_the_temperature_at_one(tmp_path: Path) -> None:
    data = TrainingData(blobs.faces(32), blobs.faces(40, seed=2), blobs.faces(8, seed=1))
    card = run_training(blobs.recipe(epochs=1), data, tmp_path, observer=blobs.Silent())
    assert card.temperature == 1.0


def test_metrics_go_onto_the_card(run: tuple[WeightsCard, Path], tmp_path: Path) -> None:
    metrics = [{"dataset": "FER+", "split": "validation", "accuracy": 0.5}]
    assert add_metrics(run[0], metrics, tmp_path).metrics == metrics
    assert json.loads((tmp_path / "blobs.json").read_text())["metrics"] == metrics
    assert read_card(tmp_path / "blobs.json").sha256 == run[0].sha256


def test_a_folder_that_cannot_be_made_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    observer = blobs.Silent()
    with pytest.raises(OutputError, match="file: needs a folder that can be written"):
        run_training(blobs.recipe(), DATA, tmp_path / "file", observer=observer)
    assert observer.batches == []


def test_the_folder_of_another_recipe_keeps_its_weights(run: tuple[WeightsCard, Path]) -> None:
    before = (run[1] / "blobs.onnx").read_bytes()
    with pytest.raises(CheckpointError, match="another --out folder"):
        run_training(blobs.recipe(seed=5), DATA, run[1], observer=blobs.Silent())
    assert (run[1] / "blobs.onnx").read_bytes() == before


def test_weights_may_have_another_name(run: tuple[WeightsCard, Path], tmp_path: Path) -> None:
    shutil.copytree(run[1], tmp_path / "run")
    card = run_training(blobs.recipe(), DATA, tmp_path / "run", observer=blobs.Silent(), name="blobs-v2")
    assert (card.name, card.file, card.recipe["name"]) == ("blobs-v2", "blobs-v2.onnx", "blobs")
    assert ExpressionClassifier(tmp_path / "run" / "blobs-v2.onnx").card.name == "blobs-v2"


def test_a_recipe_may_start_from_a_finished_run(run: tuple[WeightsCard, Path], tmp_path: Path) -> None:
    first, second = run[0], blobs.recipe(name="more", start="blobs", epochs=2, learning_rate=1e-3)
    card = run_training(second, DATA, tmp_path, observer=blobs.Silent(), start=run[1])
    assert card.history[0]["train_loss"] < first.history[0]["train_loss"] - 0.1
    assert card.history[-1]["validation_loss"] < first.history[-1]["validation_loss"] + 0.05


@pytest.mark.parametrize("teach", [0.0, 0.5])
def test_a_finished_run_asks_no_more_for_the_one_before(
    run: tuple[WeightsCard, Path], tmp_path: Path, teach: float
) -> None:
    more = blobs.recipe(name="more", start="blobs", epochs=1, teach=teach)
    first = run_training(more, DATA, tmp_path, observer=blobs.Silent(), start=run[1])
    again = run_training(more, DATA, tmp_path, observer=blobs.Silent(), start=tmp_path / "gone")
    assert again.sha256 == first.sha256


def test_published_weights_may_be_blended_with_those_before(
    run: tuple[WeightsCard, Path], tmp_path: Path
) -> None:
    faces = np.random.default_rng(0).integers(0, 256, (3, blobs.SIDE, blobs.SIDE), dtype=np.uint8)
    answers = []
    for number, blend in enumerate((0.0, 0.5, 1.0)):
        more = blobs.recipe(name="more", start="blobs", epochs=1, blend=blend)
        folder = tmp_path / "more"  # the same run: what is published does not change what is trained
        run_training(more, DATA, folder, observer=blobs.Silent(), start=run[1], name=f"more{number}")
        answers.append(ExpressionClassifier(folder / f"more{number}.onnx").predict_proba(faces))
    before = ExpressionClassifier(run[1] / "blobs.onnx").predict_proba(faces)
    np.testing.assert_allclose(answers[0], before, atol=1e-5)
    assert np.abs(answers[1] - answers[0]).max() > 1e-3
    assert np.abs(answers[1] - answers[2]).max() > 1e-3


def test_the_run_to_start_from_must_be_finished_and_of_that_recipe(
    run: tuple[WeightsCard, Path], tmp_path: Path
) -> None:
    again = blobs.recipe(name="more", start="blobs")
    other = blobs.recipe(name="more", start="other")
    wider = blobs.recipe(name="more", start="blobs", settings={"widths": [8, 8, 8, 8], "fused": 8})
    with pytest.raises(CheckpointError, match=r"gone: needs a finished run of the recipe blobs, got nothing"):
        run_training(again, DATA, tmp_path / "new", observer=blobs.Silent(), start=tmp_path / "gone")
    with pytest.raises(
        CheckpointError, match="a finished run of the recipe other, got 3 of 3 epochs of blobs"
    ):
        run_training(other, DATA, tmp_path / "new", observer=blobs.Silent(), start=run[1])
    seeded = blobs.recipe(name="more", start="blobs", holdout_seed=3)
    required = "a run with holdout_seed = 3, which holds back the same faces, got 0"
    with pytest.raises(CheckpointError, match=required):
        run_training(seeded, DATA, tmp_path / "new", observer=blobs.Silent(), start=run[1])
    (tmp_path / "half").mkdir()
    with pytest.raises(KeyboardInterrupt):
        train(blobs.recipe(), DATA, tmp_path / "half", observer=blobs.Silent((2, 1)))
    with pytest.raises(CheckpointError, match=r"got 1 of 3 epochs of blobs \(first run: lamplit train blobs"):
        run_training(again, DATA, tmp_path / "new", observer=blobs.Silent(), start=tmp_path / "half")
    with pytest.raises(CheckpointError, match="start: needs weights of fusion"):
        run_training(wider, DATA, tmp_path / "new", observer=blobs.Silent(), start=run[1])


def corpus(votes: list[int], n: int, seed: int = 0) -> FerPlus:
    images = np.random.default_rng(seed).integers(0, 256, (n, 48, 48), dtype=np.uint8)
    return FerPlus("training", tuple(f"{i}.png" for i in range(n)), images, np.array([votes] * n, np.int64))


CLEAR, NOBODY = [9, 1, 0, 0, 0, 0, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0, 0, 7]
TORN = [5, 5, 0, 0, 0, 0, 0, 0, 0, 0]


def test_prepare_holds_faces_back_and_resizes() -> None:
    data = prepare(blobs.recipe(holdout=0.25), corpus(CLEAR, 40), corpus(CLEAR, 7, seed=1))
    assert (len(data.training), len(data.holdout), len(data.validation)) == (30, 10, 7)
    assert data.training.images.shape == (30, 1, blobs.SIDE, blobs.SIDE)


def test_prepare_keeps_training_faces_at_the_size_they_are_lit_at() -> None:
    recipe = blobs.recipe(holdout=0.25, size=32, lit_at=16)
    more = np.random.default_rng(5).integers(0, 256, (6, 48, 48), dtype=np.uint8)
    data = prepare(recipe, corpus(CLEAR, 40), corpus(CLEAR, 7, seed=1), unlabelled=more)
    assert data.unlabelled is not None
    sides = [faces.shape[2] for faces in (data.training.images, data.unlabelled)]
    assert sides == [16, 16]
    assert [faces.images.shape[2] for faces in (data.holdout, data.validation)] == [32, 32]


def test_prepare_drops_training_faces_that_validation_has() -> None:
    whole = prepare(blobs.recipe(holdout=0.0), corpus(CLEAR, 40), corpus(CLEAR, 7, seed=1))
    without = prepare(blobs.recipe(holdout=0.0), corpus(CLEAR, 40), corpus(CLEAR, 7))
    assert len(whole.training) == 40
    assert len(without.training) == 33


@pytest.mark.parametrize(
    ("training", "validation", "message"),
    [
        (NOBODY, CLEAR, "the training split: needs faces with an expression that two people named, got none"),
        (CLEAR, NOBODY, "the validation split: needs faces with a majority, got none"),
        (CLEAR, TORN, "the validation split: needs faces with a majority, got none"),
    ],
)
def test_splits_without_a_usable_face_are_told_before_the_work(
    training: list[int], validation: list[int], message: str
) -> None:
    with pytest.raises(DatasetError, match=message):
        prepare(blobs.recipe(), corpus(training, 20), corpus(validation, 5))


@pytest.mark.parametrize("name", ["expression-base-ferplus-v9", "expression-base-ferplus-v9-int8"])
def test_weights_that_do_not_come_with_lamplit_are_told_from_recipes(name: str) -> None:
    with pytest.raises(CheckpointError) as caught:
        finished_run(name, blobs.recipe())
    assert caught.value.hint.startswith("weights that come with lamplit: expression-base")


@pytest.mark.parametrize(
    ("start", "blend"),
    [(FLOAT_EXPRESSION, 1.0), (FLOAT_EXPRESSION, 0.5), (DEFAULT_EXPRESSION, 1.0)],
    ids=["float", "blended", "8 bits"],
)
def test_a_recipe_may_start_from_shipped_weights_and_be_taught_by_them(
    tmp_path: Path, start: str, blend: float
) -> None:
    card, _ = load_weights(start)
    generator = np.random.default_rng(0)
    images = torch.from_numpy(generator.integers(0, 256, (64, 1, card.input_size, card.input_size), np.uint8))
    few = TrainingFaces(images, torch.full((64, 8), 0.125), torch.arange(64) % 8)
    deeper = {**card.recipe["settings"], "depths": [1, 3, 2, 2]}
    recipe = blobs.recipe(
        name="more",
        start=start,
        blend=blend,
        teach=1.0,
        size=card.input_size,
        epochs=1,
        batch_size=32,
        learning_rate=1e-7,
        settings=deeper,
        augment={"flip": 0.0, "rotation": 0.0, "scale": 0.0, "shift": 0.0, "erase": 0.0, "light": 0.0},
    )
    run_training(recipe, TrainingData(few, few.subset(slice(0)), few), tmp_path, observer=blobs.Silent())
    faces = images[:8, 0].numpy()
    before = softmax(ExpressionClassifier(start).predict_logits(faces)[0], 1.0)
    after = softmax(ExpressionClassifier(tmp_path / "more.onnx").predict_logits(faces)[0], 1.0)
    # Two steps of next to nothing: what changes is batch normalisation with statistics of its own batches.
    np.testing.assert_allclose(after, before, atol=0.05)
