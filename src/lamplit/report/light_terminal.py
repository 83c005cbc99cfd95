"""Light readings in the terminal: the numbers, and beside them the histogram in block characters."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from lamplit.core.light import LightReading
from lamplit.core.values import FrameResult
from lamplit.report.terminal import literal

_UNUSABLE, _WORD, _BARS, _MUTED = "bold red", "bold", "cyan", "dim"
_LINES = 5
_NUMBERS = 55
_NARROW, _WIDE = 16, 32
_EIGHTHS = " ▁▂▃▄▅▆▇█"


def light_blocks(source: str, frame: FrameResult) -> Group:
    """Lay out the light of a picture and of each face in it.

    Parameters
    ----------
    source : str
        What the picture is called.
    frame : FrameResult
        Its analysis.

    Returns
    -------
    rich.console.Group
        To print with a `rich.console.Console`: a line with the source, then a block for the picture and one
        for each face. A block has the verdict, the numbers of the reading, and the histogram with dark at the
        left and its fullest bin as high as there is room. It fits 80 columns; in 100 the histogram has 32
        bins instead of 16.

    Notes
    -----
    "range" is p95 - p05, "stops" the dynamic range, "black" and "white" the shares of clipped pixels; the
    last three numbers are ratios in stops (see `lamplit.core.light.LightReading`).

    Examples
    --------
    >>> import numpy as np
    >>> from lamplit.light import measure
    >>> frame = FrameResult(faces=(), light=measure(np.full((8, 8), 51, np.uint8)), height=8, width=8)
    >>> title, picture, _ = light_blocks("a.png", frame).renderables
    >>> print(title)
    a.png  8x8, no face
    """
    faces = "no face" if not frame else "1 face" if len(frame) == 1 else f"{len(frame)} faces"
    title = Text.assemble(literal(source), "  ", (f"{frame.width}x{frame.height}, {faces}", _MUTED))
    blocks = [_block("picture", frame.light)]
    blocks += [_block(f"face {number}", face.light) for number, face in enumerate(frame)]
    return Group(title, *blocks, Text())


def _block(name: str, light: LightReading) -> Table:
    """Set name, numbers and histogram of one reading side by side."""
    block = Table.grid(padding=(0, 1, 0, 0))
    # What may not wrap keeps its width, so that the histogram alone makes room where there is little.
    block.add_column(min_width=7, no_wrap=True)
    block.add_column(min_width=_NUMBERS, no_wrap=True)
    block.add_column()
    block.add_row(Text(name, _MUTED), Group(_verdict(light), _numbers(light)), _Histogram(light.histogram))
    return block


def _verdict(light: LightReading) -> Text:
    """Say what the reading amounts to."""
    words = Text(" + ".join(light.verdict), _WORD)
    return words if light.usable else Text.assemble(words, ", ", ("unusable", _UNUSABLE))


def _numbers(light: LightReading) -> Table:
    """Set out the numbers in four columns, alike in every block."""
    backlight = "-" if light.backlight is None else f"{light.backlight:+.2f}"
    columns = (
        {
            "mean": f"{light.mean:.2f}",
            "median": f"{light.median:.2f}",
            "contrast": f"{light.contrast:.2f}",
            "range": f"{light.contrast_range:.2f}",
        },
        {name: f"{getattr(light, name):.2f}" for name in ("p01", "p05", "p95", "p99")},
        {
            "stops": f"{light.dynamic_range:.1f}",
            "entropy": f"{light.entropy:.1f}",
            "noise": f"{light.noise:.3f}",
            "black": f"{light.clipped_dark:.1%}",
        },
        {
            "white": f"{light.clipped_bright:.1%}",
            "left/right": f"{light.left_right:+.2f}",
            "up/down": f"{light.up_down:+.2f}",
            "backlight": backlight,
        },
    )
    table = Table.grid(padding=(0, 1, 0, 0))
    for column, width in zip(columns, (4, 4, 6, 6), strict=True):
        table.add_column(style=_MUTED, no_wrap=True, min_width=max(map(len, column)))
        table.add_column(justify="right", no_wrap=True, min_width=width)
    for line in zip(*(column.items() for column in columns), strict=True):
        table.add_row(*(cell for pair in line for cell in pair))
    return table


@dataclass(frozen=True)
class _Histogram:
    """A cell with a histogram as bars."""

    counts: tuple[int, ...]

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(_NARROW, _WIDE)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        n_bins = _WIDE if options.max_width >= _WIDE else _NARROW
        for line in bar_lines(self.counts, n_bins=n_bins, ascii_only=options.ascii_only):
            yield Text(line, _BARS, no_wrap=True)


def bar_lines(counts: tuple[int, ...], *, n_bins: int, ascii_only: bool = False) -> list[str]:
    """Draw a histogram from block characters.

    Parameters
    ----------
    counts : tuple of 256 int
        Number of pixels at each level; without pixels no bar is drawn.
    n_bins : int
        How many bars, a divisor of 256.
    ascii_only : bool
        Whether only ASCII may be used; then heights are whole characters.

    Returns
    -------
    list of str
        Five lines of `n_bins` characters, from the top. A bin that holds any pixel at all has a bar.

    Examples
    --------
    >>> counts = [0] * 256
    >>> counts[0], counts[255] = 80, 1
    >>> for line in bar_lines(tuple(counts), n_bins=4):
    ...     print(line.replace(" ", "."))
    █...
    █...
    █...
    █...
    █..▁
    """
    size = 256 // n_bins
    bins = [sum(counts[size * number : size * (number + 1)]) for number in range(n_bins)]
    steps = 1 if ascii_only else len(_EIGHTHS) - 1
    marks = " #" if ascii_only else _EIGHTHS
    most = max(*bins, 1)
    heights = [max(round(count * _LINES * steps / most), 1) if count else 0 for count in bins]
    return [
        "".join(marks[min(max(height - line * steps, 0), steps)] for height in heights)
        for line in reversed(range(_LINES))
    ]
