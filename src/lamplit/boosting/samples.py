"""What estimators learn from, checked once: what is wrong with it is said as lamplit says it."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require

_multiclass = require("sklearn.utils.multiclass", extra="train", purpose="boosting")
_validation = require("sklearn.utils.validation", extra="train", purpose="boosting")


def training_samples(estimator: Any, X: Any, y: Any, *, dtype: list[Any]) -> tuple[AnyArray, AnyArray]:
    """Return samples and labels that an estimator can learn from.

    Parameters
    ----------
    estimator : object
        In scikit-learn's manner; gets `n_features_in_`.
    X : array-like of shape (n_samples, n_features)
        Finite numbers.
    y : array-like of shape (n_samples,)
        Labels, of two classes at least.
    dtype : list of dtype
        Samples of another are turned into the first.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
        The samples.
    y : ndarray of shape (n_samples,)
        Their labels.

    Raises
    ------
    InvalidArgumentError
        If there are none, their shapes do not fit, a number is not finite, or the labels make no classes.

    Examples
    --------
    >>> from sklearn.base import BaseEstimator
    >>> training_samples(BaseEstimator(), [[1.0], [2.0]], ["a"], dtype=[np.float32])
    Traceback (most recent call last):
    ...
    lamplit.core.errors.InvalidArgumentError: y: needs a label for each of 2 samples, got 1
    """
    n_samples, n_labels = _count(X), _count(y)
    if n_samples == 0:
        raise InvalidArgumentError("X", "at least one sample of each of two classes", "no sample")
    if n_samples is not None and n_labels is not None and n_samples != n_labels:
        raise InvalidArgumentError("y", f"a label for each of {n_samples} samples", str(n_labels))
    try:
        X, y = _validation.validate_data(estimator, X, y, dtype=dtype)
    except ValueError as error:
        required = "finite numbers (n_samples, n_features) and labels (n_samples,)"
        raise InvalidArgumentError("X and y", required, _in_short(error)) from error
    check_classes(y)
    return X, y


def check_classes(y: AnyArray, *, least: int = 1, things: str = "samples") -> None:
    """Refuse labels that no classifier can be learnt from.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Labels.
    least : int
        How often each class has to come, at least.
    things : str
        What an error calls those that have the labels.

    Raises
    ------
    InvalidArgumentError
        If these are no classes, or one alone, or one of them comes less often.

    Examples
    --------
    >>> check_classes(np.array(["a", "a", "a", "b"]), least=2, things="faces")
    Traceback (most recent call last):
    ...
    lamplit.core.errors.InvalidArgumentError: y: needs at least 2 faces of each class, got 1 of 'b' (...)
    """
    try:
        _multiclass.check_classification_targets(y)
    except ValueError as error:
        required = "labels of classes, such as words or whole numbers"
        raise InvalidArgumentError("y", required, _in_short(error)) from error
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2:
        came = f"one class, {classes[0].item()!r}" if len(classes) else "none"
        raise InvalidArgumentError("y", "labels of at least two classes", came, f"add {things} of another")
    rarest = int(counts.argmin())
    if counts[rarest] < least:
        required, came = (
            f"at least {least} {things} of each class",
            f"{counts[rarest]} of {classes[rarest].item()!r}",
        )
        raise InvalidArgumentError("y", required, came, f"add {things} of it, or leave it out")


def _count(rows: Any) -> int | None:
    """Return how many there are, where that can be told without a conversion."""
    shape = getattr(rows, "shape", None)
    if shape is None:
        return len(rows) if hasattr(rows, "__len__") else None
    return int(shape[0]) if len(shape) else None


def _in_short(error: ValueError) -> str:
    """Return the first sentence of what scikit-learn says; what follows is advice on other estimators."""
    return str(error).splitlines()[0].split(". ")[0].removesuffix(".")
