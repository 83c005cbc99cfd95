"""The face detector: one pass over a picture of any size, an answer from every cell of three grids."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from lamplit.core.checks import check_integer
from lamplit.core.detector_grid import NUMBERS, STRIDES
from lamplit.core.errors import InvalidArgumentError
from lamplit.nets.blocks import normalized_convolution, residual_stage
from lamplit.nets.registry import register

ANSWERS = "faces"
"""What registered networks of this kind answer with."""

FOLDED = 4
"""Pixels of 2 x 2 become channels first, so that no learnt convolution works at the full size."""

PRIOR = -4.6
"""Logit of every cell at first: one in a hundred. Otherwise the first steps would only learn that faces are
rare (Lin, Goyal, Girshick, He, Dollar 2017, doi:10.1109/ICCV.2017.324)."""


class LocalContrast(nn.Module):
    """Each folded pixel against mean and contrast of its surround, so that no light is too dim or too hard.

    Parameters
    ----------
    cell : int
        Side of the cells over which means are taken, in places of the input.
    window : int
        Side of the surround in cells; odd.
    floor : float
        Least contrast to divide by, on the scale of the input ([0, 1]): even walls are not blown up.

    Notes
    -----
    y = (x - m) / sqrt(v + floor^2), with mean m and variance v over the surround, both linear between the
    middles of the cells.

    Examples
    --------
    >>> layer = LocalContrast()
    >>> x = torch.rand(1, 4, 32, 32)
    >>> torch.allclose(layer(x), layer(0.5 * x + 0.1), atol=2e-2)
    True
    """

    def __init__(self, *, cell: int = 8, window: int = 3, floor: float = 0.01) -> None:
        super().__init__()
        self.cell = cell
        self.window = window
        self.floor = floor

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W) of about unit contrast; H and W are multiples of the cell."""
        centred = x - 0.5  # the difference of two large squares would lose digits
        one = centred[:, :1]  # a pixel of each square will do
        moments = [functional.avg_pool2d(part, self.cell) for part in (one, one * one)]
        coarse = torch.cat(moments, dim=1)  # (N, 2, h, w)
        half = self.window // 2
        coarse = functional.avg_pool2d(coarse, self.window, 1, half, count_include_pad=False)
        mean, square = coarse[:, :1], coarse[:, 1:]
        share = torch.rsqrt((square - mean * mean).clamp(min=0.0) + self.floor**2)
        both = torch.cat([share, mean * share], dim=1)
        size = float(self.cell)
        around = functional.interpolate(both, scale_factor=size, mode="bilinear", align_corners=False)
        return centred * around[:, :1] - around[:, 1:]


class Fold(nn.Module):
    """Make channels of the pixels of each square of 2 x 2, as a convolution without anything to learn.

    The same as `torch.nn.PixelUnshuffle(2)`, whose transposition takes a seventh of the network's time.

    Examples
    --------
    >>> x = torch.rand(1, 1, 4, 6)
    >>> bool((Fold()(x) == nn.PixelUnshuffle(2)(x)).all())
    True
    """

    kernels: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernels", torch.eye(4).reshape(4, 1, 2, 2), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, 4, H / 2, W / 2) of (N, 1, H, W)."""
        return functional.conv2d(x, self.kernels, stride=2)


