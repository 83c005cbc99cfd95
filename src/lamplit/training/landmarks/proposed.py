"""What a detector takes for faces in composed scenes, as crops that the landmark network says yes or no to.

At run time it is asked about nothing else: detections that detector and verifier find promising. Pieces of
pictures drawn at random are too easy beside those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.faces.framing import crop_squares, face_square, landmark_square
from lamplit.faces.net import NetFaceDetector
from lamplit.faces.verification import promising
from lamplit.faces.verifier import FaceVerifier
from lamplit.training.landmarks.crops import CropBatch
from lamplit.training.landmarks.recipe import LandmarkRecipe
from lamplit.training.scenes.composing import compose_scene, plain_scene
from lamplit.training.scenes.stock import SceneStock, SceneStocks
from lamplit.training.verifier.proposals import proposing, told_apart

LEAST_SCORE, LEAST_SUM = 0.08, -3.4
"""Score of the detector, and what it and the verifier say together, from which something is proposed: a
little less than at run time, so that what is asked there does not lie at the border of what was learnt."""

LEAST_WIDTH = 14.0
"""Side in pixels below which faces are left out: nobody places landmarks in them."""

SIDE, PLAIN = 320, 0.45
"""Side of the scenes in pixels, and share of them that are pictures without faces as they are."""

MOST_FACES, MOST_OTHERS = 6, 10
"""Of one scene, by lot."""

MOST_BARREN = 500
"""Scenes in a row without a proposal after which none is waited for."""


class Proposed(NamedTuple):
    """Crops with what they show.

    Parameters
    ----------
    crops : ndarray of shape (N, S, S), uint8
        Grey, framed by `lamplit.faces.framing.landmark_square`.
    is_face : ndarray of shape (N,), bool
        Whether there is a face.
    """

    crops: ByteArray
    is_face: AnyArray


@dataclass(frozen=True, slots=True)
class Proposer:
    """Draws proposals.

    Parameters
    ----------
    recipe : LandmarkRecipe
        How scenes are spoilt, and the size of the crops.
    stock : SceneStock
        What they are composed of.
    detector : NetFaceDetector
        Proposes.
    verifier : FaceVerifier
        Says which proposals are promising.
    """

    recipe: LandmarkRecipe
    stock: SceneStock
    detector: NetFaceDetector
    verifier: FaceVerifier

    @property
    def known(self) -> dict[str, Any]:
        """What a run that goes on must find again: numbers of pictures, and the networks' check sums."""
        sums = {"detector_sha256": self.detector.card.sha256, "verifier_sha256": self.verifier.card.sha256}
        return {"pictures": self.stock.counts} | sums

    def drawn(self, n: int, random: np.random.Generator) -> Iterator[Proposed]:
        """Yield n proposals again and again, half of them mirrored.

        Parameters
        ----------
        n : int
            How many at a time.
        random : numpy.random.Generator
            Decides everything.

        Yields
        ------
        Proposed
            In the order of the scenes.

        Raises
        ------
        InvalidArgumentError
            If the detector proposes nothing in so many scenes that it never will.
        """
        size = self.recipe.size
        crops, is_face = np.zeros((0, size, size), np.uint8), np.zeros(0, bool)
        while True:
            barren = 0
            while len(crops) < n:
                more = self._of_one_scene(random)
                barren = 0 if len(more.crops) else barren + 1
                if barren == MOST_BARREN:
                    required = "one that finds something in composed scenes"
                    raise InvalidArgumentError(
                        "detector", required, f"{self.recipe.detector}, which does not"
                    )
                crops, is_face = np.concatenate([crops, more.crops]), np.concatenate([is_face, more.is_face])
            yield Proposed(crops[:n], is_face[:n])
            crops, is_face = crops[n:], is_face[n:]

    def _of_one_scene(self, random: np.random.Generator) -> Proposed:
        """Compose a scene and cut out what is proposed there."""
        compose = plain_scene if random.random() < PLAIN else compose_scene
        scene = compose(self.stock, SIDE, random, spoiling=self.recipe.spoil)
        candidates = self.detector.detect(scene.image)
        known = promising(self.verifier, scene.image, candidates, least=LEAST_SUM)
        found = [one.box for one, _ in known if one.box.width >= LEAST_WIDTH]
        boxes = np.array([box.xyxy for box in found], np.float32).reshape(-1, 4)
        faces, others = (random.permutation(some) for some in told_apart(boxes, scene))
        chosen = np.concatenate([faces[:MOST_FACES], others[:MOST_OTHERS]]).astype(int)
        squares = [landmark_square(face_square(found[number])) for number in chosen.tolist()]
        crops = crop_squares(scene.image, squares, self.recipe.size)
        mirrored = random.random(len(crops)) < 0.5
        crops[mirrored] = crops[mirrored][:, :, ::-1]
        return Proposed(crops, np.arange(len(chosen)) < min(len(faces), MOST_FACES))


class Proposers(NamedTuple):
    """Proposers of scenes to learn from, and of scenes held out."""

    training: Proposer
    held_out: Proposer


def proposers(recipe: LandmarkRecipe, stocks: SceneStocks) -> Proposers:
    """Load the networks that propose.

    Parameters
    ----------
    recipe : LandmarkRecipe
        With the name of the detector.
    stocks : SceneStocks
        What scenes are composed of.

    Returns
    -------
    Proposers
        One for each stock.

    Raises
    ------
    WeightsMissingError, WeightsCorruptError
        If the recipe's detector is not there or damaged.
    """
    detector = proposing(recipe.detector, LEAST_SCORE)
    verifier = FaceVerifier(threads=1)
    parts = (stocks.training, stocks.held_out)
    return Proposers(*(Proposer(recipe, stock, detector, verifier) for stock in parts))


def with_proposals(batch: CropBatch, proposed: Proposed) -> CropBatch:
    """Put proposals beside the crops of a batch.

    Parameters
    ----------
    batch : CropBatch
        N crops.
    proposed : Proposed
        M more; they are brought to the device of the batch.

    Returns
    -------
    CropBatch
        N + M crops; the points of the M do not count.
    """
    n, device = len(proposed.crops), batch.crops.device
    crops = torch.from_numpy(proposed.crops)[:, None].to(device).float() / 255.0
    is_face = torch.from_numpy(proposed.is_face).to(device).float()
    return CropBatch(
        torch.cat([batch.crops, crops.to(batch.crops.dtype)]),
        functional.pad(batch.points, (0, 0, 0, 0, 0, n)),
        functional.pad(batch.weights, (0, n)),
        torch.cat([batch.is_face, is_face]),
    )
