"""`lamplit weights quantize`: weights in float in, weights in 8 bits out, measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lamplit.cli.consoles import counting_progress, messages_console, results_console, tell
from lamplit.core.files import make_folder
from lamplit.weights.assets import is_asset
from lamplit.weights.registry import FLOAT_EXPRESSION


def quantize(
    data: Annotated[
        Path,
        typer.Option(
            help="Folder or zip with FER+; for networks of faces the folder of all data sets.",
            envvar="LAMPLIT_DATA",
        ),
    ],
    weights: Annotated[
        str, typer.Argument(help="Weights in float, by name or as an .onnx file with its card.")
    ] = FLOAT_EXPRESSION,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the file and its card.")] = Path(
        "results/int8"
    ),
    faces: Annotated[int, typer.Option(min=1, help="Training faces that set the ranges.")] = 552,
    seed: Annotated[int, typer.Option(min=0, help="Seed of their choice and of their light's noise.")] = 0,
    in_float: Annotated[
        str, typer.Option(metavar="A,B,...", help="Convolutions that stay in float, by their names.")
    ] = "",
    measure: Annotated[bool, typer.Option(help="Measure the file for its card; takes minutes.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Write weights again in 8 bits, as NAME-int8.onnx with its own card, and measure them.

    The convolutions calculate in 8 bits; their ranges come from training faces of FER+ in good light and in
    all lights of the gauntlet. The card gives the figures on validation faces, as after a training.

    Detectors, verifiers and landmark networks are written in 8 bits, too; their ranges come from what they
    were trained on, and their cards say how far the answers lie from those in float.
    """
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.cli.measure_card import measure_card
    from lamplit.datasets.ferplus import read_ferplus
    from lamplit.training.quantized import publish_quantized
    from lamplit.training.quantized_faces import publish_quantized_asset

    make_folder(out)  # what cannot be written is told before the work
    if is_asset(weights):
        with messages_console(quiet=quiet).status("composing pictures, setting ranges"):
            asset = publish_quantized_asset(weights, data, out, seed=seed)
        if not quiet:
            tell(f"wrote {out / asset.file} ({asset.size_bytes / 1e6:.1f} MB) and its card")
        return
    with counting_progress(hidden=quiet) as progress:
        task = progress.add_task("reading pictures", total=None)
        training = read_ferplus(
            data,
            "training",
            on_picture=lambda done, total: progress.update(task, completed=done, total=total),
        )
        progress.add_task("setting ranges", total=None)
        names = [name.strip() for name in in_float.split(",") if name.strip()]
        card = publish_quantized(weights, training, out, n_faces=faces, seed=seed, in_float=names)
    if measure:
        card, tables = measure_card(card, out, data, hidden=quiet)
        if not quiet:
            results_console().print(*tables, sep="\n")
    if not quiet:
        tell(f"wrote {out / card.file} ({card.size_bytes / 1e6:.1f} MB) and its card")
