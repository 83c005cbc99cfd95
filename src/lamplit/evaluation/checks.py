"""Checks of predictions, made once at the border of every metric."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, IntArray
from lamplit.core.errors import InvalidArgumentError

DoubleArray: TypeAlias = NDArray[np.float64]
"""Probabilities inside the metrics: float32 rows sum to 1 too roughly for logarithms and sums."""

SUM_TOLERANCE = 1e-3


def checked_probabilities(probabilities: AnyArray, *, n_labels: int, subject: str) -> DoubleArray:
    """Return probabilities as float64 whose rows sum to 1 exactly, or say what is wrong with them.

    Parameters
    ----------
    probabilities : ndarray of shape (n_faces, n_labels)
        One row per face, in [0, 1], summing to 1 within 0.001.
    n_labels : int
        How many columns there must be.
    subject : str
        What the error calls them.

    Returns
    -------
    ndarray of shape (n_faces, n_labels), float64
        The same probabilities, each row divided by its sum.

    Raises
    ------
    InvalidArgumentError
        If shape, type, range or sums are wrong.

    Examples
    --------
    >>> checked_probabilities([[0.25, 0.75]], n_labels=2, subject="probabilities")
    array([[0.25, 0.75]])
    """
    array = np.asarray(probabilities)
    if array.ndim != 2 or array.shape[1] != n_labels:
        raise InvalidArgumentError(subject, f"shape (n_faces, {n_labels})", f"shape {array.shape}")
    if not np.issubdtype(array.dtype, np.floating):
        raise InvalidArgumentError(subject, "floating-point numbers", f"dtype {array.dtype}")
    rows: DoubleArray = array.astype(np.float64)
    if not np.isfinite(rows).all():
        row, column = np.argwhere(~np.isfinite(rows))[0]
        raise InvalidArgumentError(subject, "finite numbers", f"{rows[row, column]} in row {row}")
    sums = rows.sum(axis=1)
    wrong = np.flatnonzero((np.abs(sums - 1.0) > SUM_TOLERANCE) | (rows.min(axis=1) < 0.0))
    if wrong.size:
        row = wrong[0]
        came = f"a row {row} that sums to {sums[row]:.6g} with a minimum of {rows[row].min():.6g}"
        raise InvalidArgumentError(
            subject, "rows of non-negative numbers that sum to 1", came, "apply softmax to logits first"
        )
    rows /= sums[:, None]  # (n_faces, n_labels) / (n_faces, 1)
    return rows


def checked_classes(classes: AnyArray, *, n_faces: int, n_labels: int) -> IntArray:
    """Return class numbers as int64, or say what is wrong with them.

    Parameters
    ----------
    classes : ndarray of shape (n_faces,), integer
        One class number per face, from 0 to n_labels - 1.
    n_faces : int
        How many there must be.
    n_labels : int
        How many labels there are.

    Returns
    -------
    ndarray of shape (n_faces,), int64
        The class numbers.

    Raises
    ------
    InvalidArgumentError
        If shape, type or range are wrong, or there is no face.

    Examples
    --------
    >>> checked_classes([1, 0], n_faces=2, n_labels=8)
    array([1, 0])
    """
    array = np.asarray(classes)
    if array.shape != (n_faces,):
        raise InvalidArgumentError("classes", f"shape ({n_faces},)", f"shape {array.shape}")
    if n_faces == 0:
        raise InvalidArgumentError("classes", "at least one face", "none")
    if not np.issubdtype(array.dtype, np.integer):
        raise InvalidArgumentError("classes", "whole numbers", f"dtype {array.dtype}")
    wrong = array[(array < 0) | (array >= n_labels)]
    if wrong.size:
        hint = "-1 means no majority: leave those faces out" if -1 in wrong else ""
        came = f"{wrong.size} of {n_faces} outside, the first being {wrong[0]}"
        raise InvalidArgumentError("classes", f"numbers from 0 to {n_labels - 1}", came, hint)
    return array.astype(np.int64)
