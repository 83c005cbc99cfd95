"""The training loop: epochs of one-cycle AdamW on vote distributions, with averaged weights.

Every random choice of an epoch comes from (seed, epoch) alone, so a run that was killed and resumed takes the
same steps as one that was not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

import torch
from lightning_fabric import Fabric
from torch import Generator, Tensor, nn
from torch.nn import functional

from lamplit.training.augment import augment
from lamplit.training.balance import epoch_order
from lamplit.training.checkpoint import load_checkpoint, save_checkpoint
from lamplit.training.faces import TrainingFaces
from lamplit.training.loss import ExpressionLoss, loss_for
from lamplit.training.recipe import Recipe
from lamplit.training.source import source_commit
from lamplit.training.state import EpochRow, State, fresh_state, restore, to_checkpoint


class Observer(Protocol):
    """What is told of a training while it runs."""

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float, accuracy: float) -> None:
        """Follow a step: the epoch's mean loss and accuracy so far."""

    def on_epoch(self, history: list[EpochRow]) -> None:
        """Follow a whole epoch: all rows so far."""


def train(
    recipe: Recipe,
    training: TrainingFaces,
    validation: TrainingFaces,
    folder: Path,
    *,
    observer: Observer,
    weights: Mapping[str, Tensor] | None = None,
) -> nn.Module:
    """Train a network, or go on where a run in the same folder stopped.

    Parameters
    ----------
    recipe : Recipe
        All settings.
    training, validation : TrainingFaces
        Faces; validation is only measured, nothing is chosen by it.
    folder : Path
        The folder of the run, where the checkpoint stands; it must exist.
    observer : Observer
        Told of every batch and epoch.
    weights : mapping of str to Tensor, optional
        State of a network to start from; by default fresh weights.

    Returns
    -------
    torch.nn.Module
        The averaged network after the last epoch, on the CPU, in evaluation mode.

    Raises
    ------
    CheckpointError
        If the folder holds another recipe's run, or a damaged checkpoint.
    OutputError
        If a checkpoint cannot be written.
    """
    fabric, commit = choose_fabric(), source_commit()
    steps = max(len(training) // recipe.batch_size, 1)
    state = fresh_state(recipe, steps, fabric.device, weights=weights)
    checkpoint = load_checkpoint(folder)
    if checkpoint is not None:
        restore(state, checkpoint, recipe, str(folder))
    if state.history:
        observer.on_epoch(state.history)  # the run may have been killed after its checkpoint, before its log
    epoch_of = _Epoch(recipe, state, fabric, training, loss_for(recipe.balance, training.probabilities))
    for epoch in range(len(state.history) + 1, recipe.epochs + 1):
        started = perf_counter()
        loss, accuracy = epoch_of.run(epoch, observer)
        row: EpochRow = {"epoch": epoch, "learning_rate": float(state.schedule.get_last_lr()[0])}
        row |= {"train_loss": loss, "train_accuracy": accuracy}
        row |= validate(state.average.module, validation, fabric)
        state.history.append(row | {"seconds": round(perf_counter() - started, 1)})
        save_checkpoint(to_checkpoint(state, recipe, commit), folder)
        observer.on_epoch(state.history)
    network: nn.Module = state.average.module
    return network.cpu().eval()


def choose_fabric() -> Fabric:
    """Return a Fabric for the best device there is, in bfloat16 where the hardware has it.

    Examples
    --------
    >>> choose_fabric().world_size
    1
    """
    fabric = Fabric(accelerator="auto", devices=1, precision="32-true")
    if fabric.device.type == "cuda":
        half = torch.cuda.is_bf16_supported()
    else:
        # Without these instructions bfloat16 is emulated and several times slower than float32.
        half = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    if not half:
        return fabric
    with _without_notices("lightning_fabric"):
        return Fabric(accelerator="auto", devices=1, precision="bf16-mixed")


@contextmanager
def _without_notices(name: str) -> Iterator[None]:
    """Let a logger pass warnings alone: Fabric announces its precision on the terminal, over our bar."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


@dataclass(slots=True)
class _Epoch:
    """One pass over the training faces."""

    recipe: Recipe
    state: State
    fabric: Fabric
    faces: TrainingFaces
    loss: ExpressionLoss

    def run(self, epoch: int, observer: Observer) -> tuple[float, float]:
        """Take all steps of an epoch; return mean loss and accuracy over the augmented faces."""
        self.state.network.train()
        totals = torch.zeros(3, device=self.fabric.device)  # loss, right answers, faces with a majority
        with _seeded(self.recipe.seed, epoch, self.fabric.device) as generator:
            batches = _whole_batches(epoch_order(self.faces, generator), self.recipe.batch_size)
            for number, chosen in enumerate(batches, start=1):
                totals += self._step(chosen, generator)
                loss, right, counted = totals.tolist()
                observer.on_batch(epoch, number, len(batches), loss / number, right / max(counted, 1.0))
        return loss / len(batches), right / max(counted, 1.0)

    def _step(self, chosen: Tensor, generator: Generator) -> Tensor:
        """Take one step; return its loss, right answers and faces with a majority."""
        state, classes = self.state, self.faces.classes[chosen]
        images = augment(self.faces.images[chosen].float() / 255.0, self.recipe.augment, generator)
        with self.fabric.autocast():
            logits = state.network(images.to(memory_format=torch.channels_last))
        loss = self.loss(logits.float(), self.faces.probabilities[chosen])
        state.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        state.optimizer.step()
        state.schedule.step()
        state.average.update_parameters(state.network)
        right = (logits.argmax(dim=1) == classes).sum()
        return torch.stack([loss.detach(), right.float(), (classes >= 0).sum().float()])


def _whole_batches(order: Tensor, size: int) -> list[Tensor]:
    """Cut an epoch into batches; a short last one, whose batch statistics would be noisy, is left out."""
    n_whole = max(len(order) // size, 1)
    return [order[number * size : (number + 1) * size] for number in range(n_whole)]


@torch.no_grad()
def validate(network: nn.Module, faces: TrainingFaces, fabric: Fabric) -> EpochRow:
    """Measure a network on faces as they are, single pass.

    Parameters
    ----------
    network : torch.nn.Module
        Gives logits.
    faces : TrainingFaces
        The validation faces.
    fabric : Fabric
        Device and precision.

    Returns
    -------
    dict
        `validation_loss`: cross-entropy against the vote distribution, comparable with the training loss;
        `validation_accuracy` and `validation_log_loss`: over the faces with a majority.
    """
    network.eval()
    with fabric.autocast():
        logits = predict_logits(network, faces.images)
    majority = faces.classes >= 0
    return {
        "validation_loss": float(functional.cross_entropy(logits, faces.probabilities)),
        "validation_accuracy": float((logits.argmax(1) == faces.classes)[majority].float().mean()),
        "validation_log_loss": float(functional.cross_entropy(logits[majority], faces.classes[majority])),
    }


@torch.no_grad()
def predict_logits(network: nn.Module, images: Tensor, *, batch_size: int = 256) -> Tensor:
    """Run a network over faces in batches.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode.
    images : Tensor of shape (N, 1, S, S), uint8
        Grey faces.
    batch_size : int
        Faces at a time.

    Returns
    -------
    Tensor of shape (N, K), float32
        Logits.
    """
    batches = (images[start : start + batch_size] for start in range(0, len(images), batch_size))
    return torch.cat([network(batch.float() / 255.0).float() for batch in batches])


@contextmanager
def _seeded(seed: int, epoch: int, device: torch.device) -> Iterator[Generator]:
    """Give an epoch's generator and seed dropout's for as long; the caller's randomness stays untouched."""
    number = seed * 1_000_003 + epoch
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(number)
        yield Generator(device=device).manual_seed(number)
