"""Fine-tuning: from finished weights to labels of one's own, in minutes.

A new head is fitted on features of the frozen network, with input size and penalty chosen by cross-validation
over the training faces. Where the recipe thaws a part of the network, or there are more faces than the fit
takes, epochs of gradient descent follow from there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lamplit.core.arrays import FloatArray, IntArray
from lamplit.core.errors import RecipeError
from lamplit.core.files import make_folder
from lamplit.core.labels import LabelSet
from lamplit.expression.calibration import fit_temperature, softmax
from lamplit.nets.tapped import EVERYTHING, TappedNet
from lamplit.training.balance import with_weights
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.choice import LEAST_FACES_FOR_TEMPERATURE, Choice, HeadData, choose
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import TrainingData, TrainingFaces
from lamplit.training.features import (
    Features,
    face_features,
    input_sizes,
    tapped_network,
    tapped_settings,
)
from lamplit.training.finetuning import tuning_of
from lamplit.training.folds import folds_of, hold_out, hold_out_enough, sample_of
from lamplit.training.framing import FramedFaces
from lamplit.training.head import weights_by_class
from lamplit.training.loop import Observer, train
from lamplit.training.own_data import OwnData, without
from lamplit.training.recipe import Recipe
from lamplit.training.state import EpochRow
from lamplit.weights.cards import WeightsCard

MOST_FACES_FOR_HEAD = 3000
"""More than these are not needed to fit the head, and their features would fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OwnRecipe(Recipe):
    """A recipe whose labels are those of the data, which no set that recipes can name holds."""

    label_names: tuple[str, ...] = ()

    @property
    def speaks(self) -> LabelSet:
        """The labels as a set."""
        return LabelSet(self.labels, self.label_names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A fine-tuned network.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode, on the CPU.
    recipe : Recipe
        Every setting, those included that weights, data and cross-validation decided.
    choice : Choice
        What cross-validation chose, and its figures.
    n_training : int
        Faces that it learnt from.
    n_held_out : int
        Faces that were held back to fit the temperature; 0 where cross-validation gave it.
    history : list of mapping
        A row per epoch of gradient descent; empty without any.
    """

    network: nn.Module
    recipe: Recipe
    choice: Choice
    n_training: int
    n_held_out: int = 0
    history: list[EpochRow] = field(default_factory=list)

    @torch.no_grad()
    def logits(self, faces: FramedFaces) -> FloatArray:
        """Return what the network says of each face, (N, K), single pass."""
        crops = torch.from_numpy(faces.exposed(self.recipe.size))[:, None]
        said: FloatArray = torch.cat([self.network(batch) for batch in torch.split(crops, 64)]).numpy()
        return said

    def predict_proba(self, faces: FramedFaces) -> FloatArray:
        """Return the probability of each label for each face, (N, K), as the classifier would."""
        return softmax(self.logits(faces), self.choice.temperature)


class FineTuner:
    """Fine-tune on some of a set of faces; features are computed once for all of them.

    Parameters
    ----------
    recipe : Recipe
        With a table `finetune`.
    start : (WeightsCard, bytes)
        The weights to start from, of `lamplit.weights.store.load_weights`.
    faces : FramedFaces
        All faces that will be learnt from.
    observer : Observer
        Told how far features and choices are, and of gradient descent.

    Raises
    ------
    RecipeError
        If the recipe has settings of gradient descent and there will be none.
    """

    def __init__(
        self,
        recipe: Recipe,
        start: tuple[WeightsCard, bytes],
        faces: FramedFaces,
        *,
        observer: Observer,
    ) -> None:
        self.recipe = recipe
        self.tuning = tuning_of(recipe.name, recipe.finetune)
        self.start = start
        self.faces = faces
        self.observer = observer
        self.labels = faces.pictures.labels
        self.deeper = self.tuning.freeze != EVERYTHING or len(faces) > MOST_FACES_FOR_HEAD
        if not self.deeper:
            self._refuse_epochs()
        self.sample = sample_of(faces.pictures.classes, MOST_FACES_FOR_HEAD, seed=recipe.seed)
        self._features = {size: self._seen(size) for size in input_sizes(recipe, start[0])}
        shown = faces.pictures.classes[self.sample]
        self._data = HeadData(classes=shown, n_classes=len(self.labels), balance=self.tuning.balance)

    def fit(self, rows: IntArray, validation: FramedFaces | None, folder: Path) -> Tuned:
        """Fine-tune on some of the faces.

        Parameters
        ----------
        rows : ndarray of shape (M,), int64
            Which of the faces, rising.
        validation : FramedFaces, optional
            Measured after each epoch of gradient descent, and nothing else; by default the faces themselves.
        folder : Path
            Where checkpoints of gradient descent go.

        Returns
        -------
        Tuned
            The network, with all that was chosen.

        Raises
        ------
        CheckpointError
            If the folder holds another run.
        OutputError
            If a checkpoint cannot be written.
        """
        rows, held_out = self._held_out(rows) if self.deeper else (rows, rows[:0])
        shown = np.flatnonzero(np.isin(self.sample, rows))  # positions in the sample
        pictures = self.faces.subset(self.sample[shown]).pictures
        folds = folds_of(pictures.people, pictures.classes, self.tuning.folds, seed=self.recipe.seed)
        parts = [shown[fold] for fold in folds]
        choice = choose(self._data, self._features, parts, self.tuning, on_step=self.observer.on_step)
        seen = self._features[choice.size]
        (head,) = self._data.heads(seen, shown, [choice.strength], copies=choice.copies)
        network = self._network(choice.size)
        network.load_state_dict(
            network.state_dict()
            | {"centre": head.centre, "spread": head.spread}
            | {"classify.weight": head.weight, "classify.bias": head.bias}
        )
        recipe = resolved(self.recipe, self.start[0], self.labels, choice.size)
        tuned = Tuned(network=network, recipe=recipe, choice=choice, n_training=len(rows))
        if not self.deeper:
            return tuned
        kept_back = self.faces.subset(held_out)
        tuned = self._deeper(tuned, self.faces.subset(rows), kept_back, validation, folder)
        return with_temperature(tuned, kept_back)

    def _refuse_epochs(self) -> None:
        """Refuse settings of gradient descent where there is none."""
        recipe = self.recipe
        asked = {"patience": recipe.patience, "balance: sampling": recipe.balance.sampling}
        asked["balance: logit_adjustment"] = recipe.balance.logit_adjustment
        for key, value in asked.items():
            if value:
                required = "a recipe with epochs: freeze other than 'all', or many faces"
                raise RecipeError(f"{recipe.name}: {key}", required, f"freeze = {self.tuning.freeze!r}")

    def _held_out(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Divide faces into those that teach and those that fit the temperature and stop the training."""
        pictures = self.faces.subset(rows).pictures
        people, classes, recipe = pictures.people, pictures.classes, self.recipe
        kept, held = hold_out_enough(
            people, classes, recipe.holdout, least=LEAST_FACES_FOR_TEMPERATURE, seed=recipe.seed
        )
        if recipe.patience and not len(held):
            kept, held = hold_out(people, classes, recipe.holdout, seed=recipe.seed)
        return rows[kept], rows[held]

    def _network(self, size: int) -> TappedNet:
        """Return the network at an input size, its head not fitted yet."""
        return tapped_network(self.recipe, self.start, n_classes=len(self.labels), size=size)

    def _seen(self, size: int) -> Features:
        """Return the features of the sample at an input size."""
        network = self._network(size).to(choose_fabric().device)
        faces = self.faces.subset(self.sample)
        return face_features(network, faces, self.recipe, size=size, on_step=self.observer.on_step)

    def _deeper(
        self,
        tuned: Tuned,
        faces: FramedFaces,
        held_out: FramedFaces,
        validation: FramedFaces | None,
        folder: Path,
    ) -> Tuned:
        """Go on with gradient descent from the fitted head."""
        make_folder(folder)
        size, n_classes = tuned.recipe.size, len(self.labels)
        weights = weights_by_class(torch.from_numpy(faces.pictures.classes), n_classes, self.tuning.balance)
        training = tensors_of(faces, size, weights)
        alike = torch.ones(n_classes)
        measured = training if validation is None else tensors_of(validation, size, alike)
        shown = with_weights(training, tuned.recipe.balance, people=faces.pictures.people)
        network = train(
            tuned.recipe,
            TrainingData(shown, tensors_of(held_out, size, alike), measured),
            folder,
            observer=self.observer,
            weights=tuned.network.state_dict(),
        )
        checkpoint = load_checkpoint(folder)
        history = [] if checkpoint is None else checkpoint.details["history"]
        return dataclasses.replace(tuned, network=network, history=history)


def with_temperature(tuned: Tuned, held_out: FramedFaces) -> Tuned:
    """Fit the temperature on faces that were held out; without enough of them, keep that of cross-validation.

    Parameters
    ----------
    tuned : Tuned
        After gradient descent.
    held_out : FramedFaces
        Faces that it has not learnt from.

    Returns
    -------
    Tuned
        With the temperature.
    """
    if len(held_out) < LEAST_FACES_FOR_TEMPERATURE:
        return tuned  # that of the head before gradient descent
    temperature = fit_temperature(tuned.logits(held_out), held_out.pictures.classes)
    choice = dataclasses.replace(tuned.choice, temperature=round(temperature, 4))
    return dataclasses.replace(tuned, choice=choice, n_held_out=len(held_out))


def tensors_of(faces: FramedFaces, size: int, weights: Tensor) -> TrainingFaces:
    """Move faces to the training device.

    Parameters
    ----------
    faces : FramedFaces
        The faces.
    size : int
        Side of the crops in pixels.
    weights : Tensor of shape (K,)
        How much a face of each class counts: its row of targets sums to that.

    Returns
    -------
    TrainingFaces
        Each taught its one class.
    """
    device = choose_fabric().device
    images = torch.from_numpy(np.rint(faces.exposed(size) * 255).astype(np.uint8))[:, None]
    classes = torch.from_numpy(faces.pictures.classes)
    targets = functional.one_hot(classes, len(weights)) * weights[classes][:, None]
    return TrainingFaces(images.to(device), targets.to(device), classes.to(device))


def resolved(recipe: Recipe, card: WeightsCard, labels: LabelSet, size: int) -> Recipe:
    """Return a recipe with what weights, data and cross-validation decided.

    Parameters
    ----------
    recipe : Recipe
        With a table `finetune`.
    card : WeightsCard
        Of the weights that it starts from.
    labels : LabelSet
        Of the data.
    size : int
        Side of the input in pixels.

    Returns
    -------
    Recipe
        What the card of the new weights shows.
    """
    tuning = dataclasses.replace(tuning_of(recipe.name, recipe.finetune), weights=card.name)
    values: dict[str, Any] = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(Recipe)}
    values |= {"network": "tapped", "settings": tapped_settings(recipe, card, size), "size": size}
    values |= {"labels": labels.name, "label_names": labels.names, "targets": "majority"}
    return _OwnRecipe(**{**values, "finetune": tuning})


