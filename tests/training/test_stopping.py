"""Early stopping: by hand on losses, and in a run whose held-out faces turn against it."""

from __future__ import annotations

import math
from pathlib import Path

import blobs
import pytest
import torch

from lamplit.core.errors import DatasetError
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.faces import TrainingData, TrainingFaces
from lamplit.training.loop import train
from lamplit.training.recipe import Recipe
from lamplit.training.session import run_training
from lamplit.training.state import EpochRow, averaged_weights
from lamplit.training.stopping import has_stopped, is_over, outcome, result_epoch, watched


def log(losses: list[float], **settings: float) -> list[EpochRow]:
    """The rows that these losses on held-out faces leave."""
    values = {"epochs": 10, "warmup": 0.1, "patience": 2} | settings
    recipe = Recipe(name="a", **values)  # type: ignore[arg-type]
    history: list[EpochRow] = []
    for epoch, loss in enumerate(losses, start=1):
        history.append({"epoch": epoch, **watched(history, loss, recipe)})
    return history


@pytest.mark.parametrize(
    ("losses", "best", "left"),
    [
        ([1.0], [1], [2]),
        ([3.0, 2.0, 1.0], [1, 2, 3], [2, 2, 2]),
        ([1.0, 2.0, 2.0], [1, 1, 1], [2, 1, 0]),
        ([2.0, 1.0, 1.5, 0.5, 0.6, 0.7], [1, 2, 2, 4, 4, 4], [2, 2, 1, 2, 1, 0]),
        ([1.0, 1.0, 1.0], [1, 1, 1], [2, 1, 0]),  # the first of equals; to stay is not to get better
        ([1.0, math.nan, 0.5], [1, 1, 3], [2, 1, 2]),
        ([math.nan, 2.0, 3.0], [1, 2, 2], [2, 2, 1]),
    ],
)
def test_the_log_by_hand(losses: list[float], best: list[int], left: list[int]) -> None:
    history = log(losses)
    assert [row["best_epoch"] for row in history] == best
    assert [row["patience_left"] for row in history] == left
    assert result_epoch(history) == best[-1]
    assert has_stopped(history) == (left[-1] == 0)


def test_while_the_learning_rate_rises_nobody_waits() -> None:
    # A quarter of ten epochs is two and a half, so three epochs do not count.
    history = log([1.0, 2.0, 2.0, 2.0, 2.0], warmup=0.25)
    assert [row["patience_left"] for row in history] == [2, 2, 2, 1, 0]
    assert result_epoch(history) == 1, "the best epoch may be one of those"


def test_without_patience_the_last_epoch_is_the_result() -> None:
    history = [{"epoch": 1.0}, {"epoch": 2.0}]
    assert result_epoch(history) == 2
    assert not has_stopped(history)
    assert [is_over(history, epochs) for epochs in (1, 2, 3)] == [True, True, False]
    assert outcome(history, 2) == "the result is epoch 2, the last"


def test_a_run_is_over_when_patience_is() -> None:
    assert is_over(log([1.0, 2.0, 2.0]), 10)
    assert not is_over(log([1.0, 2.0]), 10)
    assert not is_over([], 10)


def test_the_outcome_says_which_epoch_and_why() -> None:
    measure = "which had the least loss on held-out faces"
    assert outcome(log([1.0, 2.0, 2.0]), 10) == (
        f"the result is epoch 1, {measure}; stopped after 3 of 10 epochs"
    )
    assert outcome(log([2.0, 1.0]), 2) == f"the result is epoch 2, {measure}; all 2 epochs were trained"


RECIPE = blobs.recipe(epochs=8, warmup=0.1, patience=2, holdout=0.1)


