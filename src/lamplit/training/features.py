"""What a frozen network sees in faces: features for a new head, computed once for each input size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from lamplit.core.steps import OnStep
from lamplit.nets.restore import restore_network
from lamplit.nets.tapped import TappedNet
from lamplit.training.augment import augment
from lamplit.training.finetuning import tuning_of
from lamplit.training.framing import FramedFaces
from lamplit.training.recipe import Recipe
from lamplit.weights.cards import WeightsCard

BATCH_SIZE = 64

SIZE_STEP = 8
"""Input sizes are multiples of this, so that maps of all stages have whole sizes."""


@dataclass(frozen=True, slots=True)
class Features:
    """Features of faces at one input size.

    Parameters
    ----------
    values : Tensor of shape (copies, N, D), float32
        First of the faces as they are, then mirrored, then varied.
    block_widths : tuple of int
        How many of them belong to each tap.
    """

    values: Tensor
    block_widths: tuple[int, ...]


def input_sizes(recipe: Recipe, card: WeightsCard) -> list[int]:
    """Return the input sizes that a recipe tries, in pixels.

    Parameters
    ----------
    recipe : Recipe
        With a table `finetune`.
    card : WeightsCard
        Of the weights that it starts from.

    Returns
    -------
    list of int
        Multiples of 8, rising.
    """
    scales = tuning_of(recipe.name, recipe.finetune).scales
    sizes = (SIZE_STEP * round(scale * card.input_size / SIZE_STEP) for scale in scales)
    return sorted({max(size, 2 * SIZE_STEP) for size in sizes})


def tapped_settings(recipe: Recipe, card: WeightsCard, size: int) -> dict[str, Any]:
    """Return the keyword arguments of a tapped network over the network of a card.

    Parameters
    ----------
    recipe : Recipe
        With a table `finetune`.
    card : WeightsCard
        Of the weights that it starts from.
    size : int
        Side of the input in pixels.

    Returns
    -------
    dict
        For `lamplit.nets.tapped.TappedNet`.
    """
    tuning = tuning_of(recipe.name, recipe.finetune)
    return {
        "backbone": card.recipe.get("network"),
        "backbone_settings": dict(card.recipe.get("settings", {})),
        "taps": dict(tuning.taps),
        "freeze": tuning.freeze,
        "size": size,
    }


def tapped_network(
    recipe: Recipe, start: tuple[WeightsCard, bytes], *, n_classes: int, size: int
) -> TappedNet:
    """Build the network of a fine-tuning: that of finished weights, with a head that is yet to be fitted.

    Parameters
    ----------
    recipe : Recipe
        With a table `finetune`.
    start : (WeightsCard, bytes)
        The weights, from `lamplit.weights.store.load_weights`.
    n_classes : int
        Number of labels.
    size : int
        Side of the input in pixels.

    Returns
    -------
    TappedNet
        In evaluation mode.

    Raises
    ------
    WeightsCorruptError
        If the weights cannot be trained on.
    InvalidArgumentError
        If the network has no such parts as the recipe names.
    """
    finished = restore_network(*start)
    finished.classify = nn.Identity()  # as in the tapped network, which asks for other labels
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = TappedNet(n_classes, **tapped_settings(recipe, start[0], size))
    network.backbone.load_state_dict(finished.state_dict())
    return network.eval()


@torch.no_grad()
def face_features(
    network: TappedNet,
    faces: FramedFaces,
    recipe: Recipe,
    *,
    size: int,
    on_step: OnStep,
) -> Features:
    """Compute the features of faces and of varied copies of them.

    Parameters
    ----------
    network : TappedNet
        What sees them, on the device that is to be used.
    faces : FramedFaces
        The faces.
    recipe : Recipe
        How many copies, and how they are varied; its seed decides every draw.
    size : int
        Side of the crops in pixels.
    on_step : callable
        Told (what is done, faces done, faces in all).

    Returns
    -------
    Features
        On the CPU.
    """
    copies = max(tuning_of(recipe.name, recipe.finetune).copies)
    device = next(network.parameters()).device
    generator = Generator(device=device).manual_seed(recipe.seed)
    crops = torch.from_numpy(faces.exposed(size))[:, None]
    found: list[list[Tensor]] = []
    for begin in range(0, len(crops), BATCH_SIZE):
        batch = crops[begin : begin + BATCH_SIZE].to(device)
        varied = [augment(batch, recipe.augment, generator) for _ in range(copies - 2)]
        shown = [batch, batch.flip(3), *varied][:copies]
        found.append([torch.cat(network.blocks(copy), dim=1).cpu() for copy in shown])
        on_step(f"looking at faces, {size} pixels", min(begin + BATCH_SIZE, len(crops)), len(crops))
    values = torch.stack([torch.cat(parts) for parts in zip(*found, strict=True)])
    return Features(values, network.block_widths)
