"""How training pictures are varied: the settings, and between which values they may lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lamplit.core.errors import RecipeError

Range = tuple[float, float]
"""Smallest and largest value; drawn evenly between them, or evenly on a logarithmic scale where said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How training pictures are varied; every picture gets its own draw.

    Parameters
    ----------
    rotation : float
        Largest turn in the plane, in degrees either way.
    scale : float
        Largest change of size, as a share of 1 either way.
    shift : float
        Largest shift of each axis, as a share of the side.
    flip : float
        Probability of mirroring.
    erase : float
        Probability that a rectangle is replaced by the picture's mean.
    light : float
        Probability that the picture gets the following worse light.
    relight : float
        Probability, among those, that the light comes from another direction
        (`lamplit.light.relighting.relight`).
    azimuth, elevation : (float, float)
        Where it then comes from, in degrees; the azimuth to either side.
    strength : (float, float)
        How much of the old light it replaces.
    tone : float
        Probability, among those with worse light, of a bent tone curve.
    gamma : (float, float)
        Exponent of the tone curve, logarithmic.
    gain : (float, float)
        Exposure; logarithmic. Above 1 clips highlights.
    over : float
        Probability, among those with worse light, of over-exposure instead.
    over_gain : (float, float)
        Exposure of those, logarithmic.
    backlight : float
        Probability, among those with worse light, that all around the head is white.
    photons : (float, float)
        Electrons at full scale of the photon noise, logarithmic.
    read_noise : (float, float)
        Standard deviation of the read noise, as a share of full scale.
    mixup, cutmix : float
        Shares of the pictures into which another one is blended, or put as a rectangle
        (`lamplit.training.mixing`).
    mix_alpha : float
        The share that the picture keeps is drawn from Beta(mix_alpha, mix_alpha).
    """

    rotation: float = 15.0
    scale: float = 0.15
    shift: float = 0.06
    flip: float = 0.5
    erase: float = 0.25
    light: float = 0.5
    relight: float = 0.0
    azimuth: Range = (0.0, 110.0)
    elevation: Range = (-35.0, 60.0)
    strength: Range = (0.4, 1.0)
    tone: float = 1.0
    gamma: Range = (0.5, 3.0)
    gain: Range = (0.15, 1.6)
    over: float = 0.0
    over_gain: Range = (1.3, 3.5)
    backlight: float = 0.0
    photons: Range = (40.0, 4000.0)
    read_noise: Range = (0.0, 0.02)
    mixup: float = 0.0
    cutmix: float = 0.0
    mix_alpha: float = 1.0


_LIMITS: dict[str, tuple[float, float]] = {
    "rotation": (0.0, 180.0),
    "scale": (0.0, 0.9),
    "shift": (0.0, 1.0),
    "flip": (0.0, 1.0),
    "erase": (0.0, 1.0),
    "light": (0.0, 1.0),
    "relight": (0.0, 1.0),
    "azimuth": (0.0, 180.0),
    "elevation": (-90.0, 90.0),
    "strength": (0.0, 1.0),
    "tone": (0.0, 1.0),
    "gamma": (0.01, 100.0),
    "gain": (1e-4, 100.0),
    "over": (0.0, 1.0),
    "over_gain": (1e-4, 100.0),
    "backlight": (0.0, 1.0),
    "photons": (1.0, 1e9),
    "read_noise": (0.0, 1.0),
    "mixup": (0.0, 1.0),
    "cutmix": (0.0, 1.0),
    "mix_alpha": (0.05, 10.0),
}

MOST_MIXED = 0.95
"""Share of the faces that may be mixed: the accuracy in training is that of the others."""


def check_augmentation(augment: Augmentation, *, where: str) -> None:
    """Refuse settings that cannot work.

    Parameters
    ----------
    augment : Augmentation
        The settings.
    where : str
        What errors call the recipe that has them.

    Raises
    ------
    RecipeError
        If a number is out of range, or so many faces are mixed that none is whole.
    """
    check_limits(augment, _LIMITS, where=where)
    if augment.mixup + augment.cutmix > MOST_MIXED:
        came = f"{augment.mixup:g} + {augment.cutmix:g}"
        raise RecipeError(f"{where}: mixup + cutmix", f"at most {MOST_MIXED:g}, or no face is whole", came)


def check_limits(settings: object, limits: Mapping[str, Range], *, where: str) -> None:
    """Refuse numbers that are out of range.

    Parameters
    ----------
    settings : object
        Has an attribute for each limit: a number or a range of two.
    limits : mapping of str to (float, float)
        Least and largest value by name.
    where : str
        What errors call the recipe that has them.

    Raises
    ------
    RecipeError
        If a number is out of range or not a number.
    """
    for key, (low, high) in limits.items():
        value = getattr(settings, key)
        numbers = value if isinstance(value, tuple) else (value,)
        if not all(low <= number <= high for number in numbers):
            raise RecipeError(f"{where}: {key}", f"a value from {low:g} to {high:g}", repr(value))
