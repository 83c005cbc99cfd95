"""The loop learns, and a run that was interrupted and resumed is the run that was not."""

from __future__ import annotations

from pathlib import Path

import blobs
import pytest
import torch
from torch import nn

from lamplit.core.errors import CheckpointError
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import TrainingFaces
from lamplit.training.loop import predict_logits, train, validate
from lamplit.training.recipe import Recipe
from lamplit.training.state import EpochRow


def trained(
    folder: Path, *, recipe: Recipe, stop_at: tuple[int, int] | None = None
) -> tuple[nn.Module, list[EpochRow]]:
    folder.mkdir(exist_ok=True)
    observer = blobs.Silent(stop_at)
    network = train(recipe, blobs.data(), folder, observer=observer)
    checkpoint = load_checkpoint(folder)
    assert checkpoint is not None
    return network, checkpoint.details["history"]


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> tuple[nn.Module, list[EpochRow], Path]:
    folder = tmp_path_factory.mktemp("straight")
    return *trained(folder, recipe=blobs.recipe()), folder


def test_it_learns(tmp_path: Path) -> None:
    _, history = trained(tmp_path, recipe=blobs.recipe(epochs=5))
    losses = [row["train_loss"] for row in history]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] - 0.3
    assert history[-1]["validation_loss"] < history[0]["validation_loss"] - 0.3
    assert history[-1]["validation_accuracy"] > 0.5, "an eighth would be chance"


@pytest.mark.parametrize("stop_at", [(1, 1), (2, 8), (3, 5)])
def test_interrupted_and_resumed_equals_uninterrupted(
    tmp_path: Path, straight: tuple[nn.Module, list[EpochRow], Path], stop_at: tuple[int, int]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path, recipe=blobs.recipe(), stop_at=stop_at)
    torch.rand(5)  # what else the caller draws must not matter
    network, _ = trained(tmp_path, recipe=blobs.recipe())
    blobs.assert_same_run(tmp_path, straight[2])
    for name, tensor in straight[0].state_dict().items():
        assert torch.equal(network.state_dict()[name], tensor), name


def test_another_seed_is_another_run(
    tmp_path: Path, straight: tuple[nn.Module, list[EpochRow], Path]
) -> None:
    network, _ = trained(tmp_path, recipe=blobs.recipe(seed=1))
    bias = straight[0].state_dict()["classify.bias"]
    assert not torch.equal(network.state_dict()["classify.bias"], bias)


def test_a_finished_run_takes_no_more_steps(straight: tuple[nn.Module, list[EpochRow], Path]) -> None:
    expected, _, folder = straight
    before = (folder / "checkpoint.safetensors").stat().st_mtime_ns
    network, _ = trained(folder, recipe=blobs.recipe(), stop_at=(3, 1))
    assert all(
        torch.equal(a, b)
        for a, b in zip(network.state_dict().values(), expected.state_dict().values(), strict=True)
    )
    assert (folder / "checkpoint.safetensors").stat().st_mtime_ns == before


def test_the_folder_of_another_recipe_is_refused(straight: tuple[nn.Module, list[EpochRow], Path]) -> None:
    with pytest.raises(CheckpointError, match=r"got other values of \['learning_rate'\].*another --out"):
        trained(straight[2], recipe=blobs.recipe(learning_rate=0.01))


def test_history_and_observer_tell_every_epoch(tmp_path: Path) -> None:
    observer = blobs.Silent()
    train(blobs.recipe(epochs=2), blobs.data(70), tmp_path, observer=observer)
    # 70 faces make 4 whole batches of 16; the short rest is left out.
    assert observer.batches == [(epoch, batch, 4) for epoch in (1, 2) for batch in (1, 2, 3, 4)]
    assert [len(rows) for rows in observer.rows] == [1, 2]
    row = observer.rows[-1][-1]
    assert list(row) == [
        "epoch", "learning_rate", "train_loss", "train_accuracy",
        "validation_loss", "validation_accuracy", "validation_log_loss", "seconds",
    ]  # fmt: skip
    assert row["epoch"] == 2
    assert row["learning_rate"] < 1e-6, "the schedule ends near zero"
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint is not None
    assert checkpoint.details["recipe"] == blobs.recipe(epochs=2).as_dict()


def test_fewer_faces_than_a_batch_are_one_batch(tmp_path: Path) -> None:
    observer = blobs.Silent()
    train(blobs.recipe(epochs=1), blobs.data(9), tmp_path, observer=observer)
    assert observer.batches == [(1, 1, 1)]


def test_the_callers_randomness_stays_untouched(tmp_path: Path) -> None:
    state = torch.get_rng_state()
    train(blobs.recipe(epochs=1), blobs.data(32), tmp_path, observer=blobs.Silent())
    assert torch.equal(torch.get_rng_state(), state)


class Brightness(nn.Module):
    """Logits (0, ..., 0) but 100 for the class that the first pixel names."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        named = (x[:, 0, 0, 0] * 255).round().long()
        return 100.0 * nn.functional.one_hot(named, 8).float()


def test_validation_by_hand() -> None:
    images = (
        torch.tensor([0, 1, 2, 3], dtype=torch.uint8)[:, None, None, None].expand(4, 1, 8, 8).contiguous()
    )
    probabilities = nn.functional.one_hot(torch.tensor([0, 1, 2, 4]), 8).float()
    # Right, right, without majority, wrong by 100 logits.
    faces = TrainingFaces(images, probabilities, torch.tensor([0, 1, -1, 4]))
    row = validate(Brightness(), faces, choose_fabric())
    assert row["validation_accuracy"] == pytest.approx(2 / 3)
    assert row["validation_loss"] == pytest.approx(100 / 4)
    assert row["validation_log_loss"] == pytest.approx(100 / 3)


def test_logits_do_not_depend_on_the_batch_size(straight: tuple[nn.Module, list[EpochRow], Path]) -> None:
    images = blobs.faces(20).images
    one, other = (predict_logits(straight[0], images, batch_size=size) for size in (20, 7))
    assert one.shape == (20, 8)
    torch.testing.assert_close(one, other, rtol=0, atol=1e-5)


def test_the_network_comes_back_ready_to_use(straight: tuple[nn.Module, list[EpochRow], Path]) -> None:
    assert not straight[0].training
    assert all(p.device.type == "cpu" for p in straight[0].parameters())
