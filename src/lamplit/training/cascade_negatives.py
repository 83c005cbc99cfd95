"""Windows without faces that a cascade still takes for faces: what its next stage learns from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch

from lamplit.boosting import BoostedCascade
from lamplit.core.arrays import ByteArray
from lamplit.faces.sliding_window import SlidingWindow
from lamplit.faces.window_pixels import cut_windows, passing_pixels
from lamplit.training.augment import worsen_light
from lamplit.training.augmentation import Augmentation
from lamplit.training.cascade_recipe import CascadeRecipe

PASTED = 0.3
"""Share of the visits at which pieces of other pictures are pasted: their seams must not pass for faces."""

OnVisit = Callable[[int, int, int], None]
"""Told windows found, windows wanted, and pictures looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Catch:
    """Windows without faces that passed all stages so far.

    Parameters
    ----------
    windows : ndarray of shape (N, S, S), uint8
        The windows, perhaps fewer than were wanted.
    visits : int
        Pictures that were looked at for them.
    n_passed, n_looked_at : int
        Windows that passed, and windows in all.
    """

    windows: ByteArray
    visits: int
    n_passed: int
    n_looked_at: int

    @property
    def rate(self) -> float:
        """Share of the windows that passed."""
        return self.n_passed / max(self.n_looked_at, 1)


def catch_windows(
    cascade: BoostedCascade | None,
    pictures: tuple[ByteArray, ...],
    n: int,
    recipe: CascadeRecipe,
    random: np.random.Generator,
    on_visit: OnVisit,
) -> Catch:
    """Look for windows without faces that pass a cascade.

    Parameters
    ----------
    cascade : BoostedCascade, optional
        The stages so far; without, windows are drawn anywhere.
    pictures : tuple of ndarray of shape (H, W), uint8
        Pictures without faces.
    n : int
        Windows wanted.
    recipe : CascadeRecipe
        Says how long to look.
    random : numpy.random.Generator
        Decides order, light and turns.
    on_visit : callable
        Told after every picture.

    Returns
    -------
    Catch
        What was found.
    """
    engine = None if cascade is None else SlidingWindow(cascade, least_contrast=recipe.least_contrast)
    window, size = (recipe.window,) * 2, recipe.window
    found, n_found, visit, passed, looked_at = [np.empty((0, size, size), np.uint8)], 0, 0, 0, 0
    order = random.permutation(len(pictures))
    while n_found < n and visit < recipe.visits:
        picture = seen_anew(pictures[order[visit % len(order)]], pictures, recipe.augment, random)
        visit += 1
        if engine is None:
            pixels = _anywhere(picture, window, recipe.per_picture, random)
            n_windows = len(pixels)
        else:
            pixels, n_windows = passing_pixels(engine, picture, window, ratio=recipe.ratio)
        passed, looked_at = passed + len(pixels), looked_at + n_windows
        chosen = random.permutation(len(pixels))[: recipe.per_picture]
        found.append(pixels[chosen])
        n_found += len(chosen)
        on_visit(min(n_found, n), n, visit)
    return Catch(np.concatenate(found)[:n], visit, passed, looked_at)


def seen_anew(
    picture: ByteArray, others: tuple[ByteArray, ...], augment: Augmentation, random: np.random.Generator
) -> ByteArray:
    """Mirror, turn, shift, patch and darken a picture, so that each visit finds other windows in it.

    Parameters
    ----------
    picture : ndarray of shape (H, W), uint8
        The picture.
    others : tuple of ndarray of shape (H, W), uint8
        Where pasted pieces come from.
    augment : Augmentation
        The lights.
    random : numpy.random.Generator
        Decides.

    Returns
    -------
    ndarray of shape (H', W'), uint8
        The picture as one could have taken it, too.
    """
    if random.random() < 0.5:
        picture = picture[:, ::-1]
    if random.random() < 0.3:
        picture = np.rot90(picture, int(random.integers(1, 4)))
    top, left = random.integers(0, 2, 2)  # windows stand on every other pixel
    picture = np.ascontiguousarray(picture[top:, left:])
    if random.random() < PASTED:
        picture = _patched(picture, others, random)
    return _lit(picture, augment, random)


def _patched(picture: ByteArray, others: tuple[ByteArray, ...], random: np.random.Generator) -> ByteArray:
    """Paste squares and ellipses of other pictures."""
    scene = picture.astype(np.float32)
    for choice in random.integers(0, len(others), int(random.integers(1, 5))):
        other = others[choice]
        side = int(np.exp(random.uniform(np.log(24), np.log(min(200, *picture.shape)))))
        length = int(random.integers(min(24, *other.shape), min(other.shape) + 1))
        y, x = (int(random.integers(0, size - length + 1)) for size in other.shape)
        piece = cv2.resize(
            other[y : y + length, x : x + length], (side, side), interpolation=cv2.INTER_LINEAR
        )
        y, x = (int(random.integers(0, size - side + 1)) for size in scene.shape)
        part = scene[y : y + side, x : x + side]
        mask = 1.0 if random.random() < 0.5 else _ellipse(side, random.uniform(0.02, 0.3))
        part[:] = piece * mask + part * (1 - mask)
    return np.rint(scene).astype(np.uint8)


def _ellipse(side: int, edge: float) -> ByteArray:
    """Return a head's outline, (side, side) in [0, 1]."""
    place = (np.arange(side) + 0.5) / side - 0.5
    distance = np.sqrt((place[:, None] / 0.47) ** 2 + (place[None] / 0.40) ** 2)
    mask: ByteArray = np.clip((1.0 - distance) / edge + 0.5, 0, 1).astype(np.float32)
    return mask


def _lit(picture: ByteArray, augment: Augmentation, random: np.random.Generator) -> ByteArray:
    """Give a picture one of the lights that faces get, but for those that follow a face's shape."""
    if random.random() >= augment.light:
        return picture
    generator = torch.Generator().manual_seed(int(random.integers(1 << 31)))
    plain = _whole_picture(augment)
    bright = torch.from_numpy(picture.astype(np.float32) / np.float32(255))[None, None]
    lit: ByteArray = np.rint(worsen_light(bright, plain, generator)[0, 0].numpy() * 255).astype(np.uint8)
    return lit


def _whole_picture(augment: Augmentation) -> Augmentation:
    """Return the lights that do not follow a face's shape; every picture gets one."""
    return replace(augment, light=1.0, relight=0.0, backlight=0.0)


def _anywhere(picture: ByteArray, window: tuple[int, int], n: int, random: np.random.Generator) -> ByteArray:
    """Return windows of any place and size."""
    if min(picture.shape) < max(window):
        return np.empty((0, *window), np.uint8)
    found = []
    for _ in range(n):
        factor = float(np.exp(random.uniform(0, np.log(min(picture.shape) / max(window)))))
        size = [max(round(s / factor), t) for s, t in zip(picture.shape, window, strict=True)]
        small = cv2.resize(picture, (size[1], size[0]), interpolation=cv2.INTER_LINEAR_EXACT)
        corner = [int(random.integers(0, s - t + 1)) for s, t in zip(size, window, strict=True)]
        found.append(cut_windows(small, np.array([corner[::-1]]), window))
    return np.concatenate(found)
