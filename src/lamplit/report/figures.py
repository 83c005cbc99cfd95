"""What all plots share: colours, a figure without a window, plain axes, and PNG bytes."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from lamplit.core.extras import require
from lamplit.core.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The object interface alone: pyplot keeps figures in a global list and wants a display on some machines.
_figure = require("matplotlib.figure", extra="train", purpose="plots")
_agg = require("matplotlib.backends.backend_agg", extra="train", purpose="plots")

# M. Okabe, K. Ito (2008), Color universal design: told apart by nearly every kind of colour vision.
BLUE, VERMILLION, INK, FAINT = "#0072B2", "#D55E00", "#222222", "#999999"
_DOTS_PER_INCH = 144


def new_figure(width: float, height: float) -> Figure:
    """Make a white figure with its own canvas, known to nobody else.

    Parameters
    ----------
    width, height : float
        Size in inches.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, without axes.

    Examples
    --------
    >>> new_figure(4.0, 3.0).axes
    []
    """
    figure: Figure = _figure.Figure(
        figsize=(width, height), dpi=_DOTS_PER_INCH, layout="constrained", facecolor="white"
    )
    _agg.FigureCanvasAgg(figure)
    return figure


def finish_figure(figure: Figure, path: str | os.PathLike[str] | None = None) -> bytes:
    """Render a figure, write it where asked, and return it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : path-like, optional
        Where to write the PNG; nowhere by default.

    Returns
    -------
    bytes
        The PNG; the same figure gives the same bytes.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> finish_figure(new_figure(1.0, 1.0))[1:4]
    b'PNG'
    """
    buffer = io.BytesIO()
    # Without the name of the program, so that the same numbers give the same bytes.
    figure.savefig(
        buffer,
        format="png",
        dpi=_DOTS_PER_INCH,
        bbox_inches="tight",  # the layout engine does not know how little room square cells take
        pad_inches=0.12,
        metadata={"Software": None},
    )
    png = buffer.getvalue()
    if path is not None:
        write_atomically(path, png)
    return png


def plain_axes(axes: Axes) -> None:
    """Remove what does not carry data and set sizes that are read without effort.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The axes to change.

    Examples
    --------
    >>> axes = new_figure(4.0, 3.0).subplots()
    >>> plain_axes(axes)
    >>> axes.spines["top"].get_visible()
    False
    """
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(labelsize=10, color=FAINT, labelcolor=INK)
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.8)
    axes.set_axisbelow(True)
