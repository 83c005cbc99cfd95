"""Teaching: a trained network says what it sees by day, and the pupil learns to say so at night."""

from __future__ import annotations

import dataclasses

import torch

from lamplit.nets import build_network
from lamplit.training.checkpoint import Checkpoint
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import TrainingFaces
from lamplit.training.loop import predict_logits
from lamplit.training.state import averaged_weights


@torch.no_grad()
def taught(faces: TrainingFaces, teacher: Checkpoint, share: float) -> TrainingFaces:
    """Mix a teacher's answers into the targets.

    Parameters
    ----------
    faces : TrainingFaces
        Faces as they are, in good light.
    teacher : Checkpoint
        The finished run whose averaged network teaches.
    share : float
        Its share of the targets, in [0, 1].

    Returns
    -------
    TrainingFaces
        The same faces; targets are `(1 - share) * votes + share * answer`, where the answer is the mean of
        the teacher's probabilities for the face and its mirror image.
    """
    fabric, recipe = choose_fabric(), teacher.details["recipe"]
    network = build_network(recipe["network"], n_classes=faces.probabilities.shape[1], **recipe["settings"])
    network.load_state_dict(averaged_weights(teacher))
    network = network.to(device=faces.images.device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    with fabric.autocast():
        seen = predict_logits(network, faces.images).softmax(dim=1)
        mirrored = predict_logits(network, faces.images.flip(3)).softmax(dim=1)
    targets = torch.lerp(faces.probabilities, (seen + mirrored) / 2, share)
    return dataclasses.replace(faces, probabilities=targets)
