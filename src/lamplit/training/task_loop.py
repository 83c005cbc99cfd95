"""The training loop for networks that do more than name an expression: a task says what is to be learnt.

Steps, averaging, checkpoints and randomness are those of `lamplit.training.loop`: every random choice of an
epoch comes from (seed, epoch) alone, so a run that was killed and resumed takes the same steps as one that
was not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import torch
from lightning_fabric import Fabric
from torch import Generator, Tensor, nn

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.files import make_folder
from lamplit.training.checkpoint import load_checkpoint, save_checkpoint
from lamplit.training.devices import choose_fabric, require_one_process, steps_unwatched
from lamplit.training.run_state import (
    EpochRow,
    State,
    bring_back,
    gathered,
    refuse_changes,
    state_of,
    take_step,
)
from lamplit.training.schedule import Schedule
from lamplit.training.seeding import seeded
from lamplit.training.source import source_commit
from lamplit.training.team import Team

__all__ = ["Schedule", "Task", "TaskObserver", "run_task"]


class Task(Protocol):
    """What a network is to learn."""

    @property
    def name(self) -> str:
        """What errors call the task."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """The resolved recipe as plain values, kept in the checkpoint; a run goes on only with the same."""

    def build(self) -> nn.Module:
        """Return the network with fresh weights, drawn from the global generator, which the loop seeds."""

    def batches(self, epoch: int, generator: Generator) -> Iterator[Any]:
        """Yield at least the schedule's steps per epoch, all randomness from the generator.

        Batches are wanted on `generator.device`.
        """

    def loss(self, network: nn.Module, batch: Any) -> Tensor:
        """Return the mean loss of a batch, shape (); called under autocast, network in training mode."""

    def measure(self, network: nn.Module) -> dict[str, float]:
        """Measure the averaged network on data held out, after each epoch.

        Called without gradients and without autocast, with the network in evaluation mode on its device. The
        keys, the same after each epoch, become columns of the log.
        """


class TaskObserver(Protocol):
    """What is told of a training while it runs."""

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float) -> None:
        """Follow the steps, on a CPU each of them: the epoch's mean loss so far."""

    def on_epoch(self, history: list[EpochRow]) -> None:
        """Follow a whole epoch: all rows so far."""


def run_task(task: Task, schedule: Schedule, folder: Path, *, observer: TaskObserver) -> nn.Module:
    """Train a network for a task, or go on where a run in the same folder stopped.

    Parameters
    ----------
    task : Task
        Network, batches, loss and measure.
    schedule : Schedule
        Epochs, steps and learning rate.
    folder : Path
        The folder of the run; it is made. The checkpoint is written after every epoch.
    observer : TaskObserver
        Told of every batch and epoch (`lamplit.training.progress.TaskProgress`).

    Returns
    -------
    torch.nn.Module
        The averaged network after the last epoch, on the CPU, in evaluation mode.

    Raises
    ------
    CheckpointError
        If the folder holds a run of other settings, or a damaged checkpoint.
    InvalidArgumentError
        If torchrun has started several processes, or the task gives too few batches.
    OutputError
        If a checkpoint cannot be written.
    """
    require_one_process(task.name)
    fabric, commit = choose_fabric(), source_commit()
    make_folder(folder)
    settings = _plain({**task.settings, "schedule": asdict(schedule)})
    state = _begun(task, schedule, fabric, folder, settings)
    if state.history:
        observer.on_epoch(state.history)  # the run may have been killed after its checkpoint, before its log
    epochs = _Epoch(task, schedule, state, fabric)
    while len(state.history) < schedule.epochs:
        started, epoch = perf_counter(), len(state.history) + 1
        row = epochs.run(epoch, observer) | _measured(task, state.average.module)
        state.history.append(row | {"seconds": round(perf_counter() - started, 1)})
        save_checkpoint(gathered(state, settings, commit), folder)
        observer.on_epoch(state.history)
    return state.result().cpu().eval()


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as a checkpoint gives them back: tuples are lists."""
    plain: dict[str, Any] = json.loads(json.dumps(settings))
    return plain


def _begun(
    task: Task, schedule: Schedule, fabric: Fabric, folder: Path, settings: Mapping[str, Any]
) -> State:
    """Return the state after the last whole epoch in a folder, or that before the first."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(schedule.seed)
        network = task.build()
    state = state_of(network, schedule, fabric.device)
    checkpoint = load_checkpoint(folder)
    if checkpoint is not None:
        kept = checkpoint.details.get("recipe", {})
        refuse_changes({k for k in {*settings, *kept} if settings.get(k) != kept.get(k)}, str(folder))
        bring_back(state, checkpoint, str(folder))
    return state


@torch.no_grad()
def _measured(task: Task, network: nn.Module) -> EpochRow:
    """Measure the averaged network."""
    return dict(task.measure(network.eval()))


@dataclass(slots=True)
class _Epoch:
    """All steps of an epoch."""

    task: Task
    schedule: Schedule
    state: State
    fabric: Fabric

    def run(self, epoch: int, observer: TaskObserver) -> EpochRow:
        """Take the steps; return the first part of the epoch's row."""
        self.state.network.train()
        device, n_steps = self.fabric.device, self.schedule.steps_per_epoch
        total, mean, number = torch.zeros((), device=device), 0.0, 0
        unwatched = steps_unwatched(device)
        with seeded(self.schedule.seed, epoch, device) as generator:
            batches = islice(self.task.batches(epoch, generator), n_steps)
            for number, batch in enumerate(batches, start=1):
                total += self._step(batch)
                if number % unwatched == 0 or number == n_steps:
                    mean = float(total) / number
                    observer.on_batch(epoch, number, n_steps, mean)
        if number < n_steps:
            raise InvalidArgumentError(f"task {self.task.name}", f"{n_steps} batches an epoch", str(number))
        rate = float(self.state.schedule.get_last_lr()[0])
        return {"epoch": epoch, "learning_rate": rate, "train_loss": mean}

    def _step(self, batch: Any) -> Tensor:
        """Take one step; return its loss."""
        with self.fabric.autocast():
            loss = self.task.loss(self.state.network, batch).float()
        take_step(self.state, loss, self.fabric, Team())
        return loss.detach()
