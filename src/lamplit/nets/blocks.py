"""Building blocks: squeeze-excitation, normalised convolutions and the residual block of two."""

from __future__ import annotations

from torch import Tensor, nn

from lamplit.nets.layers import feature_normalization, has_offset, learnt_scale
from lamplit.nets.stochastic_depth import StochasticDepth


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


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with normalisation and squeeze-excitation, around a shortcut.

    Parameters
    ----------
    channels_in, channels_out : int
        Channels of input and output.
    stride : int
        2 halves height and width.
    normalization : str
        What follows each convolution, by its name in `lamplit.nets.layers.FEATURE_NORMALIZATIONS`.
    squeeze : bool
        Whether squeeze-excitation follows the second one.

    Raises
    ------
    InvalidArgumentError
        If there is no normalisation of this name.

    Notes
    -----
    A fresh block is the identity for what is not negative: its last scale is zero or, where the normalisation
    has no scale, the kernel before it (Zhang, Dauphin, Ma 2019). So deep stacks train from the first step.

    References
    ----------
    He, Zhang, Ren, Sun (2016), doi:10.1109/CVPR.2016.90; Zhang, Dauphin, Ma (2019), arXiv:1901.09321.
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        stride: int = 1,
        *,
        normalization: str = "batch",
        squeeze: bool = True,
    ) -> None:
        super().__init__()
        first = normalized_convolution(channels_in, channels_out, 3, stride, normalization=normalization)
        last = normalized_convolution(channels_out, channels_out, 3, normalization=normalization)
        _silence(*last)
        self.body = nn.Sequential(*first, nn.ReLU(inplace=True), *last)
        if squeeze:
            self.body.append(SqueezeExcitation(channels_out))
        same_shape = stride == 1 and channels_in == channels_out
        self.shortcut = (
            nn.Identity()
            if same_shape
            else projection(channels_in, channels_out, stride, normalization=normalization)
        )
        self.drop_path = StochasticDepth()
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, channels_out, H / stride, W / stride)."""
        out: Tensor = self.activation(self.drop_path(self.body(x)) + self.shortcut(x))
        return out


def residual_stage(channels_in: int, channels_out: int, depth: int) -> nn.Sequential:
    """Return residual blocks without squeeze-excitation, the first of which halves the size.

    Parameters
    ----------
    channels_in, channels_out : int
        Channels of input and output.
    depth : int
        Number of blocks, at least 1.

    Returns
    -------
    torch.nn.Sequential
        Maps (N, channels_in, H, W) to (N, channels_out, H / 2, W / 2).

    Examples
    --------
    >>> import torch
    >>> residual_stage(4, 8, 2)(torch.rand(1, 4, 6, 6)).shape
    torch.Size([1, 8, 3, 3])
    """
    first = ResidualBlock(channels_in, channels_out, 2, squeeze=False)
    more = (ResidualBlock(channels_out, channels_out, squeeze=False) for _ in range(depth - 1))
    return nn.Sequential(first, *more)


def _silence(convolution: nn.Module, layer: nn.Module) -> None:
    """Make a convolution and the normalisation after it give nothing at first, and learn all the same."""
    scale = learnt_scale(layer)
    if scale is not None:
        nn.init.zeros_(scale)
        return
    for parameter in convolution.parameters():
        nn.init.zeros_(parameter)


def normalized_convolution(
    channels_in: int, channels_out: int, side: int, stride: int = 1, *, normalization: str = "batch"
) -> nn.Sequential:
    """Return a convolution with the normalisation that follows it.

    Parameters
    ----------
    channels_in, channels_out : int
        Channels of input and output.
    side : int
        Side of the kernel; odd.
    stride : int
        2 halves height and width.
    normalization : str
        By its name in `lamplit.nets.layers.FEATURE_NORMALIZATIONS`. The convolution has an offset of its own
        where the normalisation has none.

    Returns
    -------
    torch.nn.Sequential
        Maps (N, channels_in, H, W) to (N, channels_out, H / stride, W / stride).

    Raises
    ------
    InvalidArgumentError
        If there is no normalisation of this name.

    Notes
    -----
    Where the normalisation does not fix mean and deviation of a channel (none, divisive, local response),
    kernels start with the deviation of He, Zhang, Ren, Sun (2015), doi:10.1109/ICCV.2015.123, which keeps the
    energy of features behind a ReLU.
    """
    layer = feature_normalization(normalization, channels_out)
    fixed = has_offset(layer)
    convolution = nn.Conv2d(channels_in, channels_out, side, stride, padding=side // 2, bias=not fixed)
    if not fixed:
        # Nothing else keeps the features' energy: with PyTorch's usual kernels, which are smaller, a deep
        # network without normalisation stays at chance.
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
    return nn.Sequential(convolution, layer)


def projection(
    channels_in: int, channels_out: int, stride: int = 1, *, normalization: str = "batch"
) -> nn.Sequential:
    """Return a 1x1 convolution with normalisation, to change channels or halve the size.

    Parameters
    ----------
    channels_in, channels_out : int
        Channels of input and output.
    stride : int
        2 halves height and width.
    normalization : str
        What follows the convolution, by its name in `lamplit.nets.layers.FEATURE_NORMALIZATIONS`.

    Returns
    -------
    torch.nn.Sequential
        Maps (N, channels_in, H, W) to (N, channels_out, H / stride, W / stride).

    Raises
    ------
    InvalidArgumentError
        If there is no normalisation of this name.
    """
    return normalized_convolution(channels_in, channels_out, 1, stride, normalization=normalization)
