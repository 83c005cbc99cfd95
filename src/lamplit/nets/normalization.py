"""Normalisation of the input picture against its light, as a layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError


class ImageStandardization(nn.Module):
    """Per-image `(x - mu) / sigma`: mean and standard deviation over the picture's own pixels.

    A picture that is twice as bright (`a * x`) or has an offset (`x + b`) gives the same output, so the first
    convolution sees neither exposure nor black level. The layer stands inside the network and therefore
    inside the exported ONNX file: whoever runs the file cannot forget it.

    Parameters
    ----------
    floor : float
        Smallest sigma to divide by, on the scale of the input ([0, 1]). It keeps an even picture, whose only
        structure is rounding, from being blown up to full contrast.

    References
    ----------
    Jiang (2023), "Research on face expression image recognition based on Convolutional Neural Network",
    the section on preprocessing.

    Examples
    --------
    >>> import torch
    >>> layer = ImageStandardization()
    >>> x = torch.rand(2, 1, 8, 8)
    >>> torch.allclose(layer(x), layer(0.5 * x + 0.1), atol=1e-3)
    True
    """

    def __init__(self, floor: float = 1e-3) -> None:
        super().__init__()
        self.floor = floor

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W) with mean 0 and standard deviation 1 per picture."""
        mean = x.mean(dim=(1, 2, 3), keepdim=True)  # (N, 1, 1, 1)
        centred = x - mean
        variance = centred.square().mean(dim=(1, 2, 3), keepdim=True)
        # Limited before the root, whose gradient is infinite at the variance 0 of an even picture.
        return centred / variance.clamp(min=self.floor**2).sqrt()


class LocalStandardization(nn.Module):
    """Local divisive normalisation: each pixel against the mean and the contrast of its surround.

    What lies in the shadow of a face lit from the side has a few grey levels only, and `ImageStandardization`
    leaves it so. Here every region gets about the same contrast.

    Parameters
    ----------
    window : int
        Side of the square surround in pixels; odd.
    floor : float
        Added to the local contrast, as a share of the picture's mean local contrast: where a region has no
        structure, its noise is not blown up to full contrast.

    Raises
    ------
    InvalidArgumentError
        If the window is even or smaller than 3.

    Notes
    -----
    With s = sqrt(x), which gives photon noise the same deviation everywhere (Anscombe 1948), and m the mean
    over the window: d = s - m(s), v = sqrt(m(d^2)), y = d / (v + floor * mean(v)). A picture that is brighter
    by a factor gives the same output.

    References
    ----------
    Jarrett, Kavukcuoglu, Ranzato, LeCun (2009), doi:10.1109/ICCV.2009.5459469, section 2; Anscombe (1948),
    doi:10.1093/biomet/35.3-4.246.

    Examples
    --------
    >>> layer = LocalStandardization()
    >>> x = torch.rand(2, 1, 48, 48)
    >>> torch.allclose(layer(x), layer(0.25 * x), atol=1e-2)
    True
    """

    def __init__(self, window: int = 13, floor: float = 0.5) -> None:
        super().__init__()
        check_integer("window", window, low=3)
        if window % 2 == 0:
            raise InvalidArgumentError("window", "an odd number", str(window))
        self.window = window
        self.floor = floor

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W), about as contrasty in the shadow as in the light."""
        root = x.clamp(min=0.0).sqrt()
        deviation = root - self._mean(root)
        contrast = self._mean(deviation.square()).clamp(min=1e-10).sqrt()
        usual = contrast.mean(dim=(1, 2, 3), keepdim=True)  # (N, 1, 1, 1)
        return deviation / (contrast + self.floor * usual + _EVEN)

    def _mean(self, x: Tensor) -> Tensor:
        """Return the mean over the window; beyond the border nothing is counted."""
        half, n = self.window // 2, self.window
        rows = functional.avg_pool2d(x, (n, 1), 1, (half, 0), count_include_pad=False)
        return functional.avg_pool2d(rows, (1, n), 1, (0, half), count_include_pad=False)


_EVEN = 1e-4
"""Contrast, on the scale of sqrt(x), below which there is nothing but rounding of numbers."""


class BothStandardizations(nn.Module):
    """The picture against itself as a whole and against its surrounds, as two channels.

    Examples
    --------
    >>> BothStandardizations()(torch.rand(2, 1, 48, 48)).shape
    torch.Size([2, 2, 48, 48])
    """

    def __init__(self) -> None:
        super().__init__()
        self.whole = ImageStandardization()
        self.local = LocalStandardization()

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, 2, H, W) for (N, 1, H, W)."""
        return torch.cat([self.whole(x), self.local(x)], dim=1)


STANDARDIZATIONS: dict[str, tuple[type[nn.Module], int]] = {
    "z-score": (ImageStandardization, 1),
    "local": (LocalStandardization, 1),
    "both": (BothStandardizations, 2),
}
"""Layers against the light by name, with the channels that they give for a grey picture."""
