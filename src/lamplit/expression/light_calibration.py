"""Temperature scaling that depends on the light: fitted like one temperature, by the log loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.temperature import COLDEST, HOTTEST, LightTemperature
from lamplit.expression.calibration import checked_answers

_DoubleArray = NDArray[np.float64]

_STEPS = 50
_RIDGE = 1e-9
"""Keeps the slopes at 0 where no face has lost anything; too small to move them otherwise."""


def fit_light_temperature(logits: AnyArray, losses: AnyArray, classes: AnyArray) -> LightTemperature:
    """Find the temperature by light that has the lowest log loss.

    Parameters
    ----------
    logits : ndarray of shape (N, K)
        Outputs of a network on faces in all kinds of light; it was not trained on these faces, nor will it be
        measured on them.
    losses : ndarray of shape (N, 2)
        What the light has taken from each (`lamplit.expression.light_loss.light_losses`).
    classes : ndarray of shape (N,), integer
        True class of each face, from 0 to K - 1.

    Returns
    -------
    LightTemperature
        Three numbers.

    Raises
    ------
    InvalidArgumentError
        If there is no face, the shapes do not fit, or a number is not finite.

    Notes
    -----
    1 / temperature is a sum of three terms, each a number to be found times a known one, and the log loss is
    convex in 1 / temperature: so it is convex in the three numbers, and Newton's method finds the only
    minimum, with steps halved where they would overshoot.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), section 4.2, arXiv:1706.04599, for one temperature.

    Examples
    --------
    >>> logits = np.array([[2.0, 0.0]] * 8)  # says 88 %
    >>> right_in_good_light, at_night = [0, 0, 0, 1], [0, 0, 1, 1]
    >>> losses = np.array([[0.0, 0.0]] * 4 + [[2.0, 0.0]] * 4)
    >>> fitted = fit_light_temperature(logits, losses, np.array(right_in_good_light + at_night))
    >>> round(fitted.good, 2), round(fitted.noise, 3)  # 75 % in good light; at night 50 %
    (1.82, 0.275)
    """
    z, y = checked_answers(logits, classes)
    terms = _checked_terms(losses, n_faces=len(z))
    above = z - z[np.arange(len(z)), y][:, None]  # (N, K): how far each logit lies above the true class's
    weights = np.array([1.0, 0.0, 0.0])
    loss = _log_loss(terms @ weights, above)
    for _ in range(_STEPS):
        step = _newton_step(weights, terms, above)
        # A full step is right near the minimum and for most starts; the loss tells where it is not.
        while (better := _log_loss(terms @ (weights - step), above)) > loss and np.abs(step).max() > 1e-9:
            step = step / 2
        if better >= loss:
            break
        weights, loss = weights - step, better
    inverse = float(np.clip(weights[0], 1.0 / HOTTEST, 1.0 / COLDEST))
    return LightTemperature(1.0 / inverse, noise=float(-weights[1]), surround=float(-weights[2]))


def _checked_terms(losses: AnyArray, *, n_faces: int) -> _DoubleArray:
    """Return what the three numbers are multiplied by, shape (N, 3): 1, stops to noise, squared surround."""
    values = np.asarray(losses, dtype=np.float64)
    if values.shape != (n_faces, 2) or not np.isfinite(values).all():
        came = f"shape {values.shape}" + ("" if np.isfinite(values).all() else " with NaN or infinity")
        raise InvalidArgumentError("losses", f"finite numbers of shape ({n_faces}, 2)", came)
    return np.stack([np.ones(n_faces), values[:, 0], values[:, 1] ** 2], axis=1)


def _log_loss(inverse: _DoubleArray, above: _DoubleArray) -> float:
    """Return the mean of log sum exp of the scaled distances above the true class."""
    scaled = inverse[:, None] * above
    highest = scaled.max(axis=1)
    return float((highest + np.log(np.exp(scaled - highest[:, None]).sum(axis=1))).mean())


def _newton_step(weights: _DoubleArray, terms: _DoubleArray, above: _DoubleArray) -> _DoubleArray:
    """Return gradient over curvature of the log loss."""
    scaled = (terms @ weights)[:, None] * above
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    slope = (shares * above).sum(axis=1)  # (N,)
    bend = (shares * above**2).sum(axis=1) - slope**2
    ridge = _RIDGE * np.eye(terms.shape[1])
    gradient = terms.T @ slope / len(terms) + ridge @ weights
    step: _DoubleArray = np.linalg.solve((terms * bend[:, None]).T @ terms / len(terms) + ridge, gradient)
    return step
