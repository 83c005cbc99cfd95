"""The faces of a training in memory, as tensors on the training device."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import torch
from torch import Tensor

from lamplit.core.labels import EXPRESSIONS, LabelSet
from lamplit.datasets.copies import have_copies
from lamplit.datasets.ferplus import FerPlus
from lamplit.datasets.targets import majority_in, shares_in
from lamplit.imaging.geometry import resize_faces


@dataclass(frozen=True, slots=True)
class TrainingFaces:
    """Pictures with both kinds of labels.

    Parameters
    ----------
    images : Tensor of shape (N, 1, S, S), uint8
        Grey pictures.
    probabilities : Tensor of shape (N, K), float32
        What the network is taught: shares of the votes, or 1 for the majority class.
    classes : Tensor of shape (N,), int64
        Majority class, or -1.
    weights : Tensor of shape (N,), float64, or None
        How often each face is shown, of mean 1 (`lamplit.training.balance`); by default each is once.
    upright : Tensor of shape (N, 1, S, S), uint8, or None
        The same faces brought upright, where the training sees both (`lamplit.training.agreement`).
    """

    images: Tensor
    probabilities: Tensor
    classes: Tensor
    weights: Tensor | None = None
    upright: Tensor | None = None

    def __len__(self) -> int:
        return len(self.images)

    def subset(self, chosen: slice | Tensor) -> TrainingFaces:
        """Return some of the faces, by a slice, numbers or a mask, without weights and second views."""
        return TrainingFaces(self.images[chosen], self.probabilities[chosen], self.classes[chosen])


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The faces of a training.

    Parameters
    ----------
    training, holdout, validation : TrainingFaces
        Faces to train on; training faces held out (perhaps none), to fit the temperature on and, with
        patience, to choose the epoch by; and faces to measure on, by which nothing is chosen.
    unlabelled : Tensor of shape (M, 1, S, S), uint8, optional
        Faces that nobody labelled, for teachers to speak of.
    unlabelled_upright : Tensor of shape (M, 1, S, S), uint8, optional
        The same brought upright.
    """

    training: TrainingFaces
    holdout: TrainingFaces
    validation: TrainingFaces
    unlabelled: Tensor | None = None
    unlabelled_upright: Tensor | None = None


def digest_of(*parts: TrainingFaces) -> str:
    """Return what tells faces and their labels from others.

    Parameters
    ----------
    *parts : TrainingFaces
        The faces of a training and those that it holds out. Their targets do not count: teachers' answers
        differ in the last digits from machine to machine.

    Returns
    -------
    str
        SHA-256 of pictures and classes, in hexadecimal.

    Examples
    --------
    >>> faces = TrainingFaces(torch.zeros(2, 1, 8, 8, dtype=torch.uint8), torch.eye(2), torch.arange(2))
    >>> digest_of(faces) == digest_of(faces), digest_of(faces) == digest_of(faces.subset(slice(1)))
    (True, False)
    """
    digest = sha256()
    for faces in parts:
        digest.update(str(tuple(faces.images.shape)).encode())
        for tensor in (faces.images, faces.classes):
            digest.update(tensor.contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()


def tensors_from(
    faces: FerPlus,
    *,
    size: int,
    device: torch.device,
    labels: LabelSet = EXPRESSIONS,
    targets: str = "distribution",
) -> TrainingFaces:
    """Move the faces that can teach to a device.

    Parameters
    ----------
    faces : FerPlus
        A split or a part of one.
    size : int
        Side in pixels that the network takes.
    device : torch.device
        Where the training runs.
    labels : LabelSet
        What the network speaks.
    targets : str
        "distribution": the shares of the votes; "majority": the one class that has most of them.

    Returns
    -------
    TrainingFaces
        With "distribution" the faces with at least one of the labels that two people named, with "majority"
        those whose majority is one of the labels.
    """
    shares, classes = shares_in(faces.votes, labels), majority_in(faces.votes, labels)
    if targets == "majority":
        shares = np.eye(len(labels), dtype=np.float32)[classes] * (classes >= 0)[:, None]
    usable = shares.any(axis=1)
    images = torch.from_numpy(resize_faces(faces.images[usable], size))[:, None]
    return TrainingFaces(
        images.to(device),
        torch.from_numpy(shares[usable]).to(device),
        torch.from_numpy(classes[usable]).to(device),
    )


def split_holdout(faces: FerPlus, share: float, seed: int) -> tuple[FerPlus, FerPlus]:
    """Split training faces into those that train and those that fit the temperature.

    Parameters
    ----------
    faces : FerPlus
        The training split.
    share : float
        Share of the faces held out, in [0, 0.5].
    seed : int
        Seed of the draw.

    Returns
    -------
    (FerPlus, FerPlus)
        Faces to train on and faces held out. Rows with the same picture name stay on one side, and what is
        held out has no copy, pixel for pixel, among the others: FER2013 holds some under several names.
    """
    _, picture = np.unique(np.array(faces.names), return_inverse=True)
    drawn = np.random.default_rng(seed).permutation(picture.max() + 1)
    held_out = drawn[picture] < round(share * (picture.max() + 1))
    kept, rest = faces.subset(~held_out), faces.subset(held_out)
    return kept, rest.subset(~have_copies(rest.images, among=kept.images))
