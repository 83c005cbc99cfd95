"""The fusion network: a small residual network whose head sees fine and coarse features together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn import functional

from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.nets.attention import REGIONS, RegionAttention
from lamplit.nets.blocks import ResidualBlock, normalized_convolution, projection
from lamplit.nets.normalization import STANDARDIZATIONS
from lamplit.nets.registry import register
from lamplit.nets.stochastic_depth import set_drop_path

N_STAGES = 4

FUSIONS = ("none", "top-down", "both")
"""Which ways features go between scales: not at all, from coarse to fine, or back to coarse as well."""


STEMS = ("full", "folded")
"""What the first convolution sees: every pixel, or squares of 2 x 2 pixels as channels at half the size."""


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
        Residual blocks per stage; the first stage may have none.
    fused : int
        Channels of the fused map.
    dropout : float
        Share of the pooled features dropped in training, in [0, 1).
    drop_path : float
        Share of the faces for which the last residual block is left out in training, in [0, 1); the first one
        never is, those between rise evenly (stochastic depth).
    standardization : str
        The layer against the light, by its name in `lamplit.nets.normalization.STANDARDIZATIONS`.
    normalization : str or sequence of five str
        What follows each convolution, by its name in `lamplit.nets.layers.FEATURE_NORMALIZATIONS`: in the
        stem and in each of the four stages, or one name for all. The fused maps have that of the last stage.
    fusion : str
        "none": only the deepest stage is pooled. "top-down": as above. "both": from the fused map a second
        path leads back to the deepest stage's size, bottom-up, and is pooled, too: a short way from fine
        features to coarse ones (Liu et al. 2018).
    regions : bool
        Whether eyes, nose and mouth are pooled by themselves as well (`lamplit.nets.attention`): from the
        fused map or, with no fusion, from the deepest stage. The means over the whole maps stay beside them,
        so the classifier weighs local and global features.

    stem : str
        "full": the first stage works at the input size. "folded": 2 x 2 pixels become channels first, so that
        the first two stages work at half the size, where a convolution costs a quarter.
    squeeze : bool
        Whether blocks weight their channels by what the whole picture shows (squeeze-excitation).

    Raises
    ------
    InvalidArgumentError
        If there is not one width and one depth for each of the four stages, or a standardisation, a
        normalisation, a fusion or a stem of the name does not exist.

    References
    ----------
    Jiang (2023), the section on fusing feature maps over scales; Lin et al. (2017), feature pyramid networks,
    doi:10.1109/CVPR.2017.106; Liu, Qi, Qin, Shi, Jia (2018), path aggregation,
    doi:10.1109/CVPR.2018.00913.

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
        normalization: str | Sequence[str] = "batch",
        fusion: str = "top-down",
        regions: bool = False,
        stem: str = "full",
        squeeze: bool = True,
    ) -> None:
        super().__init__()
        _check_stages("widths", widths, first=1)
        _check_stages("depths", depths, first=0)
        check_integer("fused", fused, low=1)
        _check_name("standardization", standardization, STANDARDIZATIONS)
        _check_name("fusion", fusion, FUSIONS)
        _check_name("stem", stem, STEMS)
        first, *stages = _names_by_place(normalization)
        layer, channels = STANDARDIZATIONS[standardization]
        self.standardize = layer()
        folded = stem == "folded"
        self.fold = nn.PixelUnshuffle(2) if folded else nn.Identity()
        channels *= 4 if folded else 1
        self.stem = normalized_convolution(channels, widths[0], 3, normalization=first)
        self.stem.append(nn.ReLU(inplace=True))
        stage = partial(_stage, squeeze=squeeze)
        self.stage1 = stage(widths[0], widths[0], depths[0], stride=1, normalization=stages[0])
        second = 1 if folded else 2
        self.stage2 = stage(widths[0], widths[1], depths[1], stride=second, normalization=stages[1])
        self.stage3 = stage(widths[1], widths[2], depths[2], stride=2, normalization=stages[2])
        self.stage4 = stage(widths[2], widths[3], depths[3], stride=2, normalization=stages[3])
        self.fusion = fusion
        pooled = [widths[3]]
        if fusion != "none":
            self.lateral2 = projection(widths[1], fused, normalization=stages[3])
            self.lateral3 = projection(widths[2], fused, normalization=stages[3])
            self.lateral4 = projection(widths[3], fused, normalization=stages[3])
            self.mix = ResidualBlock(fused, fused, normalization=stages[3], squeeze=squeeze)
            pooled.insert(0, fused)
        if fusion == "both":
            self.down = normalized_convolution(fused, fused, 3, 2, normalization=stages[3])
            self.mix_down = ResidualBlock(fused, fused, normalization=stages[3], squeeze=squeeze)
            pooled.insert(1, fused)
        self.regions = RegionAttention(pooled[0]) if regions else None
        self.dropout = nn.Dropout(dropout)
        n_regions = len(REGIONS) if regions else 0
        self.classify = nn.Linear(sum(pooled) + n_regions * pooled[0], n_classes)
        set_drop_path(self, drop_path)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, n_classes) logits of (N, 1, 48, 48) grey faces in [0, 1] (or other multiples of 8)."""
        x = self.stem(self.fold(self.standardize(x)))  # (N, 24, 48, 48)
        fine = self.stage2(self.stage1(x))  # (N, 48, 24, 24)
        middle = self.stage3(fine)  # (N, 96, 12, 12)
        coarse = self.stage4(middle)  # (N, 192, 6, 6)
        maps = self._fused(fine, middle, coarse)
        pooled = [features.mean(dim=(2, 3)) for features in maps]  # (N, 96), (N, 192)
        if self.regions is not None:
            pooled.append(self.regions(maps[0]))  # (N, 4 * 96)
        logits: Tensor = self.classify(self.dropout(torch.cat(pooled, dim=1)))
        return logits

    def _fused(self, fine: Tensor, middle: Tensor, coarse: Tensor) -> list[Tensor]:
        """Return the maps that are pooled, from the finest to the deepest stage."""
        if self.fusion == "none":
            return [coarse]
        top = self.lateral4(coarse)  # (N, 96, 6, 6)
        fused = self.lateral2(functional.avg_pool2d(fine, 2)) + self.lateral3(middle)
        fused = fused + functional.interpolate(top, scale_factor=2.0, mode="nearest")
        fused = self.mix(functional.relu(fused))  # (N, 96, 12, 12)
        if self.fusion == "top-down":
            return [fused, coarse]
        back = self.mix_down(functional.relu(self.down(fused) + top))  # (N, 96, 6, 6)
        return [fused, back, coarse]


