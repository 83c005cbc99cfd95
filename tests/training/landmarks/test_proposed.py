"""Proposals of a detector in scenes: what is cut out, what it is called, and trainings that learn from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sketches
import torch
from blobs import assert_same_run
from stocks import drawn_stock

from lamplit.core.errors import CheckpointError, InvalidArgumentError
from lamplit.core.values import Detection
from lamplit.training.before import run_before
from lamplit.training.landmarks import proposed
from lamplit.training.landmarks.crops import draw_batch
from lamplit.training.landmarks.proposed import Proposed, proposers, with_proposals
from lamplit.training.landmarks.session import train_landmarks
from lamplit.training.landmarks.task import LandmarkTask
from lamplit.training.run_state import averaged_weights
from lamplit.training.scenes.stock import SceneStocks


@pytest.fixture(scope="module")
def stocks() -> SceneStocks:
    return SceneStocks(drawn_stock(), drawn_stock())


@pytest.fixture(scope="module")
def some(stocks: SceneStocks) -> Proposed:
    return next(proposers(sketches.recipe(), stocks).training.drawn(60, np.random.default_rng(3)))


def test_proposals_follow_from_the_generator(stocks: SceneStocks, some: Proposed) -> None:
    training = proposers(sketches.recipe(), stocks).training
    again = training.drawn(20, np.random.default_rng(3))
    for start in (0, 20, 40):
        part = next(again)
        np.testing.assert_array_equal(part.crops, some.crops[start : start + 20])
        np.testing.assert_array_equal(part.is_face, some.is_face[start : start + 20])
    other = next(training.drawn(20, np.random.default_rng(4)))
    assert (other.crops != some.crops[:20]).any()


def test_both_kinds_are_proposed_as_crops_of_the_network(some: Proposed) -> None:
    assert some.crops.shape == (60, 32, 32)
    assert some.crops.dtype == np.uint8
    assert some.is_face.dtype == bool
    assert 5 < some.is_face.sum() < 55


def test_beside_a_batch_their_points_do_not_count() -> None:
    recipe, generator = sketches.recipe(), torch.Generator().manual_seed(1)
    batch = draw_batch(sketches.data(), recipe, generator)
    crops = np.full((2, 32, 32), 51, np.uint8)
    both = with_proposals(batch, Proposed(crops, np.array([True, False])))
    n = len(batch.crops)
    assert both.crops.shape == (n + 2, 1, 32, 32)
    torch.testing.assert_close(both.crops[n:], torch.full((2, 1, 32, 32), 0.2))
    assert both.points.shape == (n + 2, 68, 2)
    torch.testing.assert_close(both.points[:n], batch.points)
    assert both.weights[n:].tolist() == [0, 0]
    assert both.is_face[n:].tolist() == [1, 0]


def test_a_second_cycle_learns_from_proposals_and_resumes(stocks: SceneStocks, tmp_path: Path) -> None:
    first = sketches.recipe(epochs=1)
    train_landmarks(first, sketches.data(), tmp_path / "first", observer=sketches.Silent())
    second = sketches.recipe(name="landmarks-again", start=first.name, proposed=5, epochs=2)
    before = run_before(second, tmp_path / "first")
    data = replace(sketches.data(), stocks=stocks)

    def run(folder: Path, observer: sketches.Silent) -> dict[str, float]:
        settings = {"observer": observer, "before": before}
        return dict(train_landmarks(second, data, folder, **settings).history[-1])  # type: ignore[arg-type]

    straight = run(tmp_path / "straight", sketches.Silent())
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "killed", sketches.Silent((2, 2)))
    assert run(tmp_path / "killed", sketches.Silent()) | {"seconds": 0} == straight | {"seconds": 0}
    assert_same_run(tmp_path / "killed", tmp_path / "straight")
    assert 0 <= straight["proposal_accuracy"] <= 1


def test_a_second_cycle_begins_with_the_averaged_weights_of_the_first(tmp_path: Path) -> None:
    first = sketches.recipe(epochs=1)
    card = train_landmarks(first, sketches.data(), tmp_path, observer=sketches.Silent())
    second = sketches.recipe(name="landmarks-again", start=first.name)
    task = LandmarkTask(second, sketches.data(), before=run_before(second, tmp_path))
    measured = task.measure(task.build().eval())
    assert measured["error"] == pytest.approx(card.history[-1]["error"], abs=1e-4)


def test_another_judge_is_learnt_anew_and_all_else_is_kept(tmp_path: Path) -> None:
    first = sketches.recipe(epochs=1)
    train_landmarks(first, sketches.data(), tmp_path, observer=sketches.Silent())
    settings = dict(first.settings) | {"judge_cells": 2}
    second = sketches.recipe(name="landmarks-again", start=first.name, settings=settings)
    with pytest.raises(CheckpointError, match="needs a network with the settings"):
        run_before(second, tmp_path)
    before = run_before(second, tmp_path, may_differ=["judge_cells"])
    task = LandmarkTask(second, sketches.data(), before=before)
    assert before is not None
    kept, built = averaged_weights(before), task.build().state_dict()
    assert {name for name in built if name not in kept} == {n for n in built if n.startswith("judge.")}
    assert {name for name in kept if name not in built} == {"classify.weight", "classify.bias"}
    for name in set(built) & set(kept):
        torch.testing.assert_close(built[name], kept[name])


class Blind:
    """A detector that finds nothing."""

    def detect(self, image: object) -> list[Detection]:
        return []


def test_a_detector_that_proposes_nothing_is_not_waited_for_for_ever(
    stocks: SceneStocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = proposers(sketches.recipe(), stocks).training
    monkeypatch.setattr(proposed, "MOST_BARREN", 3)
    blind = replace(training, detector=Blind())  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match="detector: needs one that finds something in composed"):
        next(blind.drawn(2, np.random.default_rng(0)))


def test_other_pictures_do_not_go_on(stocks: SceneStocks, tmp_path: Path) -> None:
    recipe = sketches.recipe(proposed=3, epochs=1)
    train_landmarks(recipe, replace(sketches.data(), stocks=stocks), tmp_path, observer=sketches.Silent())
    other = SceneStocks(replace(stocks.training, small=stocks.training.small[:2]), stocks.held_out)
    with pytest.raises(CheckpointError, match=r"other values of \['pictures'\]"):
        train_landmarks(recipe, replace(sketches.data(), stocks=other), tmp_path, observer=sketches.Silent())


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="stocks: needs what scenes are composed of, got None"):
        LandmarkTask(sketches.recipe(proposed=5), sketches.data())
    with pytest.raises(CheckpointError, match="needs a finished run of the recipe nobody, got nothing"):
        run_before(sketches.recipe(start="nobody"), tmp_path)
