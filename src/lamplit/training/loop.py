"""The training loop: epochs of one-cycle AdamW on vote distributions, with averaged weights.

Every random choice of an epoch comes from (seed, epoch) alone: the order of the faces, what augmentation and
mixing draw, and what dropout and stochastic depth drop. So no state of a random generator outlives an epoch,
a checkpoint between epochs needs none, and a run that was killed and resumed takes the same steps as one that
was not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

import torch
from lightning_fabric import Fabric
from torch import Generator, Tensor, nn
from torch.nn import functional

from lamplit.core.errors import DatasetError
from lamplit.training.agreement import agreed_targets, with_mirror_images
from lamplit.training.augment import augment, enlarged
from lamplit.training.balance import epoch_order
from lamplit.training.checkpoint import load_checkpoint, save_checkpoint
from lamplit.training.devices import choose_fabric, steps_unwatched
from lamplit.training.faces import TrainingData, TrainingFaces, digest_of
from lamplit.training.loss import ExpressionLoss, loss_for
from lamplit.training.mixing import Batch, mix
from lamplit.training.recipe import Recipe
from lamplit.training.run_state import EpochRow, State, take_step
from lamplit.training.seeding import seeded
from lamplit.training.source import source_commit
from lamplit.training.state import fresh_state, restore, to_checkpoint
from lamplit.training.stopping import is_over, watched
from lamplit.training.team import Team, with_shared_statistics


class Observer(Protocol):
    """What is told of a training while it runs."""

    def on_step(self, what: str, done: int, total: int) -> None:
        """Follow what is made ready before the first epoch: what, how much of it is done, of how much."""

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float, accuracy: float) -> None:
        """Follow the steps, on a CPU each of them: the epoch's mean loss and accuracy so far."""

    def on_epoch(self, history: list[EpochRow]) -> None:
        """Follow a whole epoch: all rows so far."""


