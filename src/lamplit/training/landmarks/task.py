"""The task of finding landmarks: network, batches, loss and measure for `lamplit.training.task_loop`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor, nn

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.light.gauntlet import SEVEN_LIGHTS, Light
from lamplit.nets import build_network
from lamplit.nets.landmarks import LandmarkAnswer
from lamplit.training.checkpoint import Checkpoint
from lamplit.training.landmarks.crops import CropBatch, draw_batch
from lamplit.training.landmarks.data import LandmarkData, PointedFaces
from lamplit.training.landmarks.loss import landmark_loss
from lamplit.training.landmarks.measuring import point_errors, score_landmarks, usual_crops, usual_points
from lamplit.training.landmarks.proposed import Proposed, proposers, with_proposals
from lamplit.training.landmarks.recipe import LandmarkRecipe
from lamplit.training.run_state import averaged_weights

MOST_MEASURED = 500
"""Faces of each set that are measured after an epoch."""

BAD_LIGHTS = ("night", "side light, ten directions")
"""Conditions of `SEVEN_LIGHTS` in which held-out faces are measured, too, after each epoch."""

JUDGE = "judge_cells"
"""The setting of the network in which a run may differ from the one that it starts from."""

_JUDGING = ("judge.", "classify.")
_AT_A_TIME = 64


class LandmarkTask:
    """Find 68 points of a face, and say how sure each is.

    Parameters
    ----------
    recipe : LandmarkRecipe
        All settings.
    data : LandmarkData
        Faces and scenes; brought to the device of the generator at the first batch.
    before : Checkpoint, optional
        The finished run that the recipe starts from.

    Raises
    ------
    InvalidArgumentError
        If the recipe wants proposals and the data have no stocks.
    """

    def __init__(
        self,
        recipe: LandmarkRecipe,
        data: LandmarkData,
        *,
        before: Checkpoint | None = None,
    ) -> None:
        stocks = data.stocks
        if recipe.proposed and stocks is None:
            raise InvalidArgumentError("stocks", "what scenes are composed of", "None")
        self.recipe = recipe
        self.data = data
        self.before = before
        self._proposers = None if stocks is None or not recipe.proposed else proposers(recipe, stocks)
        self._measured: dict[str, tuple[Tensor, AnyArray]] = {}
        self._proposed: Proposed | None = None

    @property
    def name(self) -> str:
        """Name of the recipe."""
        return self.recipe.name

    @property
    def settings(self) -> Mapping[str, Any]:
        """The recipe as plain values, and how many faces there are to learn from."""
        settings = self.recipe.as_dict() | {"faces": [len(self.data.fine), len(self.data.coarse)]}
        # Runs of older versions, which had not heard of these, go on.
        if not self.recipe.start:
            del settings["start"]
        if self._proposers is None:
            for name in ("proposed", "detector", "spoil"):
                del settings[name]
            return settings
        return settings | self._proposers.training.known

    def build(self) -> nn.Module:
        """Return the network with fresh weights, or those of the run before."""
        network = build_network(self.recipe.network, answers="landmarks", **self.recipe.settings)
        if self.before is not None:
            _begin_with(network, averaged_weights(self.before))
        return network

    def batches(self, epoch: int, generator: Generator) -> Iterator[CropBatch]:
        """Yield an epoch of crops, drawn anew."""
        data = _on_device(self.data, generator.device)
        proposed: Iterator[Proposed] | None = None
        if self._proposers is not None:
            seed = torch.randint(2**62, (1,), generator=generator, device=generator.device)
            proposed = self._proposers.training.drawn(self.recipe.proposed, np.random.default_rng(int(seed)))
        for _ in range(self.recipe.steps):
            batch = draw_batch(data, self.recipe, generator)
            yield batch if proposed is None else with_proposals(batch, next(proposed))

    def loss(self, network: nn.Module, batch: CropBatch) -> Tensor:
        """Return the loss of a batch."""
        answer: LandmarkAnswer = network(batch.crops.to(memory_format=torch.channels_last))
        settings = {"tempering": self.recipe.tempering, "face_share": self.recipe.face_share}
        return landmark_loss(answer, batch, **settings)

    def measure(self, network: nn.Module) -> dict[str, float]:
        """Measure a network on faces and scenes held out.

        Returns
        -------
        dict of str to float
            `error`: of faces that nobody labelled, in good light, over the inter-ocular distance;
            `dark_error`: of the same at night and in light from the side; `ferplus_error`: of FER+;
            `spread_ratio` in good light (`lamplit.training.landmarks.measuring`); `face_accuracy`: of the
            answer whether there is a face, mean of faces and of scenes; `proposal_accuracy`: of the same
            answer to what the detector proposes in scenes that are not learnt from, if it learns from
            others.
        """
        sets = self._held_out()
        answers = {name: answers_of(network, crops) for name, (crops, _) in sets.items()}
        errors = {
            name: float(point_errors(answers[name].points.numpy(), points).mean())
            for name, (_, points) in sets.items()
            if len(points)
        }
        good = answers["good light"]
        scores = score_landmarks(good.points.numpy(), good.log_spread.exp().numpy(), sets["good light"][1])
        right = [(good.face > 0).float().mean(), (answers["scenes"].face <= 0).float().mean()]
        return {
            "error": scores.error,
            "dark_error": float(np.mean([errors[name] for name in BAD_LIGHTS])),
            "ferplus_error": errors["ferplus"],
            "spread_ratio": scores.spread_ratio,
            "face_accuracy": float(sum(right) / len(right)),
            **self._of_proposals(network),
        }

    def _of_proposals(self, network: nn.Module) -> dict[str, float]:
        """Measure how well held-out proposals are told apart."""
        if self._proposers is None:
            return {}
        if self._proposed is None:
            random = np.random.default_rng(self.recipe.seed)
            self._proposed = next(self._proposers.held_out.drawn(MOST_MEASURED, random))
        said = answers_of(network, torch.from_numpy(self._proposed.crops)[:, None]).face.numpy() > 0
        is_face = self._proposed.is_face
        kinds = [(said == is_face)[is_face == kind] for kind in (True, False)]
        return {"proposal_accuracy": float(np.mean([kind.mean() for kind in kinds if len(kind)]))}

    def _held_out(self) -> dict[str, tuple[Tensor, AnyArray]]:
        """Return crops (N, 1, S, S) and points by set, made once."""
        if not self._measured:
            fine, size = _first(self.data.held_out), self.recipe.size
            pictures = fine.images[:, 0].numpy()
            for light in _lights():
                name = light.condition
                self._measured[name] = _usual(light.apply(pictures), fine.points.numpy(), size)
            ferplus = _first(self.data.validation)
            self._measured["ferplus"] = _usual(ferplus.images[:, 0].numpy(), ferplus.points.numpy(), size)
            scenes = self.data.held_out_scenes[:, 0].numpy()
            self._measured["scenes"] = _usual(scenes, np.empty((0, 68, 2)), size)
        return self._measured


def _begin_with(network: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Load the weights of a run before; if it judged faces otherwise, the judging is learnt anew."""
    wanted = network.state_dict()
    known = {
        name: tensor
        for name, tensor in weights.items()
        if name in wanted and (tensor.shape == wanted[name].shape or not name.startswith(_JUDGING))
    }
    fresh = {name: tensor for name, tensor in wanted.items() if name.startswith(_JUDGING)}
    network.load_state_dict(fresh | known)


