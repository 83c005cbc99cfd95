"""The detector learns: one scene by heart, and a whole run with false alarms, that resumes, to a file."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from blobs import assert_same_run
from stocks import drawn_stock

from lamplit.core.errors import CheckpointError, InvalidArgumentError, RecipeError
from lamplit.core.values import Box, Detection
from lamplit.faces import NetFaceDetector
from lamplit.training.before import run_before
from lamplit.training.detector import missed
from lamplit.training.detector.measure import detections_in, judge, recalls
from lamplit.training.detector.mining import find_hard_places, load_hard_places, save_hard_places
from lamplit.training.detector.missed import find_missed_faces, save_missed_faces, with_missed_faces
from lamplit.training.detector.publish import publish_detector
from lamplit.training.detector.recipe import DetectorRecipe, detector_recipe_from_dict, load_detector_recipe
from lamplit.training.detector.task import DetectorTask
from lamplit.training.run_state import EpochRow
from lamplit.training.scenes.composing import crowd
from lamplit.training.scenes.stock import SceneStocks
from lamplit.training.task_loop import run_task
from lamplit.weights.assets import load_asset
from lamplit.weights.session import NetworkSession

SMALL = {"stem": 4, "widths": [8, 8, 8], "depths": [1, 1, 1], "fused": 8}


class Silent:
    """Nobody watches; the rows are kept."""

    rows: list[EpochRow]

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float) -> None: ...

    def on_epoch(self, history: list[EpochRow]) -> None:
        self.rows = list(history)


def recipe(**changes: object) -> DetectorRecipe:
    values = {
        "name": "tiny",
        "settings": SMALL,
        "sizes": [64, 96],
        "scenes": 16,
        "epochs": 2,
        "steps_per_epoch": 2,
        "mine_after": 1,
        "mine_pictures": 2,
        "least_alarm": 0.0,
        "mine_faces": 3,
        "least_seen": 1.0,
        "held_out_scenes": 2,
    }
    return detector_recipe_from_dict(values | changes, where="tiny")


@pytest.fixture(scope="module")
def stocks() -> SceneStocks:
    return SceneStocks(drawn_stock(), drawn_stock())


def test_batches_follow_from_the_generator_and_have_as_many_pixels(
    stocks: SceneStocks, tmp_path: Path
) -> None:
    task = DetectorTask(recipe(), stocks, tmp_path)
    first, again = (list(task.batches(1, torch.Generator().manual_seed(5))) for _ in range(2))
    assert [tuple(b.images.shape) for b in first] == [tuple(b.images.shape) for b in again]
    assert all(torch.equal(a.images, b.images) for a, b in zip(first, again, strict=True))
    assert {b.images.shape[0] * b.images.shape[2] ** 2 // 1000 for b in first} <= {1046, 1048, 1050}


def test_a_run_resumes_and_its_file_answers_what_the_network_answers(
    stocks: SceneStocks, tmp_path: Path
) -> None:
    half = recipe(epochs=2)
    straight, observer = DetectorTask(half, stocks, tmp_path / "a"), Silent()
    network = run_task(straight, half.schedule, tmp_path / "a", observer=observer)
    assert [sorted(row)[-3:] for row in observer.rows] == [["recall_spoilt", "seconds", "train_loss"]] * 2
    assert (
        len(load_hard_places(tmp_path / "a", before=3)) > len(load_hard_places(tmp_path / "a", before=2)) > 0
    )
    assert with_missed_faces(stocks.training, tmp_path / "a", before=3).hard

    card = publish_detector(network, half, tmp_path, name="tiny", sources=(), history=observer.rows)
    assert load_asset(tmp_path / "tiny.onnx")[0].metrics == card.metrics
    grey = stocks.training.pictures[0][:128, :160].astype(np.float32)[None, None] / 255
    with torch.no_grad():
        expected = network(torch.from_numpy(grey)).numpy()
    session = NetworkSession((tmp_path / "tiny.onnx").read_bytes(), name="tiny", threads=1)
    np.testing.assert_allclose(session.run(grey), expected, atol=1e-3)
    # Scores of so short a training lie so near each other that faces are not compared one by one.
    detector = NetFaceDetector(tmp_path / "tiny.onnx", threshold=0.001, threads=1, verify=False)
    assert detector.detect(stocks.training.pictures[0])


class Stops(Silent):
    """Somebody pulls the plug in the second epoch."""

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float) -> None:
        if epoch == 2:
            raise KeyboardInterrupt


def test_a_run_that_was_killed_ends_as_one_left_alone(stocks: SceneStocks, tmp_path: Path) -> None:
    settings = recipe()
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    run_task(DetectorTask(settings, stocks, straight), settings.schedule, straight, observer=Silent())
    with pytest.raises(KeyboardInterrupt):
        run_task(DetectorTask(settings, stocks, killed), settings.schedule, killed, observer=Stops())
    run_task(DetectorTask(settings, stocks, killed), settings.schedule, killed, observer=Silent())
    assert_same_run(killed, straight)


def test_epochs_show_what_was_missed_before(stocks: SceneStocks, tmp_path: Path) -> None:
    task = DetectorTask(recipe(), stocks, tmp_path)
    (before,) = list(islice(task.batches(2, torch.Generator().manual_seed(5)), 1))
    save_missed_faces(np.array([1]), tmp_path, epoch=1)
    (after,) = list(islice(task.batches(2, torch.Generator().manual_seed(5)), 1))
    assert (before.images.shape != after.images.shape) or not torch.equal(before.images, after.images)


def test_a_second_cycle_starts_from_the_averaged_weights_of_the_first(
    stocks: SceneStocks, tmp_path: Path
) -> None:
    first = recipe(epochs=1)
    network = run_task(
        DetectorTask(first, stocks, tmp_path / "a"), first.schedule, tmp_path / "a", observer=Silent()
    )
    second = recipe(name="tiny-night", start="tiny")
    before = run_before(second, tmp_path / "a")
    built = DetectorTask(second, stocks, tmp_path / "b", before).build()
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(built.state_dict()[name], tensor)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": "other"}, "needs a finished run of the recipe other, got 1 of 1 epochs of tiny"),
        ({"start": "tiny", "settings": {**SMALL, "fused": 16}}, "needs a network with the settings"),
    ],
)
def test_a_cycle_refuses_another_run(
    stocks: SceneStocks, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    first = recipe(epochs=1)
    run_task(DetectorTask(first, stocks, tmp_path), first.schedule, tmp_path, observer=Silent())
    with pytest.raises(CheckpointError, match=message):
        run_before(recipe(**changes), tmp_path)


def test_a_cycle_needs_its_run_and_a_run_needs_a_cycle(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointError, match=r"needs a finished run of the recipe tiny, got nothing \(first run: lamplit"
    ):
        run_before(recipe(start="tiny"), tmp_path)
    with pytest.raises(InvalidArgumentError, match="--start: needs a recipe that starts from a run"):
        run_before(recipe(), tmp_path)


def test_false_alarms_are_kept_by_epoch(tmp_path: Path) -> None:
    for epoch in (1, 2):
        save_hard_places(np.full((epoch, 4), epoch, np.float32), tmp_path, epoch=epoch)
    assert len(load_hard_places(tmp_path, before=1)) == 0
    assert load_hard_places(tmp_path, before=2)[:, 0].tolist() == [1]
    assert load_hard_places(tmp_path, before=3)[:, 0].tolist() == [2, 2, 1]
    (tmp_path / "false-alarms" / "epoch-0001.npy").write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="needs false alarms of an epoch"):
        load_hard_places(tmp_path, before=2)


class OneFace(torch.nn.Module):
    """Answers from one cell: 20 pixels around (20, 12), whatever it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.shape[2:]
        answers = torch.zeros(1, sum(height // s * (width // s) for s in (8, 16, 32)), 15)
        answers[..., 0] = -20.0
        cell = width // 8 + 2  # the second row's third
        answers[0, cell, 0] = 3.0
        answers[0, cell, 3:5] = float(np.log(20 / 8))
        return answers


def test_false_alarms_are_where_the_network_saw_them() -> None:
    places = find_hard_places(OneFace(), (np.zeros((64, 64), np.uint8),) * 3, np.array([2, 0]), least=0.5)
    np.testing.assert_allclose(places, [[2, 20, 12, 20], [0, 20, 12, 20]], atol=1e-3)


def test_faces_are_missed_that_the_network_does_not_find(
    stocks: SceneStocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock, chosen = stocks.training, np.array([3, 1, 2])
    scene = crowd(stock, [stock.small[number] for number in chosen], missed.SIZE, np.random.default_rng(0))
    assert scene.counts.all()
    first, second, third = (Box(*box) for box in scene.boxes.tolist())
    aside = Box(third.x1 + third.width, third.y1, third.x2 + third.width, third.y2)
    found = [Detection(box=box, score=score) for box, score in ((first, 0.9), (second, 0.2), (aside, 0.9))]
    monkeypatch.setattr(missed, "detections_in", lambda network, image, threshold: found)
    some = find_missed_faces(OneFace(), stock, chosen, np.random.default_rng(0), least=0.3)
    assert some.tolist() == [1, 2]  # too low a score; beside the face


def test_missed_faces_are_kept_by_epoch_and_none_twice(stocks: SceneStocks, tmp_path: Path) -> None:
    small = stocks.training.small
    for epoch, numbers in ((1, [2, 0]), (2, [0, 3])):
        save_missed_faces(np.array(numbers), tmp_path, epoch=epoch)
    for before, expected in ((1, []), (2, [2, 0]), (3, [0, 3, 2])):
        stock = with_missed_faces(stocks.training, tmp_path, before=before)
        assert [id(face) for face in stock.hard] == [id(small[number]) for number in expected]
    save_missed_faces(np.array([9]), tmp_path, epoch=2)
    with pytest.raises(CheckpointError, match="needs numbers of 4 faces, got 0 to 9"):
        with_missed_faces(stocks.training, tmp_path, before=3)
    save_missed_faces(np.zeros((2, 4)), tmp_path, epoch=2)
    with pytest.raises(
        CheckpointError, match=r"needs missed faces of an epoch, got an array of shape \(2, 4\)"
    ):
        with_missed_faces(stocks.training, tmp_path, before=3)
    (tmp_path / "missed-faces" / "epoch-0002.npy").write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="needs missed faces of an epoch"):
        with_missed_faces(stocks.training, tmp_path, before=3)


def test_recall_counts_each_face_once() -> None:
    found = detections_in(OneFace(), np.zeros((64, 64), np.uint8))
    right = np.array([[11, 3, 31, 23], [40, 40, 60, 60]], np.float32)
    score = pytest.approx(float(1 / (1 + np.exp(-3))))
    assert judge(found * 2, right, np.array([True, True])) == [(score, True), (score, False)]
    assert judge(found, right, np.array([False, True])) == []
    assert judge(found, right[:0], np.zeros(0, bool)) == [(score, False)]


def test_recall_is_a_share_of_the_faces_that_count() -> None:
    from lamplit.training.scenes.composing import Scene

    boxes = np.array([[10, 2, 30, 22], [40, 40, 60, 60]], np.float32)
    points = np.zeros((2, 5, 2), np.float32)
    scene = Scene(np.zeros((64, 64), np.uint8), boxes, points, np.ones(2, bool))
    assert recalls(OneFace(), {"good": [scene] * 3}) == {"recall_good": 0.5}


def test_the_recipe_that_comes_with_lamplit_is_whole() -> None:
    one = load_detector_recipe("detector-faces")
    assert one.name == "detector-faces"
    assert one.schedule.total_steps == one.epochs * one.steps_per_epoch
    assert detector_recipe_from_dict({"name": one.name, **one.as_dict()}, where="again") == one


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epoch": 3}, "epoch: needs a key among .*did you mean 'epochs'"),
        ({"sizes": [100]}, r"sizes: needs multiples of 32, got \[100\]"),
        ({"spoil": {"jpeg": 2.0}}, "spoil: jpeg: needs a value from 0 to 1, got 2.0"),
        ({"spoil": 3}, "spoil: needs a table, got 3"),
        ({"mine_faces": 9, "mine_after": 0}, "mine_after: needs an epoch after which faces are mined, got 0"),
        ({"scenes": 0}, "scenes: needs a value from 1 to 512, got 0"),
    ],
)
def test_impossible_recipes_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        detector_recipe_from_dict({"name": "mine", **values}, where="mine.toml")
