"""The pixels of windows that a cascade takes for faces, as it saw them."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.faces.candidate_windows import WindowEngine, WindowSearch
from lamplit.faces.pyramid import pyramid_scales, scaled

_ONE_SIZE = 2.0
"""With the smallest window as the largest one, the ratio to the next size does not matter."""


def passing_pixels(
    engine: WindowEngine, grey: ByteArray, window: tuple[int, int], *, ratio: float
) -> tuple[ByteArray, int]:
    """Return the pixels of all windows of a picture that pass.

    Parameters
    ----------
    engine : WindowEngine
        What looks at them.
    grey : ndarray of shape (H, W), uint8
        The picture.
    window : (int, int)
        Height and width of the engine's cascade.
    ratio : float
        From one size to the next, above 1.

    Returns
    -------
    pixels : ndarray of shape (N, height, width), uint8
        The windows, scaled down to the size of the cascade.
    n_looked_at : int
        About how many windows there were: at every size one in two pixels each way.

    Notes
    -----
    Each picture of the pyramid is looked at by itself, so that a window lies on whole pixels and is exactly
    what the engine has seen.

    Examples
    --------
    >>> import cv2
    >>> from lamplit.boosting import read_cascade
    >>> from lamplit.faces.opencv_windows import OpenCVWindow
    >>> engine = OpenCVWindow(read_cascade(cv2.data.haarcascades + "haarcascade_eye.xml"))
    >>> pixels, n = passing_pixels(engine, np.zeros((40, 40), np.uint8), (20, 20), ratio=1.5)
    >>> pixels.shape, n
    ((0, 20, 20), 137)
    """
    height, width = window
    search = WindowSearch(ratio=_ONE_SIZE, smallest=min(window), largest=max(window))
    found, n = [np.empty((0, height, width), np.uint8)], 0
    for scale in pyramid_scales(grey.shape[:2], window, ratio=ratio, smallest=min(window), largest=1 << 14):
        picture = scaled(grey, scale)
        rows, columns = picture.shape[0] - height + 1, picture.shape[1] - width + 1
        n += -(-rows // 2) * -(-columns // 2)
        found.append(cut_windows(picture, engine.windows(picture, search).xywh[:, :2], window))
    return np.concatenate(found), n


def cut_windows(picture: ByteArray, corners: AnyArray, window: tuple[int, int]) -> ByteArray:
    """Cut windows out of a picture.

    Parameters
    ----------
    picture : ndarray of shape (H, W), uint8
        The picture.
    corners : ndarray of shape (N, 2), int
        x and y of the upper left corners; the windows lie inside.
    window : (int, int)
        Height and width.

    Returns
    -------
    ndarray of shape (N, height, width), uint8
        Copies of the pixels.

    Examples
    --------
    >>> cut_windows(np.arange(9, dtype=np.uint8).reshape(3, 3), np.array([[1, 0]]), (2, 2)).tolist()
    [[[1, 2], [4, 5]]]
    """
    views = np.lib.stride_tricks.sliding_window_view(picture, window)  # (rows, columns, height, width)
    cut: ByteArray = np.ascontiguousarray(views[corners[:, 1], corners[:, 0]])
    return cut
