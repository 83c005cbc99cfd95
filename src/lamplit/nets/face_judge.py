"""The part of a landmark network that says whether there is a face at all."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lamplit.nets.blocks import normalized_convolution

LOOKS, SHAPES, HIDDEN = 32, 64, 96
"""Channels of the map that is looked at, of what is made of the points, and of both together."""


class FaceJudge(nn.Module):
    """Say whether there is a face from where in the crop things are, and from what shape the points make.

    A mean over the deepest map knows what is there, but not where: four buttons in a ring have the features
    of eyes and mouths. Places of points, and how sure they are, say whether the whole has a face's shape.

    Parameters
    ----------
    channels : int
        Of the deepest map.
    cells : int
        Its side.
    n_points : int
        Points, two numbers each, with one spread each.

    Examples
    --------
    >>> judge = FaceJudge(8, 7, 68).eval()
    >>> judge(torch.rand(2, 8, 7, 7), torch.rand(2, 68, 2), torch.rand(2, 68)).shape
    torch.Size([2])
    """

    def __init__(self, channels: int, cells: int, n_points: int) -> None:
        super().__init__()
        self.look = normalized_convolution(channels, LOOKS, 1)
        self.shape = nn.Sequential(nn.Linear(3 * n_points, SHAPES), nn.BatchNorm1d(SHAPES), nn.ReLU())
        self.judge = nn.Sequential(
            nn.Dropout(0.2),
            nn.Linear(LOOKS * cells * cells + SHAPES, HIDDEN),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(HIDDEN, 1),
        )

    def forward(self, coarse: Tensor, points: Tensor, log_spread: Tensor) -> Tensor:
        """Return the logits (N,) of there being a face; points learn nothing from them."""
        shape = torch.cat([points.detach().flatten(1), log_spread.detach()], dim=1)  # (N, 3 K)
        seen = torch.relu(self.look(coarse)).flatten(1)  # (N, 32 * cells ** 2)
        both = torch.cat([seen, self.shape(shape.to(seen.dtype))], dim=1)
        logits: Tensor = self.judge(both)[:, 0]
        return logits
