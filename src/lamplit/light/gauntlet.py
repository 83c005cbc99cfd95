"""The light gauntlet: named bad lights at five strengths each, the same for everybody.

A light takes faces in good light and returns them as they would look in it, in 8 bits. Every choice is made
by the position of a face and by a seed, so two models that run the gauntlet see the same pixels, and faces
look the same whether or not others follow.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.light.darkness import motion_blur, night
from lamplit.light.exposure import expose, tone_curve
from lamplit.light.relighting import relight
from lamplit.light.scenes import backlight
from lamplit.light.templates import load_templates

Make = Callable[[FloatArray, float, np.random.Generator], FloatArray]

GAUNTLET_VERSION = 1
"""Raised when any pixel of any light changes: figures of two versions come from two tests."""

CHUNK = 1000
"""Faces that are lit at once: memory stays small however many come."""
# A multiple of 40, because some lights take turns by a face's position among those lit at once: side light by
# 2, the blur's directions by 8, the ten side lights by 10. So every chunk starts where all turns start anew.

FULL_WELL = 200.0
"""Electrons at full scale of the gauntlet's small, amplified sensor (ISO in the thousands)."""

READ_NOISE = 1.0
"""Electrons of read noise of that sensor."""

DIRECTIONS = (
    *((-35.0, 15.0), (35.0, 15.0), (-50.0, 0.0), (50.0, 0.0), (-60.0, 20.0)),
    *((60.0, 20.0), (-70.0, 0.0), (70.0, 0.0), (-85.0, 20.0), (85.0, 20.0)),
)
"""Azimuth and elevation of ten side lights of Extended Yale B, in degrees; faces take them in turn."""


@dataclass(frozen=True, slots=True)
class Light:
    """One light that faces are put into.

    Parameters
    ----------
    condition : str
        What is bad about it; "good light" for none.
    strength : float
        How bad, in the condition's own unit.
    unit : str
        What the strength counts.
    make : callable
        (faces (N, H, W) float32 in [0, 1], strength, random generator) -> faces in [0, 1].

    Examples
    --------
    >>> dim = next(light for light in GAUNTLET if light.condition == "dim")
    >>> dim.name
    'dim, 0.5 of full scale'
    """

    condition: str
    strength: float
    unit: str
    make: Make

    @property
    def name(self) -> str:
        """Condition and strength in words."""
        return f"{self.condition}, {self.strength:g} {self.unit}" if self.unit else self.condition

    def apply(self, faces: ByteArray, *, seed: int = 0) -> ByteArray:
        """Put faces into this light.

        Parameters
        ----------
        faces : ndarray of shape (N, H, W) or (N, H, W, 3), uint8
            Faces in good light, framed like those of FER+.
        seed : int
            Seed of photons and read noise.

        Returns
        -------
        ndarray of the same shape, uint8
            The faces in this light. Without a condition they come back as they are.

        Raises
        ------
        InvalidArgumentError
            If the faces have another shape or type, or no pixels, or the seed is no whole number of at least
            0.
        """
        _check_faces(faces)
        check_integer("seed", seed, low=0)
        planes = faces[..., None] if faces.ndim == 3 else faces  # (N, H, W, 1 or 3)
        lit = np.empty_like(planes)
        for channel in range(planes.shape[3]):
            # The name in the seed gives each light its own noise, whatever else is run before it.
            random = np.random.default_rng([seed, zlib.crc32(self.name.encode()), channel])
            for start in range(0, len(planes), CHUNK):
                chunk = np.s_[start : start + CHUNK, :, :, channel]
                bright = planes[chunk].astype(np.float32) / np.float32(255)
                lit[chunk] = np.rint(self.make(bright, self.strength, random) * 255)
        return lit.reshape(faces.shape)


def _check_faces(faces: AnyArray) -> None:
    """Refuse what is no stack of faces in 8 bits."""
    shape, dtype = np.shape(faces), getattr(faces, "dtype", type(faces).__name__)
    stack = len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)
    if dtype != np.uint8 or not stack or 0 in shape[1:3]:
        came = f"{dtype} of shape {shape}"
        required = "uint8 of shape (N, H, W) or (N, H, W, 3) with H and W of at least 1"
        raise InvalidArgumentError("faces", required, came)


def _as_it_is(faces: FloatArray, _strength: float, _random: np.random.Generator) -> FloatArray:
    return faces


def _dark_tones(faces: FloatArray, gamma: float, _random: np.random.Generator) -> FloatArray:
    return tone_curve(faces, gamma)


def _dim(faces: FloatArray, gain: float, _random: np.random.Generator) -> FloatArray:
    return expose(faces, gain)


def _over_exposed(faces: FloatArray, gain: float, _random: np.random.Generator) -> FloatArray:
    return expose(faces, gain)


