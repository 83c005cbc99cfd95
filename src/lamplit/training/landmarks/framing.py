"""How a crop lies in a picture of a face: turned, scaled, shifted, mirrored; and where its points lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from lamplit.core.landmarks import MIRRORED
from lamplit.core.values import Box
from lamplit.faces.framing import landmark_square
from lamplit.training.augmentation import Augmentation

_WHOLE = landmark_square(Box(0.0, 0.0, 1.0, 1.0))

USUAL_SIDE = _WHOLE.width
"""Side of the square that landmarks are read in, in sides of a picture framed as FER+."""

USUAL_MIDDLE = ((_WHOLE.x1 + _WHOLE.x2) / 2, (_WHOLE.y1 + _WHOLE.y2) / 2)
"""Its middle (x, y), in fractions of such a picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Squares in N square pictures.

    Parameters
    ----------
    middle : Tensor of shape (N, 2)
        (x, y) in fractions of the picture; squares may reach beyond it.
    side : Tensor of shape (N,)
        In sides of the picture.
    angle : Tensor of shape (N,)
        Turn of the square in radians, clockwise on the screen.
    mirrored : Tensor of shape (N,), bool
        Whether the crop is the mirror image.
    """

    middle: Tensor
    side: Tensor
    angle: Tensor
    mirrored: Tensor

    def __len__(self) -> int:
        return len(self.side)


def usual_frames(n: int, *, device: torch.device | None = None) -> Frames:
    """Return the squares in which landmarks are read when nothing is varied.

    Parameters
    ----------
    n : int
        How many.
    device : torch.device, optional
        Where they lie.

    Returns
    -------
    Frames
        Upright, `lamplit.faces.framing.landmark_square` of the whole picture.

    Examples
    --------
    >>> frames = usual_frames(1)
    >>> [round(float(number), 3) for number in (*frames.middle[0], frames.side[0])]
    [0.5, 0.56, 1.25]
    """
    middle = torch.tensor(USUAL_MIDDLE, device=device).expand(n, 2)
    zeros = torch.zeros(n, device=device)
    return Frames(middle, zeros + USUAL_SIDE, zeros, zeros > 0)


def draw_frames(n: int, settings: Augmentation, generator: Generator) -> Frames:
    """Draw squares around the usual ones.

    Parameters
    ----------
    n : int
        How many.
    settings : Augmentation
        `rotation`, `scale`, `shift` and `flip`.
    generator : torch.Generator
        Source of randomness; frames lie on its device.

    Returns
    -------
    Frames
        Sides are the usual one times 1 +- `scale`, middles are shifted by `shift` of that side.
    """
    usual = usual_frames(n, device=generator.device)
    angle, zoom, dx, dy = 2.0 * torch.rand(4, n, generator=generator, device=generator.device) - 1.0
    side = usual.side * (1.0 + settings.scale * zoom)
    shift = settings.shift * side[:, None] * torch.stack([dx, dy], dim=1)  # (N, 2)
    flip = torch.rand(n, generator=generator, device=generator.device) < settings.flip
    return Frames(usual.middle + shift, side, angle * settings.rotation * (math.pi / 180.0), flip)


def cut(pictures: Tensor, frames: Frames, size: int) -> tuple[Tensor, Tensor]:
    """Cut crops out of pictures, interpolating linearly.

    Parameters
    ----------
    pictures : Tensor of shape (N, 1, H, H), float
        Square pictures.
    frames : Frames
        N squares.
    size : int
        Side of the crops in pixels.

    Returns
    -------
    crops : Tensor of shape (N, 1, size, size)
        Edge pixels are repeated beyond the picture.
    inside : Tensor of shape (N, 1, size, size), bool
        Which pixels lie in the picture.
    """
    cos, sin = (wave(frames.angle) * frames.side for wave in (torch.cos, torch.sin))  # (N,)
    sign = 1.0 - 2.0 * frames.mirrored.to(cos.dtype)
    place = (2.0 * torch.arange(size, device=cos.device) + 1.0) / size - 1.0  # grids measure from -1 to 1
    across, down = place[None, None, :], place[None, :, None]
    wide = [number[:, None, None] for number in (cos * sign, -sin, sin * sign, cos)]
    x, y = (2.0 * frames.middle - 1.0).T[:, :, None, None]  # (N, 1, 1)
    grid = torch.stack([wide[0] * across + wide[1] * down + x, wide[2] * across + wide[3] * down + y], dim=3)
    crops = functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    reach = torch.maximum(grid[..., 0].abs(), grid[..., 1].abs())  # (N, size, size)
    return crops, (reach <= 1.0)[:, None]


def points_in_crops(points: Tensor, frames: Frames) -> Tensor:
    """Return where points of pictures lie in their crops.

    Parameters
    ----------
    points : Tensor of shape (N, K, 2)
        (x, y) in fractions of the picture.
    frames : Frames
        N squares.

    Returns
    -------
    Tensor of shape (N, K, 2)
        (x, y) in fractions of the crop. Of 68 points those of mirror images swap with their partners.

    Examples
    --------
    >>> still = torch.zeros(1)
    >>> left = Frames(torch.tensor([[0.25, 0.5]]), torch.tensor([0.5]), still, still > 0)
    >>> points_in_crops(torch.tensor([[[0.5, 0.5]]]), left)  # the picture's middle: the crop's right edge
    tensor([[[1.0000, 0.5000]]])
    """
    from_middle = (points - frames.middle[:, None]) / frames.side[:, None, None]
    cos, sin = torch.cos(frames.angle)[:, None], torch.sin(frames.angle)[:, None]
    x = cos * from_middle[..., 0] + sin * from_middle[..., 1]  # (N, K)
    y = cos * from_middle[..., 1] - sin * from_middle[..., 0]
    placed = torch.stack([torch.where(frames.mirrored[:, None], -x, x), y], dim=2) + 0.5
    if points.shape[1] != len(MIRRORED):
        return placed
    swapped = placed[:, list(MIRRORED)]
    return torch.where(frames.mirrored[:, None, None], swapped, placed)


def points_in_pictures(points: Tensor, frames: Frames) -> Tensor:
    """Return where points of crops lie in their pictures: the inverse of `points_in_crops`.

    Parameters
    ----------
    points : Tensor of shape (N, K, 2)
        (x, y) in fractions of the crop.
    frames : Frames
        N squares.

    Returns
    -------
    Tensor of shape (N, K, 2)
        (x, y) in fractions of the picture.
    """
    if points.shape[1] == len(MIRRORED):
        points = torch.where(frames.mirrored[:, None, None], points[:, list(MIRRORED)], points)
    from_middle = points - 0.5
    x, y = from_middle[..., 0], from_middle[..., 1]
    x = torch.where(frames.mirrored[:, None], -x, x)
    cos, sin = torch.cos(frames.angle)[:, None], torch.sin(frames.angle)[:, None]
    turned = torch.stack([cos * x - sin * y, sin * x + cos * y], dim=2)  # (N, K, 2)
    return frames.middle[:, None] + frames.side[:, None, None] * turned
