"""`lamplit evaluate cascade`: several weights in a cascade, accuracy against mean milliseconds."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from lamplit.cli.consoles import results_console, tell
from lamplit.core.files import make_folder


def evaluate_cascade(
    weights: Annotated[
        list[str],
        typer.Argument(help="Two or more weights, by size or name or as .onnx files with their cards."),
    ],
    data: Annotated[Path, typer.Option(help="Folder or zip with FER+.", envvar="LAMPLIT_DATA")],
    split: Annotated[str, typer.Option(help="training, validation or test.")] = "validation",
    most_loss: Annotated[
        float, typer.Option(min=0.0, max=0.5, help="Accuracy that the cascade may lose to its last network.")
    ] = 0.002,
    rule: Annotated[
        str, typer.Option(help="How sure an answer is: its probability, or its margin to the second.")
    ] = "probability",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for figures and plot.")] = Path(
        "results/cascade"
    ),
    threads: Annotated[int, typer.Option(min=1, help="Threads of one call.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Chain weights, fastest first: a face goes on to the next only where the present one is unsure.

    Thresholds are chosen on every other face of the split, in good light and six bad ones together; what is
    shown is measured on the rest.
    """
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.cli.measure_cascade import cascade_table, light_table, measure_cascade, write_cascade
    from lamplit.core.errors import InvalidArgumentError
    from lamplit.expression.classifier import ExpressionClassifier

    if len(weights) < 2:
        raise InvalidArgumentError("WEIGHTS", "at least two", str(len(weights)), "lamplit weights lists some")
    classifiers = [ExpressionClassifier(name, threads=threads) for name in weights]
    make_folder(out)  # what cannot be written is told before the work
    measured = measure_cascade(classifiers, data, split, most_loss=most_loss, rule=rule, hidden=quiet)
    figures = {
        "dataset": "FER+",
        "split": split,
        "protocol": "majority",
        "passes": "single pass",
        "rule": rule,
        "most_loss": most_loss,
        "threads": threads,
        "command": shlex.join(["lamplit", *sys.argv[1:]]),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **measured.as_dict(),
    }
    title = f"FER+ {split}, majority, single pass, good light: every other of {measured.faces:,} faces"
    write_cascade(out, figures, title=title)
    if as_json:
        print(json.dumps(figures, indent=2))
    elif not quiet:
        results_console().print(cascade_table(figures, title=title), light_table(figures))
    if not quiet:
        tell(f"wrote {out / 'cascade.json'} and cascade.png")
