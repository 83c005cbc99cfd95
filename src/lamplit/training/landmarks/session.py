"""A whole training of landmarks: task, loop, weight file with card."""

from __future__ import annotations

from pathlib import Path

from lamplit.core.errors import CheckpointError
from lamplit.training.checkpoint import Checkpoint, load_checkpoint
from lamplit.training.landmarks.data import LandmarkData
from lamplit.training.landmarks.publish import publish_landmarks
from lamplit.training.landmarks.recipe import LandmarkRecipe
from lamplit.training.landmarks.task import LandmarkTask
from lamplit.training.task_loop import TaskObserver, run_task
from lamplit.weights.assets import AssetCard


def train_landmarks(
    recipe: LandmarkRecipe,
    data: LandmarkData,
    folder: Path,
    *,
    observer: TaskObserver,
    name: str | None = None,
    before: Checkpoint | None = None,
) -> AssetCard:
    """Train a landmark network and write it; a run that was interrupted goes on.

    Parameters
    ----------
    recipe : LandmarkRecipe
        All settings.
    data : LandmarkData
        From `lamplit.training.landmarks.data.read_landmark_data`.
    folder : Path
        The folder of the run: checkpoint, `<name>.onnx` and its card.
    observer : TaskObserver
        Told of every batch and epoch.
    name : str, optional
        Name of the weights; by default `<recipe>-v1`.
    before : Checkpoint, optional
        The finished run that the recipe starts from (`lamplit.training.before.run_before`).

    Returns
    -------
    AssetCard
        The card.

    Raises
    ------
    CheckpointError
        If the folder holds another recipe's run, or a damaged checkpoint.
    OutputError
        If the folder cannot be written.
    """
    task = LandmarkTask(recipe, data, before=before)
    network = run_task(task, recipe.schedule, folder, observer=observer)
    checkpoint = load_checkpoint(folder)
    if checkpoint is None:
        raise CheckpointError(str(folder), "the checkpoint of the last epoch", "none")
    called = name or f"{recipe.name}-v1"
    return publish_landmarks(network, recipe, data, folder, name=called, details=checkpoint.details)
