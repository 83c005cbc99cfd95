"""The landmark network: where 68 points of a face are, how sure each is, and whether there is a face."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.landmarks import N_POINTS
from lamplit.nets.blocks import normalized_convolution, projection, residual_stage
from lamplit.nets.face_judge import FaceJudge
from lamplit.nets.normalization import STANDARDIZATIONS
from lamplit.nets.registry import register

STANDARDIZATION = "both"
"""The layer against the light, unless a recipe names another."""

LEAST_SPREAD, MOST_SPREAD = 0.002, 0.5
"""Limits of the predicted standard deviation, in sides of the crop: a quarter pixel, and knowing nothing."""

_BEYOND = 2
"""Cells by which maps reach beyond the crop, so that points just outside have a place."""


class LandmarkAnswer(NamedTuple):
    """What the network says of N crops.

    Parameters
    ----------
    points : Tensor of shape (N, 68, 2)
        x and y in fractions of the crop's side, in the iBUG order; a little outside of [0, 1] is possible.
    log_spread : Tensor of shape (N, 68)
        Natural logarithm of the standard deviation of x, and of y, in fractions of the side.
    face : Tensor of shape (N,)
        Logit of there being a face.
    """

    points: Tensor
    log_spread: Tensor
    face: Tensor


@register("landmarks", answers="landmarks")
class LandmarkNet(nn.Module):
    """Find 68 points of a face from maps of three scales.

    Features of the last three stages are brought to a quarter of the input's size and added. From them comes
    one map per point; the point is the mean place under the map's softmax (an integral over the map, so that
    it is finer than a cell and learns from every pixel). What maps cannot say, because it lies beyond the
    crop, is added by a linear layer on the deepest features. A second map per point says how sure each place
    is: its mean under the same softmax becomes the spread.

    Parameters
    ----------
    n_points : int
        Points.
    widths : sequence of four int
        Channels of the stem and of the stages at 1/4, 1/8 and 1/16 of the input size.
    depths : sequence of three int
        Residual blocks per stage.
    fused : int
        Channels of the fused map.
    standardization : str
        The layer against the light, by its name in `lamplit.nets.normalization.STANDARDIZATIONS`.
    judge_cells : int
        Side of the deepest map, a sixteenth of the crop's, if `lamplit.nets.face_judge` is to say from it
        whether there is a face; 0 for a linear layer on the map's mean.

    Raises
    ------
    InvalidArgumentError
        If numbers of stages are wrong, or a standardisation of the name does not exist.

    References
    ----------
    Sun, Xiao, Wei, Liang, Wei (2018), integral pose regression, doi:10.1007/978-3-030-01231-1_33; Nibali, He,
    Morgan, Prendergast (2018), arXiv:1801.07372; Kendall and Gal (2017), arXiv:1703.04977, for the spread;
    Sagonas et al. (2013), doi:10.1109/ICCVW.2013.59, for the order of the points.

    Examples
    --------
    >>> net = LandmarkNet().eval()
    >>> answer = net(torch.rand(2, 1, 112, 112))
    >>> answer.points.shape, answer.log_spread.shape, answer.face.shape
    (torch.Size([2, 68, 2]), torch.Size([2, 68]), torch.Size([2]))
    """

    def __init__(
        self,
        n_points: int = N_POINTS,
        *,
        widths: Sequence[int] = (24, 32, 64, 96),
        depths: Sequence[int] = (1, 2, 2),
        fused: int = 32,
        standardization: str = STANDARDIZATION,
        judge_cells: int = 0,
    ) -> None:
        super().__init__()
        check_integer("n_points", n_points, low=1)
        check_integer("fused", fused, low=1)
        check_integer("judge_cells", judge_cells, low=0)
        if (len(widths), len(depths)) != (4, 3):
            required = "four widths and three depths"
            raise InvalidArgumentError("widths, depths", required, f"{list(widths)}, {list(depths)}")
        if standardization not in STANDARDIZATIONS:
            known = f"one of {list(STANDARDIZATIONS)}"
            raise InvalidArgumentError("standardization", known, repr(standardization))
        layer, channels = STANDARDIZATIONS[standardization]
        self.standardize = layer()
        self.fold = nn.PixelUnshuffle(2)
        self.stem = normalized_convolution(4 * channels, widths[0], 3)
        self.stem.append(nn.ReLU(inplace=True))
        self.stage1, self.stage2, self.stage3 = (
            residual_stage(before, after, depth)
            for before, after, depth in zip(widths, widths[1:], depths, strict=False)
        )
        self.lateral1, self.lateral2, self.lateral3 = (projection(width, fused) for width in widths[1:])
        self.mix = normalized_convolution(fused, fused, 3)
        self.maps = nn.Conv2d(fused, n_points, 1)
        self.doubts = nn.Conv2d(fused, n_points, 1)
        self.beyond = nn.Linear(widths[3], 2 * n_points)
        self.doubt = nn.Linear(widths[3], n_points)
        self.judge = FaceJudge(widths[3], judge_cells, n_points) if judge_cells else None
        self.classify = None if judge_cells else nn.Linear(widths[3], 1)
        for quiet in (self.doubts, self.beyond, self.doubt):
            nn.init.zeros_(quiet.weight)
            nn.init.zeros_(quiet.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> LandmarkAnswer:
        """Return points, spreads and the face's logit of (N, 1, 112, 112) grey crops in [0, 1]."""
        x = self.stem(self.fold(self.standardize(x)))  # (N, 24, 56, 56)
        fine = self.stage1(x)  # (N, 32, 28, 28)
        middle = self.stage2(fine)  # (N, 64, 14, 14)
        coarse = self.stage3(middle)  # (N, 96, 7, 7)
        fused = self._fused(fine, middle, coarse)  # (N, 32, 32, 32)
        deep = coarse.mean(dim=(2, 3))  # (N, 96)
        shares = shares_of(self.maps(fused).float())  # (N, 68, 32, 32)
        beyond = self.beyond(deep).float().unflatten(1, (-1, 2))  # (N, 68, 2)
        doubt = (shares * self.doubts(fused).float()).sum(dim=(2, 3)) + self.doubt(deep).float()  # (N, 68)
        points, log_spread = mean_places(shares, beyond=_BEYOND) + beyond, bounded_log_spread(doubt)
        if self.judge is not None:
            face = self.judge(coarse, points, log_spread)
        else:
            assert self.classify is not None  # one of the two
            face = self.classify(deep)[:, 0]
        return LandmarkAnswer(points, log_spread, face.float())  # face: (N,)

    def _fused(self, fine: Tensor, middle: Tensor, coarse: Tensor) -> Tensor:
        """Return the three scales in one map, at the size of the finest and a little beyond."""
        top = self.lateral2(middle) + _doubled(self.lateral3(coarse))
        both = self.lateral1(fine) + _doubled(top)
        wider = functional.pad(functional.relu(both), (_BEYOND,) * 4)
        return functional.relu(self.mix(wider))


