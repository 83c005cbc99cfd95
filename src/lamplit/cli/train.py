"""`lamplit train`: a recipe in, a weight file with its card out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from lamplit.cli.consoles import counting_progress, messages_console, results_console

if TYPE_CHECKING:
    from lamplit.training.recipe import Recipe


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
    one that begins with detector- a face detector; --data is then the folder of all data sets.
    """
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.cli.finetune import finetune
    from lamplit.cli.train_detector import train_detector
    from lamplit.cli.train_landmarks import train_landmark_recipe
    from lamplit.training.finished import RUNS
    from lamplit.training.own_data import with_framing
    from lamplit.training.recipe import check_name, load_recipe
    from lamplit.training.recipe_files import task_of

    others = {"detector": train_detector, "landmarks": train_landmark_recipe}
    if (run := others.get(task_of(recipe))) is not None:
        run(recipe, data, out, name=name, quiet=quiet)
        return
    settings = load_recipe(recipe)
    check_name(settings.name if name is None else name, where="--name")
    folder = RUNS / settings.name if out is None else out
    if as_is is not None:
        settings = with_framing(settings, "as-is" if as_is else "find")
    if settings.finetune is not None:
        tables, lines = finetune(settings, data, folder, name=name or settings.name, hidden=quiet)
        _show(tables, lines, quiet=quiet)
        return
    _train_expression(settings, data, folder, name=name, start=start, quiet=quiet)


def _train_expression(
    settings: Recipe, data: Path, folder: Path, *, name: str | None, start: Path | None, quiet: bool
) -> None:
    """Train an expression network on a data set with votes."""
    from lamplit.cli.claims import write_claims
    from lamplit.cli.measure_card import measure_card
    from lamplit.training.devices import is_leader
    from lamplit.training.progress import TrainingProgress
    from lamplit.training.session import follow_training, read_data, run_training

    with counting_progress(hidden=quiet or not is_leader()) as reading:
        task = reading.add_task("reading pictures", total=None)
        faces = read_data(
            settings, data, on_picture=lambda n, of: reading.update(task, completed=n, total=of)
        )
    if not is_leader():
        follow_training(settings, faces, folder, start=start)
        return
    with TrainingProgress(settings.epochs, folder, messages_console(quiet=quiet)) as progress:
        card = run_training(settings, faces, folder, name=name, start=start, observer=progress)
    card, tables = measure_card(card, folder, data, hidden=quiet)
    places = [f"weights and card: {folder / card.file}"]
    if settings.claims:
        places.append(f"claimed and measured: {write_claims(settings, card, folder)}")
    _show(tables, places, quiet=quiet)


def _show(tables: Sequence[Table], lines: Sequence[str], *, quiet: bool) -> None:
    """Print what came out, unless nobody wants to see it."""
    if not quiet:
        results_console().print(*tables, *lines, sep="\n")
