"""Denoising in proportion to the noise that a picture has: a clean picture stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.checks import check_number
from lamplit.light.cosine_transform import gaussian_blur
from lamplit.light.point_operations import GREY_LEVEL

# Immerkaer's mask, blind to smooth shading; 6 is what it makes of noise with a standard deviation of 1.
_SECOND_DIFFERENCE = np.array([1.0, -2.0, 1.0])
_GAIN = 6.0
_MEDIAN_OF_NORMAL = 0.6744897501960817  # of the absolute value of a standard normal number

_GROUPS = 6
_FEWEST_PIXELS = 64
"""With fewer unclipped pixels there is nothing to tell noise from detail."""

_ENOUGH_PIXELS = 1 << 14
"""Of more, only some are looked at: medians of 2,700 pixels are good to about 3 per cent."""

_ROUNDING_VARIANCE = GREY_LEVEL**2 / 12
"""Of a picture that was rounded to 8 bits: no picture is cleaner."""

_SPLINE = np.array([1, 4, 6, 4, 1], dtype=np.float32) / 16
_DETAIL_DEVIATIONS = (0.8908, 0.2007, 0.0856)
"""Standard deviation of unit noise in each layer of detail: norms of delta - h, h - h * h2, h * h2 - ..."""


@dataclass(frozen=True, slots=True)
class NoiseModel:
    """Noise of a sensor: its variance at grey level x is `photon x + floor`.

    Parameters
    ----------
    photon : float
        Grey levels per electron: photon noise grows with the light.
    floor : float
        Variance of read noise and rounding, above 0.

    Examples
    --------
    >>> model = NoiseModel(photon=0.01, floor=1e-5)
    >>> stable = model.stabilised(np.array([[0.0, 0.5]], np.float32))
    >>> model.restored(stable).round(3)
    array([[0.   , 0.502]], dtype=float32)
    """

    photon: float
    floor: float

    def stabilised(self, x: FloatArray) -> FloatArray:
        """Return values whose noise has a standard deviation of about 1 everywhere (generalised Anscombe)."""
        least = np.float32(np.sqrt(self._offset))
        root = np.sqrt(np.maximum(np.float32(self.photon) * x + np.float32(self._offset), 0))
        stable: FloatArray = 2 * x / (root + least)
        return stable

    def restored(self, stable: FloatArray) -> FloatArray:
        """Return grey levels from smoothed stabilised values, in [0, 1].

        The square root lets averages come out a quarter of an electron too dark, and less near black, where
        x / (x + photon) stands for the exact unbiased inverse.
        """
        photon = np.float32(self.photon)
        x = np.float32(np.sqrt(self._offset)) * stable + photon / 4 * stable * stable
        x = np.maximum(x, 0)
        x += photon / 4 * x / (x + photon + np.finfo(np.float32).tiny)
        return np.minimum(x, 1)

    @property
    def _offset(self) -> float:
        return 3 / 8 * self.photon**2 + self.floor


def noise_model(x: FloatArray) -> NoiseModel:
    """Estimate photon noise and noise floor from one picture.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].

    Returns
    -------
    NoiseModel
        The noise; that of rounding to 8 bits where there is nothing to tell it from.

    Notes
    -----
    Unclipped pixels are parted by the light around them into six groups of one size. In each the median
    response of Immerkaer's mask gives the noise, and a line through the six variances the two numbers, with
    relative errors least and neither below 0. Fine texture that fills more than half of a picture passes for
    noise.

    References
    ----------
    Immerkaer (1996), doi:10.1006/cviu.1996.0060; Foi, Trimeche, Katkovnik, Egiazarian (2008),
    doi:10.1109/TIP.2008.2001399.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> light = np.tile(np.linspace(0.1, 0.9, 256), (256, 1))
    >>> model = noise_model((random.poisson(500 * light) / 500).clip(0, 1).astype(np.float32))
    >>> round(1 / model.photon / 100)
    5
    """
    light, variance = _noise_by_light(x)
    if not len(light):
        return NoiseModel(0.0, _ROUNDING_VARIANCE)
    variance = np.maximum(variance, _ROUNDING_VARIANCE)
    relative = np.stack([light, np.ones_like(light)], axis=1) / variance[:, np.newaxis]  # (groups, 2)
    photon, floor = np.linalg.lstsq(relative, np.ones_like(light), rcond=None)[0]
    if photon < 0:
        photon, floor = 0.0, _best_factor(relative[:, 1])
    elif floor < 0:
        photon, floor = _best_factor(relative[:, 0]), 0.0
    return NoiseModel(float(photon), max(float(floor), _ROUNDING_VARIANCE))


def denoise(x: FloatArray, *, strength: float = 1.2) -> FloatArray:
    """Smooth a picture as far as its noise asks for it, and no further.

    Parameters
    ----------
    x : ndarray of shape (H, W), float32
        Grey levels in [0, 1].
    strength : float
        How many times the estimated noise is taken off, above 0.

    Returns
    -------
    ndarray of shape (H, W), float32
        Grey levels in [0, 1]. In a clean picture nearly all stays within one level of 255.

    Notes
    -----
    The noise is estimated (`noise_model`) and made alike everywhere by the generalised Anscombe transform.
    Three layers of detail are split off by B3-spline smoothing (the a trous wavelet transform), each shrunk
    where its local power is not above that of the noise: detail * max(power - noise, 0) / power.

    References
    ----------
    Maekitalo, Foi (2013), doi:10.1109/TIP.2012.2202675; Zhang, Fadili, Starck (2008),
    doi:10.1109/TIP.2008.924386; Lee (1980), doi:10.1109/TPAMI.1980.4766994 (local power).

    Examples
    --------
    >>> clean = np.tile(np.linspace(0.1, 0.9, 64, dtype=np.float32), (64, 1))
    >>> noisy = clean + np.random.default_rng(0).normal(0, 0.05, clean.shape).astype(np.float32)
    >>> bool(np.abs(denoise(noisy.clip(0, 1)) - clean).mean() < 0.5 * np.abs(noisy - clean).mean())
    True
    """
    check_number("strength", strength, above=0.0)
    model = noise_model(x)
    rest = model.stabilised(x)
    calm = np.zeros_like(x)
    for scale, deviation in enumerate(_DETAIL_DEVIATIONS):
        smooth = _spline_smoothing(rest, scale)
        calm += _shrunk(rest - smooth, noise=(strength * deviation) ** 2, width=2.4 * 2**scale)
        rest = smooth
    return model.restored(calm + rest)


def _noise_by_light(x: FloatArray) -> tuple[AnyArray, AnyArray]:
    """Return mean light and noise variance of groups of pixels, from dark to bright; shape (groups,) each."""
    nothing = np.empty(0)
    if min(x.shape) < 3:
        return nothing, nothing
    response = cv2.sepFilter2D(x, cv2.CV_32F, _SECOND_DIFFERENCE, _SECOND_DIFFERENCE)[1:-1, 1:-1]
    step = -(-response.size // _ENOUGH_PIXELS) | 1  # odd, so that no column of an even width is preferred
    around = gaussian_blur(x, 2.0)[1:-1, 1:-1]
    place, response, light = (values.ravel()[::step] for values in (x[1:-1, 1:-1], response, around))
    seen = (place > 0) & (place < 1)  # clipping hides the noise
    deviation, light = np.abs(response[seen]) / (_GAIN * _MEDIAN_OF_NORMAL), light[seen]
    if len(light) < _FEWEST_PIXELS:
        return nothing, nothing
    cuts = np.arange(1, _GROUPS) * len(light) // _GROUPS
    groups = np.split(np.argpartition(light, cuts), cuts)
    means = np.array([light[group].mean(dtype=np.float64) for group in groups])
    medians = np.array([np.median(deviation[group]) for group in groups], dtype=np.float64)
    return means, medians**2


def _best_factor(column: AnyArray) -> float:
    """Return the factor that brings a column nearest to 1."""
    return float(column.sum() / (column @ column))


def _spline_smoothing(x: FloatArray, scale: int) -> FloatArray:
    """Smooth with a B3 spline whose taps are 2^scale pixels apart."""
    taps = np.zeros(4 * 2**scale + 1, dtype=np.float32)
    taps[:: 2**scale] = _SPLINE
    smooth: FloatArray = cv2.sepFilter2D(x, cv2.CV_32F, taps, taps, borderType=cv2.BORDER_REFLECT)
    return smooth


def _shrunk(detail: FloatArray, *, noise: float, width: float) -> FloatArray:
    """Shrink detail where its power around a pixel is not above that of the noise."""
    power = gaussian_blur(detail * detail, width)
    limit = np.float32(noise)
    shrunk: FloatArray = detail * np.maximum(power - limit, 0) / np.maximum(power, limit)
    return shrunk
