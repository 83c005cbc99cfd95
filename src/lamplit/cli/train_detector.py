"""`lamplit train detector-...`: a recipe in, a face detector with its card out."""

from __future__ import annotations

from pathlib import Path

from lamplit.cli.consoles import messages_console, results_console


def train_detector(
    recipe: str, data: Path, out: Path | None, *, name: str | None, quiet: bool, start: Path | None = None
) -> None:
    """Train a face detector; called again with the same folder, go on where the last run stopped.

    Parameters
    ----------
    recipe : str
        Name of a detector recipe, or the path of one's own.
    data : Path
        Folder with the data sets.
    out : Path, optional
        Folder of the run; by default `runs/RECIPE`.
    name : str, optional
        Name of the detector; by default `<recipe>-v1`.
    quiet : bool
        Whether nothing is printed.
    start : Path, optional
        Folder of the run that the recipe starts from; by default `runs/START`.
    """
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.training.before import run_before
    from lamplit.training.checkpoint import load_checkpoint
    from lamplit.training.detector.publish import publish_detector
    from lamplit.training.detector.recipe import load_detector_recipe
    from lamplit.training.detector.task import DetectorTask
    from lamplit.training.finished import RUNS
    from lamplit.training.progress import TaskProgress
    from lamplit.training.recipe import check_name
    from lamplit.training.scenes.stock import read_scene_stocks
    from lamplit.training.task_loop import run_task

    settings = load_detector_recipe(recipe)
    called = f"{settings.name}-v1" if name is None else name
    check_name(called, where="--name")
    folder = RUNS / settings.name if out is None else out
    # What has begun already does not need the run that it began from.
    before = run_before(settings, start) if load_checkpoint(folder) is None else None
    console = messages_console(quiet=quiet)
    with console.status("reading pictures"):
        stocks = read_scene_stocks(data)
        task = DetectorTask(settings, stocks, folder, before)
    with TaskProgress(settings.epochs, folder, console) as progress:
        network = run_task(task, settings.schedule, folder, observer=progress)
    checkpoint = load_checkpoint(folder)
    history = [] if checkpoint is None else checkpoint.details["history"]
    sources = stocks.training.sources
    card = publish_detector(network, settings, folder, name=called, sources=sources, history=history)
    if not quiet:
        measured = (f"{row['protocol']}: recall {row['recall']}" for row in card.metrics)
        results_console().print(f"weights and card: {folder / card.file}", *measured, sep="\n")
