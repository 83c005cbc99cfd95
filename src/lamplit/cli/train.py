"""`lamplit train`: a recipe in, a weight file with its card out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lamplit.core.errors import InvalidArgumentError


def train(
    recipe: Annotated[
        str, typer.Argument(help="Name of a recipe of lamplit, or the path of your own .toml file.")
    ],
    data: Annotated[
        Path,
        typer.Option(help="Folder or zip with the data set that the recipe names.", envvar="LAMPLIT_DATA"),
    ],
    out: Annotated[Path | None, typer.Option(help="Folder of the run.", show_default="runs/RECIPE")] = None,
    start: Annotated[
        Path | None,
        typer.Option(help="Run that the recipe starts from, if it names one.", show_default="runs/START"),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the weights.", show_default="RECIPE")] = None,
    as_is: Annotated[
        bool | None,
        typer.Option(
            "--as-is/--find-faces",
            help="For recipes that fine-tune: pictures are face crops already, or photos to find a face in.",
            show_default="crops where no face is found",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Train a model; called again with the same --out, go on where the last run stopped.

    The folder gets a checkpoint, log.csv and curves.png after every epoch, and at the end the weights (.onnx)
    with their card (.json), measured on the validation split. On several devices:
    torchrun --nproc_per_node N -m lamplit train RECIPE --data DIR

    The recipe finetune learns labels of your own from a folder of pictures per label, or a CSV with the
    columns path, label and person. A recipe whose name begins with landmarks- trains 68 landmarks of a face,
    one that begins with detector- a face detector, one that begins with verifier- what looks again at what
    the detector proposes; --data is then the folder of all data sets.
    """
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.cli.train_detector import train_detector
    from lamplit.cli.train_expression import train_expression
    from lamplit.cli.train_landmarks import train_landmark_recipe
    from lamplit.cli.train_verifier import train_verifier
    from lamplit.training.own_data import with_framing
    from lamplit.training.recipe import load_recipe
    from lamplit.training.recipe_files import task_of

    task = task_of(recipe)
    if task in ("detector", "landmarks", "verifier"):
        if as_is is not None or (start is not None and task == "verifier"):
            option = "--as-is/--find-faces" if as_is is not None else "--start"
            required = "a recipe of expressions" if as_is is not None else "a recipe that starts from a run"
            raise InvalidArgumentError(option, required, f"the recipe {recipe}")
        if task == "verifier":
            train_verifier(recipe, data, out, name=name, quiet=quiet)
        else:
            run = train_detector if task == "detector" else train_landmark_recipe
            run(recipe, data, out, name=name, start=start, quiet=quiet)
        return
    settings = load_recipe(recipe)
    if as_is is not None:
        settings = with_framing(settings, "as-is" if as_is else "find")
    train_expression(settings, data, out, name=name, start=start, quiet=quiet)
