"""The face detector as a task: scenes composed as they are needed, with the mistakes of epochs before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor, nn

from lamplit.core.detector_grid import cells_of
from lamplit.nets.face_detector import ANSWERS
from lamplit.nets.registry import build_network
from lamplit.training.checkpoint import Checkpoint
from lamplit.training.detector.loss import Batch, batch_of, detector_loss
from lamplit.training.detector.measure import held_out_scenes, recalls
from lamplit.training.detector.mining import find_hard_places, load_hard_places, save_hard_places
from lamplit.training.detector.missed import find_missed_faces, save_missed_faces, with_missed_faces
from lamplit.training.detector.recipe import DetectorRecipe
from lamplit.training.detector.targets import assign
from lamplit.training.run_state import averaged_weights
from lamplit.training.scenes.composing import Scene, compose_scene
from lamplit.training.scenes.stock import SceneStocks

NETWORK = "face-detector"


class DetectorTask:
    """What the detector is to learn (`lamplit.training.task_loop.Task`).

    Parameters
    ----------
    recipe : DetectorRecipe
        How.
    stocks : SceneStocks
        From what.
    folder : Path
        The folder of the run, where the mistakes of each epoch are kept.
    before : Checkpoint, optional
        The finished run that the recipe starts from (`lamplit.training.before.run_before`).
    """

    def __init__(
        self, recipe: DetectorRecipe, stocks: SceneStocks, folder: Path, before: Checkpoint | None = None
    ) -> None:
        self.recipe = recipe
        self.before = before
        self.stocks = stocks
        self.folder = folder
        self._epoch = 0
        self._measured_on = held_out_scenes(stocks.held_out, recipe.held_out_scenes, spoiling=recipe.spoil)

    @property
    def name(self) -> str:
        """What errors call the task."""
        return self.recipe.name

    @property
    def settings(self) -> Mapping[str, Any]:
        """The resolved recipe as plain values, and how many pictures there are to learn from."""
        settings = self.recipe.as_dict() | {"pictures": self.stocks.training.counts}
        # Runs of older versions, which had not heard of these, go on.
        if not self.recipe.start:
            del settings["start"]
        if not self.recipe.mine_faces:
            del settings["mine_faces"], settings["least_seen"]
        return settings

    def build(self) -> nn.Module:
        """Return the network with fresh weights, or those of the run before."""
        network = build_network(NETWORK, answers=ANSWERS, **self.recipe.settings)
        if self.before is not None:
            network.load_state_dict(averaged_weights(self.before))
        # Half as fast again on a CPU, where convolutions in bfloat16 want channels last.
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]

    def batches(self, epoch: int, generator: Generator) -> Iterator[Batch]:
        """Yield the batches of an epoch; all randomness comes from the generator."""
        self._epoch = epoch
        seed = torch.randint(2**62, (1,), generator=generator, device=generator.device)
        random = np.random.default_rng(int(seed))
        hard = load_hard_places(self.folder, before=epoch)
        stock = self.stocks.training
        if self.recipe.mine_faces:
            stock = with_missed_faces(stock, self.folder, before=epoch)
        compose = partial(compose_scene, stock, spoiling=self.recipe.spoil, hard=hard)
        for _ in range(self.recipe.steps_per_epoch):
            size = int(random.choice(self.recipe.sizes))
            scenes = [compose(size=size, random=random) for _ in range(self.recipe.scenes_of(size))]
            yield _batch_of(scenes, size, generator.device)

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """Return the mean loss of a batch."""
        return detector_loss(network(batch.images.float() / 255.0), batch)

    def measure(self, network: nn.Module) -> dict[str, float]:
        """Measure recall on scenes held out, and collect mistakes for the epochs to come."""
        figures = recalls(network, self._measured_on)
        recipe = self.recipe
        if recipe.mine_after and self._epoch >= recipe.mine_after:
            self._collect_mistakes(network, np.random.default_rng([recipe.seed, self._epoch]))
        return figures

    def _collect_mistakes(self, network: nn.Module, random: np.random.Generator) -> None:
        """Keep what is taken for a face and is none, and faces that are missed."""
        recipe, stock = self.recipe, self.stocks.training
        chosen = random.permutation(len(stock.pictures))[: recipe.mine_pictures]
        alarms = find_hard_places(network, stock.pictures, chosen, least=recipe.least_alarm)
        save_hard_places(alarms, self.folder, epoch=self._epoch)
        if recipe.mine_faces:
            faces = random.permutation(len(stock.small))[: recipe.mine_faces]
            missed = find_missed_faces(network, stock, faces, random, least=recipe.least_seen)
            save_missed_faces(missed, self.folder, epoch=self._epoch)


def _batch_of(scenes: Sequence[Scene], size: int, device: torch.device) -> Batch:
    """Return scenes of one size with their targets."""
    images, targets = [scene.image for scene in scenes], [assign(scene) for scene in scenes]
    return batch_of(images, targets, cells_of(size, size), device)
