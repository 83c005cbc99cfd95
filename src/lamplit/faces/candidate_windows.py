"""The windows that a cascade takes for faces, before those of one face are put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import ByteArray


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSearch:
    """Which windows to look at.

    Parameters
    ----------
    ratio : float
        From one size of windows to the next, above 1.
    smallest : int
        Shortest side of a window, in pixels of the picture.
    largest : int, optional
        Longest side; by default nothing but the picture's own sides.
    threads : int
        How many sizes are looked at side by side.

    Examples
    --------
    >>> WindowSearch(ratio=1.1, smallest=24).threads
    1
    """

    ratio: float
    smallest: int
    largest: int | None = None
    threads: int = 1


@dataclass(frozen=True, slots=True)
class CandidateWindows:
    """Windows that passed all stages.

    Parameters
    ----------
    xywh : ndarray of shape (N, 4), int32
        Left and upper edge, width and height in pixels, cut to the picture as OpenCV does.
    sums : ndarray of shape (N,), float64
        What the leaves of the last stage add up to: the higher, the surer.

    Examples
    --------
    >>> len(no_windows())
    0
    """

    xywh: NDArray[np.int32]
    sums: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.sums)


class WindowEngine(Protocol):
    """Anything that looks at the windows of a picture, from several threads at once if need be."""

    def windows(self, grey: ByteArray, search: WindowSearch) -> CandidateWindows:
        """Return the windows of a grey (H, W) uint8 picture that pass, ordered by x, y, width and height."""


def no_windows() -> CandidateWindows:
    """Return no windows.

    Examples
    --------
    >>> no_windows().xywh.shape
    (0, 4)
    """
    return CandidateWindows(np.zeros((0, 4), np.int32), np.zeros(0))


def ordered_windows(
    xywh: NDArray[np.int32], sums: NDArray[np.float64], shape: tuple[int, int]
) -> CandidateWindows:
    """Cut windows to the picture and put them in order.

    Parameters
    ----------
    xywh : ndarray of shape (N, 4), int32
        Left and upper edge, width and height in pixels.
    sums : ndarray of shape (N,), float64
        What the leaves of the last stage add up to.
    shape : (int, int)
        Height and width of the picture.

    Returns
    -------
    CandidateWindows
        Ordered by x, y, width, height and sum.

    Examples
    --------
    >>> ordered_windows(np.array([[4, 0, 8, 8], [0, 0, 8, 8]], np.int32), np.zeros(2), (9, 10)).xywh.tolist()
    [[0, 0, 8, 8], [4, 0, 6, 8]]
    """
    cut = xywh.copy()
    cut[:, 2] = np.minimum(cut[:, 2], shape[1] - cut[:, 0])
    cut[:, 3] = np.minimum(cut[:, 3], shape[0] - cut[:, 1])
    order = np.lexsort((sums, cut[:, 3], cut[:, 2], cut[:, 1], cut[:, 0]))
    return CandidateWindows(cut[order], sums[order])
