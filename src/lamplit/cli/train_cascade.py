"""`lamplit cascade train`: a recipe in, a boosted cascade with its card out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lamplit.cli.consoles import messages_console, results_console, tell


def train_cascade(
    recipe: Annotated[
        str, typer.Argument(help="Name of a cascade recipe of lamplit, or the path of your own .toml file.")
    ],
    data: Annotated[
        Path,
        typer.Option(
            help="Folder with ferplus.zip, CroppedYale.zip and no-faces.zip.", envvar="LAMPLIT_DATA"
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="Folder of the run.", show_default="runs/RECIPE")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the cascade.", show_default="RECIPE-v1")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Train a boosted cascade; called again with the same --out, go on after the last finished stage.

    The folder gets the stages so far and errors.png after every stage, and at the end the cascade with its
    card, measured on faces and pictures that it has not seen, and first-features.png.
    """
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.report.cascade_terminal import cascade_table
    from lamplit.report.haar_drawing import draw_haar_features
    from lamplit.training.cascade_faces import average_face
    from lamplit.training.cascade_metrics import cascade_metrics
    from lamplit.training.cascade_progress import CascadeProgress
    from lamplit.training.cascade_publish import publish_cascade
    from lamplit.training.cascade_recipe import load_cascade_recipe
    from lamplit.training.cascade_training import finished_cascade, read_cascade_data
    from lamplit.training.cascade_training import train_cascade as run
    from lamplit.training.cascade_windows import first_features
    from lamplit.training.finished import RUNS
    from lamplit.training.recipe import check_name

    settings = load_cascade_recipe(recipe)
    called = f"{settings.name}-v1" if name is None else name
    check_name(called, where="--name")
    folder = RUNS / settings.name if out is None else out
    read = read_cascade_data(settings, data)
    with CascadeProgress(folder, messages_console(quiet=quiet)) as progress:
        state = run(settings, read, folder, progress)
    cascade = finished_cascade(state)
    metrics = cascade_metrics(cascade, data, least_contrast=settings.least_contrast)
    card = publish_cascade(cascade, settings, read, folder, name=called, metrics=metrics)
    face = average_face(read.faces, settings.window)
    draw_haar_features(face, first_features(cascade, 5), folder / "first-features.png")
    if not quiet:
        results_console().print(cascade_table(cascade, title=f"{called}: {state.finished}"))
        for row in metrics:
            tell(", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in row.items()))
        tell(f"wrote {folder / card.file}")
