"""The inner loops of the sliding window, compiled by Numba: every window of one scale through all stages.

The loops are written out: handing arrays on to functions makes Numba count references at every feature, which
takes ten times as long as the features do.

Numbers are added up in the order and precision of OpenCV 4, so that both decide alike on every window: values
of features in float32, sums of leaves in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import FloatArray
from lamplit.core.extras import require
from lamplit.faces.window_plan import Trees

_numba = require("numba", extra="train", purpose="the fast sliding window")

_Sums: TypeAlias = NDArray[np.int32]
_Places: TypeAlias = NDArray[np.uint32]
_Limits: TypeAlias = tuple[float, float]
_Function = TypeVar("_Function", bound=Callable[..., object])


def _compiled(function: _Function) -> _Function:
    """Compile a kernel when it is first called, and keep it for later processes."""
    kernel: _Function = _numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return kernel


class Grid(NamedTuple):
    """Where windows stand in the integral images of one scale.

    `sums` and `squares` are flat, `stride` numbers to a row; windows begin in the first `rows` and `columns`,
    every `step` pixels. `rim` holds the corners of the part that brightness is normalised over, `area` its
    size; a window passes where `area` over its root is below `flattest`: 1 over its standard deviation.
    """

    sums: NDArray[np.int32]
    squares: NDArray[np.int32]
    stride: int
    rows: int
    columns: int
    step: int
    rim: NDArray[np.uint32]
    area: float
    flattest: float


class Nodes(NamedTuple):
    """The features in the order in which nodes look at them.

    `places` (M, 12) or (M, 16) are corners in the integral image; `weights` (M, 3) belong to Haar-like
    features and are empty for local binary patterns.
    """

    places: NDArray[np.uint32]
    weights: FloatArray


class Found(NamedTuple):
    """Room for the windows that pass: column, row and the sum of the last stage of each."""

    x: NDArray[np.int32]
    y: NDArray[np.int32]
    sums: NDArray[np.float64]


@_compiled
def _sum(a: np.int32, b: np.int32, c: np.int32, d: np.int32) -> np.float32:
    """Return the sum over a rectangle from its corners; whatever overflowed there cancels out."""
    return np.float32(np.int32(a - b - c + d))


@_compiled
def _block(s: _Sums, base: np.uint64, p: _Places, i: np.uint64, k: int) -> np.int32:
    """Return the sum over the block whose upper left corner is one of a node's sixteen."""
    return np.int32(s[base + p[i, k]] - s[base + p[i, k + 1]] - s[base + p[i, k + 4]] + s[base + p[i, k + 5]])


@_compiled
def _pattern(s: _Sums, base: np.uint64, p: _Places, i: np.uint64) -> np.uint64:
    """Return a node's local binary pattern: clockwise from the upper left block, the first bit highest."""
    centre = _block(s, base, p, i, 5)
    return np.uint64(
        (128 if _block(s, base, p, i, 0) >= centre else 0)
        | (64 if _block(s, base, p, i, 1) >= centre else 0)
        | (32 if _block(s, base, p, i, 2) >= centre else 0)
        | (16 if _block(s, base, p, i, 6) >= centre else 0)
        | (8 if _block(s, base, p, i, 10) >= centre else 0)
        | (4 if _block(s, base, p, i, 9) >= centre else 0)
        | (2 if _block(s, base, p, i, 8) >= centre else 0)
        | (1 if _block(s, base, p, i, 4) >= centre else 0)
    )


@_compiled
def _scale_of(s: _Sums, q: _Sums, base: np.uint64, r: NDArray[np.uint32], limits: _Limits) -> np.float32:
    """Return what values are multiplied by in a window; 0 where it is too even to hold anything."""
    area, flattest = limits
    total = np.int32(s[base + r[0]] - s[base + r[1]] - s[base + r[2]] + s[base + r[3]])
    squares = np.uint32(q[base + r[0]] - q[base + r[1]] - q[base + r[2]] + q[base + r[3]])
    spread = area * np.float64(squares) - np.float64(total) * np.float64(total)
    scale = np.float32(0.0)
    if spread > 0.0:
        scale = np.float32(1.0 / math.sqrt(spread))
        if not area * np.float64(scale) < flattest:
            scale = np.float32(0.0)
    return scale


