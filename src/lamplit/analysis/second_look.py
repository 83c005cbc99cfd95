"""A second look: where the light is bad and nobody was found, look again at a corrected picture.

The correction is for the detector alone. What it finds is cut out of the picture as it came, and a picture in
good light is never corrected, so its result is the same to the last bit.
"""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.light import LightReading
from lamplit.core.values import Detection
from lamplit.faces.detector import FaceDetector
from lamplit.imaging.colour import grey_from_rgb
from lamplit.light.noise_aware import noise_aware


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
        Those of the first look if there are any or the verdict on the light is "good"; else of the second.

    Examples
    --------
    >>> from lamplit.faces import CascadeFaceDetector
    >>> from lamplit.light import measure
    >>> dark = np.full((60, 80), 3, dtype=np.uint8)
    >>> detect_in_any_light(CascadeFaceDetector(), dark, measure(dark))
    []
    """
    found = list(detector.detect(pixels))
    if found or light.verdict == ("good",):
        return found
    return list(detector.detect(corrected_for_detection(pixels)))


def corrected_for_detection(pixels: ByteArray) -> ByteArray:
    """Denoise a picture as far as its noise asks for it, brighten it and even out its contrast.

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
    better = np.rint(np.clip(noise_aware(grey), 0.0, 1.0) * 255).astype(np.uint8)
    return better if pixels.ndim == 2 else np.repeat(better[..., None], 3, axis=2)
