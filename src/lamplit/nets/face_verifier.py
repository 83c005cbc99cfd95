"""The verifier: a second, closer look at what a detector takes for a face."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.nets.blocks import normalized_convolution, residual_stage
from lamplit.nets.face_detector import FOLDED, Fold, LocalContrast
from lamplit.nets.registry import register

ANSWERS = "face"
"""What registered networks of this kind answer with."""

CELL, FLOOR = 7, 0.004
"""Of the layer against the light: side of its cells in folded pixels; a grey level as least contrast."""

PRIOR = -1.4
"""Logit of every crop at first: of what detectors propose about a fifth are faces."""


class VerifierAnswer(NamedTuple):
    """What the network says of N crops.

    Parameters
    ----------
    face : Tensor of shape (N,)
        Logit of there being a face.
    points : Tensor of shape (N, 5, 2)
        The subject's right eye, left eye, nose tip, right and left corner of the mouth, in fractions of the
        crop. Who has to say where the eyes are learns what a face is.
    """

    face: Tensor
    points: Tensor


@register("face-verifier", answers=ANSWERS)
class FaceVerifierNet(nn.Module):
    """Say whether there is a face in a crop, from a few small stages.

    Parameters
    ----------
    widths : sequence of four int
        Channels of the stem and of the three stages, each of which halves the size.
    depths : sequence of three int
        Residual blocks per stage, at least 1 each.
    size : int
        Side of the crops in pixels, a multiple of 14.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.

    References
    ----------
    Li, Lin, Shen, Brandt, Hua (2015), doi:10.1109/CVPR.2015.7299170, and Zhang, Zhang, Li, Qiao (2016),
    doi:10.1109/LSP.2016.2603342, whose later networks look again at what the first one found.

    Examples
    --------
    >>> answer = FaceVerifierNet().eval()(torch.rand(2, 1, 56, 56))
    >>> answer.face.shape, answer.points.shape
    (torch.Size([2]), torch.Size([2, 5, 2]))
    """

    def __init__(
        self,
        *,
        widths: Sequence[int] = (24, 32, 64, 96),
        depths: Sequence[int] = (1, 1, 1),
        size: int = 56,
    ) -> None:
        super().__init__()
        if (len(widths), len(depths)) != (4, 3):
            required = "four widths and three depths"
            raise InvalidArgumentError("widths, depths", required, f"{list(widths)}, {list(depths)}")
        for name, numbers in (("widths", widths), ("depths", depths)):
            for number in numbers:
                check_integer(name, number, low=1)
        if check_integer("size", size, low=1) % (2 * CELL):
            raise InvalidArgumentError("size", f"a multiple of {2 * CELL}", str(size))
        self.fold = Fold()
        self.contrast = LocalContrast(cell=CELL, floor=FLOOR)
        self.stem = normalized_convolution(FOLDED, widths[0], 3)
        self.stem.append(nn.ReLU(inplace=True))
        ways = zip(widths, widths[1:], depths, strict=False)
        self.stages = nn.Sequential(*(residual_stage(before, after, depth) for before, after, depth in ways))
        cells = math.ceil(size / 16) ** 2
        self.answer = nn.Linear(widths[3] * cells, 11)  # a logit and five points
        nn.init.normal_(self.answer.weight, std=1e-3)
        nn.init.constant_(self.answer.bias, 0.5)  # points: the middle
        with torch.no_grad():
            self.answer.bias[0] = PRIOR

    def forward(self, x: Tensor) -> VerifierAnswer:
        """Return what (N, 1, S, S) grey crops in [0, 1] show."""
        deep = self.stages(self.stem(self._against_surround(x)))  # (N, 96, S / 16, S / 16)
        said = self.answer(deep.flatten(1)).float()  # (N, 11)
        return VerifierAnswer(said[:, 0], said[:, 1:].unflatten(1, (5, 2)))

    def _against_surround(self, x: Tensor) -> Tensor:
        """Return (N, 4, S / 2, S / 2) folded pixels; in float32, since dim pictures have few levels."""
        with torch.autocast(x.device.type, enabled=False):
            folded: Tensor = self.contrast(self.fold(x.float()))
        return folded
