"""A face and its histogram beside each other, as PNG."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.light import LightReading
from lamplit.core.values import FrameResult
from lamplit.light.reading import pixels_inside
from lamplit.report.figures import BLUE, FAINT, INK, VERMILLION, finish_figure, new_figure, plain_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_FACES = 12
"""As many faces of a picture are drawn; the rest would be too small to see."""

_ROW_HEIGHT, _WIDTH = 2.9, 8.4
_LONGEST_SIDE = 600
_CLIPPED_WORTH_A_WORD = 0.005


def plot_light(pixels: ByteArray, frame: FrameResult, path: str | os.PathLike[str] | None = None) -> bytes:
    """Plot each face of a picture with its histogram, or the picture with its own where there is no face.

    Parameters
    ----------
    pixels : ndarray of shape (H, W, 3) or (H, W), uint8
        The picture.
    frame : FrameResult
        Its analysis; the first twelve faces are drawn.
    path : path-like, optional
        Where to write the PNG; nowhere by default.

    Returns
    -------
    bytes
        The PNG: one row per face, with the verdict on its light as title, the percentiles as lines in the
        histogram, and the clipped ends as bars in another colour.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> from lamplit.light import measure
    >>> picture = np.full((8, 8), 51, np.uint8)
    >>> frame = FrameResult(faces=(), light=measure(picture), height=8, width=8)
    >>> plot_light(picture, frame)[1:4]
    b'PNG'
    """
    parts = [
        (f"face {number}", pixels_inside(pixels, face.box), face.light)
        for number, face in enumerate(frame.faces[:MOST_FACES])
    ]
    parts = parts or [("picture", pixels, frame.light)]
    figure = new_figure(_WIDTH, _ROW_HEIGHT * len(parts))
    rows = figure.subplots(len(parts), 2, squeeze=False, width_ratios=[1, 2.1])
    for (left, right), (name, picture, light) in zip(rows, parts, strict=True):
        _draw_picture(left, picture)
        _draw_histogram(right, light)
        right.set_title(_title(name, light), loc="left", fontsize=13, fontweight="bold", color=INK, pad=24)
    return finish_figure(figure, path)


def _draw_picture(axes: Axes, picture: ByteArray) -> None:
    """Show the pixels as they are, black at 0 and white at 255."""
    step = -(-max(picture.shape[:2]) // _LONGEST_SIDE)  # nobody sees more in a figure of this size
    axes.imshow(picture[::step, ::step], cmap="gray", vmin=0, vmax=255)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color(FAINT)


def _draw_histogram(axes: Axes, light: LightReading) -> None:
    """Draw shares over grey levels, with percentiles and clipped ends."""
    counts = np.asarray(light.histogram, dtype=np.float64)
    share = counts / max(counts.sum(), 1.0)
    levels = np.arange(len(share)) / 255
    ends = np.isin(np.arange(len(share)), (0, 255))
    axes.bar(levels[~ends], share[~ends], width=1 / 255, color=BLUE)
    # A clipped end often holds more than all other levels together: it is cut off, and its share is written.
    top = 1.12 * (float(share[1:-1].max(initial=0.0)) or 1.0)
    axes.bar(levels[ends], np.minimum(share[ends], top), width=4 / 255, color=VERMILLION)
    axes.set_ylim(0, top)
    axes.set_xlim(-0.03, 1.03)
    _mark_percentiles(axes, light)
    _mark_clipped(axes, light)
    plain_axes(axes)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("grey level", fontsize=10)


def _mark_percentiles(axes: Axes, light: LightReading) -> None:
    """Draw a line at each percentile; names stand above the axes, moved apart where they would touch."""
    marks = {name: getattr(light, name) for name in ("p01", "p05", "p50", "p95", "p99")}
    places = _apart(list(marks.values()), gap=0.065)
    for (name, value), place in zip(marks.items(), places, strict=True):
        middle = name == "p50"
        axes.axvline(value, color=INK, linewidth=1.4 if middle else 0.9, linestyle="-" if middle else ":")
        axes.annotate(
            name,
            (value, 1.0),
            xytext=(place, 1.05),
            xycoords=axes.get_xaxis_transform(),
            textcoords=axes.get_xaxis_transform(),
            ha="center",
            fontsize=9.5,
            color=INK,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0},
        )


def _apart(values: list[float], *, gap: float) -> list[float]:
    """Move ascending places apart by at least a gap, within 0 to 1."""
    placed: list[float] = []
    for number, value in enumerate(values):
        low = placed[-1] + gap if placed else 0.0
        placed.append(min(max(value, low), 1.0 - gap * (len(values) - 1 - number)))
    return placed


def _mark_clipped(axes: Axes, light: LightReading) -> None:
    """Write the shares of the clipped ends, where there is anything to speak of."""
    ends = ((0.015, "left", light.clipped_dark, "black"), (0.985, "right", light.clipped_bright, "white"))
    for x, side, share, word in ends:
        if share >= _CLIPPED_WORTH_A_WORD:
            axes.text(
                x,
                0.9,
                f"{share:.1%} {word}",
                transform=axes.get_xaxis_transform(),
                color=VERMILLION,
                fontsize=10.5,
                fontweight="bold",
                ha=side,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
            )


def _title(name: str, light: LightReading) -> str:
    """Say the verdict."""
    words = f"{name}: {' + '.join(light.verdict)}"
    return words if light.usable else f"{words}, unusable"
