"""`lamplit analyze`: pictures in, a table of faces and expressions out."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from lamplit.analysis.analyzer import Analyzer
from lamplit.analysis.inputs import OnPicture, analyze_inputs
from lamplit.cli.annotations import AnnotationFolder
from lamplit.cli.consoles import counting_progress, results_console, tell
from lamplit.cli.each_picture import going_on
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import InputResult
from lamplit.faces.detector import USUAL, list_detectors
from lamplit.imaging.images import DEFAULT_MAX_PIXELS
from lamplit.imaging.paths import find_images
from lamplit.report.documents import document_from
from lamplit.report.tables import Table, open_table
from lamplit.report.terminal import face_table, summary_line

LONG_RUN = 3
SHOWN = 200
EXIT_SOME_FAILED = 1


def analyze(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Pictures, folders, or patterns such as 'day*/*.jpg'."),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write one row per face to this .csv, .jsonl or .parquet file.")
    ] = None,
    annotate: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write pictures with boxes and probabilities here.")
    ] = None,
    landmarks: Annotated[
        bool, typer.Option("--landmarks", help="Write the 68 landmarks to the table, and draw them.")
    ] = False,
    weights: Annotated[
        str | None,
        typer.Option(
            help="Weights by size (nano, base, large) or name (see `lamplit weights`), an .onnx file with "
            "its card; cascade: the smallest answers first, the usual one only where that is unsure; "
            "committee: the mean of all three sizes, for accuracy."
        ),
    ] = None,
    detector: Annotated[str, typer.Option(help=f"Face detector: {', '.join(list_detectors())}.")] = USUAL,
    min_size: Annotated[int | None, typer.Option(help="Smallest face in pixels.")] = None,
    max_pixels: Annotated[int, typer.Option(help="Refuse larger pictures.")] = DEFAULT_MAX_PIXELS,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document per picture.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Find faces and the expressions that observers would see in them.

    Every input gets a row with a status; a bad file never stops the rest. The exit code is 1 when any input
    failed. A label says what observers call a face, not what a person feels.
    """
    if landmarks and out is None and annotate is None:
        hint = "--json has the landmarks anyway"
        raise InvalidArgumentError("--landmarks", "--out or --annotate, where they go", "neither", hint)
    files = find_images(paths)
    analyzer = Analyzer(
        weights=weights, detector=detector, min_size=min_size, max_pixels=max_pixels, device=device
    )
    view = _View(as_json=as_json, quiet=quiet)
    on_picture = (
        None
        if annotate is None
        else going_on(AnnotationFolder(annotate, files, landmarks=landmarks).add, view)
    )
    with ExitStack() as stack:
        table = (
            None
            if out is None
            else stack.enter_context(open_table(out, analyzer.labels, landmarks=landmarks))
        )
        _run(files, analyzer, on_picture, table, view)
    view.finish()
    _tell_places(out, annotate, quiet=quiet or as_json)
    if view.n_failed:
        raise typer.Exit(EXIT_SOME_FAILED)


def _run(
    files: list[Path], analyzer: Analyzer, on_picture: OnPicture | None, table: Table | None, view: _View
) -> None:
    """Analyse all files, each result going to the table and the view at once."""
    with counting_progress(hidden=view.quiet or len(files) < LONG_RUN) as progress:
        task = progress.add_task("analysing", total=len(files))
        for result in analyze_inputs(files, analyzer, on_picture=on_picture):
            if table is not None:
                table.write(result)
            view.add(result)
            progress.advance(task)


@dataclass(slots=True)
class _View:
    """What the user sees: a table at the end, or JSON as it comes."""

    as_json: bool
    quiet: bool
    statuses: Counter[str] = field(default_factory=Counter)
    n_failed: int = 0
    _shown: list[InputResult] = field(default_factory=list)

    def add(self, result: InputResult) -> None:
        """Take one result."""
        self.statuses[result.status] += 1
        self.n_failed += result.failed
        if self.quiet and result.failed:
            tell(f"{result.source}: {result.status}: {result.message}")
        elif self.as_json and not self.quiet:
            print(json.dumps(document_from(result)), flush=True)
        # The table keeps so many and no more, so that memory stays flat over a million pictures; what failed
        # has room of its own, because it is what the user has to look at.
        elif sum(kept.failed == result.failed for kept in self._shown) < SHOWN:
            self._shown.append(result)

    def finish(self) -> None:
        """Print the table and the summary."""
        if self.as_json or self.quiet:
            return
        console = results_console()
        console.print(face_table(self._shown))
        left_out = self.statuses.total() - len(self._shown)
        if left_out:
            console.print(f"… and {left_out:,} more inputs: give --out to keep every row", highlight=False)
        console.print(summary_line(self.statuses), highlight=False, soft_wrap=True)


def _tell_places(out: Path | None, annotate: Path | None, *, quiet: bool) -> None:
    """Say where results were written."""
    for place in (out, annotate):
        if place is not None and not quiet:
            tell(f"wrote {place}")
