"""`lamplit calibrate`: new temperatures and thresholds for weights that are there, without training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lamplit.cli.consoles import results_console, tell


def calibrate(
    weights: Annotated[
        str,
        typer.Argument(
            help="Weights by size or name (see `lamplit weights`) or an .onnx file with its card."
        ),
    ],
    data: Annotated[Path, typer.Option(help="Folder or zip with FER+.", envvar="LAMPLIT_DATA")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the copy.", show_default="results/NAME-calibrated"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Fit the temperatures of weights anew, choose their thresholds for doubt, measure both.

    The folder gets a copy of the weights with a new card, and reliability.png. Temperatures are fitted to the
    faces that the training held back, in all lights of the gauntlet; thresholds and figures are those of the
    validation split.
    """
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.cli.calibration_table import calibration_table
    from lamplit.cli.fit_calibration import check_holds_back_faces
    from lamplit.cli.gauntlet_files import shown
    from lamplit.cli.measure_card import complete_card
    from lamplit.core.files import write_atomically
    from lamplit.report.reliability_plot import plot_reliability_by_light
    from lamplit.weights.cards import write_card
    from lamplit.weights.store import load_weights

    before, content = load_weights(weights)
    check_holds_back_faces(before)
    folder = Path("results") / f"{before.name}-calibrated" if out is None else out
    write_atomically(folder / before.file, content)
    write_card(before, (folder / before.file).with_suffix(".json"))
    after, _, gauntlet = complete_card(before, folder, data, hidden=quiet)
    plot_reliability_by_light(shown(gauntlet), folder / "reliability.png")
    if not quiet:
        results_console().print(calibration_table(before, after))
        if after.temperature == before.temperature and after.calibration == before.calibration:
            tell("the temperatures stay as they were: too few held-out faces with a majority, or nothing new")
        tell(f"wrote {folder / after.file}, its card and reliability.png")