class SeparableBlock(nn.Module):
    """A convolution within each channel, one across channels, and a shortcut where the shape allows it.

    Parameters
    ----------
    channels_in, channels_out : int
        Channels of input and output.
    stride : int
        2 halves height and width.
    side : int
        Side of the kernel within channels; odd.

    References
    ----------
    Howard et al. (2017), arXiv:1704.04861.

    Examples
    --------
    >>> SeparableBlock(8, 16, 2)(torch.rand(2, 8, 8, 8)).shape
    torch.Size([2, 16, 4, 4])
    """

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1, *, side: int = 3) -> None:
        super().__init__()
        within = nn.Conv2d(channels_in, channels_in, side, stride, side // 2, groups=channels_in, bias=False)
        self.within = nn.Sequential(within, nn.BatchNorm2d(channels_in), nn.ReLU(inplace=True))
        self.across = normalized_convolution(channels_in, channels_out, 1)
        self.keeps = stride == 1 and channels_in == channels_out

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, channels_out, H / stride, W / stride)."""
        out: Tensor = self.across(self.within(x))
        return functional.relu(out + x if self.keeps else out)


@register("face-detector", answers=ANSWERS)
class FaceDetectorNet(nn.Module):
    """Find faces of any size in grey pictures.

    Three levels with cells of 8, 16 and 32 pixels; coarse features are added to finer ones (top-down), and
    each cell answers with a score, a box and five points (`lamplit.core.detector_grid`).

    Parameters
    ----------
    stem : int
        Channels at a quarter of the size.
    widths : sequence of three int
        Channels of the levels.
    depths : sequence of three int
        Blocks of the levels, at least 1 each: residual ones at the finest level, where they cost least per
        weight, separable ones at the others.
    fused : int
        Channels of the maps that answers come from.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.

    References
    ----------
    Tian, Shen, Chen, He (2019), doi:10.1109/ICCV.2019.00972 (no anchors); Lin et al. (2017),
    doi:10.1109/CVPR.2017.106 (top-down); Wu, Peng, Yu (2023), doi:10.1007/s11633-023-1423-y (small face
    detectors of this kind).

    Examples
    --------
    >>> net = FaceDetectorNet().eval()
    >>> net(torch.rand(2, 1, 64, 96)).shape  # 8 x 12, 4 x 6 and 2 x 3 cells
    torch.Size([2, 126, 15])
    """

    def __init__(
        self,
        *,
        stem: int = 16,
        widths: Sequence[int] = (32, 64, 128),
        depths: Sequence[int] = (2, 4, 4),
        fused: int = 48,
    ) -> None:
        super().__init__()
        for name, numbers in (("widths", widths), ("depths", depths)):
            if len(numbers) != len(STRIDES):
                raise InvalidArgumentError(name, "three numbers, one per level", str(list(numbers)))
            for number in numbers:
                check_integer(name, number, low=1)
        for name, number in (("stem", stem), ("fused", fused)):
            check_integer(name, number, low=1)
        fine, middle, coarse = widths
        self.fold = Fold()
        self.contrast = LocalContrast()
        self.stem = normalized_convolution(FOLDED, stem, 3, 2)
        self.stem.append(nn.ReLU(inplace=True))
        self.level8 = residual_stage(stem, fine, depths[0])
        self.level16 = _separable(fine, middle, depths[1], side=3)
        self.level32 = _separable(middle, coarse, depths[2], side=5)
        self.laterals = nn.ModuleList(normalized_convolution(width, fused, 1) for width in widths)
        self.mixes = nn.ModuleList(SeparableBlock(fused, fused) for _ in widths)
        self.heads = nn.ModuleList(_head(fused, deep=level > 0) for level in range(len(widths)))

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, P, 15) of (N, 1, H, W) grey in [0, 1]; H and W are multiples of 32."""
        x = self.stem(self._against_surround(x))  # (N, 16, H / 4, W / 4)
        fine = self.level8(x)  # (N, 32, H / 8, W / 8)
        middle = self.level16(fine)  # (N, 64, H / 16, W / 16)
        coarse = self.level32(middle)  # (N, 128, H / 32, W / 32)
        answers: list[Tensor] = []
        above: Tensor | None = None
        for level in (2, 1, 0):
            features = self.laterals[level]((fine, middle, coarse)[level])
            if above is not None:
                features = features + functional.interpolate(above, scale_factor=2.0, mode="nearest")
            above = self.mixes[level](functional.relu(features))
            answers.insert(0, self.heads[level](above).flatten(2).transpose(1, 2))  # (N, cells, 15)
        return torch.cat(answers, dim=1)

    def _against_surround(self, x: Tensor) -> Tensor:
        """Return (N, 4, H / 2, W / 2) folded pixels; in float32, since dim pictures have few levels."""
        with torch.autocast(x.device.type, enabled=False):
            folded: Tensor = self.contrast(self.fold(x.float()))
        return folded


def _separable(channels_in: int, channels_out: int, depth: int, *, side: int) -> nn.Sequential:
    """Return separable blocks, the first of which halves the size."""
    first = SeparableBlock(channels_in, channels_out, 2)
    rest = (SeparableBlock(channels_out, channels_out, side=side) for _ in range(depth - 1))
    return nn.Sequential(first, *rest)


def _head(channels: int, *, deep: bool) -> nn.Sequential:
    """Return what turns features into answers; deeper where cells are few."""
    last = nn.Conv2d(channels, NUMBERS, 1)
    nn.init.normal_(last.weight, std=0.01)
    nn.init.zeros_(last.bias)  # type: ignore[arg-type]
    with torch.no_grad():
        last.bias[0] = PRIOR  # type: ignore[index]
    return nn.Sequential(*([SeparableBlock(channels, channels)] if deep else []), last)