def _lights() -> list[Light]:
    """Return good light and the bad ones that are measured."""
    return [light for light in SEVEN_LIGHTS if light.condition in ("good light", *BAD_LIGHTS)]


def _first(faces: PointedFaces) -> PointedFaces:
    """Return no more faces than are measured after an epoch."""
    return faces.subset(torch.arange(min(len(faces), MOST_MEASURED)))


def _usual(pictures: ByteArray, points: AnyArray, size: int) -> tuple[Tensor, AnyArray]:
    """Return crops as they are cut at run time, and their points."""
    return torch.from_numpy(usual_crops(pictures, size))[:, None], usual_points(points)


def _on_device(data: LandmarkData, device: torch.device) -> LandmarkData:
    """Return the data that batches are drawn from, where they are drawn."""
    if device.type == "cpu":
        return data
    return replace(data, **{name: getattr(data, name).to(device) for name in ("fine", "coarse", "scenes")})


@torch.no_grad()
def answers_of(network: nn.Module, crops: Tensor) -> LandmarkAnswer:
    """Run a network over crops in batches.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode.
    crops : Tensor of shape (N, 1, S, S), uint8
        Grey crops.

    Returns
    -------
    LandmarkAnswer
        On the CPU.
    """
    device = next(network.parameters()).device
    parts = [
        network(crops[start : start + _AT_A_TIME].to(device).float() / 255.0)
        for start in range(0, len(crops), _AT_A_TIME)
    ]
    return LandmarkAnswer(*(torch.cat(column).cpu() for column in zip(*parts, strict=True)))
