"""Augmentation of a batch of grey faces: geometry, erasing and worse light, on any device."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional

from lamplit.light.darkness import night
from lamplit.light.exposure import tone_curve
from lamplit.light.relighting import relight
from lamplit.light.scenes import backlight
from lamplit.light.templates import load_templates
from lamplit.training.augmentation import Augmentation, Range

FLARE: Range = (0.0, 0.05)
"""Share of the light behind a head that the lens spreads over it: little when the lens is clean."""


def augment(faces: Tensor, settings: Augmentation, generator: Generator) -> Tensor:
    """Vary each face by its own draw.

    Parameters
    ----------
    faces : Tensor of shape (N, 1, H, W), float
        Grey levels in [0, 1].
    settings : Augmentation
        How strongly.
    generator : torch.Generator
        Source of randomness, on the faces' device.

    Returns
    -------
    Tensor of shape (N, 1, H, W)
        Varied faces in [0, 1].

    Examples
    --------
    >>> faces = torch.rand(4, 1, 48, 48)
    >>> augment(faces, Augmentation(), torch.Generator().manual_seed(0)).shape
    torch.Size([4, 1, 48, 48])
    """
    faces = move(faces, settings, generator)
    faces = erase(faces, settings.erase, generator)
    return worsen_light(faces, settings, generator)


def enlarged(faces: Tensor, size: int) -> Tensor:
    """Bring faces to a larger size, as a classifier does with crops smaller than its network's input.

    Parameters
    ----------
    faces : Tensor of shape (N, 1, S, S), float
        Grey levels in [0, 1].
    size : int
        Side in pixels, at least S.

    Returns
    -------
    Tensor of shape (N, 1, size, size)
        Interpolated between pixels, as `lamplit.imaging.geometry.resize_faces` does; `faces` itself if it has
        this size.

    Examples
    --------
    >>> enlarged(torch.tensor([[[[0.0, 1.0]] * 2]]), 4)[0, 0, 0].tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    if faces.shape[2] == size:
        return faces
    return functional.interpolate(faces, size=(size, size), mode="bilinear", align_corners=False)


def move(faces: Tensor, settings: Augmentation, generator: Generator) -> Tensor:
    """Turn, scale, shift and mirror each face; edge pixels are repeated beyond the border.

    Parameters
    ----------
    faces : Tensor of shape (N, 1, H, W), float
        Grey levels in [0, 1].
    settings : Augmentation
        How strongly.
    generator : torch.Generator
        Source of randomness, on the faces' device.

    Returns
    -------
    Tensor of shape (N, 1, H, W)
        Moved faces in [0, 1].
    """
    n = len(faces)
    angle = _between((-settings.rotation, settings.rotation), n, generator, faces) * (math.pi / 180.0)
    zoom = 1.0 + _between((-settings.scale, settings.scale), n, generator, faces)
    mirror = 1.0 - 2.0 * _chosen(settings.flip, n, generator, faces)
    # affine_grid measures in half sides, so a shift by a share of the side counts twice.
    dx = _between((-2.0 * settings.shift, 2.0 * settings.shift), n, generator, faces)
    dy = _between((-2.0 * settings.shift, 2.0 * settings.shift), n, generator, faces)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    first = torch.stack([cos * mirror, -sin, dx], dim=1)  # (N, 3)
    second = torch.stack([sin * mirror, cos, dy], dim=1)  # (N, 3)
    grid = functional.affine_grid(torch.stack([first, second], dim=1), list(faces.shape), align_corners=False)
    return functional.grid_sample(faces, grid, padding_mode="border", align_corners=False)


def erase(faces: Tensor, probability: float, generator: Generator) -> Tensor:
    """Replace a rectangle of some faces by the face's mean.

    Parameters
    ----------
    faces : Tensor of shape (N, 1, H, W), float
        Grey levels in [0, 1].
    probability : float
        Share of faces that lose a rectangle, in [0, 1].
    generator : torch.Generator
        Source of randomness, on the faces' device.

    Returns
    -------
    Tensor of shape (N, 1, H, W)
        Faces, some with an even patch of 15 to 45 % of each side.

    References
    ----------
    Zhong, Zheng, Kang, Li, Yang (2020), doi:10.1609/aaai.v34i07.7000.
    """
    n, _, height, width = faces.shape
    rows = torch.arange(height, device=faces.device)[None, :]  # (1, H)
    columns = torch.arange(width, device=faces.device)[None, :]  # (1, W)
    inside_rows = _span(rows, height, n, generator, faces)[:, None, :, None]  # (N, 1, H, 1)
    inside_columns = _span(columns, width, n, generator, faces)[:, None, None, :]  # (N, 1, 1, W)
    chosen = _chosen(probability, n, generator, faces)[:, None, None, None] > 0
    mean = faces.mean(dim=(2, 3), keepdim=True)
    return torch.where(inside_rows & inside_columns & chosen, mean, faces)


