"""The fusion network: a small residual network whose head sees fine and coarse features together."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.nets.blocks import ResidualBlock, projection, set_drop_path
from lamplit.nets.normalization import STANDARDIZATIONS
from lamplit.nets.registry import register

N_STAGES = 4


@register("fusion")
class FusionNet(nn.Module):
    """Classify a grey face from feature maps of three scales.

    The last three stages are brought to one width by 1x1 convolutions and to one size (a quarter of the
    input), added (top-down fusion), mixed by one residual block and pooled; the deepest stage is pooled
    beside it. So wrinkles and eye corners, which the coarse maps have lost, still reach the classifier.

    Parameters
    ----------
    n_classes : int
        Number of labels.
    widths : sequence of four int
        Channels of the stages, at 1, 1/2, 1/4 and 1/8 of the input size.
    depths : sequence of four int
        Residual blocks per stage.
    fused : int
        Channels of the fused map.
    dropout : float
        Share of the pooled features dropped in training, in [0, 1).
    drop_path : float
        Share of the faces for which the last residual block is left out in training, in [0, 1); the first one
        never is, those between rise evenly (stochastic depth).
    standardization : str
        The layer against the light, by its name in `lamplit.nets.normalization.STANDARDIZATIONS`.

    Raises
    ------
    InvalidArgumentError
        If there is not one width and one depth for each of the four stages, or no such standardisation.

    References
    ----------
    Jiang (2023), the section on fusing feature maps over scales; Lin et al. (2017), feature pyramid networks,
    doi:10.1109/CVPR.2017.106.

    Examples
    --------
    >>> net = FusionNet(n_classes=8).eval()
    >>> net(torch.rand(2, 1, 48, 48)).shape
    torch.Size([2, 8])
    """

    def __init__(
        self,
        n_classes: int,
        *,
        widths: Sequence[int] = (24, 48, 96, 192),
        depths: Sequence[int] = (1, 2, 2, 2),
        fused: int = 96,
        dropout: float = 0.3,
        drop_path: float = 0.0,
        standardization: str = "z-score",
    ) -> None:
        super().__init__()
        _check_stages("widths", widths)
        _check_stages("depths", depths)
        check_integer("fused", fused, low=1)
        if standardization not in STANDARDIZATIONS:
            raise InvalidArgumentError(
                "standardization", f"one of {list(STANDARDIZATIONS)}", repr(standardization)
            )
        layer, channels = STANDARDIZATIONS[standardization]
        self.standardize = layer()
        self.stem = nn.Sequential(
            nn.Conv2d(channels, widths[0], 3, 1, 1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(inplace=True),
        )
        self.stage1 = _stage(widths[0], widths[0], depths[0], stride=1)
        self.stage2 = _stage(widths[0], widths[1], depths[1], stride=2)
        self.stage3 = _stage(widths[1], widths[2], depths[2], stride=2)
        self.stage4 = _stage(widths[2], widths[3], depths[3], stride=2)
        self.lateral2 = projection(widths[1], fused)
        self.lateral3 = projection(widths[2], fused)
        self.lateral4 = projection(widths[3], fused)
        self.mix = ResidualBlock(fused, fused)
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(fused + widths[3], n_classes)
        set_drop_path(self, drop_path)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, n_classes) logits of (N, 1, 48, 48) grey faces in [0, 1] (or other multiples of 8)."""
        x = self.stem(self.standardize(x))  # (N, 24, 48, 48)
        fine = self.stage2(self.stage1(x))  # (N, 48, 24, 24)
        middle = self.stage3(fine)  # (N, 96, 12, 12)
        coarse = self.stage4(middle)  # (N, 192, 6, 6)
        fused = self.lateral2(functional.avg_pool2d(fine, 2)) + self.lateral3(middle)
        fused = fused + functional.interpolate(self.lateral4(coarse), scale_factor=2.0, mode="nearest")
        fused = self.mix(functional.relu(fused))  # (N, 96, 12, 12)
        pooled = torch.cat([fused.mean(dim=(2, 3)), coarse.mean(dim=(2, 3))], dim=1)  # (N, 288)
        logits: Tensor = self.classify(self.dropout(pooled))
        return logits


def _check_stages(name: str, numbers: Sequence[int]) -> None:
    """Refuse anything but four whole numbers of at least 1."""
    if len(numbers) != N_STAGES:
        raise InvalidArgumentError(name, "four numbers, one per stage", str(list(numbers)))
    for number in numbers:
        check_integer(name, number, low=1)


def _stage(channels_in: int, channels_out: int, depth: int, *, stride: int) -> nn.Sequential:
    """Return `depth` residual blocks, the first of which may halve the size."""
    first = ResidualBlock(channels_in, channels_out, stride)
    return nn.Sequential(first, *(ResidualBlock(channels_out, channels_out) for _ in range(depth - 1)))
