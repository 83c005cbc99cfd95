"""Where the light comes from: side against side, and the face against what surrounds it."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import ByteArray, IntArray
from lamplit.light.histogram import count_levels
from lamplit.light.stops import mean_light, stops_between


def count_ninths(grey: ByteArray) -> IntArray:
    """Count the pixels at each level in the upper and lower half, split at the left and right one.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        The picture.

    Returns
    -------
    ndarray of shape (3, 3, 256), int64
        Rows: upper half, middle row, lower half; columns likewise. Of an even number of rows or columns there
        is no middle one, and its counts are 0. All together are the histogram of the picture.

    Examples
    --------
    >>> import numpy as np
    >>> count_ninths(np.zeros((5, 4), np.uint8))[:, :, 0].tolist()
    [[4, 0, 4], [2, 0, 2], [4, 0, 4]]
    """
    rows, columns = ((slice(0, n // 2), slice(n // 2, n - n // 2), slice(n - n // 2, n)) for n in grey.shape)
    return np.array([[count_levels(grey[row, column]) for column in columns] for row in rows])


def side_imbalance(ninths: IntArray) -> tuple[float, float]:
    """Compare the light on the halves of a face.

    Parameters
    ----------
    ninths : ndarray of shape (3, 3, 256), int64
        Of the face, upright, from `count_ninths`.

    Returns
    -------
    left_right, up_down : float
        log2 of the mean light on the subject's left (the picture's right) half over that on the right, and of
        the upper over the lower half, in stops; 0 where there is only one column or row.

    Notes
    -----
    Of an odd number of columns or rows the middle one belongs to neither half, so that the mirror image of a
    face has exactly the opposite imbalance.

    Examples
    --------
    >>> import numpy as np
    >>> lamp_at_its_left = np.array([[0, 255], [0, 255]], dtype=np.uint8)
    >>> left_right, up_down = side_imbalance(count_ninths(lamp_at_its_left))
    >>> round(left_right, 1), up_down
    (11.7, 0.0)
    """
    columns, rows = ninths.sum(axis=0), ninths.sum(axis=1)  # (3, 256) each
    return _stops(columns[2], columns[0]), _stops(rows[0], rows[2])


def _stops(first: IntArray, second: IntArray) -> float:
    """Return by how many stops the mean light of one half is above that of the other."""
    if not first.any():
        return 0.0
    return stops_between(mean_light(first), mean_light(second))


def backlight(face: IntArray, surround: IntArray) -> float | None:
    """Compare the light of a face with that of its surround.

    Parameters
    ----------
    face, surround : ndarray of shape (256,), integer
        Number of pixels at each grey level.

    Returns
    -------
    float or None
        log2 of the mean light of the surround over that of the face, in stops; positive where the face is
        the darker. None where the surround has no pixel.

    Examples
    --------
    >>> import numpy as np
    >>> face, surround = np.zeros(256, dtype=np.int64), np.zeros(256, dtype=np.int64)
    >>> backlight(face, surround) is None
    True
    >>> face[0], face[255], surround[255] = 3, 1, 5
    >>> backlight(face, surround)
    2.0
    """
    if not surround.any():
        return None
    return stops_between(mean_light(surround), mean_light(face))
