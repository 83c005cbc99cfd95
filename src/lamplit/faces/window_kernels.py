"""The inner loops of the sliding window, compiled by Numba: every window of one scale through all stages.

Numbers are added up in the order and precision of OpenCV 4, so that both decide alike on every window: values
of features in float32, sums of leaves in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.extras import require
from lamplit.faces.window_plan import Trees

_numba = require("numba", extra="train", purpose="the fast sliding window")

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
def _scale_of(grid: Grid, base: np.uint64) -> np.float32:
    """Return what values are multiplied by in this window; 0 where it is too even to hold anything."""
    s, q, r = grid.sums, grid.squares, grid.rim
    total = np.int32(s[base + r[0]] - s[base + r[1]] - s[base + r[2]] + s[base + r[3]])
    squares = np.uint32(q[base + r[0]] - q[base + r[1]] - q[base + r[2]] + q[base + r[3]])
    spread = grid.area * np.float64(squares) - np.float64(total) * np.float64(total)
    if not spread > 0.0:
        return np.float32(0.0)
    scale = np.float32(1.0 / math.sqrt(spread))
    return scale if grid.area * np.float64(scale) < grid.flattest else np.float32(0.0)


@_compiled
def _rectangle(s: NDArray[np.int32], base: np.uint64, p: NDArray[np.uint32], at: tuple[np.uint64, int]) -> np.int32:
    """Return the sum over a rectangle of a node; whatever overflowed in the integral image cancels out."""
    i, k = at
    return np.int32(s[base + p[i, k]] - s[base + p[i, k + 1]] - s[base + p[i, k + 2]] + s[base + p[i, k + 3]])


@_compiled
def _haar_value(sums: NDArray[np.int32], base: np.uint64, nodes: Nodes, i: np.uint64) -> np.float32:
    """Return the value of a node's Haar-like feature in a window, before normalisation."""
    p, w = nodes.places, nodes.weights
    value = w[i, 0] * np.float32(_rectangle(sums, base, p, (i, 0)))
    value += w[i, 1] * np.float32(_rectangle(sums, base, p, (i, 4)))
    if w[i, 2] != 0:
        value += w[i, 2] * np.float32(_rectangle(sums, base, p, (i, 8)))
    return np.float32(value)


@_compiled
def _block(s: NDArray[np.int32], base: np.uint64, p: NDArray[np.uint32], at: tuple[np.uint64, int]) -> np.int32:
    """Return the sum over the block whose upper left corner is one of a node's sixteen."""
    i, k = at
    return np.int32(s[base + p[i, k]] - s[base + p[i, k + 1]] - s[base + p[i, k + 4]] + s[base + p[i, k + 5]])


@_compiled
def _pattern(sums: NDArray[np.int32], base: np.uint64, p: NDArray[np.uint32], i: np.uint64) -> int:
    """Return a node's local binary pattern: clockwise from the upper left block, the first bit highest."""
    centre = _block(sums, base, p, (i, 5))
    code = 0
    for corner in (0, 1, 2, 6, 10, 9, 8, 4):
        code = 2 * code + (1 if _block(sums, base, p, (i, corner)) >= centre else 0)
    return code


@_compiled
def _stump_stage(trees: Trees, nodes: Nodes, grid: Grid, at: tuple[np.uint64, np.float32, int]) -> float:
    """Return the sum of a stage of stumps over Haar-like features, whose first leaf is the left one."""
    base, scale, stage = at
    total = 0.0
    for tree in range(trees.first[stage], trees.first[stage + 1]):
        i = np.uint64(tree)
        value = _haar_value(grid.sums, base, nodes, i) * scale
        leaf = np.uint64(2 * tree) + np.uint64(0 if value < trees.split[i] else 1)
        total += trees.leaves[leaf]
    return total


@_compiled
def _tree_stage(trees: Trees, nodes: Nodes, grid: Grid, at: tuple[np.uint64, np.float32, int]) -> float:
    """Return the sum of the leaves that a window reaches in a stage of trees over Haar-like features."""
    base, scale, stage = at
    total = 0.0
    for tree in range(trees.first[stage], trees.first[stage + 1]):
        root = trees.node_at[tree]
        node = 0
        while True:
            i = np.uint64(root + node)
            value = _haar_value(grid.sums, base, nodes, i) * scale
            node = trees.left[i] if value < trees.split[i] else trees.right[i]
            if node <= 0:
                break
        total += trees.leaves[np.uint64(root + tree - node)]
    return total


@_compiled
def _pattern_stage(trees: Trees, nodes: Nodes, grid: Grid, at: tuple[np.uint64, int]) -> float:
    """Return the sum of the leaves that a window reaches in a stage of trees over local binary patterns."""
    base, stage = at
    total = 0.0
    for tree in range(trees.first[stage], trees.first[stage + 1]):
        root = trees.node_at[tree]
        node = 0
        while True:
            i = np.uint64(root + node)
            code = _pattern(grid.sums, base, nodes.places, i)
            goes_left = (trees.split[i, code >> 5] >> (code & 31)) & 1
            node = trees.left[i] if goes_left else trees.right[i]
            if node <= 0:
                break
        total += trees.leaves[np.uint64(root + tree - node)]
    return total


@_compiled
def haar_windows(grid: Grid, trees: Trees, nodes: Nodes, found: Found) -> int:
    """Write the windows that pass trees over Haar-like features to `found`, and return their number."""
    n_stages, n_found = len(trees.lowest), 0
    stumps = len(trees.left) + 1 == len(trees.node_at)
    for y in range(0, grid.rows, grid.step):
        x = 0
        while x < grid.columns:
            base = np.uint64(y * grid.stride + x)
            x += grid.step
            scale = _scale_of(grid, base)
            if scale == 0:
                continue
            stage, total = 0, 0.0
            while stage < n_stages:
                at = (base, scale, stage)
                total = _stump_stage(trees, nodes, grid, at) if stumps else _tree_stage(trees, nodes, grid, at)
                if total < trees.lowest[stage]:
                    break
                stage += 1
            if stage == n_stages:
                found.x[n_found], found.y[n_found], found.sums[n_found] = x - grid.step, y, total
                n_found += 1
            elif stage == 0:
                x += grid.step  # what fails at once has a neighbour that is not looked at
    return n_found


@_compiled
def lbp_windows(grid: Grid, trees: Trees, nodes: Nodes, found: Found) -> int:
    """Write the windows that pass trees over local binary patterns to `found`, and return their number."""
    n_stages, n_found = len(trees.lowest), 0
    for y in range(0, grid.rows, grid.step):
        x = 0
        while x < grid.columns:
            base = np.uint64(y * grid.stride + x)
            x += grid.step
            stage, total = 0, 0.0
            while stage < n_stages:
                total = _pattern_stage(trees, nodes, grid, (base, stage))
                if total < trees.lowest[stage]:
                    break
                stage += 1
            if stage == n_stages:
                found.x[n_found], found.y[n_found], found.sums[n_found] = x - grid.step, y, total
                n_found += 1
            elif stage == 0:
                x += grid.step  # what fails at once has a neighbour that is not looked at
    return n_found
