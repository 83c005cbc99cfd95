"""Values of Haar-like features in many windows at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.features.haar_like import HaarFeatures
from lamplit.features.integral_image import integral_image, squared_integral_image, tilted_integral_image

_WINDOWS, _FEATURES = 1024, 64
"""How many are calculated together: their sums stay in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class HaarWindows:
    """Windows of one size, ready for the values of any feature: their integral images.

    Parameters
    ----------
    window : tuple of int
        Height and width in pixels.
    upright, tilted : ndarray of shape ((height + 1) * (width + 1), n_windows), int32
        Integral images; the numbers of one corner in all windows lie together. `tilted` has no rows where
        nobody asks for tilted features.
    divisor : ndarray of shape (n_windows,), float32
        What normalises the values: area x standard deviation of the window without its rim.

    Notes
    -----
    For 24 x 24 pixels 5 KB for each window, half of that without the tilted ones.
    """

    window: tuple[int, int]
    upright: AnyArray
    tilted: AnyArray
    divisor: FloatArray

    def __len__(self) -> int:
        return len(self.divisor)

    def values(
        self, features: HaarFeatures, *, normalized: bool = True, out: AnyArray | None = None
    ) -> AnyArray:
        """Return `haar_like_values` of these windows, (n_windows, n_features)."""
        return _values(self, features, normalized=normalized, out=out)


def haar_windows(windows: AnyArray, *, tilted: bool = True) -> HaarWindows:
    """Prepare windows for the values of Haar-like features.

    Parameters
    ----------
    windows : ndarray of shape (n_windows, height, width), uint8
        Grey windows of at least 3 x 3 pixels.
    tilted : bool
        Whether tilted features will be asked for.

    Returns
    -------
    HaarWindows
        Their integral images.

    Raises
    ------
    InvalidArgumentError
        If the windows have another shape or type, or are so large that sums leave 32 bits.

    Notes
    -----
    The divisor is sqrt(A sum(x^2) - sum(x)^2) over the A pixels without a rim of one pixel, and 1 where that
    is 0: what OpenCV's cascades divide by. Values are then the same however bright the window is and however
    strong its contrast.

    Examples
    --------
    >>> ready = haar_windows(np.eye(4, dtype=np.uint8)[np.newaxis])
    >>> len(ready), float(ready.divisor[0])  # of the four pixels inside two are 1: 4 * 2 - 2 * 2
    (1, 2.0)
    """
    height, width = _checked(windows)
    corners = (height + 1) * (width + 1)
    n = len(windows)
    upright = np.empty((corners, n), dtype=np.int32)
    turned = np.empty((corners if tilted else 0, n), dtype=np.int32)
    divisor = np.empty(n, dtype=np.float32)
    for start in range(0, n, _WINDOWS):
        some = slice(start, min(start + _WINDOWS, n))
        upright[:, some] = integral_image(windows[some]).reshape(-1, corners).T
        if tilted:
            turned[:, some] = tilted_integral_image(windows[some]).reshape(-1, corners).T
        divisor[some] = _divisor(windows[some, 1:-1, 1:-1])
    return HaarWindows((height, width), upright, turned, divisor)


def haar_like_values(
    windows: AnyArray, features: HaarFeatures, *, normalized: bool = True, out: AnyArray | None = None
) -> AnyArray:
    """Calculate the values of Haar-like features in windows.

    Parameters
    ----------
    windows : ndarray of shape (n_windows, height, width), uint8
        Grey windows of the features' size.
    features : HaarFeatures
        What to calculate, and nothing else: of a trained classifier only what it selected.
    normalized : bool
        Whether to divide by the window's contrast; without, differences of sums.
    out : ndarray of shape (n_windows, n_features), float32 or float16, optional
        Where to write. By default float32 in Fortran order: the values of one feature lie together, as a
        search through features reads them.

    Returns
    -------
    ndarray of shape (n_windows, n_features), float32 or as `out`
        sum_i weight_i x sum(rectangle_i), over the divisor of `haar_windows`. In float16 normalised values
        keep three digits; others do not fit.

    Raises
    ------
    InvalidArgumentError
        If sizes differ, or `out` has another shape or type.

    Notes
    -----
    Sums of rectangles are exact, in 32 bits. Besides the result it takes the integral images of all windows
    (`haar_windows`) and some megabytes: 10,000 windows x 100,000 features are 4 GB in float32.

    References
    ----------
    Viola, Jones (2004), sections 2 and 5.1, doi:10.1023/B:VISI.0000013087.49260.fb; Lienhart, Maydt (2002),
    doi:10.1109/ICIP.2002.1038171.

    Examples
    --------
    >>> from lamplit.features.haar_like import haar_like_features
    >>> window = np.array([[0, 0, 9, 9]] * 4, np.uint8)
    >>> features = haar_like_features(4, families=["two-x"])[np.array([1])]
    >>> features.rectangles[0, 0].tolist(), haar_like_values(window[np.newaxis], features, normalized=False)
    ([0, 0, 4, 1], array([[18.]], dtype=float32))
    """
    ready = haar_windows(windows, tilted=bool(features.tilted.any()))
    return _values(ready, features, normalized=normalized, out=out)


