"""The verifier learns what a detector proposes, its run resumes, and its file answers what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from stocks import drawn_stock

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import CheckpointError, InvalidArgumentError, RecipeError
from lamplit.core.values import Box, Detection
from lamplit.datasets.five_points import USUAL
from lamplit.faces.verifier import FaceVerifier, crops_of
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.run_state import EpochRow
from lamplit.training.scenes.composing import Scene
from lamplit.training.scenes.stock import SceneStocks
from lamplit.training.task_loop import run_task
from lamplit.training.verifier.measure import rates_of, seen_by
from lamplit.training.verifier.proposals import proposals_in, told_apart
from lamplit.training.verifier.publish import publish_verifier
from lamplit.training.verifier.recipe import (
    VerifierRecipe,
    load_verifier_recipe,
    verifier_recipe_from_dict,
)
from lamplit.training.verifier.task import CropsBatch, VerifierTask, logits_of

FACE = np.array([20, 20, 60, 60], np.float32)


class Silent:
    """Nobody watches; the rows are kept."""

    rows: list[EpochRow]

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float) -> None: ...

    def on_epoch(self, history: list[EpochRow]) -> None:
        self.rows = list(history)


class Stops(Silent):
    """Somebody pulls the plug after the first epoch."""

    def on_epoch(self, history: list[EpochRow]) -> None:
        raise KeyboardInterrupt


class Proposes:
    """A detector that always proposes the same boxes."""

    def __init__(self, boxes: Sequence[AnyArray], scores: Sequence[float]) -> None:
        self.found = [
            Detection(box=Box(*map(float, box)), score=score)
            for box, score in zip(boxes, scores, strict=True)
        ]

    def detect(self, image: AnyArray) -> list[Detection]:
        return self.found


def recipe(**changes: object) -> VerifierRecipe:
    values = {
        "name": "tiny",
        "settings": {"widths": [4, 4, 8, 8]},
        "side": 96,
        "scenes": 4,
        "epochs": 2,
        "steps_per_epoch": 2,
        "held_out_scenes": 3,
    }
    return verifier_recipe_from_dict(values | changes, where="tiny")


def scene(*, counts: bool = True) -> Scene:
    """Return a scene with one face, whose right eye alone is bright."""
    image = np.zeros((96, 96), np.uint8)
    points = (USUAL * 40 + 20)[None].astype(np.float32)
    x, y = points[0, 0].round().astype(int)
    image[y - 2 : y + 3, x - 2 : x + 3] = 255
    return Scene(image, FACE[None], points, np.array([counts]))


@pytest.fixture(scope="module")
def stocks() -> SceneStocks:
    return SceneStocks(drawn_stock(), drawn_stock())


def test_boxes_that_show_half_a_face_are_not_taught() -> None:
    boxes = np.stack([FACE, FACE + 4, FACE + 18, FACE + 30])
    sure, none = told_apart(boxes, scene())
    assert (sure.tolist(), none.tolist()) == ([0, 1], [2, 3])
    half = FACE + np.array([0, 17, 0, 17])  # an overlap of 0.40
    assert [numbers.tolist() for numbers in told_apart(half[None], scene())] == [[], []]


def test_a_face_that_does_not_count_makes_a_box_neither() -> None:
    assert [numbers.tolist() for numbers in told_apart(FACE[None], scene(counts=False))] == [[], []]
    assert told_apart(FACE[None], Scene(np.zeros((9, 9), np.uint8), FACE[:0].reshape(0, 4), FACE, FACE))[
        1
    ].tolist() == [0]


@pytest.mark.parametrize("seed", range(6))
def test_points_are_where_the_crop_shows_them_mirrored_or_not(seed: int) -> None:
    found = proposals_in(scene(), Proposes([FACE], [0.9]), np.random.default_rng(seed), size=56, most=3)
    assert found.is_face.tolist() == [True]
    rows, columns = np.nonzero(found.crops[0] > 127)
    bright = np.array([columns.mean() + 0.5, rows.mean() + 0.5]) / 56
    is_left = int(np.abs(found.points[0, :2] - bright).sum(axis=1).argmin())
    np.testing.assert_allclose(found.points[0, is_left], bright, atol=0.02)
    # The subject's right eye is on the left of a picture, in its mirror image as well.
    assert found.points[0, 0, 0] < found.points[0, 1, 0]


def test_of_many_proposals_the_surest_half_stays() -> None:
    boxes = [FACE, *(np.array([70, n, 90, 20 + n]) for n in range(12))]
    found = proposals_in(
        scene(),
        Proposes(boxes, np.linspace(0.9, 0.1, 13).tolist()),
        np.random.default_rng(0),
        size=56,
        most=4,
    )
    assert found.is_face.tolist() == [True, False, False, False, False]
    assert np.isnan(found.points[1:]).all()
    sure = crops_of(scene().image, [Box(*map(float, box)) for box in boxes[1:3]], 56)
    for expected in sure:
        both = (expected, expected[:, ::-1])
        assert any((crop == one).all() for crop in found.crops[1:] for one in both)


def test_batches_follow_from_the_generator(stocks: SceneStocks) -> None:
    task = VerifierTask(recipe(), stocks)
    first, again = (list(task.batches(1, torch.Generator().manual_seed(5))) for _ in range(2))
    assert len(first) == 2
    for one, other in zip(first, again, strict=True):
        for a, b in zip(one, other, strict=True):
            torch.testing.assert_close(a, b, equal_nan=True)
        known = torch.isfinite(one.points).flatten(1).all(dim=1)
        assert not known[one.is_face == 0].any()


def test_plain_scenes_alone_hold_no_face(stocks: SceneStocks) -> None:
    task = VerifierTask(recipe(plain=1.0), stocks)
    batches = list(task.batches(1, torch.Generator().manual_seed(1)))
    assert not any(bool(batch.is_face.any()) for batch in batches)


def test_the_loss_falls_where_answers_are_right(stocks: SceneStocks) -> None:
    """Both parts of it count: the question, and where points are known, their distance."""

    class Says(torch.nn.Module):
        def __init__(self, logits: list[float], off: float) -> None:
            super().__init__()
            self.logits, self.off = torch.tensor(logits), off

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
            from lamplit.nets.face_verifier import VerifierAnswer

            return VerifierAnswer(self.logits, torch.full((2, 5, 2), 0.5 + self.off))

    task = VerifierTask(recipe(), stocks)
    points = torch.full((2, 5, 2), 0.5)
    points[1] = torch.nan
    batch = CropsBatch(torch.zeros(2, 1, 56, 56, dtype=torch.uint8), torch.tensor([1.0, 0.0]), points)
    right = float(task.loss(Says([9.0, -9.0], 0.0), batch))
    assert right < 1e-3
    assert float(task.loss(Says([-9.0, -9.0], 0.0), batch)) == pytest.approx(4.5, abs=0.01)
    # Half of the crops have points, off by 0.13 of the side: 10 * 0.5 * (0.13 - 0.015).
    assert float(task.loss(Says([9.0, -9.0], 0.13), batch)) - right == pytest.approx(0.575, abs=1e-3)


def test_a_run_resumes_and_its_file_answers_what_the_network_answers(
    stocks: SceneStocks, tmp_path: Path
) -> None:
    tiny, observer = recipe(), Silent()
    network = run_task(VerifierTask(tiny, stocks), tiny.schedule, tmp_path / "a", observer=observer)
    assert {"recall_good", "alone_good", "recall_spoilt", "alone_spoilt"} <= set(observer.rows[-1])
    checkpoint = load_checkpoint(tmp_path / "a")
    assert checkpoint is not None
    with pytest.raises(KeyboardInterrupt):
        run_task(VerifierTask(tiny, stocks), tiny.schedule, tmp_path / "b", observer=Stops())
    again = run_task(VerifierTask(tiny, stocks), tiny.schedule, tmp_path / "b", observer=Silent())
    for name, tensor in network.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)
    other = recipe(most=3)
    with pytest.raises(CheckpointError, match="most"):
        run_task(VerifierTask(other, stocks), other.schedule, tmp_path / "a", observer=Silent())

    card = publish_verifier(network, tiny, tmp_path, name="tiny", sources=(), details=checkpoint.details)
    assert card.metrics[0]["recall"] == round(observer.rows[-1]["recall_good"], 4)
    model = FaceVerifier(tmp_path / "tiny.onnx", threads=1)
    picture, boxes = stocks.training.pictures[0], [Box(10, 10, 60, 60), Box(30, 40, 90, 100)]
    expected = logits_of(network, crops_of(picture, boxes, 56))
    np.testing.assert_allclose(model.logits(picture, boxes), expected, atol=1e-4)


def test_recall_is_that_of_both_networks_together() -> None:
    wall = np.array([70, 70, 90, 90], np.float32)
    seen = seen_by(Proposes([wall, FACE], [0.9, 0.4]), [scene()] * 10, size=56)
    assert (seen.faces, seen.scenes) == (10, 10)
    assert seen.face.tolist() == [face for number in range(10) for face in (-1, number)]
    neither = rates_of({"good": seen}, lambda crops: np.zeros(len(crops), np.float32))
    assert neither == {"recall_good": 0.0, "alone_good": 0.0}
    # Black crops are walls: with the verifier's say the faces come first.
    knows = rates_of({"good": seen}, lambda crops: np.where(crops.max(axis=(1, 2)) > 0, 9.0, -9.0))
    assert knows == {"recall_good": 1.0, "alone_good": 0.0}


def test_a_face_is_found_once_by_the_surest_of_its_proposals() -> None:
    twice = [FACE + np.array([shift, 0, shift, 0], np.float32) for shift in (-12, 12)]
    seen = seen_by(Proposes(twice, [0.9, 0.8]), [scene()] * 30, size=56)
    assert seen.face.tolist() == [number for number in range(30) for _ in range(2)]
    # The second find of the first face is the only false alarm that 30 scenes allow.
    assert rates_of({"good": seen}, lambda crops: np.zeros(len(crops), np.float32))["alone_good"] == 1.0
    turned = rates_of({"good": seen}, lambda crops: np.arange(len(crops), dtype=np.float32)[::-1] * 9)
    assert turned["recall_good"] == pytest.approx(2 / 30)


def test_a_face_that_does_not_count_is_neither_found_nor_missed() -> None:
    seen = seen_by(Proposes([FACE], [0.9]), [scene(counts=False)], size=56)
    assert (len(seen.crops), seen.faces) == (0, 0)


def test_the_recipe_that_comes_with_lamplit_is_whole() -> None:
    one = load_verifier_recipe("verifier-faces")
    assert one.schedule.total_steps == one.epochs * one.steps_per_epoch
    assert verifier_recipe_from_dict({"name": one.name, **one.as_dict()}, where="again") == one


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epoch": 3}, "epoch: needs a key among .*did you mean 'epochs'"),
        ({"size": 60}, "size: needs a multiple of 14, got 60"),
        ({"size": 14}, "size: needs a value from 28 to 224, got 14"),
        ({"settings": {"size": 28}}, "settings: needs no size"),
        ({"side": 100}, "side: needs a multiple of 32, got 100"),
        ({"plain": 2.0}, "plain: needs a value from 0 to 1, got 2.0"),
        ({"spoil": {"jpeg": 2.0}}, "spoil: jpeg: needs a value from 0 to 1, got 2.0"),
    ],
)
def test_impossible_recipes_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        verifier_recipe_from_dict({"name": "mine", **values}, where="mine.toml")


def test_boxes_outside_of_the_picture_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="box: needs a box that touches the picture"):
        crops_of(np.zeros((40, 40), np.uint8), [Box(200, 200, 220, 220)], 56)
