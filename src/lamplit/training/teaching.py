"""Teaching: trained networks say what they see by day, and the pupil learns to say so at night."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from lamplit.core.labels import EXPRESSIONS, LABEL_SETS
from lamplit.core.steps import OnStep, silently
from lamplit.faces.landmarks import usual_landmarks
from lamplit.faces.upright import upright_crops
from lamplit.imaging.geometry import resize_faces
from lamplit.nets import build_network
from lamplit.training.checkpoint import Checkpoint
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import TrainingFaces
from lamplit.training.loop import predict_logits
from lamplit.training.state import averaged_weights

TURNED_AT_ONCE = 250
"""Faces brought upright between two words about it."""


@torch.no_grad()
def answers(
    images: Tensor,
    teachers: Sequence[Checkpoint],
    upright: Tensor | None = None,
    *,
    on_step: OnStep = silently,
) -> Tensor:
    """Return what teachers say of faces in the light they were taken in.

    Parameters
    ----------
    images : Tensor of shape (N, 1, S, S), uint8
        Grey faces; each teacher sees them at its own input size.
    teachers : sequence of Checkpoint
        Finished runs, at least one, whose averaged networks teach.
    upright : Tensor of shape (N, 1, S, S), uint8, optional
        The same faces brought upright (`upright_views`), where teachers see these, too.
    on_step : callable
        Told how many views all teachers have seen.

    Returns
    -------
    Tensor of shape (N, K), float32
        Mean of the probabilities over teachers and views: each is seen as it is and mirrored.
    """
    fabric, said = choose_fabric(), []
    seen = [images] if upright is None else [images, upright]
    views = 2 * len(seen) * len(teachers)
    for teacher in teachers:
        network = network_of(teacher)
        network = network.to(device=images.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        for faces in (_resized(each, teacher.details["recipe"]["size"]) for each in seen):
            for view in (faces, faces.flip(3)):
                with fabric.autocast():
                    said.append(predict_logits(network, view).softmax(dim=1))
                on_step("asking teachers", len(said), views)
    return torch.stack(said).mean(dim=0)


def network_of(run: Checkpoint) -> nn.Module:
    """Return the averaged network of a run.

    Parameters
    ----------
    run : Checkpoint
        Of any run.

    Returns
    -------
    torch.nn.Module
        In evaluation mode, on the CPU.
    """
    recipe = run.details["recipe"]
    labels = LABEL_SETS[recipe.get("labels", EXPRESSIONS.name)]
    with torch.random.fork_rng(devices=[]):
        network = build_network(recipe["network"], n_classes=len(labels), **recipe["settings"])
    network.load_state_dict(averaged_weights(run))
    return network.eval()


def taught(
    faces: TrainingFaces,
    teachers: Sequence[Checkpoint],
    share: float,
    upright: Tensor | None = None,
    *,
    on_step: OnStep = silently,
) -> TrainingFaces:
    """Mix the answers of teachers into the targets.

    Parameters
    ----------
    faces : TrainingFaces
        Faces as they are, in good light.
    teachers : sequence of Checkpoint
        Finished runs whose averaged networks teach.
    share : float
        Their share of the targets, in [0, 1].
    upright : Tensor of shape (N, 1, S, S), uint8, optional
        What they see besides, as for `answers`.
    on_step : callable
        As for `answers`.

    Returns
    -------
    TrainingFaces
        The same faces; targets are `(1 - share) * votes + share * answers`.

    References
    ----------
    Hinton, Vinyals, Dean (2015), arXiv:1503.02531.
    """
    said = answers(faces.images, teachers, upright, on_step=on_step)
    targets = torch.lerp(faces.probabilities, said, share)
    return dataclasses.replace(faces, probabilities=targets)


def with_unlabelled(
    faces: TrainingFaces, images: Tensor, said: Tensor, upright: Tensor | None = None
) -> TrainingFaces:
    """Add faces that nobody labelled, with the answers of teachers as targets.

    Parameters
    ----------
    faces : TrainingFaces
        Faces with targets.
    images : Tensor of shape (M, 1, S, S), uint8
        Grey faces of the same size, on any device.
    said : Tensor of shape (M, K), float32
        From `answers`.
    upright : Tensor of shape (M, 1, S, S), uint8, optional
        The added faces brought upright, where those with targets have such views.

    Returns
    -------
    TrainingFaces
        All faces; the added ones have no majority (-1), so training accuracy does not count them, and are
        shown once in an epoch where others are balanced.

    Examples
    --------
    >>> few = TrainingFaces(torch.zeros(2, 1, 8, 8, dtype=torch.uint8), torch.eye(2), torch.arange(2))
    >>> with_unlabelled(few, torch.ones(1, 1, 8, 8, dtype=torch.uint8), torch.tensor([[0.5, 0.5]])).classes
    tensor([ 0,  1, -1])
    """
    device, weights = faces.images.device, faces.weights
    return TrainingFaces(
        torch.cat([faces.images, images.to(device)]),
        torch.cat([faces.probabilities, said.to(device)]),
        torch.cat([faces.classes, torch.full((len(images),), -1, device=device)]),
        None if weights is None else torch.cat([weights, weights.new_ones(len(images))]),
        None if faces.upright is None or upright is None else torch.cat([faces.upright, upright.to(device)]),
    )


def upright_views(images: Tensor, *, on_step: OnStep = silently) -> Tensor:
    """Return faces brought upright by their landmarks.

    Parameters
    ----------
    images : Tensor of shape (N, 1, S, S), uint8
        Grey faces, framed as those of FER+.
    on_step : callable
        Told how many faces are brought upright.

    Returns
    -------
    Tensor of shape (N, 1, S, S), uint8
        As `lamplit.faces.upright.upright_crops` brings them, on the same device.

    Examples
    --------
    >>> nobody = torch.zeros(1, 1, 48, 48, dtype=torch.uint8)
    >>> torch.equal(upright_views(nobody), nobody)
    True
    """
    faces, marks = images[:, 0].cpu().numpy(), usual_landmarks()
    turned = np.empty_like(faces)
    for start in range(0, len(faces), TURNED_AT_ONCE):
        some = slice(start, start + TURNED_AT_ONCE)
        turned[some] = upright_crops(faces[some], size=images.shape[2], marks=marks)
        on_step("bringing faces upright", min(start + TURNED_AT_ONCE, len(faces)), len(faces))
    return torch.from_numpy(turned)[:, None].to(images.device)


def _resized(images: Tensor, size: int) -> Tensor:
    """Return uint8 faces at another size, as the faces that a teacher learnt from were brought to it."""
    if images.shape[2] == size:
        return images
    resized = resize_faces(images[:, 0].cpu().numpy(), size)
    return torch.from_numpy(resized)[:, None].to(images.device)
