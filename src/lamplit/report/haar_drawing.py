"""Haar-like features drawn on a face: which differences a boosted classifier looks at first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.features.haar_like import HaarFeatures
from lamplit.report.figures import BLUE, INK, VERMILLION, finish_figure, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_patches = require("matplotlib.patches", extra="train", purpose="plots")

_SIDE, _MOST = 1.9, 8
"""Inches of one face, and faces in a row."""


def draw_haar_features(
    face: ByteArray,
    features: HaarFeatures,
    path: str | os.PathLike[str] | None = None,
    *,
    captions: Sequence[str] = (),
) -> bytes:
    """Draw each feature on a face of its own, as in Figure 5 of the paper.

    Parameters
    ----------
    face : ndarray of shape (height, width), uint8
        A grey face of the features' window.
    features : HaarFeatures
        What to draw, the first on the left.
    path : path-like, optional
        Where to write the PNG; nowhere by default.
    captions : sequence of str
        What to write under each; its place in the row by default.

    Returns
    -------
    bytes
        The PNG. Orange rectangles count as they are, blue ones are subtracted; the face alone stands first.

    Raises
    ------
    InvalidArgumentError
        If the face has another size, there is no feature, or not one caption for each.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> from lamplit.features import haar_like_features
    >>> draw_haar_features(np.full((8, 8), 99, np.uint8), haar_like_features(8)[:3])[1:4]
    b'PNG'
    """
    if face.shape != features.window or face.dtype != np.uint8:
        raise InvalidArgumentError("face", f"uint8 of {features.window}", f"{face.dtype} of {face.shape}")
    if not len(features):
        raise InvalidArgumentError("features", "at least one feature", "none")
    words = list(captions) or [str(number) for number in range(1, len(features) + 1)]
    if len(words) != len(features):
        raise InvalidArgumentError("captions", f"{len(features)} as there are features", str(len(words)))
    columns = min(len(features) + 1, _MOST)
    rows = -(-(len(features) + 1) // columns)
    figure = new_figure(_SIDE * columns, (_SIDE + 0.3) * rows)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        axes.axis("off")
    for axes, caption in zip(panels, ["", *words], strict=False):
        axes.imshow(face, cmap="gray", vmin=0, vmax=255)
        axes.set_title(caption, y=-0.14, fontsize=10, color=INK)
    for number in range(len(features)):
        _draw(panels[number + 1], features[number : number + 1])
    return finish_figure(figure, path)


def _draw(axes: Axes, feature: HaarFeatures) -> None:
    """Lay a feature over a face: the whole first, then the parts that lie on it."""
    for rectangle, weight in zip(feature.rectangles[0], feature.weights[0], strict=True):
        if weight:
            corners = _corners(rectangle.astype(float), tilted=bool(feature.tilted[0]))
            colour = VERMILLION if weight > 0 else BLUE
            axes.add_patch(
                _patches.Polygon(
                    corners, closed=True, facecolor=colour, edgecolor="white", linewidth=1.0, alpha=0.6
                )
            )


def _corners(rectangle: AnyArray, *, tilted: bool) -> AnyArray:
    """Return the corners as imshow counts: pixel centres are whole numbers; (4, 2)."""
    x, y, width, height = rectangle
    if not tilted:
        corners = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
        return corners - 0.5
    along, down = np.array([width, width]), np.array([-height, height])
    top = np.array([x - 0.5, y])  # a tilted rectangle stands half a pixel further to the left than its corner
    return np.array([top, top + along, top + along + down, top + down]) - 0.5
