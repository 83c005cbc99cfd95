"""`lamplit evaluate light`: accuracy as a function of light, for lamplit's weights or anybody's model."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from lamplit.cli.consoles import messages_console, results_console


def evaluate_light(
    data: Annotated[Path, typer.Option(help="Folder or zip with FER+.", envvar="LAMPLIT_DATA")],
    split: Annotated[str, typer.Option(help="training, validation or test.")] = "validation",
    weights: Annotated[
        str | None,
        typer.Option(help="Weights by name (see `lamplit weights`) or an .onnx file with its card."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE:FUNCTION",
            help="Your own model instead: maps (n, 48, 48) uint8 to (n, 8) probabilities.",
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
    from lamplit.cli.measure_light import measure_gauntlet
    from lamplit.cli.models import model_from
    from lamplit.core.files import write_atomically
    from lamplit.report.gauntlet_plot import plot_gauntlet
    from lamplit.report.gauntlet_terminal import gauntlet_table
    from lamplit.report.risk_plot import plot_risk_coverage

    named = model_from(weights, model, device=device)
    gauntlet = measure_gauntlet(named, data, split, short=short, seed=seed, hidden=quiet)
    scores = gauntlet.as_dict()
    figures: dict[str, Any] = {
        "model": named.name,
        "sha256": named.sha256,
        "dataset": "FER+",
        "split": split,
        "protocol": "majority",
        "passes": "single pass",
        "command": shlex.join(["lamplit", *sys.argv[1:]]),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **scores,
    }
    folder = Path("results") / f"{named.name}-light" if out is None else out
    write_atomically(folder / "light.json", (json.dumps(figures, indent=2) + "\n").encode())
    plot_gauntlet({named.name: scores}, folder / "light.png")
    plot_risk_coverage(gauntlet.risk_curves(), gauntlet.least_probability, folder / "risk-coverage.png")
    if as_json:
        print(json.dumps(figures, indent=2))
    elif not quiet:
        title = f"{named.name} on FER+ {split}, majority, single pass, {scores['faces']:,} faces"
        results_console().print(gauntlet_table(scores, title=title))
    if not quiet:
        messages_console().print(
            f"wrote {folder / 'light.json'} and light.png", soft_wrap=True, highlight=False, markup=False
        )