def _night(faces: FloatArray, gain: float, random: np.random.Generator) -> FloatArray:
    return _photographed(faces, gain, random)


def _side_light(faces: FloatArray, azimuth: float, _random: np.random.Generator) -> FloatArray:
    """Light the faces from one side, every other one from the other."""
    side = np.where(np.arange(len(faces)) % 2, azimuth, -azimuth).astype(np.float32)
    return relight(faces, side, np.zeros_like(side), templates=load_templates())


def _ten_side_lights(faces: FloatArray, _strength: float, _random: np.random.Generator) -> FloatArray:
    """Light the faces from ten directions in turn."""
    azimuth, elevation = np.resize(np.array(DIRECTIONS, np.float32), (len(faces), 2)).T
    return relight(faces, azimuth, elevation, templates=load_templates())


def _dark_side_light(faces: FloatArray, gain: float, random: np.random.Generator) -> FloatArray:
    return _photographed(_ten_side_lights(faces, 0.0, random), gain, random)


def _backlit(faces: FloatArray, stops: float, random: np.random.Generator) -> FloatArray:
    return _photographed(backlight(faces, stops, flare=0.02), 1.0, random, full_well=10 * FULL_WELL)


def _flat(faces: FloatArray, contrast: float, random: np.random.Generator) -> FloatArray:
    """Veil the faces, as fog and a smeared lens do: contrast goes, brightness stays."""
    veiled = faces * np.float32(contrast) + np.float32(0.5 * (1 - contrast))
    return _photographed(veiled, 1.0, random, full_well=10 * FULL_WELL)


def _moved_in_the_dark(faces: FloatArray, share: float, random: np.random.Generator) -> FloatArray:
    """Shake the camera during a long exposure that is dark all the same."""
    length = np.full(len(faces), share * faces.shape[1], np.float32)
    angle = (np.arange(len(faces)) * 67.5 % 180.0).astype(np.float32)
    return _photographed(motion_blur(faces, length, angle), 0.25, random, full_well=5 * FULL_WELL)


def _photographed(
    faces: FloatArray, gain: float, random: np.random.Generator, *, full_well: float = FULL_WELL
) -> FloatArray:
    """Take the faces with the gauntlet's sensor, at a share of full scale."""
    uniform, normal = np.empty_like(faces), np.empty_like(faces)
    for face in range(len(faces)):  # one after the other, so that no face's noise depends on those behind it
        uniform[face] = random.random(faces.shape[1:], dtype=np.float32)
        normal[face] = random.standard_normal(faces.shape[1:], dtype=np.float32)
    return night(faces, (uniform, normal), photons=full_well * gain, read_noise=READ_NOISE, gain=gain)


def _at(condition: str, unit: str, make: Make, *strengths: float) -> list[Light]:
    """Return one condition at several strengths."""
    return [Light(condition, strength, unit, make) for strength in strengths]


GOOD = Light("good light", 0.0, "", _as_it_is)
"""The faces as they are."""

GAUNTLET: tuple[Light, ...] = (
    *_at("dark tones", "gamma", _dark_tones, 1.5, 2.0, 3.0, 4.0, 5.0),
    *_at("dim", "of full scale", _dim, 0.5, 0.35, 0.2, 0.1, 0.05),
    *_at("night", "of full scale", _night, 0.5, 0.25, 0.12, 0.06, 0.03),
    *_at("over-exposed", "times full scale", _over_exposed, 1.4, 1.8, 2.2, 3.0, 4.0),
    *_at("side light", "degrees", _side_light, 35.0, 50.0, 60.0, 70.0, 85.0),
    *_at("dark side light", "of full scale", _dark_side_light, 0.7, 0.5, 0.35, 0.2, 0.1),
    *_at("backlight", "stops", _backlit, 1.0, 2.0, 3.0, 4.0, 5.0),
    *_at("flat light", "of the contrast", _flat, 0.5, 0.3, 0.2, 0.1, 0.05),
    *_at("shaken in the dark", "of the side", _moved_in_the_dark, 0.02, 0.04, 0.06, 0.09, 0.12),
)
"""Nine conditions, from a little bad to hardly possible. Night, dark side light: 200 electrons at full scale,
1 electron of read noise; night at 0.12 leaves white 24 electrons."""

SEVEN_LIGHTS: tuple[Light, ...] = (
    GOOD,
    Light("dark tones", 3.0, "gamma", _dark_tones),
    Light("dim", 0.2, "of full scale", _dim),
    Light("night", 0.12, "of full scale", _night),
    Light("over-exposed", 2.2, "times full scale", _over_exposed),
    Light("side light, ten directions", 0.0, "", _ten_side_lights),
    Light("dark side light", 0.35, "of full scale", _dark_side_light),
)
"""The short protocol: good light and six bad ones, of which all but the ten directions stand in the
gauntlet."""
