"""The features that a round of boosting looks at, where it is not all of them."""

from __future__ import annotations

from typing import Any

from lamplit.core.arrays import IntArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError


def drawn_features(max_features: int | float | None, n_features: int, draw: Any) -> IntArray | None:
    """Draw the features that a round looks at.

    Parameters
    ----------
    max_features : int or float, optional
        How many, or which share of them up to 1.0; all by default.
    n_features : int
        How many there are.
    draw : numpy.random.RandomState or numpy.random.Generator
        What draws.

    Returns
    -------
    ndarray of int64, or None
        Numbers of features; None for all.

    Raises
    ------
    InvalidArgumentError
        If there are not so many, or less than one is asked for.

    Examples
    --------
    >>> import numpy as np
    >>> len(drawn_features(0.5, 10, np.random.RandomState(0)))
    5
    """
    if max_features is None:
        return None
    if isinstance(max_features, float):
        if not 0.0 < max_features <= 1.0:
            raise InvalidArgumentError("max_features", "a share above 0 and up to 1", repr(max_features))
        n = max(1, round(max_features * n_features))
    else:
        n = check_integer("max_features", max_features, low=1, high=n_features)
    drawn: IntArray = draw.choice(n_features, n, replace=False)
    return drawn
