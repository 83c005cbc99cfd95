"""A whole training: data, loop, temperature, weight file with card."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor, nn

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError
from lamplit.core.files import make_folder
from lamplit.core.steps import OnStep
from lamplit.datasets.ferplus import FerPlus, read_ferplus
from lamplit.datasets.unlabelled import read_unlabelled
from lamplit.expression.calibration import fit_temperature
from lamplit.imaging.geometry import resize_faces
from lamplit.nets.statistics import free_kernels, measure_statistics
from lamplit.training.augment import augment, enlarged
from lamplit.training.balance import with_weights
from lamplit.training.blending import blended
from lamplit.training.checkpoint import Checkpoint, load_checkpoint
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import TrainingData, TrainingFaces, tensors_from
from lamplit.training.finished import finished_run
from lamplit.training.leaks import split_without_leaks, which_have_copies
from lamplit.training.loop import Observer, predict_logits, train
from lamplit.training.publish import publish
from lamplit.training.recipe import Recipe
from lamplit.training.state import EpochRow, averaged_weights
from lamplit.training.stopping import is_over
from lamplit.training.teaching import answers, network_of, taught, upright_views, with_unlabelled
from lamplit.weights.cards import WeightsCard

LEAST_FACES_FOR_TEMPERATURE = 100

FACES_FOR_STATISTICS = 2_048


def prepare(
    recipe: Recipe, training: FerPlus, validation: FerPlus, *, unlabelled: ByteArray | None = None
) -> TrainingData:
    """Bring the splits to the training device.

    Parameters
    ----------
    recipe : Recipe
        Decides input size, holdout and seed.
    training, validation : FerPlus
        The splits.
    unlabelled : ndarray of shape (M, 48, 48), uint8, optional
        Faces that nobody labelled.

    Returns
    -------
    TrainingData
        Faces as tensors; none that trains, labelled or not, stands among those held out or measured on
        (`lamplit.training.leaks`).

    Raises
    ------
    DatasetError
        If no face of a split can be used.
    """
    device = choose_fabric().device
    kept, held_out = split_without_leaks(
        training,
        validation,
        holdout=recipe.holdout,
        seed=recipe.holdout_seed,
        near_copies=recipe.near_copies,
    )
    sizes = (recipe.taken_at, recipe.size, recipe.size)
    tensors = [
        tensors_from(split, size=size, device=device, labels=recipe.speaks, targets=recipe.targets)
        for split, size in zip((kept, held_out, validation), sizes, strict=True)
    ]
    data = TrainingData(training=tensors[0], holdout=tensors[1], validation=tensors[2])
    # Found out now, not after hours of training.
    if not len(data.training):
        raise DatasetError("the training split", "faces with an expression that two people named", "none")
    if not (data.validation.classes >= 0).any():
        raise DatasetError("the validation split", "faces with a majority", "none")
    if unlabelled is not None:
        elsewhere = np.concatenate([validation.images, held_out.images])
        new = ~which_have_copies(unlabelled, elsewhere, near_copies=recipe.near_copies)
        images = torch.from_numpy(resize_faces(unlabelled[new], recipe.taken_at))[:, None]
        data = replace(data, unlabelled=images.to(device))
    return replace(data, training=with_weights(data.training, recipe.balance))


def read_data(
    recipe: Recipe, path: Path, *, on_picture: Callable[[int, int], None] | None = None
) -> TrainingData:
    """Read what a recipe trains on.

    Parameters
    ----------
    recipe : Recipe
        Names the data set.
    path : Path
        Where it is; see `lamplit.datasets.read_ferplus`.
    on_picture : callable, optional
        Told (pictures read, pictures of the split).

    Returns
    -------
    TrainingData
        Faces as tensors.

    Raises
    ------
    DatasetError
        If the data set is absent or not as expected.
    """
    training, validation = (
        read_ferplus(path, split, on_picture=on_picture) for split in ("training", "validation")
    )
    if not recipe.unlabelled:
        return prepare(recipe, training, validation)
    place = (path if path.is_dir() else path.parent) / recipe.unlabelled
    unlabelled = read_unlabelled(place, size=validation.images.shape[1], on_picture=on_picture)
    return prepare(recipe, training, validation, unlabelled=unlabelled)


def run_training(
    recipe: Recipe,
    data: TrainingData,
    folder: Path,
    *,
    observer: Observer,
    name: str | None = None,
    start: Path | None = None,
) -> WeightsCard:
    """Train, fit the temperature and write the weights; a run that was interrupted goes on.

    Under torchrun the process that leads calls this and the others `follow_training`.

    Parameters
    ----------
    recipe : Recipe
        All settings.
    data : TrainingData
        From `read_data`.
    folder : Path
        The folder of the run: checkpoint, `<recipe>.onnx` and its card.
    observer : Observer
        Told how far faces and targets are, and then of every batch and epoch.
    name : str, optional
        Name of the weights; by default that of the recipe.
    start : Path, optional
        Folder of the finished run that the recipe starts from; by default `runs/<recipe.start>` or, if there
        is none, the shipped weights of that name. Other teachers are found by their names in the same way.

    Returns
    -------
    WeightsCard
        The card, still without metrics.

    Raises
    ------
    CheckpointError
        If the folder holds another recipe's run, or a damaged checkpoint, or a run to start
        from or to be taught by is not there, not finished or of another recipe.
    OutputError
        If the folder cannot be written.
    """
    taught_data, weights = _ready(recipe, data, folder, start, observer.on_step)
    network = _trained(recipe, taught_data, folder, observer, weights)
    if weights is not None and recipe.blend < 1:
        network = blended(network, weights, recipe.blend)
    checkpoint = load_checkpoint(folder)
    details = {} if checkpoint is None else checkpoint.details
    return publish(
        network,
        folder,
        name=name or recipe.name,
        recipe=recipe,
        temperature=_temperature(network, data.holdout),
        details={
            "n_training": len(data.training),
            "n_unlabelled": 0 if data.unlabelled is None else len(data.unlabelled),
            "n_holdout": int((data.holdout.classes >= 0).sum()),
            "commit": details.get("commit", ""),
            "history": details.get("history", []),
        },
    )


def follow_training(recipe: Recipe, data: TrainingData, folder: Path, *, start: Path | None = None) -> None:
    """Take part in a training that another process of torchrun leads, and write nothing.

    Parameters
    ----------
    recipe : Recipe
        All settings.
    data : TrainingData
        From `read_data`, the same as in all processes.
    folder : Path
        The folder of the run, which this process must be able to read.
    start : Path, optional
        As for `run_training`.

    Raises
    ------
    CheckpointError
        As `run_training`.
    """
    nobody = _Nobody()
    taught_data, weights = _ready(recipe, data, folder, start, nobody.on_step)
    _trained(recipe, taught_data, folder, nobody, weights)


class _Nobody:
    """Nobody looks on."""

    def on_step(self, what: str, done: int, total: int) -> None:
        """Do nothing."""

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float, accuracy: float) -> None:
        """Do nothing."""

    def on_epoch(self, history: list[EpochRow]) -> None:
        """Do nothing."""


def _ready(
    recipe: Recipe, data: TrainingData, folder: Path, start: Path | None, on_step: OnStep
) -> tuple[TrainingData, Mapping[str, Tensor] | None]:
    """Return faces with what teachers say of them, and the weights to begin or to blend with, if any."""
    checkpoint = load_checkpoint(folder)
    history = [] if checkpoint is None else checkpoint.details.get("history", [])
    needed = recipe.start and (not history or recipe.blend < 1)
    before = finished_run(recipe.start, recipe, start) if needed else None
    # After the last epoch nobody learns from the targets: the teachers may be gone.
    names = () if is_over(history, recipe.epochs) else recipe.taught_by
    known = {recipe.start: before} if before is not None else {}
    teachers = [
        known.get(name) or finished_run(name, recipe, start if name == recipe.start else None)
        for name in names
    ]
    weights = None if before is None else _weights_of(before, recipe, data.training)
    if not is_over(history, recipe.epochs) and (recipe.upright or recipe.teachers_see == "upright"):
        data = _with_upright_views(data, on_step)
    return replace(data, training=_taught_faces(recipe, data, teachers, on_step)), weights


def _with_upright_views(data: TrainingData, on_step: OnStep) -> TrainingData:
    """Return the data with the upright view of each face that trains, labelled or not."""
    training = replace(data.training, upright=upright_views(data.training.images, on_step=on_step))
    if data.unlabelled is None:
        return replace(data, training=training)
    unlabelled = upright_views(data.unlabelled, on_step=on_step)
    return replace(data, training=training, unlabelled_upright=unlabelled)


def _taught_faces(
    recipe: Recipe, data: TrainingData, teachers: Sequence[Checkpoint], on_step: OnStep
) -> TrainingFaces:
    """Return the training faces with what teachers say of them, and of those that nobody labelled."""
    faces, images, upright = data.training, data.unlabelled, data.unlabelled_upright
    shown = (faces.upright, upright) if recipe.teachers_see == "upright" else (None, None)
    if teachers:
        faces = taught(faces, teachers, recipe.teach, shown[0], on_step=on_step)
    if images is not None:
        nothing = faces.probabilities.new_zeros(len(images), len(recipe.speaks))
        said = answers(images, teachers, shown[1], on_step=on_step) if teachers else nothing
        faces = with_unlabelled(faces, images, said, upright)
    return faces if recipe.upright else replace(faces, upright=None)


def _trained(
    recipe: Recipe,
    data: TrainingData,
    folder: Path,
    observer: Observer,
    weights: Mapping[str, Tensor] | None,
) -> nn.Module:
    """Train from the weights to begin with, if there are any."""
    make_folder(folder)
    return train(recipe, data, folder, observer=observer, weights=weights)


def _weights_of(before: Checkpoint, recipe: Recipe, faces: TrainingFaces) -> Mapping[str, Tensor]:
    """Return a run's averaged network; that of weights with statistics of faces as this training sees."""
    if not before.details.get("folded"):
        return averaged_weights(before)
    network = network_of(before)
    generator = Generator(device=faces.images.device).manual_seed(recipe.seed)
    some = faces.images[:FACES_FOR_STATISTICS]
    batches = (some[start : start + recipe.batch_size] for start in range(0, len(some), recipe.batch_size))
    views = (
        enlarged(augment(batch.float() / 255.0, recipe.augment, generator), recipe.size) for batch in batches
    )
    return free_kernels(measure_statistics(network.to(faces.images.device), views)).state_dict()


def _temperature(network: nn.Module, holdout: TrainingFaces) -> float:
    """Fit the temperature on held-out faces with a majority; 1 where there are too few of them."""
    chosen = holdout.classes >= 0
    if int(chosen.sum()) < LEAST_FACES_FOR_TEMPERATURE:
        return 1.0
    # In float32, because that is how the published file computes.
    with torch.no_grad():
        logits = predict_logits(network, holdout.images[chosen].cpu())
    return fit_temperature(logits.numpy(), holdout.classes[chosen].cpu().numpy())
