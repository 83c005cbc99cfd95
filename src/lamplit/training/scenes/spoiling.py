"""What spoils a scene as a whole after composing: light, sensor, lens, printing and compression."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.light.darkness import night
from lamplit.light.exposure import expose, tone_curve
from lamplit.training.augmentation import Range

MANY = 60.0
"""Electrons of white above which their number is as good as normally distributed, which is drawn faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiling:
    """How scenes are spoilt; each scene gets its own draws.

    Parameters
    ----------
    shading : float
        Probability that the light varies slowly over the scene.
    blur : float
        Probability of a blurred scene.
    light : float
        Probability of another exposure on a noisy sensor.
    gamma, gain, over_gain : (float, float)
        Tone curve and exposure of those, and exposure of those with too much light; logarithmic.
    over : float
        Probability, among those, of too much light.
    photons : (float, float)
        Electrons at full scale of the exposure, logarithmic.
    flat : float
        Probability of low contrast.
    contrast : (float, float)
        What is then left of the contrast, logarithmic.
    noise : float
        Probability of noise without a sensor, as film and scanners have it.
    printed : float
        Probability of the dots of a printed picture, and the same again of a drawing's hard contrast.
    jpeg : float
        Probability of compression.
    """

    shading: float = 0.3
    blur: float = 0.45
    light: float = 0.45
    gamma: Range = (0.6, 3.5)
    gain: Range = (0.08, 1.2)
    over_gain: Range = (1.3, 3.0)
    over: float = 0.2
    photons: Range = (60.0, 10000.0)
    flat: float = 0.12
    contrast: Range = (0.1, 0.7)
    noise: float = 0.2
    printed: float = 0.04
    jpeg: float = 0.35


def spoil(
    scene: FloatArray, settings: Spoiling, random: np.random.Generator, *, smallest: float
) -> ByteArray:
    """Spoil a scene.

    Parameters
    ----------
    scene : ndarray of shape (H, W), float32
        Grey levels from 0 to 255.
    settings : Spoiling
        How often and how badly.
    random : numpy.random.Generator
        Decides.
    smallest : float
        Side in pixels of the smallest face, which blur and printing must not wipe out.

    Returns
    -------
    ndarray of shape (H, W), uint8
        The scene as it was photographed, printed and kept.

    Examples
    --------
    >>> grey = np.full((32, 32), 100, np.float32)
    >>> spoil(grey, Spoiling(), np.random.default_rng(0), smallest=20.0).shape
    (32, 32)
    """
    image = scene * np.float32(1 / 255)
    if random.random() < settings.shading:
        image = image * _shading(image.shape, random)
    if random.random() < settings.blur:
        image = _blurred(image, random, most=0.06 * smallest)
    image = np.clip(image, 0, 1)
    if random.random() < settings.light:
        image = _photographed(image, settings, random)
    if random.random() < settings.flat:
        share = _logarithmic(settings.contrast, random)
        image = image * np.float32(share) + np.float32(random.uniform(0.1, 0.9) * (1 - share))
    draw = random.random()
    if draw < settings.printed and smallest > 20:
        image = _halftone(image, random)
    elif draw > 1 - settings.printed:
        image = _drawn_hard(image, random)
    if random.random() < settings.noise:
        image = image + _grain(image.shape, random)
    levels = np.rint(image * np.float32(255)).clip(0, 255).astype(np.uint8)
    return _compressed(levels, random) if random.random() < settings.jpeg else levels


def _shading(shape: tuple[int, ...], random: np.random.Generator) -> FloatArray:
    """Return factors that vary slowly: the light of a lamp, or a shadow."""
    coarse = random.normal(0, random.uniform(0.1, 0.6), random.integers(2, 5, 2)).astype(np.float32)
    smooth = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    factors: FloatArray = cv2.exp(smooth)
    return factors


