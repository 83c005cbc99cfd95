"""The first features of each stage of a cascade, drawn on its window."""

from __future__ import annotations

import os
from itertools import islice

import numpy as np

from lamplit.boosting.cascade import BoostedCascade, CascadeStage
from lamplit.core.arrays import FloatArray
from lamplit.core.checks import check_integer
from lamplit.report.feature_maps import feature_map
from lamplit.report.figures import INK, finish_figure, new_figure

COLUMNS = 3
"""Stages beside each other."""

_WINDOW_INCHES = 0.62


def plot_cascade(
    cascade: BoostedCascade,
    path: str | os.PathLike[str] | None = None,
    *,
    title: str = "",
    per_stage: int = 5,
) -> bytes:
    """Plot the first features of each stage.

    Parameters
    ----------
    cascade : BoostedCascade
        The cascade.
    path : path-like, optional
        Where to write the PNG; nowhere by default.
    title : str
        Stands above the plot.
    per_stage : int
        Features drawn of each stage, 1 to 12: those of its first trees, in their order.

    Returns
    -------
    bytes
        The PNG. A feature is the sum over its blue parts minus that over its red ones; grey is not looked
        at. Of a local binary pattern the middle block is red and those compared with it are blue.

    Raises
    ------
    InvalidArgumentError
        If the number of features is out of range.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import cv2
    >>> from lamplit.boosting import read_cascade
    >>> plot_cascade(read_cascade(cv2.data.haarcascades + "haarcascade_smile.xml"), per_stage=2)[1:4]
    b'PNG'
    """
    check_integer("per_stage", per_stage, low=1, high=12)
    stages = cascade.stages
    n_rows = -(-len(stages) // COLUMNS)
    aspect = cascade.window[0] / cascade.window[1]
    figure = new_figure(
        COLUMNS * (per_stage * _WINDOW_INCHES + 0.3), n_rows * (_WINDOW_INCHES * aspect + 0.3) + 0.8
    )
    panels = figure.subplots(n_rows, COLUMNS, squeeze=False)
    for number, axes in enumerate(panels.T.flat):  # down the first column, then down the next
        axes.set_axis_off()
        if number < len(stages):
            strip = _strip(cascade, stages[number], per_stage)
            axes.imshow(strip, cmap="RdBu", vmin=-1.6, vmax=1.6, interpolation="nearest")
            about = f"stage {number + 1}: {_counted(stages[number].n_trees)}"
            axes.set_title(about, loc="left", fontsize=8.5, color=INK, pad=3)
    what = "blue minus red" if cascade.kind == "haar" else "blue blocks compared with the red one"
    figure.suptitle(f"{title}\nfirst features of each stage; {what}".strip(), fontsize=11, color=INK)
    return finish_figure(figure, path)


def first_features(stage: CascadeStage, most: int) -> list[int]:
    """Return the features that the first trees of a stage look at, each once.

    Parameters
    ----------
    stage : CascadeStage
        The stage.
    most : int
        How many to return at most.

    Returns
    -------
    list of int
        Numbers of features, in the order of the nodes.

    Examples
    --------
    >>> stage = CascadeStage(0.0, [1, 1, 1], [0] * 3, [-1] * 3, [7, 7, 2], [0.0] * 3, [-1, 1] * 3)
    >>> first_features(stage, 5)
    [7, 2]
    """
    return list(islice(dict.fromkeys(stage.feature.tolist()), most))


def _strip(cascade: BoostedCascade, stage: CascadeStage, per_stage: int) -> FloatArray:
    """Return a stage's first features side by side, with gaps of nothing between and behind them."""
    chosen = first_features(stage, per_stage)
    maps = [feature_map(cascade.features, number, cascade.window) for number in chosen]
    height, width = maps[0].shape
    gap = max(width // 10, 1)
    strip = np.full((height, per_stage * (width + gap) + 2 * gap), np.nan, dtype=np.float32)
    for place, drawn in enumerate(maps):
        start = place * (width + gap)
        strip[:, start : start + width] = drawn
    return strip


def _counted(n_trees: int) -> str:
    """Return the number of weak classifiers in words."""
    return "1 weak classifier" if n_trees == 1 else f"{n_trees} weak classifiers"
