"""Local binary patterns of a face as one row of numbers: circles, classes, blocks, joined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.errors import InvalidArgumentError
from lamplit.features.block_histograms import block_histograms
from lamplit.features.local_binary_pattern import MOST_POINTS, local_binary_pattern
from lamplit.features.pattern_classes import rotation_invariant_uniform_patterns, uniform_patterns

Circle = tuple[int, float]
"""Points and radius in pixels."""


@dataclass(frozen=True, slots=True)
class _Mapping:
    """How patterns become classes, and how many there are of a number of points."""

    classes: Callable[..., NDArray[Any]]
    n_classes: Callable[[int], int]


MAPPINGS = {
    "uniform": _Mapping(uniform_patterns, lambda points: points * (points - 1) + 3),
    "rotation-invariant-uniform": _Mapping(rotation_invariant_uniform_patterns, lambda points: points + 2),
}
"""Ways to map patterns to few classes."""


@dataclass(frozen=True, slots=True)
class LBPExtractor:
    """Describe faces by histograms of local binary patterns, of one or several scales.

    Parameters
    ----------
    circles : tuple of (int, float)
        Points and radius in pixels of each scale, as (8, 1.0).
    mapping : str
        "uniform" keeps the direction of an edge, "rotation-invariant-uniform" forgets it.
    block : int
        Side of a block in pixels. Rows and columns beyond the last whole block are left out.

    Raises
    ------
    InvalidArgumentError
        If a setting is out of range.

    References
    ----------
    Blocks: Ahonen, Hadid, Pietikaeinen (2006), doi:10.1109/TPAMI.2006.244. Scales: Ojala, Pietikaeinen,
    Maeenpaeae (2002), section 2.5, doi:10.1109/TPAMI.2002.1017623.

    Examples
    --------
    >>> extractor = LBPExtractor(circles=((8, 1.0), (16, 2.0)), block=8)
    >>> extractor.of(np.zeros((48, 48), np.uint8)).shape, extractor.n_features(48, 48)
    ((10872,), 10872)
    """

    circles: tuple[Circle, ...] = ((8, 1.0),)
    mapping: str = "uniform"
    block: int = 8

    def __post_init__(self) -> None:
        if not self.circles:
            raise InvalidArgumentError("circles", "at least one (points, radius)", "none")
        for points, radius in self.circles:
            check_integer("points", points, low=1, high=MOST_POINTS)
            check_number("radius", radius, above=0.0)
        if self.mapping not in MAPPINGS:
            raise InvalidArgumentError("mapping", f"one of {list(MAPPINGS)}", repr(self.mapping))
        check_integer("block", self.block, low=1)

    def n_features(self, height: int, width: int) -> int:
        """Return the length of a row for pictures of a height and width in pixels."""
        n_blocks = (height // self.block) * (width // self.block)
        return n_blocks * sum(MAPPINGS[self.mapping].n_classes(points) for points, _ in self.circles)

    def classes(self, image: AnyArray) -> list[NDArray[Any]]:
        """Return the class of each pixel, at each scale; unsigned integers of shape (H, W)."""
        classify = MAPPINGS[self.mapping].classes
        return [
            classify(local_binary_pattern(image, points=points, radius=radius), points=points)
            for points, radius in self.circles
        ]

    def histograms(self, image: AnyArray) -> list[FloatArray]:
        """Return how often each class comes in each block; of each scale float32 (rows, columns, n)."""
        n_classes = MAPPINGS[self.mapping].n_classes
        return [
            block_histograms(classes, block=self.block, n_classes=n_classes(points))
            for classes, (points, _) in zip(self.classes(image), self.circles, strict=True)
        ]

    def of(self, image: AnyArray) -> FloatArray:
        """Describe a picture: all histograms in one row.

        Parameters
        ----------
        image : ndarray of shape (H, W), uint8 or float
            Grey picture, at least one block high and wide.

        Returns
        -------
        ndarray of shape (n_features(H, W),), float32
            Counts of pixels: scale by scale, in each block by block, row by row.

        Raises
        ------
        InvalidArgumentError
            If the picture has another shape or no block fits into it.
        """
        return np.concatenate([histograms.ravel() for histograms in self.histograms(image)])

    def of_stack(self, images: ByteArray) -> FloatArray:
        """Describe pictures of one size; float32 of shape (N, n_features(H, W)), row by row as `of` has them.

        Parameters
        ----------
        images : ndarray of shape (N, H, W), uint8 or float
            Grey pictures.

        Returns
        -------
        ndarray of shape (N, n_features(H, W)), float32
            One row per picture.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or no block fits into the pictures.
        """
        if np.ndim(images) != 3:
            raise InvalidArgumentError("images", "shape (N, H, W)", f"shape {np.shape(images)}")
        rows = np.empty((len(images), self.n_features(*images.shape[1:])), np.float32)
        for row, image in zip(rows, images, strict=True):
            row[:] = self.of(image)
        return rows