@_compiled
def stump_windows(grid: Grid, trees: Trees, nodes: Nodes, found: Found) -> int:
    """Write the windows that pass stumps over Haar-like features to `found`, and return their number.

    Every tree is one node, and its first leaf is the left one.
    """
    sums, squares, rim, limits = grid.sums, grid.squares, grid.rim, (grid.area, grid.flattest)
    rows, columns, step, stride = grid.rows, grid.columns, grid.step, grid.stride
    places, weights = nodes.places, nodes.weights
    first, lowest, split, leaves = trees.first, trees.lowest, trees.split, trees.leaves
    n_stages, n_found = len(lowest), 0
    for y in range(0, rows, step):
        x = 0
        while x < columns:
            base = np.uint64(y * stride + x)
            x += step
            scale = _scale_of(sums, squares, base, rim, limits)
            if scale == 0:
                continue
            stage, total = 0, 0.0
            while stage < n_stages:
                total = 0.0
                for tree in range(first[stage], first[stage + 1]):
                    i = np.uint64(tree)
                    a, b = sums[base + places[i, 0]], sums[base + places[i, 1]]
                    c, d = sums[base + places[i, 2]], sums[base + places[i, 3]]
                    value = weights[i, 0] * _sum(a, b, c, d)
                    a, b = sums[base + places[i, 4]], sums[base + places[i, 5]]
                    c, d = sums[base + places[i, 6]], sums[base + places[i, 7]]
                    value += weights[i, 1] * _sum(a, b, c, d)
                    if weights[i, 2] != 0:
                        a, b = sums[base + places[i, 8]], sums[base + places[i, 9]]
                        c, d = sums[base + places[i, 10]], sums[base + places[i, 11]]
                        value += weights[i, 2] * _sum(a, b, c, d)
                    value *= scale
                    total += leaves[i + i] if value < split[i] else leaves[i + i + np.uint64(1)]
                if total < lowest[stage]:
                    break
                stage += 1
            if stage == n_stages:
                found.x[n_found], found.y[n_found], found.sums[n_found] = x - step, y, total
                n_found += 1
            elif stage == 0:
                x += step  # what fails at once has a neighbour that is not looked at
    return n_found


@_compiled
def tree_windows(grid: Grid, trees: Trees, nodes: Nodes, found: Found) -> int:
    """Write the windows that pass trees over Haar-like features to `found`, and return their number."""
    sums, squares, rim, limits = grid.sums, grid.squares, grid.rim, (grid.area, grid.flattest)
    rows, columns, step, stride = grid.rows, grid.columns, grid.step, grid.stride
    places, weights = nodes.places, nodes.weights
    first, lowest, node_at = trees.first, trees.lowest, trees.node_at
    left, right, split, leaves = trees.left, trees.right, trees.split, trees.leaves
    n_stages, n_found = len(lowest), 0
    for y in range(0, rows, step):
        x = 0
        while x < columns:
            base = np.uint64(y * stride + x)
            x += step
            scale = _scale_of(sums, squares, base, rim, limits)
            if scale == 0:
                continue
            stage, total = 0, 0.0
            while stage < n_stages:
                total = 0.0
                for tree in range(first[stage], first[stage + 1]):
                    node, root = 1, node_at[tree]
                    i = np.uint64(root)
                    while node > 0:
                        a, b = sums[base + places[i, 0]], sums[base + places[i, 1]]
                        c, d = sums[base + places[i, 2]], sums[base + places[i, 3]]
                        value = weights[i, 0] * _sum(a, b, c, d)
                        a, b = sums[base + places[i, 4]], sums[base + places[i, 5]]
                        c, d = sums[base + places[i, 6]], sums[base + places[i, 7]]
                        value += weights[i, 1] * _sum(a, b, c, d)
                        if weights[i, 2] != 0:
                            a, b = sums[base + places[i, 8]], sums[base + places[i, 9]]
                            c, d = sums[base + places[i, 10]], sums[base + places[i, 11]]
                            value += weights[i, 2] * _sum(a, b, c, d)
                        value *= scale
                        node = left[i] if value < split[i] else right[i]
                        i = np.uint64(root + node)
                    total += leaves[np.uint64(root + tree - node)]
                if total < lowest[stage]:
                    break
                stage += 1
            if stage == n_stages:
                found.x[n_found], found.y[n_found], found.sums[n_found] = x - step, y, total
                n_found += 1
            elif stage == 0:
                x += step  # what fails at once has a neighbour that is not looked at
    return n_found


@_compiled
def lbp_windows(grid: Grid, trees: Trees, nodes: Nodes, found: Found) -> int:
    """Write the windows that pass trees over local binary patterns to `found`, and return their number."""
    sums, places, first, lowest, node_at = grid.sums, nodes.places, trees.first, trees.lowest, trees.node_at
    left, right, split, leaves = trees.left, trees.right, trees.split, trees.leaves
    rows, columns, step, stride = grid.rows, grid.columns, grid.step, grid.stride
    n_stages, n_found = len(lowest), 0
    for y in range(0, rows, step):
        x = 0
        while x < columns:
            base = np.uint64(y * stride + x)
            x += step
            stage, total = 0, 0.0
            while stage < n_stages:
                total = 0.0
                for tree in range(first[stage], first[stage + 1]):
                    node, root = 1, node_at[tree]
                    i = np.uint64(root)
                    while node > 0:
                        code = _pattern(sums, base, places, i)
                        word = split[i, code >> np.uint64(5)] >> np.int32(code & np.uint64(31))
                        node = left[i] if word & 1 else right[i]
                        i = np.uint64(root + node)
                    total += leaves[np.uint64(root + tree - node)]
                if total < lowest[stage]:
                    break
                stage += 1
            if stage == n_stages:
                found.x[n_found], found.y[n_found], found.sums[n_found] = x - step, y, total
                n_found += 1
            elif stage == 0:
                x += step  # what fails at once has a neighbour that is not looked at
    return n_found