def _doubled(x: Tensor) -> Tensor:
    """Return (N, C, 2 H, 2 W)."""
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def shares_of(maps: Tensor) -> Tensor:
    """Return the softmax over the cells of each map.

    Parameters
    ----------
    maps : Tensor of shape (N, K, H, W)
        Logits per cell.

    Returns
    -------
    Tensor of shape (N, K, H, W)
        Shares of the cells; those of a map sum to 1.

    Examples
    --------
    >>> shares_of(torch.zeros(1, 1, 2, 2))
    tensor([[[[0.2500, 0.2500],
              [0.2500, 0.2500]]]])
    """
    return maps.flatten(2).softmax(dim=2).reshape(maps.shape)


def mean_places(shares: Tensor, *, beyond: int = 0) -> Tensor:
    """Return the mean place of each map.

    Parameters
    ----------
    shares : Tensor of shape (N, K, H, W)
        Shares of the cells; those of a map sum to 1.
    beyond : int
        How many cells on each side lie outside of the crop.

    Returns
    -------
    Tensor of shape (N, K, 2)
        x and y as fractions of the crop: the cells inside share it evenly, and a cell stands for its centre.

    Examples
    --------
    >>> shares = torch.zeros(1, 1, 2, 4)
    >>> shares[..., 0, 3] = 1.0  # upper right: centre of the fourth of four columns, first of two rows
    >>> mean_places(shares)
    tensor([[[0.8750, 0.2500]]])
    """
    height, width = shares.shape[2:]
    # Products and sums, no matrix product: autocast would make that one coarse.
    x = (shares.sum(dim=2) * _centres(width, beyond, shares)).sum(dim=2)  # (N, K)
    y = (shares.sum(dim=3) * _centres(height, beyond, shares)).sum(dim=2)  # (N, K)
    return torch.stack([x, y], dim=2)


def _centres(n: int, beyond: int, like: Tensor) -> Tensor:
    """Return the centres of n cells along an axis, as fractions of the crop; shape (n,)."""
    cells = torch.arange(n, device=like.device, dtype=like.dtype)
    return (cells + (0.5 - beyond)) / (n - 2 * beyond)


def bounded_log_spread(x: Tensor) -> Tensor:
    """Bring any number to a logarithm between those of `LEAST_SPREAD` and `MOST_SPREAD`.

    Parameters
    ----------
    x : Tensor
        Any numbers; 0 is the middle.

    Returns
    -------
    Tensor of the same shape
        Natural logarithms.

    Examples
    --------
    >>> bounded_log_spread(torch.tensor([-99.0, 0.0, 99.0])).exp()  # the middle is the geometric mean
    tensor([0.0020, 0.0316, 0.5000])
    """
    low, high = math.log(LEAST_SPREAD), math.log(MOST_SPREAD)
    return low + (high - low) * torch.sigmoid(x)
