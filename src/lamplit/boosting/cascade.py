"""Strong classifiers in a cascade: what a window has to pass, stage by stage, to be taken for a face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from lamplit.boosting.cascade_features import (
    HaarRectangles,
    LBPRectangles,
    array_of_numbers,
    frozen_array,
)
from lamplit.core.arrays import AnyArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.errors import InvalidArgumentError

SUBSET_WORDS = 8
"""32-bit words that hold which of the 256 local binary patterns go left."""

SMALLEST_SIDE = 4
"""Pixels that a window must have at least: without its rim, at least two are left to normalise by."""

LARGEST_SIDE = 1024
"""Pixels that a side of the window may have at most."""


@dataclass(frozen=True, eq=False)
class CascadeStage:
    """A strong classifier: trees whose leaf values are added up, and the sum that a window must reach.

    Parameters
    ----------
    threshold : float
        What the sum must reach, but for 1e-5 that OpenCV allows for rounding.
    sizes : array-like of shape (T,), int32
        Number of inner nodes of each tree, at least 1; the arrays below hold the trees one after the other.
    left, right : array-like of shape (M,), int32
        Where a window goes from a node: the number of a later node of the same tree where positive, else the
        tree's leaf of that number without its sign.
    feature : array-like of shape (M,), int32
        The feature that the node looks at.
    split : array-like of shape (M,) float32 or (M, 8) int32
        Haar-like: a value below it goes left. Local binary patterns: the pattern p goes left where bit
        p % 32 of word p // 32 is set.
    leaves : array-like of shape (M + T,), float32
        Leaf values; each tree has one more than it has nodes.

    Raises
    ------
    InvalidArgumentError
        If the arrays do not describe such trees.

    Examples
    --------
    >>> stage = CascadeStage(0.5, [1], [0], [-1], [0], [12.0], [-1.0, 1.0])
    >>> stage.n_trees, stage.is_of_stumps
    (1, True)
    """

    threshold: float
    sizes: AnyArray
    left: AnyArray
    right: AnyArray
    feature: AnyArray
    split: AnyArray
    leaves: AnyArray

    def __post_init__(self) -> None:
        check_number("threshold", self.threshold, above=-1e30, below=1e30)
        object.__setattr__(self, "threshold", float(np.float32(self.threshold)))
        self._freeze("sizes", np.int32, (np.atleast_1d(array_of_numbers("sizes", self.sizes)).size,))
        if not len(self.sizes) or self.sizes.min() < 1 or self.sizes.max() > np.iinfo(np.int16).max:
            raise InvalidArgumentError("sizes", "at least one tree, of at least one node each", "another")
        n_nodes = int(self.sizes.sum())
        for name in ("left", "right", "feature"):
            self._freeze(name, np.int32, (n_nodes,))
        if array_of_numbers("split", self.split).ndim == 2:
            self._freeze("split", np.int32, (n_nodes, SUBSET_WORDS))
        else:
            self._freeze("split", np.float32, (n_nodes,))
        self._freeze("leaves", np.float32, (n_nodes + len(self.sizes),))
        self._check_trees()

    def _freeze(self, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> None:
        """Replace a field by an array of its own that nobody can change."""
        object.__setattr__(self, name, frozen_array(name, getattr(self, name), dtype, shape))

    def _check_trees(self) -> None:
        """Refuse nodes that lead out of their tree or back: looking at a window must come to an end."""
        size = np.repeat(self.sizes, self.sizes)  # (M,)
        own = np.arange(len(size)) - np.repeat(np.cumsum(self.sizes) - self.sizes, self.sizes)  # (M,)
        for name, child in (("left", self.left), ("right", self.right)):
            if ((child > 0) & ((child <= own) | (child >= size)) | (child < -size)).any():
                required = "later nodes or leaves of the same tree"
                raise InvalidArgumentError(name, required, "a node that leads elsewhere")
        if self.feature.min() < 0:
            raise InvalidArgumentError("feature", "numbers of at least 0", str(int(self.feature.min())))

    @property
    def n_trees(self) -> int:
        """Number of weak classifiers."""
        return len(self.sizes)

    @property
    def is_of_stumps(self) -> bool:
        """Whether every tree has a single node."""
        return bool(self.sizes.max() == 1)

    def parts(self) -> list[tuple[slice, slice]]:
        """Return where the nodes and the leaves of each tree stand in the arrays."""
        edges = [0, *np.cumsum(self.sizes).tolist()]
        return [(slice(a, b), slice(a + i, b + i + 1)) for i, (a, b) in enumerate(pairwise(edges))]


@dataclass(frozen=True, eq=False)
class BoostedCascade:
    """Strong classifiers one after the other, each of which sends away most of what is no face.

    Parameters
    ----------
    window : (int, int)
        Height and width in pixels that the features are laid out for.
    features : HaarRectangles or LBPRectangles
        What the nodes of all stages look at.
    stages : sequence of CascadeStage
        In the order in which a window meets them; at least one.

    Raises
    ------
    InvalidArgumentError
        If a feature leaves the window, or a node looks at a feature that is not there or of another kind.

    References
    ----------
    Viola, Jones (2004), doi:10.1023/B:VISI.0000013087.49260.fb; Jiang (2023), the section on strong
    classifiers in a cascade.

    Examples
    --------
    >>> edge = HaarRectangles([[[2, 2, 8, 4], [2, 4, 8, 2], [0, 0, 0, 0]]], [[-1, 2, 0]], [False])
    >>> stage = CascadeStage(0.5, [1], [0], [-1], [0], [0.1], [-1.0, 1.0])
    >>> cascade = BoostedCascade((12, 12), edge, [stage])
    >>> cascade.kind, cascade.n_trees
    ('haar', 1)
    """

    window: tuple[int, int]
    features: HaarRectangles | LBPRectangles
    stages: Sequence[CascadeStage]

    def __post_init__(self) -> None:
        height, width = self._checked_window()
        object.__setattr__(self, "window", (height, width))
        object.__setattr__(self, "stages", tuple(self.stages))
        if not isinstance(self.features, HaarRectangles | LBPRectangles):
            raise InvalidArgumentError(
                "features", "HaarRectangles or LBPRectangles", type(self.features).__name__
            )
        outside = np.flatnonzero(self.features.outside(height, width))
        if len(outside):
            required = f"features within {height} x {width} pixels"
            raise InvalidArgumentError("features", required, f"number {outside[0]} beyond them")
        if not self.stages:
            raise InvalidArgumentError("stages", "at least one stage", "none")
        for number, stage in enumerate(self.stages):
            self._check_stage(number, stage)

    def _checked_window(self) -> tuple[int, int]:
        """Return height and width."""
        sides: Any = self.window
        if not isinstance(sides, Sequence) or isinstance(sides, str) or len(sides) != 2:
            raise InvalidArgumentError("window", "height and width", repr(sides))
        height, width = (check_integer("window", s, low=SMALLEST_SIDE, high=LARGEST_SIDE) for s in sides)
        return height, width

    def _check_stage(self, number: int, stage: CascadeStage) -> None:
        """Refuse a stage that does not fit the features."""
        subject = f"stage {number}"
        if not isinstance(stage, CascadeStage):
            raise InvalidArgumentError(subject, "a CascadeStage", type(stage).__name__)
        if (stage.split.ndim == 2) != (self.kind == "lbp"):
            required = "subsets of patterns" if self.kind == "lbp" else "thresholds"
            raise InvalidArgumentError(subject, f"{required} as {self.kind} features need", "the other")
        if stage.feature.max() >= len(self.features):
            required = f"features below {len(self.features)}"
            raise InvalidArgumentError(subject, required, str(int(stage.feature.max())))

    @property
    def kind(self) -> str:
        """What the features are: "haar" or "lbp"."""
        return self.features.kind

    @property
    def n_trees(self) -> int:
        """Number of weak classifiers in all stages."""
        return sum(stage.n_trees for stage in self.stages)

    @property
    def is_of_stumps(self) -> bool:
        """Whether every tree of every stage has a single node."""
        return all(stage.is_of_stumps for stage in self.stages)
