"""A look at the neighbourhood of one face: much cheaper than one at the whole frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.values import Box, Detection
from lamplit.faces.tracking import box_distance
from lamplit.imaging.geometry import crop_square
from lamplit.light.reading import measure

if TYPE_CHECKING:
    from lamplit.analysis.analyzer import Analyzer

REACH = 2.0
"""Side of the neighbourhood, in sides of the face."""

MOST_PIXELS = 256
"""Larger neighbourhoods are looked at in so many pixels: the face keeps some 128."""

NEAR = 0.5
"""A face counts as found so near to its place (`lamplit.faces.tracking.box_distance`)."""


def look_near(
    analyzer: Analyzer, pixels: ByteArray, box: Box, known: Sequence[Detection]
) -> Detection | None:
    """Look for a face where it should be.

    Parameters
    ----------
    analyzer : Analyzer
        Whose detector looks.
    pixels : ndarray of shape (H, W, 3), uint8
        The frame.
    box : Box
        Where the face should be, in pixels.
    known : sequence of Detection
        Faces that are found already.

    Returns
    -------
    Detection or None
        The nearest face in the neighbourhood; None where one of `known` is as near already, the place lies
        outside the frame, or the detector sees none.

    Examples
    --------
    >>> from lamplit.analysis import Analyzer
    >>> look_near(Analyzer(), np.zeros((90, 90, 3), np.uint8), Box(20, 20, 60, 60), []) is None
    True
    """
    height, width = pixels.shape[:2]
    if not middle_within(box, width, height) or _nearest(box, known) is not None:
        return None
    x, y = (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2
    reach = REACH * max(box.width, box.height) / 2
    around = Box(x - reach, y - reach, x + reach, y + reach)
    size = max(1, min(round(2 * reach), MOST_PIXELS))
    part = crop_square(pixels, around, size)
    found = [_moved(seen, around, size) for seen in analyzer.find(part, measure(part))]
    seen = _nearest(box, found)
    if seen is None or _nearest(seen.box, known) is not None:
        return None  # what stands beside a face that is known is that face, seen from here
    return seen if middle_within(seen.box, width, height) else None


def middle_within(box: Box, width: int, height: int) -> bool:
    """Tell whether the middle of a box lies in the picture.

    Parameters
    ----------
    box : Box
        In pixels; it may reach beyond the picture.
    width, height : int
        Of the picture.

    Returns
    -------
    bool
        True on the left and upper edge, too.

    Examples
    --------
    >>> middle_within(Box(-4, 0, 6, 9), 20, 20), middle_within(Box(-8, 0, 6, 9), 20, 20)
    (True, False)
    """
    x, y = (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2
    return 0 <= x < width and 0 <= y < height


def _nearest(box: Box, detections: Sequence[Detection]) -> Detection | None:
    """Return the detection nearest to a box, if one is near."""
    near = [seen for seen in detections if box_distance(box, seen.box) < NEAR]
    return min(near, key=lambda seen: box_distance(box, seen.box), default=None)


def _moved(detection: Detection, around: Box, size: int) -> Detection:
    """Return where a detection in the neighbourhood is in the frame."""
    scale, corner = around.width / size, np.array([around.x1, around.y1])
    x1, y1, x2, y2 = (scale * edge for edge in detection.box.xyxy.astype(float).tolist())
    box = Box(around.x1 + x1, around.y1 + y1, around.x1 + x2, around.y1 + y2)
    points = None if detection.points is None else (scale * detection.points + corner).astype(np.float32)
    return dataclasses.replace(detection, box=box, points=points, landmarks=None)
