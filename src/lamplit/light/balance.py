"""Where the light comes from: side against side, and the face against what surrounds it."""

from __future__ import annotations

from lamplit.core.arrays import ByteArray, IntArray
from lamplit.light.histogram import count_levels
from lamplit.light.stops import mean_light, stops_between


def side_imbalance(grey: ByteArray, whole: IntArray) -> tuple[float, float]:
    """Compare the light on the halves of a face.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        The face, upright.
    whole : ndarray of shape (256,), int64
        Its histogram.

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
    >>> left_right, up_down = side_imbalance(lamp_at_its_left, count_levels(lamp_at_its_left))
    >>> round(left_right, 1), up_down
    (11.7, 0.0)
    """
    height, width = (side // 2 for side in grey.shape)
    left_right = up_down = 0.0
    if width:
        right, left = _light_of_halves(whole, grey[:, :width], grey[:, width:-width])
        left_right = stops_between(left, right)
    if height:
        upper, lower = _light_of_halves(whole, grey[:height], grey[height:-height])
        up_down = stops_between(upper, lower)
    return left_right, up_down


def _light_of_halves(whole: IntArray, first: ByteArray, middle: ByteArray) -> tuple[float, float]:
    """Return the mean light of the first half and of the one behind the middle."""
    before = count_levels(first)
    behind = whole - before - count_levels(middle)  # to count it instead would take as long again
    return mean_light(before), mean_light(behind)


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
