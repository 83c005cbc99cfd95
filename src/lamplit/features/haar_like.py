"""Haar-like features: differences between the sums of neighbouring rectangles, upright or tilted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError

_Part: TypeAlias = tuple[int, int, int, int, float]
"""A rectangle in cells of the family, x, y, width, height, and its weight."""

# Each family: its cells across and down, and its rectangles; the whole counts -1, so that parts are doubled.
_UPRIGHT: dict[str, tuple[int, int, tuple[_Part, ...]]] = {
    "two-x": (2, 1, ((0, 0, 2, 1, -1), (1, 0, 1, 1, 2))),
    "two-y": (1, 2, ((0, 0, 1, 2, -1), (0, 1, 1, 1, 2))),
    "three-x": (3, 1, ((0, 0, 3, 1, -1), (1, 0, 1, 1, 3))),
    "three-y": (1, 3, ((0, 0, 1, 3, -1), (0, 1, 1, 1, 3))),
    "four": (2, 2, ((0, 0, 2, 2, -1), (1, 0, 1, 1, 2), (0, 1, 1, 1, 2))),
}
_TILTED = {f"{name}-tilted": parts for name, parts in _UPRIGHT.items()}

UPRIGHT_FAMILIES = tuple(_UPRIGHT)
"""Two and three rectangles side by side (x) or one above the other (y), and four as a checkerboard."""

HAAR_FAMILIES = UPRIGHT_FAMILIES + tuple(_TILTED)
"""The same turned by 45 degrees as well."""


@dataclass(frozen=True, slots=True, eq=False)
class HaarFeatures:
    """Haar-like features of a window, in OpenCV's form: up to three weighted rectangles each.

    Parameters
    ----------
    window : tuple of int
        Height and width of the window in pixels.
    rectangles : ndarray of shape (N, 3, 4), int16
        x, y, width and height in pixels; unused ones are 0. A tilted rectangle has its top corner at (x, y)
        and goes `width` pixels down to the right and `height` down to the left.
    weights : ndarray of shape (N, 3), float32
        Factor on the sum of each rectangle; 0 for unused ones.
    tilted : ndarray of shape (N,), bool
        Whether a feature's rectangles are turned by 45 degrees.

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit or a rectangle leaves the window.

    Examples
    --------
    >>> features = haar_like_features((4, 4), families=["two-x"])
    >>> len(features), features[:1].rectangles[0, :2].tolist(), features[:1].weights[0].tolist()
    (40, [[0, 0, 2, 1], [1, 0, 1, 1]], [-1.0, 2.0, 0.0])
    """

    window: tuple[int, int]
    rectangles: AnyArray
    weights: FloatArray
    tilted: AnyArray

    def __post_init__(self) -> None:
        n = len(self.rectangles)
        shapes = [np.shape(a) for a in (self.rectangles, self.weights, self.tilted)]
        if shapes != [(n, 3, 4), (n, 3), (n,)]:
            raise InvalidArgumentError("rectangles", "shapes (N, 3, 4), (N, 3) and (N,)", str(shapes))
        outside = self._outside()
        if outside.any():
            number = int(np.flatnonzero(outside)[0])
            rectangles = self.rectangles[number].tolist()
            height, width = self.window
            required = f"rectangles inside a window of {height} x {width}"
            raise InvalidArgumentError("rectangles", required, f"{rectangles} as feature {number}")

    def __len__(self) -> int:
        return len(self.rectangles)

    def __getitem__(self, which: slice | AnyArray) -> HaarFeatures:
        """Return some of the features, by a slice or an array of numbers."""
        return HaarFeatures(self.window, self.rectangles[which], self.weights[which], self.tilted[which])

    def _outside(self) -> AnyArray:
        """Tell which features leave the window, (N,) bool."""
        x, y, across, down = np.moveaxis(self.rectangles.astype(np.int64), 2, 0)  # (N, 3) each
        tilted = self.tilted[:, np.newaxis]
        low = np.where(tilted, x - down, x)
        right, bottom = x + across, y + down + np.where(tilted, across, 0)
        wrong = (low < 0) | (y < 0) | (across < 0) | (down < 0)
        wrong |= (right > self.window[1]) | (bottom > self.window[0])
        outside: AnyArray = (wrong & (self.weights != 0)).any(axis=1)
        return outside


def haar_like_features(
    window: tuple[int, int] | int,
    *,
    families: Iterable[str] = HAAR_FAMILIES,
    step: int = 1,
    balanced: bool = True,
) -> HaarFeatures:
    """List all Haar-like features of a window.

    Parameters
    ----------
    window : tuple of int, or int
        Height and width in pixels, at least 2; one number for a square.
    families : iterable of str
        Which of `HAAR_FAMILIES`.
    step : int
        Places and sizes of the cells go up by this many pixels.
    balanced : bool
        Whether the middle one of three rectangles counts as much as both others together, so that an even
        surface gives 0 whatever its brightness. Without, sums are subtracted as they are: the paper's
        features, and scikit-image's.

    Returns
    -------
    HaarFeatures
        Family by family; within each by y, x, height and width.

    Raises
    ------
    InvalidArgumentError
        If there is no such family or a number is too small.

    Notes
    -----
    A window of 24 x 24 has 162,336 upright features, as in the paper and in scikit-image.

    References
    ----------
    Viola, Jones (2004), doi:10.1023/B:VISI.0000013087.49260.fb; Lienhart, Maydt (2002),
    doi:10.1109/ICIP.2002.1038171.

    Examples
    --------
    >>> len(haar_like_features(24, families=UPRIGHT_FAMILIES)), len(haar_like_features(24))
    (162336, 208822)
    """
    size = (window, window) if isinstance(window, int) else window
    height, width = (check_integer("window", side, low=2, high=1 << 14) for side in size)
    check_integer("step", step, low=1)
    found = [_family(name, (height, width), step, balanced=balanced) for name in families]
    if not found:
        raise InvalidArgumentError("families", f"some of {list(HAAR_FAMILIES)}", "none")
    return HaarFeatures(
        (height, width),
        np.concatenate([rectangles for rectangles, _, _ in found]),
        np.concatenate([weights for _, weights, _ in found]),
        np.concatenate([tilted for _, _, tilted in found]),
    )


def _family(
    name: str, window: tuple[int, int], step: int, *, balanced: bool
) -> tuple[AnyArray, FloatArray, AnyArray]:
    """Return rectangles, weights and tilt of all features of a family."""
    if name not in HAAR_FAMILIES:
        raise InvalidArgumentError("families", f"some of {list(HAAR_FAMILIES)}", repr(name))
    tilted = name in _TILTED
    across, down, parts = (_TILTED if tilted else _UPRIGHT)[name]
    blocks = [
        place
        for size in _sizes(window, across, down, step)
        if len(place := _places(window, size, (across, down), step, tilted=tilted))
    ]
    cells = (
        np.concatenate(blocks) if blocks else np.zeros((0, 4), np.int64)
    )  # (N, 4): x, y, cell width, height
    cells = cells[np.lexsort((cells[:, 2], cells[:, 3], cells[:, 0], cells[:, 1]))]
    rectangles = np.zeros((len(cells), 3, 4), np.int16)
    weights = np.zeros((len(cells), 3), np.float32)
    for number, (x, y, w, h, weight) in enumerate(parts):
        rectangles[:, number] = _rectangle(cells, (x, y, w, h), tilted=tilted)
        weights[:, number] = weight if balanced or weight < 0 else 2
    return rectangles, weights, np.full(len(cells), tilted)


def _sizes(window: tuple[int, int], across: int, down: int, step: int) -> Iterator[tuple[int, int]]:
    """Yield width and height of the cells that can fit at all."""
    for cell_height in range(step, window[0] // down + 1, step):
        for cell_width in range(step, window[1] // across + 1, step):
            yield cell_width, cell_height


def _places(
    window: tuple[int, int], cell: tuple[int, int], cells: tuple[int, int], step: int, *, tilted: bool
) -> AnyArray:
    """Return x, y and the size of the cell, (n, 4), wherever such a feature lies in the window."""
    across, down = cell[0] * cells[0], cell[1] * cells[1]
    first, reach, tall = (down, across, across + down) if tilted else (0, across, down)
    columns = np.arange(-(-first // step) * step, window[1] - reach + 1, step)
    rows = np.arange(0, window[0] - tall + 1, step)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    return np.stack([x.ravel(), y.ravel(), np.full(x.size, cell[0]), np.full(x.size, cell[1])], axis=1)


def _rectangle(cells: AnyArray, part: tuple[int, int, int, int], *, tilted: bool) -> AnyArray:
    """Return x, y, width and height of one part of each feature, (N, 4)."""
    left, top, width, height = cells.T
    right, lower = part[0] * width, part[1] * height  # how far the part is moved along the two sides
    x, y = (left + right - lower, top + right + lower) if tilted else (left + right, top + lower)
    return np.stack([x, y, part[2] * width, part[3] * height], axis=1)
