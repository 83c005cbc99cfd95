"""The features that a cascade looks at: where they lie in the window, and with which weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError

HAAR_RECTANGLES = 3
"""Rectangles of a Haar-like feature, at most."""


@dataclass(frozen=True, eq=False)
class HaarRectangles:
    """Haar-like features: weighted sums over up to three rectangles, upright or turned by 45 degrees.

    Parameters
    ----------
    rectangles : array-like of shape (N, 3, 4), int16
        x, y, width and height in pixels of the window; unused ones are all 0, and so are their weights.
    weights : array-like of shape (N, 3), float32
        What the sum over each rectangle is multiplied by.
    tilted : array-like of shape (N,), bool
        Whether the rectangles are turned by 45 degrees: (x, y) is then the upper corner, the width runs
        down to the right and the height down to the left.

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit, a weight is not finite, or a rectangle without area has a weight.

    References
    ----------
    Lienhart, Maydt (2002), doi:10.1109/ICIP.2002.1038171.

    Examples
    --------
    >>> edge = HaarRectangles([[[2, 2, 8, 4], [2, 4, 8, 2], [0, 0, 0, 0]]], [[-1, 2, 0]], [False])
    >>> len(edge), edge.kind
    (1, 'haar')
    """

    rectangles: AnyArray
    weights: AnyArray
    tilted: AnyArray

    kind = "haar"

    def __post_init__(self) -> None:
        n = len(np.atleast_1d(array_of_numbers("tilted", self.tilted)))
        _freeze(self, "rectangles", np.int16, (n, HAAR_RECTANGLES, 4))
        _freeze(self, "weights", np.float32, (n, HAAR_RECTANGLES))
        _freeze(self, "tilted", np.bool_, (n,))
        areas = self.rectangles[..., 2:].min(axis=2) > 0  # (N, 3)
        if not np.array_equal(areas, self.weights != 0) or (~areas & self.rectangles.any(axis=2)).any():
            raise InvalidArgumentError(
                "features", "a weight for every rectangle with an area, and for no other", "something else"
            )

    def __len__(self) -> int:
        return len(self.tilted)

    def outside(self, height: int, width: int) -> NDArray[np.bool_]:
        """Return which features reach beyond a window of (height, width); shape (N,)."""
        x, y, w, h = np.moveaxis(self.rectangles.astype(np.int32), 2, 0)  # (N, 3) each
        tilted = self.tilted[:, np.newaxis]  # (N, 1)
        left, right = np.where(tilted, x - h, x), x + w
        bottom = np.where(tilted, y + w + h, y + h)
        beyond = (left < 0) | (y < 0) | (right > width) | (bottom > height)  # (N, 3)
        outside: NDArray[np.bool_] = np.any(beyond, axis=1)
        return outside


@dataclass(frozen=True, eq=False)
class LBPRectangles:
    """Multi-block local binary patterns: nine equal blocks, the middle one compared with the eight around it.

    Parameters
    ----------
    rectangles : array-like of shape (N, 4), int16
        x and y of the upper left block, and width and height of each block, in pixels of the window.

    Raises
    ------
    InvalidArgumentError
        If the shape does not fit, or a block has no area.

    References
    ----------
    Liao, Zhu, Lei, Zhang, Li (2007), doi:10.1007/978-3-540-74549-5_87.

    Examples
    --------
    >>> len(LBPRectangles([[0, 0, 2, 2], [3, 3, 4, 1]]))
    2
    """

    rectangles: AnyArray

    kind = "lbp"

    def __post_init__(self) -> None:
        n = len(np.atleast_1d(array_of_numbers("rectangles", self.rectangles)))
        _freeze(self, "rectangles", np.int16, (n, 4))
        if self.rectangles[:, 2:].min(initial=1) < 1:
            raise InvalidArgumentError("features", "blocks with an area", "one without")

    def __len__(self) -> int:
        return len(self.rectangles)

    def outside(self, height: int, width: int) -> NDArray[np.bool_]:
        """Return which features reach beyond a window of (height, width); shape (N,)."""
        x, y, w, h = self.rectangles.astype(np.int32).T  # (N,) each
        beyond: NDArray[np.bool_] = (x < 0) | (y < 0) | (x + 3 * w > width) | (y + 3 * h > height)
        return beyond


def _freeze(owner: Any, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> None:
    """Replace a field by an array of its own that nobody can change."""
    object.__setattr__(owner, name, frozen_array(name, getattr(owner, name), dtype, shape))


def array_of_numbers(name: str, values: object) -> NDArray[np.float64]:
    """Return values as numbers, whatever came from a file.

    Parameters
    ----------
    name : str
        What errors call the values.
    values : array-like
        Numbers, of any shape.

    Returns
    -------
    ndarray, float64
        The numbers.

    Raises
    ------
    InvalidArgumentError
        If they are no numbers, too large for any, or rows of different lengths.

    Examples
    --------
    >>> array_of_numbers("widths", [[1, 2]]).tolist()
    [[1.0, 2.0]]
    """
    try:
        return np.asarray(values).astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidArgumentError(name, "an array of numbers", str(error)) from error


def frozen_array(name: str, values: object, dtype: type[np.generic], shape: tuple[int, ...]) -> AnyArray:
    """Return values as a read-only array of a type and shape.

    Parameters
    ----------
    name : str
        What errors call the values.
    values : array-like
        Numbers.
    dtype : type
        Type of the array; numbers that it cannot hold are refused, but for rounding to float32.
    shape : tuple of int
        Shape of the array.

    Returns
    -------
    ndarray
        A read-only copy.

    Raises
    ------
    InvalidArgumentError
        If the shape is another, or numbers are not finite or do not fit the type.

    Examples
    --------
    >>> frozen_array("widths", [1, 2], np.int16, (2,)).flags.writeable
    False
    """
    numbers = array_of_numbers(name, values)
    if numbers.size == 0 and 0 in shape:
        numbers = numbers.reshape(shape)
    if numbers.shape != shape:
        raise InvalidArgumentError(name, f"shape {shape}", f"shape {numbers.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        array: AnyArray = numbers.astype(dtype)
    exact = np.issubdtype(dtype, np.floating) or np.array_equal(array, numbers)
    if not np.isfinite(numbers).all() or not np.isfinite(array).all() or not exact:
        worst = numbers.flat[int(np.argmax(np.abs(np.nan_to_num(numbers, nan=np.inf))))]
        raise InvalidArgumentError(name, f"finite numbers that {np.dtype(dtype)} holds", f"{worst:g}")
    array.flags.writeable = False
    return array
