"""The faces that cascades learn from: FER+ and Extended Yale B in one frame, pasted too, in any light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.datasets.ferplus import FerPlus
from lamplit.datasets.yale_b import YaleB
from lamplit.datasets.yale_b_framing import frame_like_ferplus
from lamplit.training.augment import move, worsen_light
from lamplit.training.cascade_framing import are_frontal, framed_alike
from lamplit.training.cascade_recipe import CascadeRecipe

MOST_DOUBTS = 2
"""Votes for "unknown" or "not a face" up to which a picture of FER+ counts as a face."""

HEADS = ((0.42, 0.56), (0.36, 0.52))
"""Half height and half width of the ellipse that is cut out of FER+ crops, as shares of the side."""

YALE_HEADS = ((0.34, 0.40), (0.28, 0.33))
"""The same for Extended Yale B, whose pictures end nearer to the face."""

YALE_MIDDLE = 0.07
"""How far below the middle of the frame the ellipse of Extended Yale B lies, as a share of the side."""

EDGES = (0.02, 0.3)
"""Width of the ellipse's edge in radii: from that of scissors to soft."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceStock:
    """Faces framed like those of FER+.

    Parameters
    ----------
    ferplus, yale_b : ndarray of shape (N, 48, 48), uint8
        Grey pictures.
    """

    ferplus: ByteArray
    yale_b: ByteArray

    def parted(self, share: float, random: np.random.Generator) -> tuple[FaceStock, FaceStock]:
        """Return most faces, and a share of each kind set apart."""
        kept, apart = [], []
        for faces in (self.ferplus, self.yale_b):
            chosen = random.permutation(len(faces)) < round(share * len(faces))
            kept.append(faces[~chosen])
            apart.append(faces[chosen])
        return FaceStock(*kept), FaceStock(*apart)


def face_stock(ferplus: FerPlus, yale_b: YaleB | None, points: FloatArray | None = None) -> FaceStock:
    """Gather faces in one frame.

    Parameters
    ----------
    ferplus : FerPlus
        Faces of the training split without copies of those that are measured on.
    yale_b : YaleB, optional
        Faces in all lights.
    points : ndarray of shape (N, 68, 2), float32, optional
        Landmarks of the former, NaN where there are none; by default crops stay as they are.

    Returns
    -------
    FaceStock
        Those with landmarks of a head that is not turned far aside, framed alike, which at most two people of
        ten did not take for a face with an expression; and Extended Yale B in the same frame.
    """
    sure = ferplus.votes[:, 8:].sum(axis=1) <= MOST_DOUBTS
    if points is None:
        faces = ferplus.images[sure]
    else:
        sure &= are_frontal(points)
        faces = framed_alike(ferplus.images[sure], points[sure])
    empty = np.empty((0, *faces.shape[1:]), np.uint8)
    return FaceStock(faces, empty if yale_b is None else frame_like_ferplus(yale_b.images))


def draw_faces(
    stock: FaceStock,
    n: int,
    pictures: tuple[ByteArray, ...],
    recipe: CascadeRecipe,
    random: np.random.Generator,
) -> ByteArray:
    """Draw faces, each moved a little, perhaps before another picture, in some light.

    Parameters
    ----------
    stock : FaceStock
        Where they come from.
    n : int
        How many.
    pictures : tuple of ndarray of shape (H, W), uint8
        What stands behind faces that are cut out.
    recipe : CascadeRecipe
        Shares and strengths.
    random : numpy.random.Generator
        Decides everything.

    Returns
    -------
    ndarray of shape (n, window, window), uint8
        Windows that show a face.
    """
    n_yale = round(n * recipe.yale_b) if len(stock.yale_b) else 0
    ferplus = stock.ferplus[random.integers(0, len(stock.ferplus), n - n_yale)]
    yale = stock.yale_b[random.integers(0, max(len(stock.yale_b), 1), n_yale)]
    faces = np.concatenate([ferplus, yale]).astype(np.float32) / np.float32(255)
    is_yale = np.arange(n) >= n - n_yale
    # Extended Yale B ends near the face and repeats its edge: such stripes are nobody's surroundings.
    pasted = is_yale | (random.random(n) < recipe.pasted)
    generator = torch.Generator().manual_seed(int(random.integers(1 << 31)))
    masks = _heads(np.flatnonzero(pasted), is_yale, random)
    faces[pasted] = _before(faces[pasted], masks, _behind(pictures, masks, random), random)
    moved = move(torch.from_numpy(faces)[:, None], recipe.augment, generator)[:, 0].numpy()
    windows = np.stack([_smaller(face, recipe.window) for face in moved])
    return in_some_light(windows, recipe, generator)


