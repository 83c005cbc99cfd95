"""What local binary patterns make of a face, as PNG: one code, the picture of codes, blocks, histograms."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.checks import check_integer
from lamplit.features.block_histograms import block_histograms
from lamplit.features.local_binary_pattern import check_picture
from lamplit.features.multi_block import CLOCKWISE, basic_local_binary_pattern
from lamplit.features.pattern_classes import UNIFORM_PATTERNS, uniform_patterns
from lamplit.report.figures import BLUE, FAINT, INK, VERMILLION, finish_figure, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLOCK = 32
"""Side of a block in pixels: 4 x 4 of them in a face of 128 x 128, few enough to be seen."""

LEAST_BLOCK = 8
MOST_BLOCKS = 12
"""So many blocks one way; more histograms would be too small to see."""

_SIZE = (12.0, 8.6)
_TITLE: dict[str, Any] = {"loc": "left", "fontsize": 12, "fontweight": "bold", "color": INK}


def plot_texture(
    face: ByteArray, path: str | os.PathLike[str] | None = None, *, block: int = BLOCK, title: str = ""
) -> bytes:
    """Plot how a face becomes codes and the codes become histograms.

    Parameters
    ----------
    face : ndarray of shape (H, W), uint8
        Grey picture of a face, three pixels high and wide at least.
    path : path-like, optional
        Where to write the PNG; nowhere by default.
    block : int
        Side of a block in pixels, 8 at least; 12 blocks at most fit into the face one way.
    title : str
        What stands above the face.

    Returns
    -------
    bytes
        The PNG. Above: the face with one pixel marked, the nine levels around it, and how they become its
        code. Below: the picture of codes, the blocks on the face, and each block's histogram of uniform
        patterns, where the bar of another colour stands for all that are not uniform.

    Raises
    ------
    InvalidArgumentError
        If the face has another shape, or the block does not fit into it or too often.
    OutputError
        If the file cannot be written.

    References
    ----------
    Figures 3 and 4 of the paper. Ojala, Pietikaeinen, Harwood (1996), doi:10.1016/0031-3203(95)00067-4;
    Ahonen, Hadid, Pietikaeinen (2006), doi:10.1109/TPAMI.2006.244.

    Examples
    --------
    >>> face = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    >>> plot_texture(face)[1:4]
    b'PNG'
    """
    check_picture(face, "face")
    low, high = max(LEAST_BLOCK, -(-max(face.shape) // MOST_BLOCKS)), min(face.shape)
    check_integer("block", block, low=low, high=high)
    codes = basic_local_binary_pattern(face)
    classes = uniform_patterns(codes)
    place = _telling_place(face, classes)
    figure = new_figure(*_SIZE)
    above, (left, middle, right) = figure.subplots(2, 3)
    _draw_thresholding(above, face, place, title)
    _show(left, codes)
    left.set_title("every pixel's code", **_TITLE)
    left.set_xlabel("0 black, 255 white", fontsize=10, color=INK)
    _show(middle, face)
    _draw_grid(middle, face.shape, block)
    middle.set_title(f"blocks of {block} x {block} pixels", **_TITLE)
    _draw_histograms(right, block_histograms(classes, block=block))
    return finish_figure(figure, path)


def _telling_place(face: ByteArray, classes: ByteArray) -> tuple[int, int]:
    """Return the pixel near the middle with the most contrast around it whose code is uniform."""
    windows = np.lib.stride_tricks.sliding_window_view(face, (3, 3))
    contrast = np.ptp(windows, axis=(2, 3)).astype(np.int64)  # (H - 2, W - 2)
    contrast[classes[1:-1, 1:-1] == UNIFORM_PATTERNS - 1] = -1
    top, left = (side // 4 for side in contrast.shape)  # hair and background lie outside
    inner = contrast[top : len(contrast) - top, left : contrast.shape[1] - left]
    row, column = np.unravel_index(inner.argmax(), inner.shape)
    return int(row) + top + 1, int(column) + left + 1


def _draw_thresholding(axes: Sequence[Axes], face: ByteArray, place: tuple[int, int], title: str) -> None:
    """Show the face, nine levels, their comparison and the code."""
    whole, levels, bits = axes
    row, column = place
    window = face[row - 1 : row + 2, column - 1 : column + 2]
    _show(whole, face)
    whole.plot(
        [column], [row], "s", markersize=11, markeredgecolor=VERMILLION, markerfacecolor="none", mew=2.2
    )
    whole.set_title(title or "face", **_TITLE)
    _show(levels, window)
    levels.set_title(f"nine pixels, around [{row}, {column}]", **_TITLE)
    for (y, x), level in np.ndenumerate(window):
        colour = "white" if level < 128 else INK
        levels.text(x, y, str(level), ha="center", va="center", fontsize=15, color=colour)
    _draw_bits(bits, window)


def _draw_bits(axes: Axes, window: ByteArray) -> None:
    """Draw which of the eight are at least as bright as the middle, and how they join into a code."""
    bright = (window >= window[1, 1]).astype(np.float64)
    axes.imshow(np.where(bright > 0, 0.93, 0.55), cmap="gray", vmin=0, vmax=1)
    digits = ""
    for number, (y, x) in enumerate(CLOCKWISE):
        bit = str(int(bright[y, x]))
        digits += bit
        axes.text(x, y - 0.08, bit, ha="center", va="center", fontsize=19, color=INK)
        axes.text(x, y + 0.3, f"{128 >> number}", ha="center", va="center", fontsize=9.5, color=INK)
    axes.text(1, 0.95, f"≥ {window[1, 1]} ?", ha="center", va="center", fontsize=14, color=VERMILLION)
    axes.text(1, 1.3, "small: its weight", ha="center", va="center", fontsize=9.5, color=INK)
    for edge in (0.5, 1.5):
        axes.axhline(edge, color="white", linewidth=2)
        axes.axvline(edge, color="white", linewidth=2)
    _bare(axes)
    axes.set_title(f"clockwise: {digits} = {int(digits, 2)}", **_TITLE)


def _show(axes: Axes, picture: ByteArray) -> None:
    """Show grey levels as they are, pixel by pixel."""
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color(FAINT)


def _draw_grid(axes: Axes, shape: tuple[int, ...], block: int) -> None:
    """Draw the borders of the blocks; what lies beyond the last whole one belongs to none."""
    height, width = (side // block * block for side in shape)
    for y in range(0, height + 1, block):
        axes.plot([-0.5, width - 0.5], [y - 0.5, y - 0.5], color=VERMILLION, linewidth=1.3)
    for x in range(0, width + 1, block):
        axes.plot([x - 0.5, x - 0.5], [-0.5, height - 0.5], color=VERMILLION, linewidth=1.3)
    axes.set_xlim(-0.5, shape[1] - 0.5)
    axes.set_ylim(shape[0] - 0.5, -0.5)


def _draw_histograms(axes: Axes, histograms: FloatArray) -> None:
    """Draw each block's histogram where the block is, all to one scale."""
    n_rows, n_columns, n_classes = histograms.shape
    top = float(histograms.max())
    for row, column in np.ndindex(n_rows, n_columns):
        left = column + 0.04 + 0.92 * np.arange(n_classes) / n_classes
        heights = 0.9 * histograms[row, column] / top
        colours = [BLUE] * (n_classes - 1) + [VERMILLION]
        axes.bar(left, heights, width=0.92 / n_classes, bottom=n_rows - 1 - row, align="edge", color=colours)
    axes.set_xlim(0, n_columns)
    axes.set_ylim(0, n_rows)
    axes.set_box_aspect(n_rows / n_columns)
    axes.set_xticks(range(n_columns + 1), [])
    axes.set_yticks(range(n_rows + 1), [])
    axes.tick_params(length=0)
    axes.grid(color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_color(FAINT)
    others = float(histograms[:, :, -1].sum() / histograms.sum())
    axes.set_title(f"{n_classes} classes of codes by block", **_TITLE)
    axes.set_xlabel(
        f"last bar: the {others:.0%} of codes that are not uniform", fontsize=10, color=VERMILLION
    )
