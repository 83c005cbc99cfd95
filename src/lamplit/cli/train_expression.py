"""What `lamplit train` does with a recipe of expressions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from lamplit.cli.claims import write_claims
from lamplit.cli.consoles import counting_progress, messages_console, results_console
from lamplit.cli.finetune import finetune
from lamplit.cli.measure_card import measure_card
from lamplit.training.devices import is_leader
from lamplit.training.finished import RUNS
from lamplit.training.progress import TrainingProgress
from lamplit.training.recipe import Recipe, check_name
from lamplit.training.session import follow_training, read_data, run_training


def train_expression(
    settings: Recipe, data: Path, out: Path | None, *, name: str | None, start: Path | None, quiet: bool
) -> None:
    """Train or fine-tune an expression network; with the same folder, go on where the last run stopped.

    Parameters
    ----------
    settings : Recipe
        How.
    data : Path
        Folder or zip with the data set that the recipe names.
    out : Path, optional
        Folder of the run; by default `runs/<recipe>`.
    name : str, optional
        Name of the weights; by default that of the recipe.
    start : Path, optional
        Folder of the run that the recipe starts from, if it names one.
    quiet : bool
        Whether to print nothing.
    """
    check_name(settings.name if name is None else name, where="--name")
    folder = RUNS / settings.name if out is None else out
    if settings.finetune is not None:
        tables, lines = finetune(settings, data, folder, name=name or settings.name, hidden=quiet)
        _show(tables, lines, quiet=quiet)
        return
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
