"""Cascades that nobody trained, for tests of what carries and runs them."""

from __future__ import annotations

import numpy as np

from lamplit.boosting import BoostedCascade, CascadeStage, HaarRectangles, LBPRectangles


def haar_features(rng: np.random.Generator, n: int, window: tuple[int, int]) -> HaarRectangles:
    """Upright and tilted features of two or three rectangles, anywhere in the window, that cancel out."""
    rectangles, weights, tilted = np.zeros((n, 3, 4)), np.zeros((n, 3)), rng.random(n) < 0.4
    for i in range(n):
        used = 2 + int(rng.random() < 0.5)
        for k in range(used):
            rectangles[i, k] = rectangle(rng, window, tilted=bool(tilted[i]))
        areas = rectangles[i, :used, 2] * rectangles[i, :used, 3]
        weights[i, :used] = [-1.0, *(areas[0] / areas[1:] / (used - 1))]
    return HaarRectangles(rectangles, weights, tilted)


def rectangle(rng: np.random.Generator, window: tuple[int, int], *, tilted: bool) -> list[int]:
    """Anything that lies in the window."""
    while True:
        x, w = (int(rng.integers(low, window[1])) for low in (0, 1))
        y, h = (int(rng.integers(low, window[0])) for low in (0, 1))
        left, bottom = (x - h, y + w + h) if tilted else (x, y + h)
        if left >= 0 and x + w <= window[1] and bottom <= window[0]:
            return [x, y, w, h]


def lbp_features(rng: np.random.Generator, n: int, window: tuple[int, int]) -> LBPRectangles:
    """Patterns of blocks of any size, anywhere in the window."""
    w, h = rng.integers(1, window[1] // 3, n), rng.integers(1, window[0] // 3, n)
    x, y = rng.integers(0, window[1] - 3 * w + 1), rng.integers(0, window[0] - 3 * h + 1)
    return LBPRectangles(np.stack([x, y, w, h], axis=1))


def random_stage(rng: np.random.Generator, *, kind: str, n_features: int, size: int) -> CascadeStage:
    """A stage that about half of all windows pass: seven trees of `size` nodes, 1 or 3."""
    left, right = ([0], [-1]) if size == 1 else ([1, 2, -2], [0, -1, -3])
    m = 7 * size
    return CascadeStage(
        threshold=-0.3,
        sizes=[size] * 7,
        left=np.resize(left, m),
        right=np.resize(right, m),
        feature=rng.integers(0, n_features, m),
        split=rng.integers(-(2**31), 2**31, (m, 8)) if kind == "lbp" else rng.normal(0, 0.05, m),
        leaves=rng.normal(size=m + 7),
    )


def untrained_cascade(
    kind: str, *, size: int = 1, seed: int = 0, window: tuple[int, int] = (24, 20)
) -> BoostedCascade:
    """A cascade of three stages, of `size` nodes a tree (1 or 3)."""
    rng = np.random.default_rng(seed)
    features = haar_features(rng, 12, window) if kind == "haar" else lbp_features(rng, 12, window)
    stages = [random_stage(rng, kind=kind, n_features=12, size=size) for _ in range(3)]
    return BoostedCascade(window, features, stages)