def _values(
    ready: HaarWindows, features: HaarFeatures, *, normalized: bool, out: AnyArray | None
) -> AnyArray:
    """Fill a matrix, some windows and some features at a time."""
    if ready.window != features.window:
        raise InvalidArgumentError("windows", f"windows of {features.window}", f"windows of {ready.window}")
    values = _target(out, (len(ready), len(features)), normalized=normalized)
    corners, stride = _corners(features), _WINDOWS
    for start in range(0, len(ready), stride):
        some = slice(start, min(start + stride, len(ready)))
        scale = np.float32(1) / ready.divisor[some] if normalized else np.float32(1)
        for tilted, integral in ((False, ready.upright), (True, ready.tilted)):
            numbers = np.flatnonzero(features.tilted == tilted)
            if len(numbers) and not len(integral):
                raise InvalidArgumentError("windows", "windows prepared with tilted=True", "tilted=False")
            sums = np.ascontiguousarray(integral[:, some]) if len(numbers) else integral
            for first in range(0, len(numbers), _FEATURES):
                which = numbers[first : first + _FEATURES]
                values[some, _run(which)] = (
                    _weighted(sums, corners[which], features.weights[which]) * scale
                ).T
    return values


def _weighted(sums: AnyArray, corners: AnyArray, weights: FloatArray) -> FloatArray:
    """Return the weighted sums of features in windows, (n_features, n_windows) float32."""
    total = np.zeros((len(corners), sums.shape[1]), dtype=np.float32)
    for part in range(3):
        used = np.flatnonzero(weights[:, part])
        if not len(used):
            continue
        first, second, third, fourth = corners[used, part].T
        rectangle = sums[first]
        rectangle -= sums[second]
        rectangle -= sums[third]
        rectangle += sums[fourth]
        total[_run(used)] += weights[used, part, np.newaxis] * rectangle.astype(np.float32)
    return total


def _run(numbers: AnyArray) -> AnyArray | slice:
    """Return consecutive numbers as a slice: copying by one is much faster."""
    if len(numbers) and numbers[-1] - numbers[0] + 1 == len(numbers):
        return slice(int(numbers[0]), int(numbers[-1]) + 1)
    return numbers


def _corners(features: HaarFeatures) -> AnyArray:
    """Return the places of each rectangle's corners in a flat integral image, (N, 3, 4)."""
    x, y, width, height = np.moveaxis(features.rectangles.astype(np.int64), 2, 0)  # (N, 3) each
    stride = features.window[1] + 1
    upright = [(y, x), (y, x + width), (y + height, x), (y + height, x + width)]
    tilted = [
        (y, x),
        (y + height, x - height),
        (y + width, x + width),
        (y + width + height, x + width - height),
    ]
    flat = [np.stack([row * stride + column for row, column in four], axis=2) for four in (upright, tilted)]
    return np.where(features.tilted[:, np.newaxis, np.newaxis], flat[1], flat[0])


def _divisor(inner: AnyArray) -> FloatArray:
    """Return what normalises windows, from their pixels without the rim; (n,) float32."""
    area = inner.shape[1] * inner.shape[2]
    sums = integral_image(inner)[:, -1, -1]
    squares = squared_integral_image(inner)[:, -1, -1]
    spread = area * squares - sums * sums
    return np.where(spread > 0, np.sqrt(np.maximum(spread, 1)), 1).astype(np.float32)


def _target(out: AnyArray | None, shape: tuple[int, int], *, normalized: bool) -> AnyArray:
    """Return the matrix to fill."""
    if out is None:
        return np.empty(shape[::-1], dtype=np.float32).T
    allowed = (np.float32, np.float16) if normalized else (np.float32,)
    if out.shape != shape or out.dtype not in allowed:
        names = " or ".join(np.dtype(dtype).name for dtype in allowed)
        raise InvalidArgumentError("out", f"{names} of shape {shape}", f"{out.dtype} of shape {out.shape}")
    return out


def _checked(windows: AnyArray) -> tuple[int, int]:
    """Refuse what are no windows; return their height and width."""
    if windows.ndim != 3 or windows.dtype != np.uint8 or min(windows.shape[1:]) < 3:
        required = "uint8 of shape (n_windows, height, width), from 3 x 3 pixels"
        raise InvalidArgumentError("windows", required, f"{windows.dtype} of shape {windows.shape}")
    height, width = windows.shape[1:]
    if height * width * 255 > np.iinfo(np.int32).max:
        raise InvalidArgumentError("windows", "fewer than 8,421,505 pixels each", f"{height * width:,}")
    return height, width