def worsen_light(faces: Tensor, settings: Augmentation, generator: Generator) -> Tensor:
    """Give some faces worse light: from the side, with bent tones, too little or too much, on a noisy sensor.

    Parameters
    ----------
    faces : Tensor of shape (N, 1, H, W), float
        Grey levels in [0, 1].
    settings : Augmentation
        How strongly.
    generator : torch.Generator
        Source of randomness, on the faces' device.

    Returns
    -------
    Tensor of shape (N, 1, H, W)
        Faces in [0, 1].
    """
    chosen = _chosen(settings.light, len(faces), generator, faces) > 0
    if faces.device.type != "cpu":
        # To count the chosen would be to wait for the device, which has computed all of them by then.
        worse = _in_worse_light(faces, settings, generator) if settings.light else faces
        return torch.where(chosen[:, None, None, None], worse, faces)
    places = torch.nonzero(chosen)[:, 0]
    if not len(places):
        return faces
    return faces.index_copy(0, places, _in_worse_light(faces[places], settings, generator))


def _in_worse_light(faces: Tensor, settings: Augmentation, generator: Generator) -> Tensor:
    """Give all faces worse light."""
    worse = light_from_the_side(faces.clamp(0.0, 1.0), settings, generator)
    worse = tone_curve(worse, _drawn(settings.tone, settings.gamma, 1.0, worse, generator))
    worse = _photographed(worse, settings, generator)
    return _before_a_light(worse, settings, generator)


def light_from_the_side(faces: Tensor, settings: Augmentation, generator: Generator) -> Tensor:
    """Move the light of some faces to the side, up or down.

    Parameters
    ----------
    faces : Tensor of shape (N, 1, H, W), float
        Grey levels in [0, 1] of faces framed like those of FER+.
    settings : Augmentation
        `relight` is the share of the faces; `azimuth`, `elevation` and `strength`.
    generator : torch.Generator
        Source of randomness, on the faces' device.

    Returns
    -------
    Tensor of shape (N, 1, H, W)
        Faces in [0, 1].
    """
    if not settings.relight:
        return faces
    n = len(faces)
    side = torch.sign(torch.rand(n, generator=generator, device=faces.device) - 0.5)
    azimuth = _between(settings.azimuth, n, generator, faces) * side
    elevation = _between(settings.elevation, n, generator, faces)
    strength = _between(settings.strength, n, generator, faces) * _chosen(
        settings.relight, n, generator, faces
    )
    return relight(faces[:, 0], azimuth, elevation, strength, templates=load_templates())[:, None]


def _photographed(faces: Tensor, settings: Augmentation, generator: Generator) -> Tensor:
    """Take the faces with a sensor: some with too much light, the others with the recipe's exposure."""
    gain = _drawn(1.0, settings.gain, 1.0, faces, generator)
    over = _drawn(1.0, settings.over_gain, 1.0, faces, generator)
    chosen = _chosen(settings.over, len(faces), generator, faces)[:, None, None, None] > 0
    gain = torch.where(chosen, over, gain)
    photons = _drawn(1.0, settings.photons, 1.0, faces, generator)
    read_noise = _between(settings.read_noise, len(faces), generator, faces)[:, None, None, None]
    uniform = torch.rand(faces.shape, generator=generator, device=faces.device)
    normal = torch.randn(faces.shape, generator=generator, device=faces.device)
    # The recipe counts electrons and read noise at full scale; white of this exposure is a share of that.
    return night(faces, (uniform, normal), photons=photons * gain, read_noise=read_noise * photons, gain=gain)


def _before_a_light(faces: Tensor, settings: Augmentation, generator: Generator) -> Tensor:
    """Make white what is around the head of some faces; how dark the head became, the exposure has drawn."""
    if not settings.backlight:
        return faces
    chosen = _chosen(settings.backlight, len(faces), generator, faces)[:, None, None, None] > 0
    flare = _between(FLARE, len(faces), generator, faces)[:, None, None, None]
    lit = torch.round(backlight(faces, 0.0, flare=flare) * 255.0) / 255.0
    return torch.where(chosen, lit, faces)


def _drawn(probability: float, limits: Range, otherwise: float, like: Tensor, generator: Generator) -> Tensor:
    """Draw a factor for some of the faces, logarithmically between limits; shape (N, 1, 1, 1)."""
    n = len(like)
    drawn = _between_logarithms(limits, n, generator, like)
    chosen = _chosen(probability, n, generator, like) > 0
    return torch.where(chosen, drawn, torch.full_like(drawn, otherwise))[:, None, None, None]


def _between(limits: Range, n: int, generator: Generator, like: Tensor) -> Tensor:
    """Draw n numbers evenly between two limits; shape (N,)."""
    low, high = limits
    return low + (high - low) * torch.rand(n, generator=generator, device=like.device)


def _between_logarithms(limits: Range, n: int, generator: Generator, like: Tensor) -> Tensor:
    """Draw n numbers whose logarithms lie evenly between those of the limits; shape (N,)."""
    low, high = limits
    return torch.exp(_between((math.log(low), math.log(high)), n, generator, like))


def _chosen(probability: float, n: int, generator: Generator, like: Tensor) -> Tensor:
    """Draw n times 1 with the probability, else 0; shape (N,)."""
    return (torch.rand(n, generator=generator, device=like.device) < probability).to(like.dtype)


def _span(positions: Tensor, length: int, n: int, generator: Generator, like: Tensor) -> Tensor:
    """Draw a span of 15 to 45 % of an axis per face; shape (N, length), bool."""
    extent = _between((0.15 * length, 0.45 * length), n, generator, like)[:, None]
    centre = _between((0.0, float(length)), n, generator, like)[:, None]
    return (positions - centre).abs() < extent / 2
