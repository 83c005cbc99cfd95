"""The paper's network, layer for layer (Jiang 2023, figure 2)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets.layers import feature_normalization
from lamplit.nets.normalization import ImageStandardization
from lamplit.nets.registry import register

INPUT_SIZE = 128
"""Side of the paper's pictures in pixels."""

WIDTHS = (16, 32)
"""Kernels of the two convolutions."""

_FLAT = WIDTHS[1] * 30 * 30  # 128 -> 126 -> 63 -> 61 -> 30


@register("paper")
class PaperNet(nn.Module):
    """Two convolutions, two poolings, two dense layers.

    As the paper has it, with no normalisation between the layers: 448 + 4,640 + 3,686,528 + 774 = 3,692,390
    parameters for six expressions.

    Parameters
    ----------
    n_classes : int
        Number of labels; six in the paper.
    normalization : sequence of two str
        What follows each convolution, by its name in `lamplit.nets.layers.FEATURE_NORMALIZATIONS`.
    dropout : float
        Share of the 128 features dropped in training, in [0, 1).

    Raises
    ------
    InvalidArgumentError
        If there are not two normalisations, or there is none of a name.

    References
    ----------
    Jiang (2023), "Research on face expression image recognition based on Convolutional Neural Network",
    figure 2 and section 5.3.

    Examples
    --------
    >>> network = PaperNet(6)
    >>> sum(parameter.numel() for parameter in network.parameters())
    3692390
    >>> network.eval()(torch.rand(2, 1, 128, 128)).shape
    torch.Size([2, 6])
    """

    def __init__(
        self, n_classes: int, *, normalization: Sequence[str] = ("none", "none"), dropout: float = 0.0
    ) -> None:
        super().__init__()
        if len(normalization) != len(WIDTHS):
            raise InvalidArgumentError(
                "normalization", "two names, one per convolution", repr(list(normalization))
            )
        layers = zip(normalization, WIDTHS, strict=True)
        first, second = (feature_normalization(name, width) for name, width in layers)
        self.standardize = ImageStandardization()
        self.features = nn.Sequential(
            *(nn.Conv2d(3, WIDTHS[0], 3), first, nn.ReLU(inplace=True), nn.MaxPool2d(2)),
            *(nn.Conv2d(WIDTHS[0], WIDTHS[1], 3), second, nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        )
        self.dense = nn.Linear(_FLAT, 128)
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(128, n_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, n_classes) logits of (N, 1, 128, 128) grey faces, or (N, 3, 128, 128) RGB, in [0, 1]."""
        if x.shape[2:] != (INPUT_SIZE, INPUT_SIZE):
            required = f"faces of {INPUT_SIZE} x {INPUT_SIZE} pixels (size = {INPUT_SIZE} in the recipe)"
            raise InvalidArgumentError("x", required, f"{x.shape[2]} x {x.shape[3]}")
        x = self.features(self.standardize(x).expand(-1, 3, -1, -1))  # (N, 32, 30, 30)
        x = torch.relu(self.dense(x.flatten(1)))  # (N, 128)
        logits: Tensor = self.classify(self.dropout(x))
        return logits