def contrary() -> TrainingData:
    """Held-out faces with the wrong targets: the more the network learns, the more it is wrong there."""
    data = blobs.data(holdout=24)
    held_out = data.holdout
    wrong = TrainingFaces(held_out.images, held_out.probabilities.roll(3, 1), held_out.classes)
    return TrainingData(data.training, wrong, data.validation)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, torch.Tensor]]:
    """A run that lost patience, and the network that it gave."""
    folder = tmp_path_factory.mktemp("stopped")
    network = train(RECIPE, contrary(), folder, observer=blobs.Silent())
    return folder, network.state_dict()


def history_of(folder: Path) -> list[EpochRow]:
    checkpoint = load_checkpoint(folder)
    assert checkpoint is not None
    history: list[EpochRow] = checkpoint.details["history"]
    return history


def test_a_run_stops_when_held_out_faces_get_worse(stopped: tuple[Path, dict[str, torch.Tensor]]) -> None:
    history = history_of(stopped[0])
    losses = [row["holdout_loss"] for row in history]
    best = losses.index(min(losses)) + 1
    assert len(history) == best + 2 < 8
    assert history[-1]["best_epoch"] == best
    assert history[-1]["validation_loss"] < history[best - 1]["validation_loss"], "nobody asked validation"


def test_the_result_is_the_average_of_the_best_epoch(
    stopped: tuple[Path, dict[str, torch.Tensor]], tmp_path: Path
) -> None:
    best = int(history_of(stopped[0])[-1]["best_epoch"])
    with pytest.raises(KeyboardInterrupt):
        train(RECIPE, contrary(), tmp_path, observer=blobs.Silent((best + 1, 1)))
    then = load_checkpoint(tmp_path)
    last = load_checkpoint(stopped[0])
    assert then is not None
    assert last is not None
    for name, tensor in stopped[1].items():
        assert torch.equal(tensor, then.tensors[f"average.module.{name}"]), name
        assert torch.equal(tensor, averaged_weights(last)[name]), "which later runs start from"
    assert not torch.equal(stopped[1]["classify.weight"], last.tensors["average.module.classify.weight"]), (
        "the run went on after it"
    )


@pytest.mark.parametrize("stop_at", [(2, 4), (3, 8)])
def test_an_interrupted_run_knows_its_best_epoch(
    stopped: tuple[Path, dict[str, torch.Tensor]], tmp_path: Path, stop_at: tuple[int, int]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(RECIPE, contrary(), tmp_path, observer=blobs.Silent(stop_at))
    network = train(RECIPE, contrary(), tmp_path, observer=blobs.Silent())
    blobs.assert_same_run(tmp_path, stopped[0])
    assert all(torch.equal(tensor, stopped[1][name]) for name, tensor in network.state_dict().items())


def test_a_run_that_has_stopped_takes_no_more_steps(stopped: tuple[Path, dict[str, torch.Tensor]]) -> None:
    observer = blobs.Silent()
    network = train(RECIPE, contrary(), stopped[0], observer=observer)
    assert observer.batches == []
    assert all(torch.equal(tensor, stopped[1][name]) for name, tensor in network.state_dict().items())


def test_without_held_out_faces_there_is_no_measure(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"patience: needs faces held out, whose loss decides, got none"):
        train(RECIPE, blobs.data(), tmp_path, observer=blobs.Silent())


def test_the_card_says_which_epoch_and_why_and_later_runs_start_from_it(
    stopped: tuple[Path, dict[str, torch.Tensor]], tmp_path: Path
) -> None:
    card = run_training(RECIPE, contrary(), stopped[0], observer=blobs.Silent())
    (data,) = card.training_data
    assert data["epoch"] == f"{outcome(history_of(stopped[0]), 8)}; the same faces fit the temperature"
    assert card.history[-1]["patience_left"] == 0
    more = blobs.recipe(name="more", start="blobs", epochs=1, holdout=0.1, blend=0.0)
    again = run_training(more, contrary(), tmp_path, observer=blobs.Silent(), start=stopped[0])
    assert "epoch" not in again.training_data[0], "without patience there is nothing to say"
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint is not None
    assert len(checkpoint.details["history"]) == 1
