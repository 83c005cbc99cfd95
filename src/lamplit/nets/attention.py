"""Attention over the regions of a face: eyes, nose and mouth are pooled by themselves."""

from __future__ import annotations

import torch
from torch import Tensor, nn

REGIONS: dict[str, tuple[float, float]] = {
    "right eye": (0.31, 0.39),
    "left eye": (0.69, 0.39),
    "nose": (0.50, 0.58),
    "mouth": (0.50, 0.77),
}
"""Where each region lies in a crop as FER+ frames faces: (x, y) as shares of width and height, medians over
landmarks of its validation pictures. Left and right are the subject's."""

RADIUS = 0.12
"""Deviation of a fresh map in x and in y, as a share of the side: about that of where eyes and mouths lie,
with their own size."""


class RegionAttention(nn.Module):
    """Pool a feature map once for each region of the face, by attention that starts there.

    Each region has a soft mask, a Gaussian whose place and extent are learnt. What the map shows moves the
    attention, too: a learnt 1x1 convolution adds to the logarithm of the mask, so that the region is looked
    for where the head is turned, and left where it is covered. The convolution starts at zero: a fresh map is
    the mask alone.

    Parameters
    ----------
    channels : int
        Channels of the feature map.

    Notes
    -----
    a_k = softmax over the positions p of (w_k . f_p - |(p - c_k - d_k) / (RADIUS exp(s_k))|^2 / 2), with f_p
    the features, c_k the place in `REGIONS`, and w_k, d_k (shares of width and height), s_k learnt from zero.
    The region's features are sum_p a_k(p) f_p. Weight decay draws masks back to where they started.

    References
    ----------
    Jiang (2023), "Research on face expression image recognition based on Convolutional Neural Network", on
    local and global features; Li, Zeng, Shan, Chen (2019), local and global attention,
    doi:10.1109/TIP.2018.2886767; Wang, Peng, Yang, Meng, Qiao (2020), attention over regions,
    doi:10.1109/TIP.2019.2956143.

    Examples
    --------
    >>> layer = RegionAttention(16)
    >>> layer(torch.rand(2, 16, 12, 12)).shape
    torch.Size([2, 64])
    >>> layer.maps(torch.rand(2, 16, 12, 12)).sum(dim=(2, 3))[0]
    tensor([1.0000, 1.0000, 1.0000, 1.0000], grad_fn=<SelectBackward0>)
    """

    centre: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        n = len(REGIONS)
        self.register_buffer("centre", torch.tensor(list(REGIONS.values())))  # (K, 2)
        self.shift = nn.Parameter(torch.zeros(n, 2))
        self.extent = nn.Parameter(torch.zeros(n, 2))
        self.content = nn.Conv2d(channels, n, 1, bias=False)
        nn.init.zeros_(self.content.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, K * C), the mean features of each of the K regions, for (N, C, H, W)."""
        attention = self.maps(x).flatten(2)  # (N, K, H * W)
        pooled: Tensor = attention @ x.flatten(2).transpose(1, 2)  # (N, K, C)
        return pooled.flatten(1)

    def maps(self, x: Tensor) -> Tensor:
        """Return where each region is looked for: (N, K, H, W), each map with the sum 1."""
        logits = self.content(x) + self._masks(x.shape[2], x.shape[3])  # (N, K, H, W) + (K, H, W)
        maps: Tensor = logits.flatten(2).softmax(dim=2).view_as(logits)
        return maps

    def places_of(self, masks: Tensor) -> tuple[Tensor, Tensor]:
        """Return the `shift` and `extent` that give such masks, which are all that files hold of them.

        Parameters
        ----------
        masks : Tensor of shape (K, H, W)
            Logarithms of the masks, at least 3 x 3 each.

        Returns
        -------
        (Tensor of shape (K, 2), Tensor of shape (K, 2))
            In the order of `REGIONS`, x before y.

        Notes
        -----
        Along an axis the logarithm is the parabola a t^2 + b t + c, with the place -b / 2a and the deviation
        sqrt(-1 / 2a).

        Examples
        --------
        >>> layer = RegionAttention(8)
        >>> shift, extent = layer.places_of(layer._masks(12, 12).detach())
        >>> bool(shift.abs().max() < 1e-4), bool(extent.abs().max() < 1e-4)
        (True, True)
        """
        curves = masks.double()
        parabolas = [_parabolas(curves.mean(dim=axis)) for axis in (1, 2)]  # along x, along y
        places = torch.stack([-b / (2 * a) for a, b in parabolas], dim=1)  # (K, 2)
        deviations = torch.stack([(-1 / (2 * a)).sqrt() for a, _ in parabolas], dim=1)
        return (places - self.centre).float(), (deviations / RADIUS).log().float()

    def _masks(self, height: int, width: int) -> Tensor:
        """Return the logarithm of each mask, up to a constant: (K, H, W)."""
        centre, radius = self.centre + self.shift, RADIUS * self.extent.exp()  # (K, 2)
        x = (torch.arange(width, device=centre.device) + 0.5) / width - centre[:, :1]  # (K, W)
        y = (torch.arange(height, device=centre.device) + 0.5) / height - centre[:, 1:]  # (K, H)
        across, down = (x / radius[:, :1]).square(), (y / radius[:, 1:]).square()
        return -0.5 * (across[:, None, :] + down[:, :, None])


def _parabolas(values: Tensor) -> tuple[Tensor, Tensor]:
    """Fit a t^2 + b t + c to (K, N) values at the middles of N cells of [0, 1]; return a and b, (K,) each."""
    t = (torch.arange(values.shape[1], dtype=values.dtype) + 0.5) / values.shape[1]
    design = torch.stack([t * t, t, torch.ones_like(t)], dim=1)  # (N, 3)
    fitted = torch.linalg.lstsq(design, values.T).solution  # (3, K)
    return fitted[0], fitted[1]
