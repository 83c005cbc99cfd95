"""`lamplit light`: the light of pictures and of the faces in them, as numbers, words and histograms."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplit.analysis.analyzer import Analyzer
from lamplit.analysis.inputs import analyze_inputs
from lamplit.cli.analyze import EXIT_SOME_FAILED
from lamplit.cli.consoles import results_console, tell
from lamplit.cli.each_picture import going_on
from lamplit.core.values import InputResult
from lamplit.faces.detector import USUAL, list_detectors
from lamplit.imaging.images import DEFAULT_MAX_PIXELS
from lamplit.imaging.paths import find_images
from lamplit.report.documents import light_document
from lamplit.report.light_terminal import light_blocks
from lamplit.report.terminal import summary_line

if TYPE_CHECKING:
    from lamplit.cli.light_plots import LightPlots


def light(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Pictures, folders, or patterns such as 'day*/*.jpg'."),
    ],
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE|DIR", help="Write faces beside their histograms: a .png, or a folder."),
    ] = None,
    detector: Annotated[str, typer.Option(help=f"Face detector: {', '.join(list_detectors())}.")] = USUAL,
    min_size: Annotated[int | None, typer.Option(help="Smallest face in pixels.")] = None,
    max_pixels: Annotated[int, typer.Option(help="Refuse larger pictures.")] = DEFAULT_MAX_PIXELS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document per picture.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Read the light of pictures and of the faces in them.

    Of each: a verdict, the grey levels (0 black, 1 white), how much is clipped, the noise, and how much
    brighter the subject's left is than the right, up than down, and the surround than the face, in stops.
    The exit code is 1 when any input failed.
    """
    files = find_images(paths)
    view = _View(as_json=as_json, quiet=quiet)
    on_picture = None if plot is None else going_on(_plots(plot, files).add, view)
    analyzer = Analyzer(detector=detector, landmarks=False, min_size=min_size, max_pixels=max_pixels)
    for result in analyze_inputs(files, analyzer, on_picture=on_picture):
        view.add(result)
    view.finish()
    if plot is not None and not quiet and not as_json:
        tell(f"wrote {plot}")
    if view.n_failed:
        raise typer.Exit(EXIT_SOME_FAILED)


def _plots(place: Path, files: list[Path]) -> LightPlots:
    """Return where plots go."""
    # Here and not above: it needs the extra "train", without which the rest of the command must work.
    from lamplit.cli.light_plots import LightPlots

    return LightPlots(place, files)


@dataclass(slots=True)
class _View:
    """What the user sees of each picture as it comes, and the counts at the end."""

    as_json: bool
    quiet: bool
    statuses: Counter[str] = field(default_factory=Counter)
    n_failed: int = 0

    def add(self, result: InputResult) -> None:
        """Show one result."""
        self.statuses[result.status] += 1
        self.n_failed += result.failed
        if self.as_json and not self.quiet:
            print(json.dumps(light_document(result)), flush=True)
        elif result.frame is None:
            tell(f"{result.source}: {result.status}: {result.message}")
        elif not self.quiet:
            results_console().print(light_blocks(result.source, result.frame))

    def finish(self) -> None:
        """Print the counts where there is something to count."""
        if self.statuses.total() > 1 and not self.quiet and not self.as_json:
            results_console().print(summary_line(self.statuses), highlight=False, soft_wrap=True)
