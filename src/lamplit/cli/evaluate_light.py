"""`lamplit evaluate light`: accuracy as a function of light, for lamplit's weights or anybody's model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lamplit.cli.consoles import results_console, tell
from lamplit.core.files import make_folder


def evaluate_light(
    data: Annotated[Path, typer.Option(help="Folder or zip with FER+.", envvar="LAMPLIT_DATA")],
    split: Annotated[str, typer.Option(help="training, validation or test.")] = "validation",
    weights: Annotated[
        str | None,
        typer.Option(
            help="Weights by size (nano, base, large) or name (see `lamplit weights`), or an .onnx file with "
            "its card."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE:FUNCTION",
            help="Your own model instead: maps (n, 48, 48) uint8 to (n, 8) probabilities.",
        ),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...",
            help="Your model's columns, if not all eight in lamplit's order; other faces are left out.",
        ),
    ] = None,
    short: Annotated[bool, typer.Option(help="Only the seven lights of the short protocol.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of photons and read noise.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for plot and figures.", show_default="results/NAME-light"),
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Run the light gauntlet: every condition at five strengths, as a table, a plot and JSON."""
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.cli.gauntlet_files import gauntlet_figures, write_gauntlet
    from lamplit.cli.measure_light import measure_gauntlet
    from lamplit.cli.models import model_from
    from lamplit.report.gauntlet_terminal import gauntlet_table

    named = model_from(weights, model, device=device, labels=labels)
    # Before the work, so that a place where nothing can be written is told at once.
    folder = make_folder(Path("results") / f"{named.name}-light" if out is None else out)
    gauntlet = measure_gauntlet(named, data, split, short=short, seed=seed, hidden=quiet)
    figures = gauntlet_figures(named, gauntlet, split)
    write_gauntlet(folder, figures, gauntlet)
    if as_json:
        print(json.dumps(figures, indent=2))
    elif not quiet:
        title = f"{named.name} on FER+ {split}, majority, single pass, {figures['faces']:,} faces"
        results_console().print(gauntlet_table(gauntlet.as_dict(), title=title))
    if not quiet:
        tell(f"wrote {folder / 'light.json'}, light.png, reliability.png and risk-coverage.png")
