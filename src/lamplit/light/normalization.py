"""Normalisation of the light by name: the methods, and the one function that applies them to any picture."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.checks import check_number
from lamplit.core.errors import EmptyImageError, InvalidArgumentError
from lamplit.imaging.images import ImageSource, read_image
from lamplit.imaging.pixels import require_finite
from lamplit.light.denoising import denoise
from lamplit.light.equalisation import clahe, equalise_histogram
from lamplit.light.frequency import homomorphic_filter, remove_low_frequencies
from lamplit.light.gradientfaces import gradientfaces
from lamplit.light.histogram import as_grey
from lamplit.light.local_contrast import divisive_normalisation
from lamplit.light.noise_aware import noise_aware
from lamplit.light.point_operations import adaptive_gamma, logarithm, z_score
from lamplit.light.retinex import multi_scale_retinex, single_scale_retinex
from lamplit.light.tan_triggs import tan_triggs
from lamplit.light.weberfaces import weberfaces

_METHODS: dict[str, Callable[..., FloatArray]] = {
    "adaptive-gamma": adaptive_gamma,
    "clahe": clahe,
    "dct": remove_low_frequencies,
    "denoise": denoise,
    "divisive": divisive_normalisation,
    "gradientfaces": gradientfaces,
    "histogram-equalisation": equalise_histogram,
    "homomorphic": homomorphic_filter,
    "logarithm": logarithm,
    "multi-scale-retinex": multi_scale_retinex,
    "noise-aware": noise_aware,
    "retinex": single_scale_retinex,
    "tan-triggs": tan_triggs,
    "weberfaces": weberfaces,
    "z-score": z_score,
}


def normalization_methods() -> tuple[str, ...]:
    """Return the names that `normalize` takes, sorted.

    Returns
    -------
    tuple of str
        The names.

    Examples
    --------
    >>> normalization_methods()[:3]
    ('adaptive-gamma', 'clahe', 'dct')
    """
    return tuple(sorted(_METHODS))


def normalize(image: ImageSource, method: str = "tan-triggs", **settings: Any) -> FloatArray:
    """Take the light out of a picture, as far as a method can.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), path, bytes, file object or PIL image
        Grey or RGB uint8, or anything else that `lamplit.imaging.images.read_image` takes. Colour becomes
        grey. A grey float array in [0, 1] is taken as it is, without rounding to bytes.
    method : str
        One of `normalization_methods()`.
    **settings
        Settings of the method; what is left out has the method's default.

    Returns
    -------
    ndarray of shape (H, W), float32
        The normalised picture. Its range is the method's: [0, 1] for adaptive-gamma, clahe, denoise,
        histogram-equalisation, logarithm and noise-aware; above 0 for homomorphic; [-10, 10] (tau) for
        tan-triggs; angles in [0, 2 pi] for gradientfaces and [-pi / 2, pi / 2] for weberfaces; around 0 and
        not limited for the others. `stretch_to_bytes` makes any of them visible.

    Raises
    ------
    InvalidArgumentError
        If there is no such method or setting, or a setting is out of range.
    InvalidImageError
        If the picture has no pixels, holds NaN, or cannot be read; the subclass says which.

    Notes
    -----
    `docs/light-normalisation.md` shows what each does, what it costs, and what it is worth for telling people
    apart. Formulas and sources stand at each function of `lamplit.light`.

    Examples
    --------
    >>> normalize(np.array([[0, 255]], np.uint8), "z-score").tolist()
    [[-1.0, 1.0]]
    """
    function = normalization_method(method)
    _check_settings(method, function, settings)
    return function(grey_levels(image), **settings)


def normalization_method(name: str) -> Callable[..., FloatArray]:
    """Return the function behind a name.

    Parameters
    ----------
    name : str
        One of `normalization_methods()`.

    Returns
    -------
    callable
        Maps grey float32 of shape (H, W) in [0, 1] to float32 of the same shape; settings by keyword.

    Raises
    ------
    InvalidArgumentError
        If there is no such method; it names the nearest, and all.

    Examples
    --------
    >>> normalization_method("weberfaces").__name__
    'weberfaces'
    """
    if isinstance(name, str) and name in _METHODS:
        return _METHODS[name]
    near = difflib.get_close_matches(name, _METHODS, n=1) if isinstance(name, str) else []
    hint = f"did you mean {near[0]!r}?" if near else ""
    raise InvalidArgumentError("method", f"one of {', '.join(normalization_methods())}", repr(name), hint)


def stretch_to_bytes(values: AnyArray, *, clip: float = 0.5) -> ByteArray:
    """Stretch a normalised picture to the 256 levels of a picture that can be shown or saved.

    Parameters
    ----------
    values : ndarray of shape (H, W), float
        What `normalize` gives: finite numbers of any range.
    clip : float
        Per cent of the pixels that may become black, and as many white; from 0 to below 50.

    Returns
    -------
    ndarray of shape (H, W), uint8
        The darkest value at 0, the brightest at 255; a picture of one value becomes 128.

    Raises
    ------
    InvalidArgumentError
        If the shape or `clip` is another.
    EmptyImageError
        If there are no pixels.
    NotFiniteImageError
        If NaN or infinity stands among the values.

    Examples
    --------
    >>> stretch_to_bytes(np.array([[-3.0, 0.0, 3.0]]), clip=0).tolist()
    [[0, 128, 255]]
    """
    if not (clip == 0 or check_number("clip", clip, above=0.0, below=50.0)):
        raise InvalidArgumentError("clip", "per cent from 0 to below 50", repr(clip))
    values = np.asarray(values, dtype=np.float32)
    if values.ndim != 2:
        raise InvalidArgumentError("values", "shape (H, W)", f"shape {values.shape}")
    _check_pixels(values, "values")
    low, high = np.percentile(values, [clip, 100 - clip])
    if high <= low:
        low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.full(values.shape, 128, dtype=np.uint8)
    stretched: ByteArray = np.rint(255 * ((values - low) / (high - low)).clip(0, 1)).astype(np.uint8)
    return stretched


def grey_levels(image: ImageSource) -> FloatArray:
    """Return a picture as grey levels.

    Parameters
    ----------
    image : ndarray, path, bytes, file object or PIL image
        As `normalize` takes it.

    Returns
    -------
    ndarray of shape (H, W), float32
        Grey levels in [0, 1].

    Raises
    ------
    InvalidArgumentError
        If an array has another shape, type or range.
    InvalidImageError
        If it has no pixels, holds NaN, or cannot be read.

    Examples
    --------
    >>> grey_levels(np.array([[0, 51]], np.uint8)).round(3)
    array([[0. , 0.2]], dtype=float32)
    """
    if isinstance(image, np.ndarray) and image.ndim == 2 and image.dtype.kind == "f":
        _check_pixels(image, "image")
        if image.min() >= 0 and image.max() <= 1:
            return image.astype(np.float32)
    pixels = image if isinstance(image, np.ndarray) else read_image(image)
    return as_grey(pixels).astype(np.float32) / np.float32(255)


def _check_pixels(values: AnyArray, name: str) -> None:
    """Refuse a picture without pixels or with numbers that are not finite."""
    if not values.size:
        raise EmptyImageError(name, "at least one pixel", f"shape {values.shape}")
    require_finite(values, name)


def _check_settings(method: str, function: Callable[..., FloatArray], settings: dict[str, Any]) -> None:
    """Refuse settings that a method does not have."""
    known = [name for name, p in inspect.signature(function).parameters.items() if p.kind is p.KEYWORD_ONLY]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        required = f"settings among {', '.join(known)}" if known else "no settings"
        raise InvalidArgumentError(method, required, ", ".join(unknown))
