"""What `lamplit train` does with a recipe of landmarks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lamplit.cli.consoles import counting_progress, messages_console, tell
from lamplit.training.before import run_before
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.finished import RUNS
from lamplit.training.landmarks.data import read_landmark_data
from lamplit.training.landmarks.recipe import load_landmark_recipe
from lamplit.training.landmarks.session import train_landmarks
from lamplit.training.landmarks.task import JUDGE
from lamplit.training.progress import TaskProgress
from lamplit.training.recipe import check_name
from lamplit.training.scenes.stock import read_scene_stocks


def train_landmark_recipe(
    recipe: str, data: Path, out: Path | None, *, name: str | None, quiet: bool, start: Path | None = None
) -> None:
    """Train a landmark network; called again with the same folder, go on where the last run stopped.

    Parameters
    ----------
    recipe : str
        Name of a recipe of lamplit, or the path of a .toml file.
    data : Path
        Folder with ferplus.zip, faces-unlabelled.zip, no-faces.zip and landmarks.npz; for recipes that learn
        from proposals with CroppedYale.zip, too.
    out : Path, optional
        Folder of the run; by default `runs/<recipe>`.
    name : str, optional
        Name of the weights; by default `<recipe>-v1`.
    quiet : bool
        Whether to print nothing.
    start : Path, optional
        Folder of the run that the recipe starts from; by default `runs/START`.
    """
    settings = load_landmark_recipe(recipe)
    called = f"{settings.name}-v1" if name is None else name
    check_name(called, where="--name")
    folder = RUNS / settings.name if out is None else out
    # What has begun already does not need the run that it began from.
    before = run_before(settings, start, may_differ=[JUDGE]) if load_checkpoint(folder) is None else None
    with counting_progress(hidden=quiet) as reading:
        task = reading.add_task("reading pictures", total=None)
        faces = read_landmark_data(
            settings, data, on_picture=lambda n, of: reading.update(task, completed=n, total=of)
        )
    console = messages_console(quiet=quiet)
    if settings.proposed:
        with console.status("reading pictures for scenes"):
            faces = replace(faces, stocks=read_scene_stocks(data))
    with TaskProgress(settings.epochs, folder, console) as progress:
        card = train_landmarks(settings, faces, folder, observer=progress, name=called, before=before)
    if not quiet:
        for row in card.metrics:
            tell(", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in row.items()))
        tell(f"weights and card: {folder / card.file}")
