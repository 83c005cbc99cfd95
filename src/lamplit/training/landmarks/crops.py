"""Crops that landmark networks learn from: any frame, before anything, half covered, coarse, in any light."""

from __future__ import annotations

import dataclasses
import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor
from torch.nn import functional

from lamplit.training.augment import light_from_the_side, worsen_light
from lamplit.training.augmentation import Augmentation
from lamplit.training.landmarks.data import LandmarkData, PointedFaces
from lamplit.training.landmarks.framing import USUAL_SIDE, Frames, cut, draw_frames, points_in_crops
from lamplit.training.landmarks.recipe import LandmarkRecipe

MISSING = (0.62, 0.95)
"""How far a crop that misses its face lies from it, in sides of the crop: at most the face's edge is seen."""

SCENE_SIDES = (0.25, 1.0)
"""Sides of crops of pictures without faces, in sides of the picture."""

COVERS = (0.12, 0.45)
"""Sides of what covers a face, in sides of the crop."""

N_COARSENESSES = 3
"""Different sizes that the shrunk crops of one batch are shrunk to."""


class CropBatch(NamedTuple):
    """Crops with what the network is to say of them.

    Parameters
    ----------
    crops : Tensor of shape (N, 1, S, S), float32
        Grey levels in [0, 1].
    points : Tensor of shape (N, 68, 2), float32
        (x, y) in fractions of the crop; anything where there is no face.
    weights : Tensor of shape (N,), float32
        How far the points count: 0 where there is no face.
    is_face : Tensor of shape (N,), float32
        1 where there is a face, else 0.
    """

    crops: Tensor
    points: Tensor
    weights: Tensor
    is_face: Tensor


def draw_batch(data: LandmarkData, recipe: LandmarkRecipe, generator: Generator) -> CropBatch:
    """Draw a batch.

    Parameters
    ----------
    data : LandmarkData
        Where crops come from, on the generator's device.
    recipe : LandmarkRecipe
        How many of each kind, and how they are varied.
    generator : torch.Generator
        Source of randomness.

    Returns
    -------
    CropBatch
        `recipe.fine + recipe.coarse` faces, and then `recipe.empty` crops without one.
    """
    faces = [
        _face_crops(_drawn(stock, n, generator), data.scenes, recipe, generator)
        for stock, n in ((data.fine, recipe.fine), (data.coarse, recipe.coarse))
        if n
    ]
    crops, points, weights = (torch.cat(parts) for parts in zip(*faces, strict=True))
    empty = _empty_crops(data, recipe, generator)
    crops = torch.cat([cover(crops, data.scenes, recipe.augment.erase, generator), empty])
    n = recipe.batch_size
    padded = points.new_zeros(n, *points.shape[1:])
    padded[: len(points)] = points
    weights = functional.pad(weights, (0, len(empty)))
    is_face = (torch.arange(n, device=crops.device) < len(points)).float()
    return CropBatch(photograph(crops, recipe, generator), padded, weights, is_face)


def _drawn(stock: PointedFaces, n: int, generator: Generator) -> PointedFaces:
    """Return n faces, any of them perhaps twice."""
    return stock.subset(torch.randint(len(stock), (n,), generator=generator, device=generator.device))


