"""The loss is least where answers are right, and leaves alone what is not known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lamplit.core.detector_grid import cells_of, encode
from lamplit.training.detector.loss import Batch, batch_of, detector_loss
from lamplit.training.detector.targets import assign
from lamplit.training.scenes.composing import Scene

CELLS = cells_of(64, 64)


def batch(points: float = 30.0, *, box: bool = True) -> Batch:
    boxes = np.array([[20, 20, 40, 40]], np.float32)[: int(box)]
    marks = np.full((len(boxes), 5, 2), points, np.float32)
    scene = Scene(np.zeros((64, 64), np.uint8), boxes, marks, np.ones(len(boxes), bool))
    return batch_of([scene.image], [assign(scene)], CELLS, torch.device("cpu"))


def right(wanted: Batch, *, sure: float = 20.0) -> torch.Tensor:
    said = encode(wanted.boxes[0].numpy(), wanted.points[0].nan_to_num().numpy(), *CELLS)
    said[:, 0] = np.where(wanted.weights[0].numpy() > 0, sure, -sure)
    return torch.from_numpy(said)[None]


def test_right_answers_cost_nothing() -> None:
    wanted = batch()
    assert float(detector_loss(right(wanted), wanted)) < 1e-5


@pytest.mark.parametrize("part", [slice(0, 1), slice(1, 3), slice(3, 5), slice(5, 15)])
def test_each_wrong_part_costs(part: slice) -> None:
    wanted = batch()
    said = right(wanted)
    said[..., part] = said[..., part] - 1.0 if part.start else -said[..., part]
    assert float(detector_loss(said, wanted)) > 0.1


def test_unknown_points_are_not_taught() -> None:
    wanted = batch(float("nan"))
    said = right(wanted).requires_grad_()
    loss = detector_loss(said + 0.5, wanted)
    loss.backward()
    assert torch.isfinite(loss)
    assert said.grad is not None
    assert not said.grad[..., 5:].any()
    assert said.grad[..., :5].any()


def test_a_face_where_there_is_none_costs_the_more_the_surer_it_is() -> None:
    wanted = batch(box=False)
    costs = []
    for logit in (-4.0, 0.0, 4.0):
        said = torch.zeros(1, len(CELLS[0]), 15)
        said[..., 0] = -20.0
        said[0, 3, 0] = logit
        costs.append(float(detector_loss(said, wanted)))
    assert costs[0] < costs[1] < costs[2]


def test_ignored_cells_cost_nothing() -> None:
    wanted = batch()
    said = right(wanted)
    said[0, wanted.ignored[0], 0] = 10.0
    assert wanted.ignored.any()
    assert float(detector_loss(said, wanted)) < 1e-5


def test_boxes_that_miss_are_still_pulled_near() -> None:
    wanted = batch()
    said = right(wanted)
    said[..., 1] += 20.0  # far to the right: no overlap at all
    said.requires_grad_()
    detector_loss(said, wanted).backward()
    assert said.grad is not None
    chosen = wanted.weights > 0
    assert (said.grad[chosen][:, 1] > 0).all()
