"""What landmark networks learn from and are measured on: faces with points, and scenes without faces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError
from lamplit.datasets.archive import Archive
from lamplit.datasets.ferplus import read_ferplus
from lamplit.datasets.landmarks import read_scored_landmarks
from lamplit.datasets.no_faces import part_of, read_no_faces
from lamplit.datasets.unlabelled import UNLABELLED, read_unlabelled
from lamplit.imaging.geometry import resize_faces
from lamplit.training.landmarks.recipe import LandmarkRecipe
from lamplit.training.leaks import which_have_copies

if TYPE_CHECKING:  # scenes leave out what is held out here
    from lamplit.training.scenes.stock import SceneStocks

SCENE_SIDE = 160
"""Side in pixels to which pictures without faces are brought."""

_HELD_OUT_OF = 10

OnPicture = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class PointedFaces:
    """Faces framed as FER+ frames them, with their points.

    Parameters
    ----------
    images : Tensor of shape (N, 1, S, S), uint8
        Grey pictures.
    points : Tensor of shape (N, 68, 2), float32
        (x, y) in fractions of the side.
    scores : Tensor of shape (N,), float32
        How far the points can be trusted, in (0, 1].
    """

    images: Tensor
    points: Tensor
    scores: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def subset(self, chosen: Tensor) -> PointedFaces:
        """Return some of the faces: by bool of shape (N,) or int of shape (M,)."""
        return PointedFaces(self.images[chosen], self.points[chosen], self.scores[chosen])

    def to(self, device: torch.device) -> PointedFaces:
        """Return the faces on a device."""
        return PointedFaces(self.images.to(device), self.points.to(device), self.scores.to(device))


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkData:
    """Everything that a training reads.

    Parameters
    ----------
    fine, coarse : PointedFaces
        Faces to learn from: those that nobody labelled, and those of FER+.
    held_out, validation : PointedFaces
        Faces to measure on: of the former those held out, and the validation split of FER+.
    scenes, held_out_scenes : Tensor of shape (M, 1, 160, 160), uint8
        Pictures without faces, to learn from and to measure on.
    stocks : SceneStocks, optional
        What scenes are composed of, for recipes that learn from proposals.
    """

    fine: PointedFaces
    coarse: PointedFaces
    held_out: PointedFaces
    validation: PointedFaces
    scenes: Tensor
    held_out_scenes: Tensor
    stocks: SceneStocks | None = None


def is_held_out(name: str) -> bool:
    """Tell whether a face that nobody labelled is kept from training: a fixed tenth, by the name's SHA-256.

    Parameters
    ----------
    name : str
        File name, without folders.

    Returns
    -------
    bool
        True for those whose points are never learnt, and which no scene shows.

    Examples
    --------
    >>> sum(is_held_out(f"face{number:05}.jpg") for number in range(4600))
    498
    """
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % _HELD_OUT_OF == 0


def read_landmark_data(
    recipe: LandmarkRecipe, folder: Path, *, on_picture: OnPicture | None = None
) -> LandmarkData:
    """Read everything that a recipe learns from.

    Parameters
    ----------
    recipe : LandmarkRecipe
        Decides sizes, the least score and what counts as a copy.
    folder : Path
        Holds `ferplus.zip`, `faces-unlabelled.zip`, `no-faces.zip` and `landmarks.npz`.
    on_picture : callable, optional
        Told (pictures read, pictures of the set), set by set.

    Returns
    -------
    LandmarkData
        No face that trains stands among those that are measured on.

    Raises
    ------
    DatasetError
        If a set is absent or not as expected, or no face is left to learn from or to measure on.
    """
    training, validation = (
        _ferplus(recipe, folder, split, on_picture) for split in ("training", "validation")
    )
    fine, held_out = read_unlabelled_faces(recipe, folder, on_picture=on_picture)
    fine = _without_copies(fine, (held_out, validation), recipe.near_copies)
    coarse = _without_copies(training, (held_out, validation), recipe.near_copies)
    needed = (
        ("faces to learn from", fine),
        ("faces of FER+ to learn from", coarse),
        ("faces of FER+ validation to measure on", validation),
    )
    for name, faces in needed:
        if not len(faces):
            raise DatasetError(str(folder), name, "none with points of the recipe's least score")
    return LandmarkData(
        fine,
        coarse,
        held_out,
        validation,
        read_scenes(folder, "training", on_picture=on_picture),
        read_scenes(folder, "tuning", on_picture=on_picture),
    )


def read_unlabelled_faces(
    recipe: LandmarkRecipe, folder: Path, *, on_picture: OnPicture | None = None
) -> tuple[PointedFaces, PointedFaces]:
    """Read the faces that nobody labelled.

    Parameters
    ----------
    recipe : LandmarkRecipe
        Decides size and least score.
    folder : Path
        Holds `faces-unlabelled.zip` and `landmarks.npz`.
    on_picture : callable, optional
        Told (pictures read, pictures in all).

    Returns
    -------
    (PointedFaces, PointedFaces)
        Those that may train, and those to measure on: the half of the held-out ones that scenes of other
        trainings do not show either (`lamplit.datasets.no_faces.part_of`). Copies of one another are still
        among them.

    Raises
    ------
    DatasetError
        If a file is absent or not as expected, or none is held out.
    """
    place = folder / UNLABELLED
    with Archive(place) as files:
        names = tuple(path.rsplit("/", 1)[-1] for path in files.pictures())
    images = read_unlabelled(place, size=recipe.size, on_picture=on_picture)
    faces, usable = _pointed(images, folder, "unlabelled", names, recipe.least_score)
    apart = torch.tensor([is_held_out(name) for name in names])[usable]
    shown = torch.tensor([part_of(name) == "training" for name in names])[usable]
    if not (apart & ~shown).any():
        raise DatasetError(str(place), "faces to measure on", "none with points of the least score")
    return faces.subset(~apart), faces.subset(apart & ~shown)


def read_scenes(folder: Path, part: str, *, on_picture: OnPicture | None = None) -> Tensor:
    """Read pictures without faces, the middle of each as a square.

    Parameters
    ----------
    folder : Path
        Holds `no-faces.zip`.
    part : str
        As in `lamplit.datasets.no_faces`.
    on_picture : callable, optional
        Told (pictures read, pictures in all).

    Returns
    -------
    Tensor of shape (M, 1, 160, 160), uint8
        Grey.

    Raises
    ------
    DatasetError
        If there are none.
    """
    pictures = read_no_faces(folder, part, on_picture=on_picture).images
    squares = [resize_faces(_middle(picture)[None], SCENE_SIDE) for picture in pictures]
    return torch.from_numpy(np.stack(squares))


def _middle(picture: ByteArray) -> ByteArray:
    """Return the largest square in the middle of a picture."""
    side = min(picture.shape)
    top, left = ((length - side) // 2 for length in picture.shape)
    return picture[top : top + side, left : left + side]


def _ferplus(recipe: LandmarkRecipe, folder: Path, split: str, on_picture: OnPicture | None) -> PointedFaces:
    """Return the faces of a split that have points."""
    faces = read_ferplus(folder, split, on_picture=on_picture)
    return _pointed(faces.images, folder, split, faces.names, recipe.least_score)[0]


def _pointed(
    images: ByteArray, folder: Path, split: str, names: tuple[str, ...], least_score: float
) -> tuple[PointedFaces, Tensor]:
    """Return the faces with points that can be trusted, and which of all those are."""
    points, scores = read_scored_landmarks(folder, split, names)
    usable = torch.from_numpy((scores >= max(least_score, 1e-6)) & np.isfinite(points).all(axis=(1, 2)))
    faces = PointedFaces(
        torch.from_numpy(images)[:, None], torch.from_numpy(points), torch.from_numpy(scores)
    )
    return faces.subset(usable), usable


def _without_copies(faces: PointedFaces, others: tuple[PointedFaces, ...], near_copies: str) -> PointedFaces:
    """Return the faces that stand in none of the other sets."""
    known: NDArray[np.bool_] = np.zeros(len(faces), np.bool_)
    for other in others:
        side = min(faces.images.shape[-1], other.images.shape[-1])
        small, among = (resize_faces(set_.images[:, 0].numpy(), side) for set_ in (faces, other))
        known |= which_have_copies(small, among, near_copies=near_copies)
    return faces.subset(torch.from_numpy(~known))
