"""Normalisations between layers, by name, so that a recipe can choose one for each place."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from lamplit.core.errors import InvalidArgumentError


class DivisiveNormalization(nn.Module):
    """Local divisive normalisation of feature maps, with a learnt gain per channel and one learnt floor.

    Each response is divided by the energy of all channels around it, as cells of the visual cortex are: how
    strong the light is cancels, which of the responses is the stronger stays.

    Parameters
    ----------
    channels : int
        Channels in and out.
    window : int
        Side of the square surround; odd.

    Notes
    -----
    y = gain * x / sqrt(m(x^2) + softplus(floor)), where m is the mean over the window and over all channels.
    With one floor for all channels the root is taken once per place, not once per channel.

    References
    ----------
    Carandini and Heeger (2012), doi:10.1038/nrn3136; Ren et al. (2017), arXiv:1611.04520.

    Examples
    --------
    >>> x = torch.randn(2, 16, 12, 12)
    >>> layer = DivisiveNormalization(16)
    >>> bool(layer(x).square().mean() < 2.0)
    True
    """

    def __init__(self, channels: int, window: int = 5) -> None:
        super().__init__()
        self.window = window
        self.gain = nn.Parameter(torch.ones(channels))
        self.floor = nn.Parameter(torch.tensor(-2.0))

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W), of about the same energy everywhere."""
        energy = x.square().mean(dim=1, keepdim=True)  # (N, 1, H, W)
        around = functional.avg_pool2d(energy, self.window, 1, self.window // 2, count_include_pad=False)
        # In the type of x, as other normalisations answer: in bfloat16 that is twice as fast.
        share = torch.rsqrt(around + functional.softplus(self.floor).to(x.dtype))  # (N, 1, H, W)
        return x * share * self.gain.to(x.dtype)[:, None, None]  # (N, C, H, W)


class _LocalResponse(nn.LocalResponseNorm):
    """Local response normalisation that also takes bfloat16, which PyTorch's own does not on a CPU."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the shape and type of x; computed in float32."""
        return super().forward(x.float()).to(x.dtype)


def _groups(channels: int) -> nn.Module:
    """Return group normalisation with eight groups, or as many as divide the channels."""
    return nn.GroupNorm(next(n for n in (8, 4, 2, 1) if channels % n == 0), channels)


FEATURE_NORMALIZATIONS: dict[str, Callable[[int], nn.Module]] = {
    "none": lambda _channels: nn.Identity(),
    "batch": nn.BatchNorm2d,
    "divisive": DivisiveNormalization,
    "local-response": lambda _channels: _LocalResponse(5),
    "instance": lambda channels: nn.InstanceNorm2d(channels, affine=True),
    "group": _groups,
}
"""Normalisations by name, each built from a number of channels: none; batch (Ioffe and Szegedy 2015,
arXiv:1502.03167); divisive; local response (Krizhevsky et al. 2012); instance (Ulyanov et al. 2016,
arXiv:1607.08022); group (Wu and He 2018, arXiv:1803.08494)."""


def feature_normalization(name: str, channels: int) -> nn.Module:
    """Build a normalisation by its name.

    Parameters
    ----------
    name : str
        A key of `FEATURE_NORMALIZATIONS`.
    channels : int
        Channels in and out.

    Returns
    -------
    torch.nn.Module
        Maps (N, channels, H, W) to the same shape.

    Raises
    ------
    InvalidArgumentError
        If there is none of this name.

    Examples
    --------
    >>> feature_normalization("batch", 8)(torch.rand(2, 8, 4, 4)).shape
    torch.Size([2, 8, 4, 4])
    """
    if name not in FEATURE_NORMALIZATIONS:
        raise InvalidArgumentError("normalization", f"one of {list(FEATURE_NORMALIZATIONS)}", repr(name))
    return FEATURE_NORMALIZATIONS[name](channels)


def has_offset(layer: nn.Module) -> bool:
    """Return whether a normalisation adds a learnt offset, so that the convolution before it needs none.

    Parameters
    ----------
    layer : torch.nn.Module
        From `feature_normalization`.

    Returns
    -------
    bool
        True for batch, instance and group normalisation.

    Examples
    --------
    >>> [name for name in FEATURE_NORMALIZATIONS if has_offset(feature_normalization(name, 8))]
    ['batch', 'instance', 'group']
    """
    return getattr(layer, "bias", None) is not None


def learnt_scale(layer: nn.Module) -> nn.Parameter | None:
    """Return the scale per channel that a normalisation learns; None for those that learn nothing.

    Parameters
    ----------
    layer : torch.nn.Module
        From `feature_normalization`.

    Returns
    -------
    torch.nn.Parameter of shape (channels,) or None
        The parameter itself.

    Examples
    --------
    >>> [name for name in FEATURE_NORMALIZATIONS if learnt_scale(feature_normalization(name, 8)) is None]
    ['none', 'local-response']
    """
    if isinstance(layer, DivisiveNormalization):
        return layer.gain
    scale: nn.Parameter | None = getattr(layer, "weight", None)
    return scale
