"""Masks of pasted heads: ovals of many shapes, with edges from scissors to mist."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.training.scenes.pictures import NEAR

SIDE = 72
"""Side of a mask in its own pixels."""

REACH = 1.5
"""Side of a mask in sides of the square that frames the face; both have the same middle."""

N_MASKS = 192

_HEADS = ((0.35, 0.54), (0.41, 0.58), 0.0)
_NEAR = ((0.27, 0.32), (0.32, 0.38), 0.07)
"""Half widths, half heights, and how far below the middle, in sides of the square."""


@lru_cache(maxsize=2)
def head_masks(kind: int) -> FloatArray:
    """Return many masks for one kind of pictures.

    Parameters
    ----------
    kind : int
        `lamplit.training.scenes.pictures.HEAD` or `NEAR`.

    Returns
    -------
    ndarray of shape (192, 72, 72), float32
        How much of each pixel is the head, in [0, 1]. Always the same ones: which is used, the scene's
        generator decides.

    Notes
    -----
    Superellipses |x / a|^p + |y / b|^p = 1 whose lower half narrows towards the chin, and whose radius waves
    a little.
    """
    random = np.random.default_rng(1703 + kind)
    widths, heights, below = _NEAR if kind == NEAR else _HEADS
    n = (N_MASKS, 1, 1)
    place = (((np.arange(SIDE) + 0.5) / SIDE - 0.5) * REACH).astype(np.float32)
    x = place[None, None, :] - random.normal(0, 0.015, n)
    y = place[None, :, None] - below - random.normal(0, 0.015, n)
    chin = 1 - random.uniform(0, 0.4, n) * np.clip(y / 0.5, 0, 1)
    power = random.uniform(1.9, 3.2, n)
    across = np.abs(x / (random.uniform(*widths, n) * chin))
    down = np.abs(y / random.uniform(*heights, n))
    radius = (across**power + down**power) ** (1 / power)
    radius *= _waves(x, y, random)
    edge = np.where(random.random(n) < 0.2, random.uniform(0.05, 0.15, n), random.uniform(0.15, 0.6, n))
    smooth = np.clip((1.0 - radius) / edge + 0.5, 0, 1)
    end = np.clip((REACH / 2 - np.abs(place)) / 0.06 - 0.2, 0, 1)  # the mask's own border is nobody's
    masks = smooth * smooth * (3 - 2 * smooth) * end[:, None] * end  # no kink at either end of the edge
    masks.setflags(write=False)
    return masks.astype(np.float32)


def _waves(x: AnyArray, y: AnyArray, random: np.random.Generator) -> FloatArray:
    """Return factors around 1 that vary slowly with the direction from the middle."""
    angle = np.arctan2(y, x)
    n = (N_MASKS, 1, 1)
    factors = np.ones_like(angle)
    for waves in (2, 3, 5):
        factors += random.normal(0, 0.025, n) * np.cos(waves * angle + random.uniform(0, 2 * np.pi, n))
    return factors.astype(np.float32)
