"""Histograms of pattern classes on a grid of blocks: what is where in a face."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.features.local_binary_pattern import check_picture
from lamplit.features.pattern_classes import UNIFORM_PATTERNS


def block_histograms(classes: AnyArray, *, block: int, n_classes: int = UNIFORM_PATTERNS) -> FloatArray:
    """Count the classes in each block of a grid.

    Parameters
    ----------
    classes : ndarray of shape (H, W), unsigned integers
        Class of each pixel, below `n_classes`.
    block : int
        Side of a block in pixels. Rows and columns beyond the last whole block are left out.
    n_classes : int
        Number of classes.

    Returns
    -------
    ndarray of shape (H // block, W // block, n_classes), float32
        Number of pixels of each class.

    Raises
    ------
    InvalidArgumentError
        If the block is smaller than one pixel or larger than the picture, or a class is too high.

    References
    ----------
    Ahonen, Hadid, Pietikaeinen (2006), doi:10.1109/TPAMI.2006.244.

    Examples
    --------
    >>> block_histograms(np.array([[0, 0, 1, 1]] * 2, np.uint8), block=2, n_classes=2).tolist()
    [[[4.0, 0.0], [0.0, 4.0]]]
    """
    check_picture(classes, "classes")
    check_integer("block", block, low=1, high=min(classes.shape))
    check_integer("n_classes", n_classes, low=1)
    n_rows, n_columns = (n // block for n in classes.shape)
    kept = classes[: n_rows * block, : n_columns * block]
    if int(kept.max()) >= n_classes:
        raise InvalidArgumentError("classes", f"numbers below {n_classes}", str(int(kept.max())))
    rows, columns = (np.arange(n * block) // block for n in (n_rows, n_columns))
    place = (rows[:, np.newaxis] * n_columns + columns) * n_classes + kept  # (H, 1) + (W,) + (H, W)
    counts = np.bincount(place.ravel(), minlength=n_rows * n_columns * n_classes)
    return counts.reshape(n_rows, n_columns, n_classes).astype(np.float32)
