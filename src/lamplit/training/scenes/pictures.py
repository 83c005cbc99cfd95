"""Pictures of faces, and of what is no face, as they are pasted: at several sizes, with the frame known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray

SMALLEST = 24
"""Shortest side of a picture that is not halved further."""

MOST_ENLARGED = 4.4
"""Times that a picture is enlarged at most: faces out of focus, of videos and of prints look like that."""

HEAD, NEAR = 0, 1
"""Kinds of masks: for pictures that end beyond the head, and for those that end near the face."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """A picture with a square in it that is framed as crops of FER+ frame a face.

    Parameters
    ----------
    levels : tuple of ndarray of shape (H, W), uint8
        The grey picture, then halved again and again.
    square : ndarray of shape (4,), float32
        Middle (x, y) and side of the square, in pixels of the first level, and its turn in radians.
    points : ndarray of shape (5, 2), float32, optional
        The five points (`lamplit.datasets.five_points`) in pixels of the first level; None where not known.
    kind : int
        `HEAD` or `NEAR`: how much around the face may be pasted with it.
    """

    levels: tuple[ByteArray, ...]
    square: FloatArray
    points: FloatArray | None = None
    kind: int = HEAD

    @classmethod
    def of(
        cls,
        image: ByteArray,
        square: AnyArray | Sequence[float],
        points: FloatArray | None = None,
        *,
        kind: int = HEAD,
    ) -> Self:
        """Halve a picture as often as its size and the square's allow.

        Parameters
        ----------
        image : ndarray of shape (H, W), uint8
            Grey.
        square : array_like of four numbers
            Middle, side and turn.
        points : ndarray of shape (5, 2), optional
            Points in pixels.
        kind : int
            `HEAD` or `NEAR`.

        Examples
        --------
        >>> cut = Cutout.of(np.zeros((100, 60), np.uint8), (30, 50, 60, 0))
        >>> [level.shape for level in cut.levels]
        [(100, 60), (50, 30)]
        """
        levels = [image]
        while min(levels[-1].shape) >= 2 * SMALLEST:
            height, width = levels[-1].shape
            half = (width // 2, height // 2)
            levels.append(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA))
        return cls(tuple(levels), np.asarray(square, np.float32), points, kind)

    @property
    def most(self) -> float:
        """The largest side in pixels at which it is pasted: beyond, nobody would keep such a picture."""
        return float(self.square[2]) * MOST_ENLARGED

    def level_for(self, side: float) -> tuple[ByteArray, float, float]:
        """Return the smallest level that need not be enlarged, and its shares of the first's sides."""
        number = int(np.log2(max(float(self.square[2]) / side, 1.0)))
        level = self.levels[min(number, len(self.levels) - 1)]
        height, width = self.levels[0].shape
        return level, level.shape[1] / width, level.shape[0] / height


def scrambled(cut: Cutout, random: np.random.Generator) -> Cutout:
    """Make something of a face that is none: its parts in another order, or no parts at all.

    Parameters
    ----------
    cut : Cutout
        A face.
    random : numpy.random.Generator
        Decides.

    Returns
    -------
    Cutout
        Bands turned over, tiles in another order, or the bare oval; in the face's own frame.

    Examples
    --------
    >>> face = Cutout.of(np.arange(36, dtype=np.uint8).reshape(6, 6), (3, 3, 6, 0))
    >>> scrambled(face, np.random.default_rng(0)).levels[0].shape
    (6, 6)
    """
    image = cut.levels[min(1, len(cut.levels) - 1)]
    share = image.shape[1] / cut.levels[0].shape[1]
    square = cut.square * np.array([share, share, share, 1.0], np.float32)
    draw = random.random()
    if draw < 0.45:
        changed = _tiles(image, int(random.integers(2, 4)), random)
    elif draw < 0.8:
        changed = _bands(image, random)
    else:
        changed = _bare(image, square[2], random)
    return Cutout.of(changed, square, kind=cut.kind)


def piece_of(image: ByteArray, random: np.random.Generator) -> Cutout:
    """Take a place of a picture without faces as if there were a face.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8
        The picture.
    random : numpy.random.Generator
        Decides where.

    Returns
    -------
    Cutout
        The picture with a square of 48 pixels to all of it.
    """
    least = min(48.0, *image.shape)
    side = float(np.exp(random.uniform(np.log(least), np.log(min(image.shape)))))
    x, y = (float(random.uniform(side / 2, length - side / 2)) for length in image.shape[::-1])
    return Cutout.of(image, (x, y, side, 0.0))


def _tiles(image: ByteArray, n: int, random: np.random.Generator) -> ByteArray:
    """Put the n x n tiles of a picture into another order."""
    height, width = (length // n for length in image.shape)
    changed = image.copy()
    order = random.permutation(n * n)
    if n == 2:  # upper tiles go down: with its halves exchanged, a face would still be one
        order = np.concatenate([2 + random.permutation(2), random.permutation(2)])
    for to, source in enumerate(order):
        (y, x), (v, u) = divmod(to, n), divmod(int(source), n)
        tile = image[v * height : (v + 1) * height, u * width : (u + 1) * width]
        turned = tile[:: random.choice((-1, 1)), :: random.choice((-1, 1))]
        changed[y * height : (y + 1) * height, x * width : (x + 1) * width] = turned
    return changed


def _bands(image: ByteArray, random: np.random.Generator) -> ByteArray:
    """Cut a picture into eyes, nose and mouth, and stack them in another order."""
    height = len(image)
    edges = [
        0,
        round(random.uniform(0.25, 0.33) * height),
        round(random.uniform(0.48, 0.56) * height),
        height,
    ]
    parts = [image[a:b] for a, b in pairwise(edges)]
    orders = ((2, 1, 0), (1, 2, 0), (2, 0, 1))  # wherever the eyes stay above the mouth, it might be a face
    order = orders[int(random.integers(len(orders)))]
    stacked: ByteArray = np.ascontiguousarray(np.concatenate([parts[i] for i in order]))
    return stacked


def _bare(image: ByteArray, side: float, random: np.random.Generator) -> ByteArray:
    """Blur a face until an oval is left."""
    bare: ByteArray = cv2.GaussianBlur(image, (0, 0), float(random.uniform(0.12, 0.3)) * float(side))
    return bare