def pooled_parts(state: Mapping[str, Tensor]) -> dict[str, slice]:
    """Say which inputs of the classifier come from where.

    Parameters
    ----------
    state : mapping of str to Tensor
        State of a fusion network.

    Returns
    -------
    dict
        For "fused", "back", "coarse" and "regions", as far as the network has them, their columns in
        `classify.weight`.

    Examples
    --------
    >>> pooled_parts(FusionNet(n_classes=8, fusion="both").state_dict())
    {'fused': slice(0, 96, None), 'back': slice(96, 192, None), 'coarse': slice(192, 384, None)}
    """
    fused = len(state["lateral2.0.weight"]) if "lateral2.0.weight" in state else 0
    back = fused if "down.0.weight" in state else 0
    kernel = state.get("regions.content.weight")
    regions = 0 if kernel is None else kernel.shape[0] * kernel.shape[1]
    coarse = state["classify.weight"].shape[1] - fused - back - regions
    widths = {"fused": fused, "back": back, "coarse": coarse, "regions": regions}
    ends = accumulate(widths.values())
    return {
        part: slice(end - width, end)
        for (part, width), end in zip(widths.items(), ends, strict=True)
        if width
    }


def _check_name(argument: str, name: str, names: Collection[str]) -> None:
    """Refuse a name that is none of those."""
    if name not in names:
        raise InvalidArgumentError(argument, f"one of {list(names)}", repr(name))


def _names_by_place(normalization: str | Sequence[str]) -> list[str]:
    """Return the normalisation of the stem and of each stage."""
    if isinstance(normalization, str):
        return [normalization] * (1 + N_STAGES)
    if len(normalization) != 1 + N_STAGES:
        required = "one name, or five: for the stem and the four stages"
        raise InvalidArgumentError("normalization", required, repr(list(normalization)))
    return list(normalization)


def _check_stages(name: str, numbers: Sequence[int], *, first: int) -> None:
    """Refuse anything but four whole numbers, the first at least `first`, the others at least 1."""
    if len(numbers) != N_STAGES:
        raise InvalidArgumentError(name, "four numbers, one per stage", str(list(numbers)))
    for stage, number in enumerate(numbers):
        check_integer(name, number, low=1 if stage else first)


def _stage(
    channels_in: int, channels_out: int, depth: int, *, stride: int, normalization: str, squeeze: bool
) -> nn.Sequential:
    """Return `depth` residual blocks, the first of which may halve the size."""
    block = partial(ResidualBlock, normalization=normalization, squeeze=squeeze)
    first = [block(channels_in, channels_out, stride)] if depth else []
    return nn.Sequential(*first, *(block(channels_out, channels_out) for _ in range(depth - 1)))
