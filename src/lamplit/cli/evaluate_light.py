"""`lamplit evaluate light`: accuracy as a function of light, for lamplit's weights or anybody's model."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from lamplit.cli.consoles import messages_console, results_console
from lamplit.core.files import make_folder, write_atomically
from lamplit.datasets.ferplus import SIDE, SPLITS, VOTES_FILE
from lamplit.light.gauntlet import GAUNTLET_VERSION
from lamplit.light.templates import DEFAULT
from lamplit.weights.assets import load_asset

MOST_POINTS = 200
"""Points of a risk-coverage curve in the file: as fine as a plot shows, without one for every face."""


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
    from lamplit.report.gauntlet_plot import plot_gauntlet
    from lamplit.report.gauntlet_terminal import gauntlet_table
    from lamplit.report.risk_plot import plot_risk_coverage

    named = model_from(weights, model, device=device)
    # Before the work, so that a place where nothing can be written is told at once.
    folder = make_folder(Path("results") / f"{named.name}-light" if out is None else out)
    gauntlet = measure_gauntlet(named, data, split, short=short, seed=seed, hidden=quiet)
    scores = gauntlet.as_dict()
    figures: dict[str, Any] = {
        "model": named.name,
        "sha256": named.sha256,
        **_conditions(split),
        "command": shlex.join(["lamplit", *sys.argv[1:]]),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **scores,
        "risk_coverage": {name: _thinned(curve) for name, curve in gauntlet.risk_curves().items()},
    }
    write_atomically(folder / "light.json", (json.dumps(figures, indent=2) + "\n").encode())
    plot_gauntlet({named.name: scores}, folder / "light.png")
    plot_risk_coverage(gauntlet.risk_curves(), folder / "risk-coverage.png")
    if as_json:
        print(json.dumps(figures, indent=2))
    elif not quiet:
        title = f"{named.name} on FER+ {split}, majority, single pass, {scores['faces']:,} faces"
        results_console().print(gauntlet_table(scores, title=title))
    if not quiet:
        wrote = f"wrote {folder / 'light.json'}, light.png and risk-coverage.png"
        messages_console().print(wrote, soft_wrap=True, highlight=False, markup=False)


def _conditions(split: str) -> dict[str, Any]:
    """Return what else decides the pixels that were seen and the labels that were asked for."""
    templates, _ = load_asset(DEFAULT)
    return {
        "dataset": "FER+",
        "split": split,
        "protocol": "majority",
        "faces_chosen": f"the rows of {VOTES_FILE} with Usage {SPLITS[split][0]} and a picture in which "
        "one expression has more than half of the votes, in their order; votes that only one person gave are "
        "dropped before, those for unknown and NF count in the sum",
        "face_size": [SIDE, SIDE],
        "passes": "single pass",
        "gauntlet_version": GAUNTLET_VERSION,
        "lamplit_version": version("lamplit"),
        "numpy_version": version("numpy"),  # another one may draw other photons from the same seed
        "light_templates": {"name": templates.name, "sha256": templates.sha256},
    }


def _thinned(curve: Mapping[str, Any]) -> dict[str, Any]:
    """Return a curve with at most `MOST_POINTS` points, first and last among them; single figures stay."""
    n = len(curve["threshold"])
    last = min(n, MOST_POINTS) - 1
    kept = [round(i * (n - 1) / max(last, 1)) for i in range(last + 1)]
    return {
        key: [round(value[i], 6) for i in kept] if isinstance(value, list) else value
        for key, value in curve.items()
    }
