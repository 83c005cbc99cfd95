"""Haar-like features drawn on a face: which differences a boosted classifier looks at first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lamplit.boosting.cascade_features import HaarRectangles
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.features.haar_like import HaarFeatures
from lamplit.report.feature_maps import feature_map
from lamplit.report.figures import INK, finish_figure, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
        The PNG. A feature is the sum over its blue parts minus that over its red ones; the face alone stands
        first.

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
    """Lay a feature over a face."""
    height, width = feature.window
    drawn = feature_map(
        HaarRectangles(feature.rectangles, feature.weights, feature.tilted), 0, feature.window
    )
    axes.imshow(
        np.ma.masked_equal(drawn, 0.0),
        cmap="RdBu",
        vmin=-1.6,
        vmax=1.6,
        alpha=0.75,
        interpolation="nearest",
        extent=(-0.5, width - 0.5, height - 0.5, -0.5),  # imshow's pixel centres are whole numbers
    )
