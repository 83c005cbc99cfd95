"""The loop of tasks learns, measures, and goes on where it was killed, to the last bit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch
from blobs import assert_same_run
from rich.console import Console
from torch import Generator, Tensor, nn

from lamplit.core.errors import CheckpointError, InvalidArgumentError
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.progress import TaskProgress
from lamplit.training.run_state import EpochRow
from lamplit.training.task_loop import Schedule, run_task

SCHEDULE = Schedule(epochs=3, steps_per_epoch=8, learning_rate=0.05, averaging=0.8)


@dataclass
class Means:
    """Learn the mean of a picture, with dropout in between; batches are drawn afresh each epoch."""

    name: str = "means"
    settings: Mapping[str, Any] = field(default_factory=lambda: {"sizes": (1, 2)})
    n_batches: int = 8
    seen: list[tuple[bool, bool]] = field(default_factory=list)

    def build(self) -> nn.Module:
        return nn.Sequential(nn.Conv2d(1, 4, 4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.1), nn.Linear(4, 1))

    def batches(self, epoch: int, generator: Generator) -> Iterator[Tensor]:
        for _ in range(self.n_batches):
            yield torch.rand(16, 1, 4, 4, generator=generator)

    def loss(self, network: nn.Module, batch: Tensor) -> Tensor:
        return (network(batch)[:, 0] - batch.mean(dim=(1, 2, 3))).square().mean()

    def measure(self, network: nn.Module) -> dict[str, float]:
        self.seen.append((network.training, torch.is_grad_enabled()))
        bright = torch.full((1, 1, 4, 4), 0.5)
        return {"error": float((network(bright) - 0.5).abs())}


class Watcher:
    """Counts, or stops a training at a chosen batch."""

    def __init__(self, stop_at: tuple[int, int] | None = None) -> None:
        self.stop_at = stop_at
        self.batches: list[tuple[int, int, int]] = []
        self.rows: list[EpochRow] = []

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float) -> None:
        assert loss > 0
        self.batches.append((epoch, batch, n_batches))
        if (epoch, batch) == self.stop_at:
            raise KeyboardInterrupt

    def on_epoch(self, history: list[EpochRow]) -> None:
        self.rows = list(history)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> tuple[nn.Module, Path]:
    folder = tmp_path_factory.mktemp("task") / "made by the loop"
    return run_task(Means(), SCHEDULE, folder, observer=Watcher()), folder


def test_it_learns_and_tells(tmp_path: Path) -> None:
    task, watcher = Means(), Watcher()
    run_task(task, SCHEDULE, tmp_path, observer=watcher)
    assert watcher.batches == [(epoch, batch, 8) for epoch in (1, 2, 3) for batch in range(1, 9)]
    assert list(watcher.rows[0]) == ["epoch", "learning_rate", "train_loss", "error", "seconds"]
    losses = [row["train_loss"] for row in watcher.rows]
    assert losses[2] < losses[0] / 4
    assert watcher.rows[2]["error"] < 0.2
    assert watcher.rows[2]["learning_rate"] < 1e-5, "the schedule ends near zero"
    assert task.seen == [(False, False)] * 3, "measured in evaluation mode, without gradients"


def test_the_network_comes_back_ready_to_use(straight: tuple[nn.Module, Path]) -> None:
    assert not straight[0].training
    assert all(p.device.type == "cpu" for p in straight[0].parameters())


@pytest.mark.parametrize("stop_at", [(1, 1), (2, 8), (3, 5)])
def test_interrupted_and_resumed_equals_uninterrupted(
    tmp_path: Path, straight: tuple[nn.Module, Path], stop_at: tuple[int, int]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_task(Means(), SCHEDULE, tmp_path, observer=Watcher(stop_at))
    torch.rand(5)  # what else the caller draws must not matter
    network = run_task(Means(), SCHEDULE, tmp_path, observer=Watcher())
    assert_same_run(tmp_path, straight[1])
    for name, tensor in straight[0].state_dict().items():
        assert torch.equal(network.state_dict()[name], tensor), name


def test_a_finished_run_takes_no_more_steps(straight: tuple[nn.Module, Path]) -> None:
    watcher = Watcher()
    network = run_task(Means(), SCHEDULE, straight[1], observer=watcher)
    assert watcher.batches == []
    assert len(watcher.rows) == 3
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), straight[0].parameters(), strict=True))


def test_another_seed_is_another_run(tmp_path: Path, straight: tuple[nn.Module, Path]) -> None:
    other = Schedule(epochs=1, steps_per_epoch=8, seed=1)
    network = run_task(Means(), other, tmp_path, observer=Watcher())
    assert not torch.equal(next(network.parameters()), next(straight[0].parameters()))


@pytest.mark.parametrize(
    ("settings", "schedule", "named"),
    [
        ({"sizes": (1, 3)}, SCHEDULE, r"\['sizes'\]"),
        ({"sizes": (1, 2), "more": 1}, SCHEDULE, r"\['more'\]"),
        ({}, SCHEDULE, r"\['sizes'\]"),
        ({"sizes": (1, 2)}, Schedule(epochs=4, steps_per_epoch=8), r"\['schedule'\]"),
    ],
)
def test_the_folder_of_another_run_is_refused(
    straight: tuple[nn.Module, Path], settings: dict[str, object], schedule: Schedule, named: str
) -> None:
    with pytest.raises(CheckpointError, match=f"got other values of {named}.*another --out"):
        run_task(Means(settings=settings), schedule, straight[1], observer=Watcher())


def test_the_checkpoint_keeps_settings_and_schedule(straight: tuple[nn.Module, Path]) -> None:
    checkpoint = load_checkpoint(straight[1])
    assert checkpoint is not None
    assert checkpoint.details["recipe"]["sizes"] == [1, 2]
    assert checkpoint.details["recipe"]["schedule"]["learning_rate"] == 0.05


def test_too_few_batches_are_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="task means: needs 8 batches an epoch, got 5"):
        run_task(Means(n_batches=5), SCHEDULE, tmp_path, observer=Watcher())


def test_more_batches_than_steps_are_left(tmp_path: Path) -> None:
    watcher = Watcher()
    run_task(Means(n_batches=99), Schedule(epochs=1, steps_per_epoch=2), tmp_path, observer=watcher)
    assert watcher.batches == [(1, 1, 2), (1, 2, 2)]


def test_the_callers_randomness_stays_untouched(tmp_path: Path) -> None:
    state = torch.get_rng_state()
    run_task(Means(), Schedule(epochs=1, steps_per_epoch=2), tmp_path, observer=Watcher())
    assert torch.equal(torch.get_rng_state(), state)


def test_the_terminal_and_the_folder_tell_every_epoch(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=120)
    schedule = Schedule(epochs=2, steps_per_epoch=4)
    with TaskProgress(2, tmp_path, console) as progress:
        run_task(Means(), schedule, tmp_path, observer=progress)
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint.safetensors", "curves.png", "log.csv"}
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith(f"epoch   1  train loss {float(rows[0]['train_loss']):.4f}  error 0.")
    assert "epoch 2/2" in lines[2]
    assert "8/8 loss 0." in lines[2]