def _face_crops(
    faces: PointedFaces, scenes: Tensor, recipe: LandmarkRecipe, generator: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Return crops of faces, their points and how far these count."""
    bright = faces.images.float() / 255.0
    # While the face still stands where the light's templates expect it.
    side_lit = dataclasses.replace(recipe.augment, relight=recipe.augment.relight * recipe.augment.light)
    bright = light_from_the_side(bright, side_lit, generator)
    frames = draw_frames(len(faces), recipe.augment, generator)
    crops, inside = cut(bright, frames, recipe.size)
    pasted = _some(len(faces), recipe.pasted, generator)
    behind = scene_crops(scenes, len(pasted), recipe.size, generator)
    crops = crops.index_copy(0, pasted, torch.where(inside[pasted], crops[pasted], behind))
    return crops, points_in_crops(faces.points, frames), faces.scores


def _some(n: int, share: float, generator: Generator) -> Tensor:
    """Draw which of n are chosen; indices."""
    chosen = torch.rand(n, generator=generator, device=generator.device) < share
    return torch.nonzero(chosen)[:, 0]


def scene_crops(scenes: Tensor, n: int, size: int, generator: Generator) -> Tensor:
    """Draw squares of pictures without faces.

    Parameters
    ----------
    scenes : Tensor of shape (M, 1, H, H), uint8
        The pictures.
    n : int
        How many.
    size : int
        Side of the squares in pixels.
    generator : torch.Generator
        Source of randomness.

    Returns
    -------
    Tensor of shape (n, 1, size, size), float32
        Grey levels in [0, 1].
    """
    chosen = torch.randint(len(scenes), (n,), generator=generator, device=generator.device)
    zoom, x, y, turn, flip = torch.rand(5, n, generator=generator, device=generator.device)
    side = SCENE_SIDES[0] + (SCENE_SIDES[1] - SCENE_SIDES[0]) * zoom
    middle = 0.5 + (1.0 - side)[:, None] * (torch.stack([x, y], dim=1) - 0.5)  # inside the picture
    frames = Frames(middle, side, (turn - 0.5) * 0.5, flip < 0.5)
    return cut(scenes[chosen].float() / 255.0, frames, size)[0]


def _empty_crops(data: LandmarkData, recipe: LandmarkRecipe, generator: Generator) -> Tensor:
    """Return crops without a face: two thirds of other pictures, one third beside a face."""
    n_beside = recipe.empty // 3
    scenes = scene_crops(data.scenes, recipe.empty, recipe.size, generator)
    if not n_beside:
        return scenes
    faces = _drawn(data.fine, n_beside, generator).images.float() / 255.0
    crops, inside = cut(faces, _beside(n_beside, recipe.augment, generator), recipe.size)
    return torch.cat([torch.where(inside, crops, scenes[:n_beside]), scenes[n_beside:]])


def _beside(n: int, settings: Augmentation, generator: Generator) -> Frames:
    """Return frames that miss the face."""
    frames = draw_frames(n, settings, generator)
    angle, far = torch.rand(2, n, generator=generator, device=generator.device)
    angle, far = 2.0 * math.pi * angle, MISSING[0] + (MISSING[1] - MISSING[0]) * far
    way = torch.stack([torch.cos(angle), torch.sin(angle)], dim=1) * (far * USUAL_SIDE)[:, None]
    return dataclasses.replace(frames, middle=frames.middle + way)


def cover(crops: Tensor, scenes: Tensor, probability: float, generator: Generator) -> Tensor:
    """Cover a part of some crops: with an even patch or a piece of another picture, box or ellipse.

    Parameters
    ----------
    crops : Tensor of shape (N, 1, S, S), float
        Grey levels in [0, 1].
    scenes : Tensor of shape (M, 1, H, H), uint8
        Where pieces come from.
    probability : float
        Share of the crops.
    generator : torch.Generator
        Source of randomness.

    Returns
    -------
    Tensor of shape (N, 1, S, S)
        Crops.
    """
    chosen, size = _some(len(crops), probability, generator), crops.shape[-1]
    n = len(chosen)
    x, y, width, height, level, kind = torch.rand(6, n, 1, 1, generator=generator, device=crops.device)
    radii = [(COVERS[0] + (COVERS[1] - COVERS[0]) * extent) / 2.0 for extent in (width, height)]
    place = (torch.arange(size, device=crops.device) + 0.5) / size
    across, down = (place[None, None, :] - x) / radii[0], (place[None, :, None] - y) / radii[1]
    box = (across.abs() < 1.0) & (down.abs() < 1.0)  # (N, S, S)
    ellipse = across.square() + down.square() < 1.0
    covered = torch.where(kind < 0.5, box, ellipse)
    pieces = scene_crops(scenes, n, size, generator)[:, 0]
    patch = torch.where((kind * 4.0) % 2.0 < 1.0, pieces, level.expand_as(pieces))
    return crops.index_copy(0, chosen, torch.where(covered, patch, crops[chosen, 0])[:, None])


def photograph(crops: Tensor, recipe: LandmarkRecipe, generator: Generator) -> Tensor:
    """Take pictures: some with few pixels, some in little light, as sensors do, at their own resolution.

    Parameters
    ----------
    crops : Tensor of shape (N, 1, S, S), float
        Grey levels in [0, 1].
    recipe : LandmarkRecipe
        `shrunk`, `shrunk_to` and the light of `augment`.
    generator : torch.Generator
        Source of randomness.

    Returns
    -------
    Tensor of shape (N, 1, S, S)
        Crops in [0, 1]. Those with few pixels are noisy in large grains, as enlarged pictures are.
    """
    # Light from the side has been given to faces alone, where they stood as its templates expect.
    lights = dataclasses.replace(recipe.augment, relight=0.0)
    n, size = len(crops), crops.shape[-1]
    order = torch.randperm(n, generator=generator, device=crops.device)
    each = round(recipe.shrunk * n / N_COARSENESSES)
    low, high = (math.log(side) for side in recipe.shrunk_to)
    taken = torch.empty_like(crops)
    for number in range(N_COARSENESSES):
        side = round(math.exp(low + (high - low) * _number(generator)))
        some = order[number * each : (number + 1) * each]
        if len(some):
            small = functional.interpolate(crops[some], size=(side, side), mode="area")
            dark = worsen_light(small, lights, generator)
            taken[some] = functional.interpolate(dark, size=(size, size), mode="bilinear", antialias=False)
    rest = order[N_COARSENESSES * each :]
    taken[rest] = worsen_light(crops[rest], lights, generator)
    return taken.clamp(0.0, 1.0)


def _number(generator: Generator) -> float:
    """Return a number from 0 to 1."""
    return float(torch.rand(1, generator=generator, device=generator.device))
