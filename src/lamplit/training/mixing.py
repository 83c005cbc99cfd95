"""Mixing of faces: two pictures become one, and so do their targets."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Generator, Tensor

from lamplit.training.augmentation import Augmentation

NO_CLASS = -1
"""Class of a face that counts in no accuracy."""


class Batch(NamedTuple):
    """Faces of one step.

    Parameters
    ----------
    images : Tensor of shape (N, 1, H, W), float
        Grey levels in [0, 1].
    probabilities : Tensor of shape (N, K), float
        Targets.
    classes : Tensor of shape (N,), int64
        Majority class, or -1.
    """

    images: Tensor
    probabilities: Tensor
    classes: Tensor


def mix(batch: Batch, settings: Augmentation, generator: Generator) -> Batch:
    """Mix some faces with others of their batch: blended as a whole (mixup), or in a rectangle (CutMix).

    Parameters
    ----------
    batch : Batch
        In random order, because each face that is chosen gets its neighbour mixed in.
    settings : Augmentation
        `mixup` and `cutmix`, the shares of the faces, and `mix_alpha`.
    generator : torch.Generator
        Source of randomness, on the faces' device.

    Returns
    -------
    Batch
        The neighbour's share of the picture, which is the blend's or the rectangle's, is its share of the
        target as well. What is mixed has no class, so accuracies are those of whole faces. With `mixup` and
        `cutmix` both 0 it is the batch as it was, and nothing is drawn.

    Notes
    -----
    The share that a face keeps is drawn from Beta(alpha, alpha); 1, the default, draws it evenly.

    References
    ----------
    Zhang, Cisse, Dauphin, Lopez-Paz (2018), mixup, arXiv:1710.09412; Yun et al. (2019), CutMix,
    doi:10.1109/ICCV.2019.00612.

    Examples
    --------
    >>> batch = Batch(torch.rand(4, 1, 16, 16), torch.eye(4), torch.arange(4))
    >>> mixed = mix(batch, Augmentation(mixup=1.0), torch.Generator().manual_seed(0))
    >>> mixed.probabilities.sum(dim=1).tolist(), mixed.classes.tolist()
    ([1.0, 1.0, 1.0, 1.0], [-1, -1, -1, -1])
    """
    if not (settings.mixup or settings.cutmix):
        return batch
    images, targets, classes = batch
    n, _, height, width = images.shape
    drawn = torch.rand(n, generator=generator, device=images.device)
    blended = drawn < settings.mixup
    cut = ~blended & (drawn < settings.mixup + settings.cutmix)
    kept = _beta(settings.mix_alpha, n, generator, images)
    centres = torch.rand(2, n, generator=generator, device=images.device)
    inside = _rectangle((1.0 - kept).sqrt(), centres, (height, width))  # (N, H, W)
    # How much of each pixel is the neighbour's: a blend, a rectangle or nothing.
    foreign = torch.where(cut[:, None, None], inside, (blended * (1.0 - kept))[:, None, None])  # (N, H, W)
    share = foreign.mean(dim=(1, 2))[:, None]  # (N, 1); a rectangle at the border is smaller than drawn
    return Batch(
        torch.lerp(images, images.roll(1, 0), foreign[:, None]),
        torch.lerp(targets, targets.roll(1, 0), share),
        torch.where(blended | cut, NO_CLASS, classes),
    )


def _beta(alpha: float, n: int, generator: Generator, like: Tensor) -> Tensor:
    """Draw n numbers from Beta(alpha, alpha); shape (N,)."""
    gammas = torch._standard_gamma(torch.full((2, n), alpha, device=like.device), generator=generator)
    share: Tensor = gammas[0] / gammas.sum(dim=0)
    return share.to(like.dtype)


def _rectangle(side: Tensor, centres: Tensor, shape: tuple[int, int]) -> Tensor:
    """Return 1 inside and 0 outside of rectangles; shape (N, H, W).

    `side` is that of the rectangle as a share of the picture's, shape (N,); `centres` are its row and column
    as shares, shape (2, N). What lies beyond the border is cut off.
    """
    spans = []
    for centre, length in zip(centres, shape, strict=True):
        pixels = torch.arange(length, device=side.device)[None, :]  # (1, length)
        low = torch.round((centre - side / 2) * length)[:, None]
        high = torch.round((centre + side / 2) * length)[:, None]
        spans.append((pixels >= low) & (pixels < high))
    return (spans[0][:, :, None] & spans[1][:, None, :]).to(side.dtype)
