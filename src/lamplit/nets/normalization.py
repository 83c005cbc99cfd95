"""Normalisation of the input picture against its light, as a layer."""

from __future__ import annotations

from torch import Tensor, nn


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