def train(
    recipe: Recipe,
    data: TrainingData,
    folder: Path,
    *,
    observer: Observer,
    weights: Mapping[str, Tensor] | None = None,
) -> nn.Module:
    """Train a network, or go on where a run in the same folder stopped.

    Under torchrun all processes call this with the same arguments; the first one writes the checkpoints.

    Parameters
    ----------
    recipe : Recipe
        All settings.
    data : TrainingData
        Faces; with patience the held-out ones choose the epoch. By validation nothing is chosen.
    folder : Path
        The folder of the run, where the checkpoint stands; it must exist.
    observer : Observer
        Told of every batch and epoch.
    weights : mapping of str to Tensor, optional
        State of a network to start from; by default fresh weights.

    Returns
    -------
    torch.nn.Module
        The averaged network after the last epoch, with patience that of the best epoch, on the CPU, in
        evaluation mode.

    Raises
    ------
    CheckpointError
        If the folder holds another recipe's run or one on other faces, or a damaged checkpoint.
    InvalidArgumentError
        If the processes of torchrun cannot share a batch evenly.
    DatasetError
        If the recipe has patience and no face is held out, or `upright` and faces come without such views.
    OutputError
        If a checkpoint cannot be written.
    """
    fabric, commit = choose_fabric(), source_commit()
    team = Team(fabric.global_rank, fabric.world_size)
    team.check_batch(min(recipe.batch_size, len(data.training)))
    if recipe.patience and not len(data.holdout):
        raise DatasetError("patience", "faces held out, whose loss decides", "none", "a larger holdout")
    steps = max(len(data.training) // recipe.batch_size, 1)
    state = fresh_state(recipe, steps, fabric.device, weights=weights)
    faces = digest_of(data.training, data.holdout)
    checkpoint = load_checkpoint(folder)
    if checkpoint is not None:
        restore(state, checkpoint, recipe, str(folder), faces=faces)
    if team.size > 1 and fabric.device.type == "cuda":
        state.network = with_shared_statistics(state.network)
    if state.history:
        observer.on_epoch(state.history)  # the run may have been killed after its checkpoint, before its log
    loss = loss_for(recipe.balance, data.training.probabilities)
    epochs = _Epoch(recipe, state, fabric, team, data.training, loss)
    while not is_over(state.history, recipe.epochs):
        started, epoch = perf_counter(), len(state.history) + 1
        row: EpochRow = epochs.run(epoch, observer)
        row |= team.told(_measured(state, data, recipe, fabric), fabric.device)
        if row.get("best_epoch") == epoch:
            state.keep_best()
        state.history.append(row | {"seconds": round(perf_counter() - started, 1)})
        if team.leads:
            save_checkpoint(to_checkpoint(state, recipe, commit, faces=faces), folder)
        observer.on_epoch(state.history)
    return state.result().cpu().eval()


def _measured(state: State, data: TrainingData, recipe: Recipe, fabric: Fabric) -> EpochRow:
    """Measure the averaged network on validation faces, and with patience on held-out ones."""
    network = state.average.module
    row = validate(network, data.validation, fabric)
    if recipe.patience:
        loss = validate(network, data.holdout, fabric)["validation_loss"]
        row |= watched(state.history, loss, recipe)
    return row


@dataclass(slots=True)
class _Epoch:
    """One pass over the training faces."""

    recipe: Recipe
    state: State
    fabric: Fabric
    team: Team
    faces: TrainingFaces
    loss: ExpressionLoss

    def run(self, epoch: int, observer: Observer) -> EpochRow:
        """Take all steps of an epoch; return the first part of its row, over the augmented faces."""
        self.state.network.train()
        device, size = self.fabric.device, self.team.size
        totals = torch.zeros(3, device=device)  # loss, right answers, faces with a majority
        unwatched = steps_unwatched(device)
        with seeded(self.recipe.seed, epoch, device, self.team.rank) as generator:
            batches = _whole_batches(epoch_order(self.faces, generator), self.recipe.batch_size)
            for number, chosen in enumerate(batches, start=1):
                totals += self._step(chosen, generator)
                if number % unwatched == 0 or number == len(batches):
                    losses, right, counted = self.team.total(totals).tolist()
                    loss, accuracy = losses / (number * size), right / max(counted, 1.0)
                    observer.on_batch(epoch, number, len(batches), loss, accuracy)
        rate = float(self.state.schedule.get_last_lr()[0])
        return {"epoch": epoch, "learning_rate": rate, "train_loss": loss, "train_accuracy": accuracy}

    def _step(self, chosen: Tensor, generator: Generator) -> Tensor:
        """Take one step; return its loss, right answers and faces with a majority."""
        state = self.state
        images, probabilities, classes = (self.team.share(part) for part in self._batch(chosen, generator))
        seen = self._views(images, chosen, generator)
        with self.fabric.autocast():
            logits = state.network(seen.to(memory_format=torch.channels_last)).float()
        if share := self.recipe.mirror or self.recipe.upright:
            probabilities = agreed_targets(probabilities, self.loss.as_trained(logits), share)
        loss = self.loss(logits, probabilities)
        take_step(state, loss, self.fabric, self.team)
        right = (logits[: len(classes)].argmax(dim=1) == classes).sum()
        return torch.stack([loss.detach(), right.float(), (classes >= 0).sum().float()])

    def _views(self, images: Tensor, chosen: Tensor, generator: Generator) -> Tensor:
        """Return this process's faces, and behind them the second view of each if the recipe asks for it."""
        if self.recipe.mirror:
            return with_mirror_images(images)
        if not self.recipe.upright:
            return images
        if self.faces.upright is None:
            raise DatasetError("upright", "the faces that train brought upright, too", "none")
        # In a light of its own: what is agreed on is the face.
        others = self._varied(self.faces.upright[chosen], generator)
        return torch.cat([images, self.team.share(others)])

    def _batch(self, chosen: Tensor, generator: Generator) -> Batch:
        """Vary and mix the faces of a whole batch, so that each gets the same draw however many share it."""
        faces = self.faces.subset(chosen)
        images = self._varied(faces.images, generator)
        batch = Batch(images, faces.probabilities, faces.classes)
        return mix(batch, self.recipe.augment, generator)

    def _varied(self, images: Tensor, generator: Generator) -> Tensor:
        """Vary and light faces, and bring them to the network's size."""
        return enlarged(augment(images.float() / 255.0, self.recipe.augment, generator), self.recipe.size)


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
