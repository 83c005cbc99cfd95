"""A second look: where the light is bad and nobody was found, look again at a corrected picture.

The correction is for the detector alone. What it finds is cut out of the picture as it came, and a picture in
good light is never corrected, so its result is the same to the last bit.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.light import LightReading
from lamplit.core.values import Box, Detection
from lamplit.faces.detector import FaceDetector
from lamplit.imaging.colour import grey_from_rgb
from lamplit.light.noise_aware import noise_aware

MOST_PIXELS = 2_000_000
"""Larger pictures are corrected at a smaller size, as it takes some hundred bytes per pixel; faces that are
too small for the detector then are hardly found in bad light anyway."""

GRID = 8
"""The picture is looked at in so many rows and columns to see whether it was taken against the light."""

WHITE, BLACK = 0.85, 0.2
"""Median grey level of a part that is nearly white, and of one that is nearly black."""

LEAST_WHITE, LEAST_BLACK = 16, 2
"""So many of the 64 parts must be nearly white, and so many nearly black, in a picture against the light."""

NOISE_ALONE = 1.03
"""Contrast over noise of a picture that shows nothing but noise: 0.97 to 1.01 where its levels are even or
counts of photons. Scenes at night have more: at 0.03 of full scale from 1.04 on."""

WANTED = 0.45
"""Where the median of what is nearly black goes."""


def detect_in_any_light(detector: FaceDetector, pixels: ByteArray, light: LightReading) -> list[Detection]:
    """Find faces; if there are none and the light is bad, look at the corrected picture.

    Parameters
    ----------
    detector : FaceDetector
        What looks.
    pixels : ndarray of shape (H, W) or (H, W, 3), uint8
        The picture.
    light : LightReading
        Its light.

    Returns
    -------
    list of Detection
        Those of the first look if there are any, or if the verdict on the light is "good" and the picture was
        not taken against the light, or if there is nothing but noise; else of the second.

    Examples
    --------
    >>> from lamplit.faces import CascadeFaceDetector
    >>> from lamplit.light import measure
    >>> dark = np.full((60, 80), 3, dtype=np.uint8)
    >>> detect_in_any_light(CascadeFaceDetector(), dark, measure(dark))
    []
    """
    found = list(detector.detect(pixels))
    if found or not (_is_bad(light) or against_the_light(pixels)):
        return found
    small, factor = _shrunk(pixels)
    return [_enlarged(detection, factor) for detection in detector.detect(corrected_for_detection(small))]


def _is_bad(light: LightReading) -> bool:
    """Tell whether the light is bad but leaves something: in denoised noise faces would be seen."""
    return light.verdict != ("good",) and light.contrast > NOISE_ALONE * light.noise


def against_the_light(pixels: ByteArray) -> bool:
    """Tell whether a picture has large white parts and parts that are nearly black.

    The reading of a whole picture cannot tell: black and white together have the mean and the contrast of a
    picture in good light.

    Parameters
    ----------
    pixels : ndarray of shape (H, W) or (H, W, 3), uint8
        The picture.

    Returns
    -------
    bool
        Of 8 x 8 parts at least 16 have a median grey level above 0.85 and at least two one below 0.2.

    Examples
    --------
    >>> window = np.full((80, 80), 250, np.uint8)
    >>> window[30:70, 30:60] = 20
    >>> against_the_light(window), against_the_light(window // 2)
    (True, False)
    """
    step = max(min(pixels.shape[:2]) // (8 * GRID), 1)  # some pixels of each part are enough
    grey = grey_from_rgb(pixels[::step, ::step])
    parts = [part for row in np.array_split(grey, GRID) for part in np.array_split(row, GRID, axis=1)]
    medians = np.array([np.median(part) for part in parts if part.size]) / 255
    return bool((medians > WHITE).sum() >= LEAST_WHITE and (medians < BLACK).sum() >= LEAST_BLACK)


def corrected_for_detection(pixels: ByteArray) -> ByteArray:
    """Denoise a picture as far as its noise asks for it, brighten it and even out its contrast.

    A picture that was taken against the light is exposed for its dark parts first.

    Parameters
    ----------
    pixels : ndarray of shape (H, W) or (H, W, 3), uint8
        The picture.

    Returns
    -------
    ndarray of the same shape, uint8
        Grey, in three equal channels where the picture had three (`lamplit.light.noise_aware`).

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> dark = random.poisson(4.0, (60, 80, 3)).astype(np.uint8)
    >>> bright = corrected_for_detection(dark)
    >>> bright.shape, bool(bright.mean() > 10 * dark.mean())
    ((60, 80, 3), True)
    """
    grey = grey_from_rgb(pixels).astype(np.float32) / np.float32(255)
    if against_the_light(pixels):
        grey = _exposed_for_the_dark(grey)
    better = np.rint(np.clip(noise_aware(grey), 0.0, 1.0) * 255).astype(np.uint8)
    return _in_channels_of(pixels, better)


def _in_channels_of(pixels: ByteArray, grey: ByteArray) -> ByteArray:
    """Return a grey plane as it is, or in three equal channels where the picture has three."""
    return grey if pixels.ndim == 2 else np.repeat(grey[..., None], 3, axis=2)


def _exposed_for_the_dark(grey: FloatArray) -> FloatArray:
    """Brighten until the median of what is nearly black is a middle grey."""
    median = max(float(np.median(grey[grey < BLACK])), 1 / 255)
    exposed: FloatArray = np.minimum(grey * np.float32(WANTED / median), np.float32(1))
    return exposed


def _shrunk(pixels: ByteArray) -> tuple[ByteArray, int]:
    """Return a picture of at most `MOST_PIXELS`, by means over squares of pixels, and their side."""
    factor = math.ceil(math.sqrt(pixels.shape[0] * pixels.shape[1] / MOST_PIXELS))
    if factor <= 1 or min(pixels.shape[:2]) < factor:
        return pixels, 1
    height, width = (length // factor for length in pixels.shape[:2])
    grey = grey_from_rgb(pixels[: height * factor, : width * factor])
    small = np.rint(grey.reshape(height, factor, width, factor).mean(axis=(1, 3), dtype=np.float32))
    return _in_channels_of(pixels, small.astype(np.uint8)), factor


def _enlarged(detection: Detection, factor: int) -> Detection:
    """Return where a detection is in the picture as it came, without landmarks of the corrected one."""
    x1, y1, x2, y2 = (factor * float(edge) for edge in detection.box.xyxy)
    points = None if detection.points is None else (detection.points * factor).astype(np.float32)
    return dataclasses.replace(detection, box=Box(x1, y1, x2, y2), points=points, landmarks=None)
