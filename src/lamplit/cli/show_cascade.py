"""`lamplit cascade show`: what a cascade is made of, as a table and as a picture of its first features."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lamplit.boosting.cascade_files import read_cascade
from lamplit.cli.consoles import results_console, tell
from lamplit.report.cascade_terminal import cascade_rows, cascade_table


def show_cascade(
    file: Annotated[Path, typer.Argument(help="A cascade: OpenCV's XML or lamplit's JSON.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="The picture.", show_default="results/NAME-features.png"),
    ] = None,
    per_stage: Annotated[int, typer.Option(min=1, max=12, help="Features drawn of each stage.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the stages as JSON; draw nothing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Show the stages of a cascade, and draw the first features of each."""
    cascade = read_cascade(file)
    height, width = cascade.window
    if as_json:
        about = {"kind": cascade.kind, "height": height, "width": width, "stages": cascade_rows(cascade)}
        print(json.dumps(about, indent=2))
        return
    kind = {"haar": "Haar-like features", "lbp": "local binary patterns"}[cascade.kind]
    if not quiet:
        title = f"{file.name}: {kind} in a window of {height} x {width} pixels"
        results_console().print(cascade_table(cascade, title=title))
    # Here and not above: plots need the extra "train", without which the table must work.
    from lamplit.report.cascade_plot import plot_cascade

    path = Path("results") / f"{file.stem}-features.png" if out is None else out
    plot_cascade(cascade, path, title=file.name, per_stage=per_stage)
    if not quiet:
        tell(f"wrote {path}")