def _blurred(image: FloatArray, random: np.random.Generator, *, most: float) -> FloatArray:
    """Blur evenly, along a line, or by fewer pixels."""
    amount = float(random.uniform(0.3, max(min(most, 3.0), 0.5)))
    draw = random.random()
    if draw < 0.6:
        blurred = cv2.GaussianBlur(image, (0, 0), amount)
    elif draw < 0.75:
        length = max(round(3 * amount), 2)
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, int(random.integers(length))), (length - 1, int(random.integers(length))), 1.0)
        blurred = cv2.filter2D(image, -1, kernel / kernel.sum())
    else:
        height, width = image.shape
        less = 1.0 + amount
        small = (max(int(width / less), 8), max(int(height / less), 8))
        shrunk = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        way = cv2.INTER_LINEAR if random.random() < 0.7 else cv2.INTER_CUBIC
        blurred = cv2.resize(shrunk, (width, height), interpolation=way)
    result: FloatArray = blurred
    return result


def _photographed(image: FloatArray, settings: Spoiling, random: np.random.Generator) -> FloatArray:
    """Bend the tones and take the scene with a sensor."""
    if random.random() < 0.5:
        image = tone_curve(image, _logarithmic(settings.gamma, random))
    is_over = random.random() < settings.over
    gain = _logarithmic(settings.over_gain if is_over else settings.gain, random)
    if random.random() < 0.4:
        return expose(image, gain)
    # The darker of two exposures has fewer photons, too.
    photons = _logarithmic(settings.photons, random) * max(gain, 0.15)
    if photons > MANY:
        lit = np.clip(image * np.float32(gain), 0, 1)
        grain = random.standard_normal(image.shape, dtype=np.float32)
        grain *= np.sqrt(lit + np.float32(0.003)) * np.float32(math.sqrt(gain / photons))
        noisy: FloatArray = lit + grain
        return noisy
    uniform = random.random(image.shape, dtype=np.float32)
    normal = random.standard_normal(image.shape, dtype=np.float32)
    dim: FloatArray = night(image, (uniform, normal), photons=photons, read_noise=1.0, gain=gain)
    return dim


def _halftone(image: FloatArray, random: np.random.Generator) -> FloatArray:
    """Print with dots of different size."""
    height, width = image.shape
    angle, pitch = random.uniform(0, np.pi / 2), random.uniform(2.2, 3.6)
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    across = (np.cos(angle) * columns + np.sin(angle) * rows) * np.float32(2 * np.pi / pitch)
    down = (np.cos(angle) * rows - np.sin(angle) * columns) * np.float32(2 * np.pi / pitch)
    screen = (np.cos(across) + np.cos(down)) * np.float32(0.25) + np.float32(0.5)
    dots = np.clip((image - screen) * np.float32(random.uniform(2, 8)) + np.float32(0.5), 0, 1)
    blurred: FloatArray = cv2.GaussianBlur(dots, (0, 0), float(random.uniform(0.5, 1.0)))
    return blurred


def _drawn_hard(image: FloatArray, random: np.random.Generator) -> FloatArray:
    """Leave ink on paper: what is darker than its surround."""
    around = cv2.GaussianBlur(image, (0, 0), float(random.uniform(4, 20)))
    inked = np.clip((image - around) * np.float32(random.uniform(2, 6)) + np.float32(0.65), 0, 1)
    share = np.float32(random.uniform(0.4, 1.0))
    mixed: FloatArray = inked * share + image * (1 - share)
    return mixed


def _grain(shape: tuple[int, ...], random: np.random.Generator) -> FloatArray:
    """Return grains of one pixel, or of a few."""
    deviation = _logarithmic((0.004, 0.06), random)
    if random.random() < 0.6:
        return random.standard_normal(shape, dtype=np.float32) * np.float32(deviation)
    coarse = random.standard_normal((shape[0] // 2 + 1, shape[1] // 2 + 1), dtype=np.float32)
    grain: FloatArray = cv2.resize(coarse, (shape[1], shape[0])) * np.float32(1.5 * deviation)
    return grain


def _compressed(levels: ByteArray, random: np.random.Generator) -> ByteArray:
    """Keep a picture as JPEG."""
    quality = int(random.integers(18, 92))
    _, content = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE)
    return levels if decoded is None else np.asarray(decoded, np.uint8)


def _logarithmic(limits: Range, random: np.random.Generator) -> float:
    """Draw a number whose logarithm lies evenly between those of the limits."""
    return float(np.exp(random.uniform(np.log(limits[0]), np.log(limits[1]))))
