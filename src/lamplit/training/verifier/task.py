"""The verifier as a task: what a detector proposes in scenes that are composed as they are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from lamplit.core.arrays import ByteArray
from lamplit.nets.face_verifier import ANSWERS, VerifierAnswer
from lamplit.nets.registry import build_network
from lamplit.training.detector.measure import held_out_scenes
from lamplit.training.scenes.composing import compose_scene, plain_scene
from lamplit.training.scenes.stock import SceneStocks
from lamplit.training.verifier.measure import KINDS, HeldOut, rates_of, seen_by
from lamplit.training.verifier.proposals import proposals_in, proposing
from lamplit.training.verifier.recipe import VerifierRecipe

NETWORK = "face-verifier"

POINTS, BEND = 10.0, 0.03
"""Weight of the points beside that of the question, and sides of the crop up to which their distance counts
by its square."""


class CropsBatch(NamedTuple):
    """Crops with what they show.

    Parameters
    ----------
    crops : Tensor of shape (N, 1, S, S), uint8
        Grey.
    is_face : Tensor of shape (N,), float32
        1 where there is a face, else 0.
    points : Tensor of shape (N, 5, 2), float32
        Of the faces, in fractions of the crop; NaN where not known.
    """

    crops: Tensor
    is_face: Tensor
    points: Tensor


class VerifierTask:
    """What the verifier is to learn (`lamplit.training.task_loop.Task`).

    Parameters
    ----------
    recipe : VerifierRecipe
        How.
    stocks : SceneStocks
        From what.

    Raises
    ------
    WeightsMissingError, WeightsCorruptError
        If the recipe's detector is not there or damaged.
    """

    def __init__(self, recipe: VerifierRecipe, stocks: SceneStocks) -> None:
        self.recipe = recipe
        self.stocks = stocks
        self.detector = proposing(recipe.detector, recipe.least_score)
        self._held_out: HeldOut | None = None

    @property
    def name(self) -> str:
        """What errors call the task."""
        return self.recipe.name

    @property
    def settings(self) -> Mapping[str, Any]:
        """The resolved recipe as plain values, and how many pictures there are to learn from."""
        counts = self.stocks.training.counts
        return self.recipe.as_dict() | {"pictures": counts, "detector_sha256": self.detector.card.sha256}

    def build(self) -> nn.Module:
        """Return the network with fresh weights."""
        recipe = self.recipe
        network = build_network(NETWORK, answers=ANSWERS, size=recipe.size, **recipe.settings)
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]

    def batches(self, epoch: int, generator: Generator) -> Iterator[CropsBatch]:
        """Yield the batches of an epoch; all randomness comes from the generator."""
        seed = torch.randint(2**62, (1,), generator=generator, device=generator.device)
        random = np.random.default_rng(int(seed))
        for _ in range(self.recipe.steps_per_epoch):
            yield self._batch(random, generator.device)

    def _batch(self, random: np.random.Generator, device: torch.device) -> CropsBatch:
        """Compose scenes and cut out what is proposed there."""
        recipe, stock = self.recipe, self.stocks.training
        settings = {"size": recipe.size, "most": recipe.most}
        found = []
        for _ in range(recipe.scenes):
            compose = plain_scene if random.random() < recipe.plain else compose_scene
            scene = compose(stock, recipe.side, random, spoiling=recipe.spoil)
            found.append(proposals_in(scene, self.detector, random, **settings))
        names = ("crops", "is_face", "points")
        crops, is_face, points = (np.concatenate([getattr(one, name) for one in found]) for name in names)
        if not len(crops):  # nothing proposed anywhere: black is no face
            crops, is_face = np.zeros((1, recipe.size, recipe.size), np.uint8), np.zeros(1, bool)
            points = np.full((1, 5, 2), np.nan, np.float32)
        taught = (crops[:, None], is_face.astype(np.float32), points)
        return CropsBatch(*(torch.from_numpy(part).to(device) for part in taught))

    def loss(self, network: nn.Module, batch: CropsBatch) -> Tensor:
        """Return the mean loss of a batch: cross-entropy, and smooth L1 where points are known."""
        bright = (batch.crops.float() / 255.0).to(memory_format=torch.channels_last)
        answer: VerifierAnswer = network(bright)
        loss = functional.binary_cross_entropy_with_logits(answer.face, batch.is_face)
        known = torch.isfinite(batch.points).flatten(1).all(dim=1)
        if known.any():
            away = functional.smooth_l1_loss(answer.points[known], batch.points[known], beta=BEND)
            loss = loss + POINTS * known.float().mean() * away
        return loss

    def measure(self, network: nn.Module) -> dict[str, float]:
        """Measure on scenes held out: recall of detector and verifier together, by kind of scene."""
        if self._held_out is None:
            recipe = self.recipe
            scenes = held_out_scenes(self.stocks.held_out, recipe.held_out_scenes, spoiling=recipe.spoil)
            self._held_out = {kind: seen_by(self.detector, scenes[kind], size=recipe.size) for kind in KINDS}
        return rates_of(self._held_out, lambda crops: logits_of(network, crops))


@torch.no_grad()
def logits_of(network: nn.Module, crops: ByteArray) -> Any:
    """Return a network's logits of crops.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode.
    crops : ndarray of shape (N, S, S), uint8
        Grey.

    Returns
    -------
    ndarray of shape (N,), float32
        Logits of there being a face.
    """
    device = next(network.parameters()).device
    parts = [
        network(torch.from_numpy(crops[start : start + 256])[:, None].to(device).float() / 255.0).face
        for start in range(0, len(crops), 256)
    ]
    return torch.cat(parts).float().cpu().numpy() if parts else np.zeros(0, np.float32)
