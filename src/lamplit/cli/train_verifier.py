"""`lamplit train verifier-...`: a recipe in, a verifier of faces with its card out."""

from __future__ import annotations

from pathlib import Path

from lamplit.cli.consoles import messages_console, results_console


def train_verifier(recipe: str, data: Path, out: Path | None, *, name: str | None, quiet: bool) -> None:
    """Train a verifier; called again with the same folder, go on where the last run stopped.

    Parameters
    ----------
    recipe : str
        Name of a verifier's recipe, or the path of one's own.
    data : Path
        Folder with the data sets.
    out : Path, optional
        Folder of the run; by default `runs/RECIPE`.
    name : str, optional
        Name of the verifier; by default `<recipe>-v1`.
    quiet : bool
        Whether nothing is printed.
    """
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.training.checkpoint import load_checkpoint
    from lamplit.training.finished import RUNS
    from lamplit.training.progress import TaskProgress
    from lamplit.training.recipe import check_name
    from lamplit.training.scenes.stock import read_scene_stocks
    from lamplit.training.task_loop import run_task
    from lamplit.training.verifier.publish import publish_verifier
    from lamplit.training.verifier.recipe import load_verifier_recipe
    from lamplit.training.verifier.task import VerifierTask

    settings = load_verifier_recipe(recipe)
    called = f"{settings.name}-v1" if name is None else name
    check_name(called, where="--name")
    folder = RUNS / settings.name if out is None else out
    console = messages_console(quiet=quiet)
    with console.status("reading pictures"):
        stocks = read_scene_stocks(data)
        task = VerifierTask(settings, stocks)
    with TaskProgress(settings.epochs, folder, console) as progress:
        network = run_task(task, settings.schedule, folder, observer=progress)
    checkpoint = load_checkpoint(folder)
    details = {"commit": "", "history": []} if checkpoint is None else checkpoint.details
    sources = stocks.training.sources
    card = publish_verifier(network, settings, folder, name=called, sources=sources, details=details)
    if not quiet:
        measured = (f"{row['protocol']}: recall {row['recall']}, {row['alone']}" for row in card.metrics)
        results_console().print(f"weights and card: {folder / card.file}", *measured, sep="\n")
