"""Softmax, and temperature scaling: one number that makes probabilities say how often they are right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, FloatArray, IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.temperature import COLDEST, HOTTEST


def softmax(logits: AnyArray, temperature: float | AnyArray = 1.0) -> FloatArray:
    """Return probabilities from logits.

    Parameters
    ----------
    logits : ndarray of shape (N, K)
        Outputs of a network.
    temperature : float or ndarray of shape (N,)
        One for all or one for each row. Above 1 evens the probabilities out, below 1 sharpens them; the
        order never changes.

    Returns
    -------
    ndarray of shape (N, K), float32
        Rows sum to 1.

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    divisor = np.asarray(temperature, dtype=np.float64)[..., None]  # (1,) or (N, 1)
    return _softmax64(np.asarray(logits, dtype=np.float64) / divisor).astype(np.float32)


def _softmax64(scaled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return softmax of each row in float64."""
    # Subtracting the largest leaves the result as it is and keeps exp from overflowing.
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True, initial=-np.inf))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def fit_temperature(logits: AnyArray, classes: AnyArray) -> float:
    """Find the temperature with the lowest log loss.

    Parameters
    ----------
    logits : ndarray of shape (N, K)
        Outputs of a network on faces that it was not trained on, nor will be measured on.
    classes : ndarray of shape (N,), integer
        True class of each face, from 0 to K - 1.

    Returns
    -------
    float
        Between 0.05 and 20.

    Raises
    ------
    InvalidArgumentError
        If there is no face, the shapes do not fit, or a logit is not finite.

    Notes
    -----
    With b = 1 / T the mean log loss is convex, and its derivative is the mean over faces of (the expected
    logit under softmax(b z)) - (the true class's logit). It grows with b, so bisection finds its zero.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), section 4.2, arXiv:1706.04599.

    Examples
    --------
    >>> logits = np.array([[2.0, 0.0]] * 4)  # says 88 %, is right three times out of four
    >>> round(fit_temperature(logits, np.array([0, 0, 0, 1])), 2)
    1.82
    """
    z, y = checked_answers(logits, classes)
    above = z - z[np.arange(len(z)), y][:, None]  # (N, K): how far each logit lies above the true class's
    low, high = 1.0 / HOTTEST, 1.0 / COLDEST
    for _ in range(60):
        middle = (low + high) / 2.0
        slope = (_softmax64(middle * above) * above).sum(axis=1).mean()
        low, high = (middle, high) if slope < 0.0 else (low, middle)
    return min(max(2.0 / (low + high), COLDEST), HOTTEST)


def checked_answers(logits: AnyArray, classes: AnyArray) -> tuple[NDArray[np.float64], IntArray]:
    """Check logits and classes before a temperature is fitted to them.

    Parameters
    ----------
    logits : ndarray of shape (N, K)
        Outputs of a network.
    classes : ndarray of shape (N,), integer
        True class of each face, from 0 to K - 1.

    Returns
    -------
    logits : ndarray of shape (N, K), float64
        The logits.
    classes : ndarray of shape (N,), int64
        The classes.

    Raises
    ------
    InvalidArgumentError
        If there is no face, the shapes do not fit, or a logit is not finite.

    Examples
    --------
    >>> checked_answers(np.zeros((2, 3)), np.array([0, 3]))
    Traceback (most recent call last):
    lamplit.core.errors.InvalidArgumentError: logits and classes: needs shapes (N, K) and (N,), N >= 1, \
integer classes in [0, K), got (2, 3) and int64 (2,)
    """
    z, y = np.asarray(logits, dtype=np.float64), np.asarray(classes)
    whole = np.issubdtype(y.dtype, np.integer)
    if z.ndim != 2 or y.shape != (len(z),) or not len(z) or not whole or y.min() < 0 or y.max() >= z.shape[1]:
        required = "shapes (N, K) and (N,), N >= 1, integer classes in [0, K)"
        raise InvalidArgumentError("logits and classes", required, f"{z.shape} and {y.dtype} {y.shape}")
    if not np.isfinite(z).all():
        raise InvalidArgumentError("logits", "finite numbers", "NaN or infinity among them")
    return z, y.astype(np.int64)
