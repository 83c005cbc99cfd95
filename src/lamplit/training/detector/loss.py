"""What answers cost: scores that say how good a box is, boxes by overlap, points by distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.detector_grid import MOST_LOGARITHM
from lamplit.training.detector.targets import Targets

FOCUS = 2.0
"""Exponent by which cells that are right already count less."""

BOX, POINTS = 2.0, 4.0
"""Weights of boxes and points beside that of scores."""

BEND = 0.03
"""Sides of the box up to which a point's distance counts by its square."""

LEAST_QUALITY = 0.5
"""Score that a cell of a face is to give however bad its box is; it rises to 1 with the overlap."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Scenes of one size with what is to be answered.

    Parameters
    ----------
    images : Tensor of shape (N, 1, H, W), uint8
        The scenes.
    middles : Tensor of shape (P, 2)
        Of the cells, from `lamplit.core.detector_grid.cells_of`.
    strides : Tensor of shape (P,)
        Sides of the cells.
    weights, ignored, boxes, points : Tensor of shape (N, P, ...)
        The targets, as in `lamplit.training.detector.targets.Targets`.
    """

    images: Tensor
    middles: Tensor
    strides: Tensor
    weights: Tensor
    ignored: Tensor
    boxes: Tensor
    points: Tensor


def batch_of(
    images: list[ByteArray],
    targets: list[Targets],
    cells: tuple[FloatArray, FloatArray],
    device: torch.device,
) -> Batch:
    """Put scenes and their targets together.

    Parameters
    ----------
    images : list of ndarray of shape (H, W), uint8
        N scenes of one size.
    targets : list of Targets
        What is to be answered for each.
    cells : (ndarray of shape (P, 2), ndarray of shape (P,))
        From `lamplit.core.detector_grid.cells_of`.
    device : torch.device
        Where the tensors go.

    Returns
    -------
    Batch
        On the device.
    """
    parts: list[AnyArray] = [np.stack(images)[:, None], *cells]
    parts += [np.stack([getattr(t, name) for t in targets]) for name in Targets.__dataclass_fields__]
    return Batch(*(torch.from_numpy(part).to(device) for part in parts))


def detector_loss(answers: Tensor, batch: Batch) -> Tensor:
    """Return the loss of a batch.

    Parameters
    ----------
    answers : Tensor of shape (N, P, 15)
        Of all cells.
    batch : Batch
        What they should be.

    Returns
    -------
    Tensor of shape ()
        Per face, so to speak: divided by the sum of the cells' weights.

    Notes
    -----
    Scores: |sigmoid(s) - q|^2 times the cross-entropy of s and q (quality focal loss), with q = 0 where there
    is no face and (1 + IoU) / 2 where there is one. Boxes: 1 - GIoU. Points: smooth L1, in sides of the box.

    References
    ----------
    Li et al. (2020), arXiv:2006.04388 (quality focal loss); Rezatofighi et al. (2019),
    doi:10.1109/CVPR.2019.00075 (GIoU).
    """
    answers = answers.float()
    chosen = batch.weights > 0
    weights = batch.weights[chosen]  # (M,)
    total = weights.sum().clamp(min=1.0)
    found, points = _decoded(answers, batch, chosen)
    boxes = batch.boxes[chosen]
    overlap, generalised = _overlaps(found, boxes)
    quality = torch.zeros_like(batch.weights)
    quality[chosen] = LEAST_QUALITY + (1 - LEAST_QUALITY) * overlap.detach()
    scores = _score_loss(answers[..., 0], quality, chosen, batch) / total
    box_loss = (weights * (1 - generalised)).sum() / total
    sides = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt()  # (M,)
    point_loss = _point_loss(points, batch.points[chosen], sides, weights) / total
    return scores + BOX * box_loss + POINTS * point_loss


def _decoded(answers: Tensor, batch: Batch, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Return boxes (M, 4) and points (M, 5, 2) of the chosen cells, as `detector_grid.decode` does."""
    _, cells = torch.nonzero(chosen, as_tuple=True)
    said, side = answers[chosen], batch.strides[cells][:, None]
    middles = batch.middles[cells]
    centres = middles + said[:, 1:3] * side
    halves = torch.exp(said[:, 3:5].clamp(-MOST_LOGARITHM, MOST_LOGARITHM)) * side / 2
    points = middles[:, None] + said[:, 5:].reshape(-1, 5, 2) * side[:, None]
    return torch.cat([centres - halves, centres + halves], dim=1), points


def _overlaps(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Return IoU and GIoU of pairs of boxes (M, 4)."""
    low, high = torch.maximum(first[:, :2], second[:, :2]), torch.minimum(first[:, 2:], second[:, 2:])
    shared = (high - low).clamp(min=0).prod(dim=1)
    union = sum((box[:, 2:] - box[:, :2]).prod(dim=1) for box in (first, second)) - shared
    outer = torch.maximum(first[:, 2:], second[:, 2:]) - torch.minimum(first[:, :2], second[:, :2])
    hull = outer.prod(dim=1)
    overlap = shared / union.clamp(min=1e-6)
    return overlap, overlap - (hull - union) / hull.clamp(min=1e-6)


def _score_loss(logits: Tensor, quality: Tensor, chosen: Tensor, batch: Batch) -> Tensor:
    """Return the sum of the scores' losses over all cells that are taught."""
    focus = (torch.sigmoid(logits) - quality).abs() ** FOCUS
    each = focus * functional.binary_cross_entropy_with_logits(logits, quality, reduction="none")
    taught = torch.where(chosen, batch.weights, (~batch.ignored).to(each.dtype))
    return (each * taught).sum()


def _point_loss(points: Tensor, wanted: Tensor, sides: Tensor, weights: Tensor) -> Tensor:
    """Return the sum of the points' losses over the cells whose points are known."""
    known = torch.isfinite(wanted).all(dim=2).all(dim=1)  # (M,)
    away = (points[known] - wanted[known]) / sides[known][:, None, None]
    each = functional.smooth_l1_loss(away, torch.zeros_like(away), beta=BEND, reduction="none")
    return (each.mean(dim=(1, 2)) * weights[known]).sum()
