"""Teaching: a trained network says what it sees by day, and the pupil learns to say so at night."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import torch
from torch import Tensor

from lamplit.core.labels import EXPRESSIONS
from lamplit.nets import build_network
from lamplit.training.faces import TrainingFaces
from lamplit.training.loop import choose_fabric, predict_logits
from lamplit.training.recipe import Recipe


@torch.no_grad()
def taught(faces: TrainingFaces, recipe: Recipe, weights: Mapping[str, Tensor]) -> TrainingFaces:
    """Mix a teacher's answers into the targets.

    Parameters
    ----------
    faces : TrainingFaces
        Faces as they are, in good light.
    recipe : Recipe
        Gives the network's architecture and `teach`, the teacher's share.
    weights : mapping of str to Tensor
        State of the teacher.

    Returns
    -------
    TrainingFaces
        The same faces; targets are `(1 - teach) * votes + teach * answer`, where the answer is the mean of
        the teacher's probabilities for the face and its mirror image.
    """
    fabric = choose_fabric()
    teacher = build_network(recipe.network, n_classes=len(EXPRESSIONS), **recipe.settings)
    teacher.load_state_dict(dict(weights))
    teacher = teacher.to(device=faces.images.device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    with fabric.autocast():
        seen = predict_logits(teacher, faces.images).softmax(dim=1)
        mirrored = predict_logits(teacher, faces.images.flip(3)).softmax(dim=1)
    targets = torch.lerp(faces.probabilities, (seen + mirrored) / 2, recipe.teach)
    return dataclasses.replace(faces, probabilities=targets)
