"""`lamplit texture`: how local binary patterns see the faces of pictures, as pictures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from lamplit.analysis.analyzer import Analyzer
from lamplit.analysis.inputs import analyze_inputs
from lamplit.cli.analyze import EXIT_SOME_FAILED
from lamplit.cli.consoles import results_console, tell
from lamplit.cli.each_picture import going_on
from lamplit.core.arrays import ByteArray
from lamplit.core.values import InputResult
from lamplit.faces.detector import USUAL, list_detectors
from lamplit.imaging.images import DEFAULT_MAX_PIXELS
from lamplit.imaging.paths import find_images
from lamplit.report.terminal import summary_line


def texture(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Pictures, folders, or patterns such as 'day*/*.jpg'."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Write one .png of each face to this folder.")],
    block: Annotated[int, typer.Option(help="Side of a block in pixels, of a face of 128 x 128.")] = 32,
    detector: Annotated[str, typer.Option(help=f"Face detector: {', '.join(list_detectors())}.")] = USUAL,
    min_size: Annotated[int | None, typer.Option(help="Smallest face in pixels.")] = None,
    max_pixels: Annotated[int, typer.Option(help="Refuse larger pictures.")] = DEFAULT_MAX_PIXELS,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Draw the local binary patterns of faces: one pixel's code, the picture of codes, blocks and histograms.

    The exit code is 1 when any input failed.
    """
    # Here and not above: plots need the extra "train", without which other commands must work.
    from lamplit.cli.texture_plots import TexturePlots

    files = find_images(paths)
    plots = TexturePlots(out, files, block=block)
    view = _View(quiet=quiet)

    def draw(pixels: ByteArray, result: InputResult) -> None:
        view.written = []
        view.written = plots.add(pixels, result)

    analyzer = Analyzer(detector=detector, landmarks=False, min_size=min_size, max_pixels=max_pixels)
    for result in analyze_inputs(files, analyzer, on_picture=going_on(draw, view)):
        view.add(result)
    view.finish()
    if view.n_failed:
        raise typer.Exit(EXIT_SOME_FAILED)


class _View:
    """What the user sees of each picture as it comes, and the counts at the end."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.n_failed = 0
        self.written: list[Path] = []
        self._statuses: Counter[str] = Counter()

    def add(self, result: InputResult) -> None:
        """Show one result."""
        self._statuses[result.status] += 1
        self.n_failed += result.failed
        if result.frame is None:
            tell(f"{result.source}: {result.status}: {result.message}")
        elif not self.quiet:
            for line in [f"wrote {path}" for path in self.written] or [f"{result.source}: no face"]:
                results_console().print(line, soft_wrap=True, highlight=False, markup=False)

    def finish(self) -> None:
        """Print the counts where there is something to count."""
        if self._statuses.total() > 1 and not self.quiet:
            results_console().print(summary_line(self._statuses), highlight=False, soft_wrap=True)
