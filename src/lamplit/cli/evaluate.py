"""`lamplit evaluate`: how good weights are on a labelled split, as tables and as a page."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from lamplit.cli.consoles import results_console, tell


def evaluate(
    data: Annotated[Path, typer.Option(help="Folder or zip with FER+.", envvar="LAMPLIT_DATA")],
    split: Annotated[str, typer.Option(help="training, validation or test.")] = "validation",
    weights: Annotated[
        str | None,
        typer.Option(
            help="Weights by size (nano, base, large) or name (see `lamplit weights`), or an .onnx file with "
            "its card."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for page and plots.", show_default="results/WEIGHTS-SPLIT"),
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "cpu",
    flips: Annotated[bool, typer.Option(help="Ask of both mirror images; the mean counts.")] = False,
    upright: Annotated[
        bool, typer.Option(help="Ask of faces brought upright, too; the mean counts.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Measure weights on FER+ (majority protocol) and write an HTML page with plots."""
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.cli.evaluation_page import write_page
    from lamplit.cli.measure import evaluate_split, evaluation_tables
    from lamplit.expression.classifier import ExpressionClassifier

    classifier = ExpressionClassifier(weights, device=device, flips=flips, upright=upright)
    name = classifier.card.name
    evaluation = evaluate_split(classifier, data, split, hidden=quiet)
    folder = Path("results") / f"{name}-{split}" if out is None else out
    command = shlex.join(["lamplit", *sys.argv[1:]])
    figures: dict[str, Any] = {
        "weights": name,
        "sha256": classifier.card.sha256,
        "dataset": "FER+",
        "split": split,
        "protocol": "majority",
        "passes": classifier.passes,
        "command": command,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **evaluation.as_dict(),
    }
    page = write_page(folder, figures, history=classifier.card.history)
    if as_json:
        print(json.dumps(figures, indent=2))
    elif not quiet:
        tables = evaluation_tables(evaluation, title=f"{name} on FER+ {split}, majority, {classifier.passes}")
        results_console().print(*tables, sep="\n")
    if not quiet:
        tell(f"wrote {page}")
