"""Building blocks: squeeze-excitation and the two-convolution residual block."""

from __future__ import annotations

from torch import Tensor, nn


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
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, channels_out, H / stride, W / stride)."""
        out: Tensor = self.activation(self.body(x) + self.shortcut(x))
        return out


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