def leave_people_out(tuner: FineTuner, folder: Path, *, on_person: Callable[[int, int], None]) -> FloatArray:
    """Let every face be judged by a network that learnt from everybody else.

    Parameters
    ----------
    tuner : FineTuner
        Of all faces, all of known people.
    folder : Path
        Where checkpoints go, each person's in a folder of its own.
    on_person : callable
        Told (people done, people in all).

    Returns
    -------
    ndarray of shape (N, K), float32
        Probabilities. Everything, input size and temperature included, was chosen without the face's person.
    """
    faces = tuner.faces
    people = sorted(set(faces.pictures.people))
    answers = np.empty((len(faces), len(tuner.labels)), np.float32)
    for done, person in enumerate(people, start=1):
        others, own = without(faces, person)
        left_out = faces.subset(own)
        answers[own] = tuner.fit(others, left_out, folder / f"without-{done}").predict_proba(left_out)
        on_person(done, len(people))
    return answers


def tune_on(tuner: FineTuner, data: OwnData, folder: Path) -> Tuned:
    """Fine-tune the weights that are published, on all faces to learn from.

    Parameters
    ----------
    tuner : FineTuner
        Of the training faces.
    data : OwnData
        Whose report faces are measured, if any, while gradient descent goes on.
    folder : Path
        The folder of the run.

    Returns
    -------
    Tuned
        The network.
    """
    return tuner.fit(np.arange(len(tuner.faces)), data.report, folder)
