"""Building blocks: squeeze-excitation, stochastic depth and the two-convolution residual block."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lamplit.core.errors import InvalidArgumentError


class SqueezeExcitation(nn.Module):
    """Weight each channel by what the whole picture shows.

    Parameters
    ----------
    channels : int
        Channels in and out.
    reduction : int
        How many times narrower the bottleneck is.

    References
    ----------
    Hu, Shen, Sun (2018), doi:10.1109/CVPR.2018.00745.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.Linear(channels, max(channels // reduction, 4)),
            nn.ReLU(inplace=True),
            nn.Linear(max(channels // reduction, 4), channels),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W) with each channel weighted."""
        weight: Tensor = self.gate(x.mean(dim=(2, 3)))  # (N, C)
        return x * weight[:, :, None, None]


class StochasticDepth(nn.Module):
    """Leave out a residual branch for some faces in training; out of training it changes nothing.

    Parameters
    ----------
    rate : float
        Share of the faces that go without, in [0, 1). The others get 1 / (1 - rate) times the branch, so that
        its mean stays.

    References
    ----------
    Huang, Sun, Liu, Sedra, Weinberger (2016), doi:10.1007/978-3-319-46493-0_39.

    Examples
    --------
    >>> layer = StochasticDepth(0.5)
    >>> sorted(layer(torch.ones(64, 1, 1, 1)).unique().tolist())
    [0.0, 2.0]
    """

    def __init__(self, rate: float = 0.0) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W), some of the N zero."""
        if not self.training or self.rate == 0.0:
            return x
        kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.rate
        return x * (kept / (1.0 - self.rate)).to(x.dtype)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with batch normalisation and squeeze-excitation, around a shortcut.

    Parameters
    ----------
    channels_in, channels_out : int
        Channels of input and output.
    stride : int
        2 halves height and width.

    References
    ----------
    He, Zhang, Ren, Sun (2016), doi:10.1109/CVPR.2016.90.
    """

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1) -> None:
        super().__init__()
        last_scale = nn.BatchNorm2d(channels_out)
        # Starting each block as the identity (last scale 0) lets deep stacks train from the first step.
        nn.init.zeros_(last_scale.weight)
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels_out, channels_out, 3, 1, 1, bias=False),
            last_scale,
            SqueezeExcitation(channels_out),
        )
        same_shape = stride == 1 and channels_in == channels_out
        self.shortcut = nn.Identity() if same_shape else projection(channels_in, channels_out, stride)
        self.drop_path = StochasticDepth()
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, channels_out, H / stride, W / stride)."""
        out: Tensor = self.activation(self.drop_path(self.body(x)) + self.shortcut(x))
        return out


def set_drop_path(network: nn.Module, rate: float) -> None:
    """Give the residual blocks of a network a stochastic depth that rises from 0 in the first to the last.

    Parameters
    ----------
    network : torch.nn.Module
        Its residual blocks are taken in the order in which they were made.
    rate : float
        Share of the faces for which the last block is left out, in [0, 1).

    Raises
    ------
    InvalidArgumentError
        If the rate is out of its range.

    Examples
    --------
    >>> network = nn.Sequential(*(ResidualBlock(8, 8) for _ in range(3)))
    >>> set_drop_path(network, 0.2)
    >>> [block.drop_path.rate for block in network]
    [0.0, 0.1, 0.2]
    """
    if not 0.0 <= rate < 1.0:
        raise InvalidArgumentError("drop_path", "a number from 0 to below 1", repr(rate))
    layers = [module for module in network.modules() if isinstance(module, StochasticDepth)]
    for number, layer in enumerate(layers):
        layer.rate = rate * number / max(len(layers) - 1, 1)


def projection(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    """Return a 1x1 convolution with batch normalisation, to change channels or halve the size.

    Parameters
    ----------
    channels_in, channels_out : int
        Channels of input and output.
    stride : int
        2 halves height and width.

    Returns
    -------
    torch.nn.Sequential
        Maps (N, channels_in, H, W) to (N, channels_out, H / stride, W / stride).
    """
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm2d(channels_out)
    )