def in_some_light(windows: FloatArray, recipe: CascadeRecipe, generator: torch.Generator) -> ByteArray:
    """Put windows with faces into the recipe's lights.

    Parameters
    ----------
    windows : ndarray of shape (N, S, S), float32
        Grey levels in [0, 1].
    recipe : CascadeRecipe
        Says which lights.
    generator : torch.Generator
        Decides.

    Returns
    -------
    ndarray of shape (N, S, S), uint8
        The windows in 8 bits.

    Examples
    --------
    >>> from lamplit.training.cascade_recipe import cascade_recipe_from_dict
    >>> recipe = cascade_recipe_from_dict({"name": "day", "augment": {"light": 0.0}}, where="day")
    >>> in_some_light(np.full((1, 1, 2), 0.2, np.float32), recipe, torch.Generator()).tolist()
    [[[51, 51]]]
    """
    bright = torch.from_numpy(windows.clip(0, 1))[:, None]
    lit = worsen_light(bright, recipe.augment, generator)[:, 0].numpy()
    levels: ByteArray = np.rint(lit.clip(0, 1) * 255).astype(np.uint8)
    return levels


def average_face(stock: FaceStock, window: int) -> ByteArray:
    """Return the mean of the FER+ faces, stretched to all grey levels.

    Parameters
    ----------
    stock : FaceStock
        Faces.
    window : int
        Side of the result in pixels.

    Returns
    -------
    ndarray of shape (window, window), uint8
        What features are drawn on.

    Examples
    --------
    >>> faces = np.zeros((2, 48, 48), np.uint8)
    >>> faces[:, 24:] = 90
    >>> average_face(FaceStock(faces, faces[:0]), 2).tolist()
    [[0, 0], [255, 255]]
    """
    mean = stock.ferplus.mean(axis=0, dtype=np.float32)
    stretched = (mean - mean.min()) / max(float(np.ptp(mean)), 1e-6)
    return np.rint(_smaller(stretched, window) * 255).astype(np.uint8)


def _smaller(face: FloatArray, side: int) -> FloatArray:
    """Return a face at the window's size."""
    small: FloatArray = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
    return small


def _heads(which: AnyArray, is_yale: NDArray[np.bool_], random: np.random.Generator) -> FloatArray:
    """Return how much of each pixel is the face, (n, 48, 48) in [0, 1]."""
    side = 48
    of_yale = is_yale[which]
    radii = [
        np.where(of_yale, random.uniform(*yale, len(which)), random.uniform(*head, len(which)))
        for head, yale in zip(HEADS, YALE_HEADS, strict=True)
    ]
    place = (np.arange(side) + 0.5) / side - 0.5
    down = place[None] - np.where(of_yale, YALE_MIDDLE, 0.0)[:, None]  # (n, 48)
    rows, columns = down / radii[0][:, None], place[None] / radii[1][:, None]
    distance = np.sqrt(rows[:, :, None] ** 2 + columns[:, None, :] ** 2)
    edge = random.uniform(*EDGES, len(which))[:, None, None]
    heads: FloatArray = np.clip((1.0 - distance) / edge + 0.5, 0, 1).astype(np.float32)
    return heads


def _behind(pictures: tuple[ByteArray, ...], masks: FloatArray, random: np.random.Generator) -> FloatArray:
    """Return squares of pictures, as many and as large as the masks."""
    side = masks.shape[1]
    squares = np.empty_like(masks)
    for number, choice in enumerate(random.integers(0, len(pictures), len(masks))):
        picture = pictures[choice]
        length = int(random.integers(min(side // 2, *picture.shape), min(picture.shape) + 1))
        top, left = (int(random.integers(0, size - length + 1)) for size in picture.shape)
        square = picture[top : top + length, left : left + length]
        squares[number] = cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA)
    bright: FloatArray = squares / np.float32(255)
    return bright


def _before(
    faces: FloatArray, masks: FloatArray, behind: FloatArray, random: np.random.Generator
) -> FloatArray:
    """Put faces before pictures; for half of them what is behind gets the face's level."""
    level = (faces * masks).sum(axis=(1, 2)) / masks.sum(axis=(1, 2)) - behind.mean(axis=(1, 2))
    level *= random.random(len(faces)) < 0.5
    around = (behind + level[:, None, None].astype(np.float32)).clip(0, 1)
    mixed: FloatArray = faces * masks + around * (1 - masks)
    return mixed
