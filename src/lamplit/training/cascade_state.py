"""What a cascade's training leaves after every stage, so that it can go on from there."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lamplit.boosting import BoostedCascade, read_cascade
from lamplit.boosting.cascade_json import cascade_to_json
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import CheckpointError, LamplitError
from lamplit.core.files import make_folder, write_atomically
from lamplit.training.cascade_recipe import CascadeRecipe

STATE_FILE = "state.json"
VERSION = 1


@dataclass(slots=True)
class CascadeState:
    """The stages so far.

    Parameters
    ----------
    cascade : BoostedCascade, optional
        None before the first stage.
    left_over : ndarray of shape (N, S, S), uint8
        Windows without faces that the last stage learnt from and still lets pass.
    history : list of dict
        For each stage its rates, and its rounds.
    finished : str
        Why the training is over, or "".
    """

    cascade: BoostedCascade | None
    left_over: ByteArray
    history: list[dict[str, Any]] = field(default_factory=list)
    finished: str = ""

    @property
    def n_stages(self) -> int:
        """Stages that are trained."""
        return 0 if self.cascade is None else len(self.cascade.stages)

    @property
    def false_positive_rate(self) -> float:
        """Of all stages so far, on held-out windows of each."""
        return float(np.prod([row["false_positives"] for row in self.history]))


def fresh_state(recipe: CascadeRecipe) -> CascadeState:
    """Return the state before the first stage.

    Parameters
    ----------
    recipe : CascadeRecipe
        Says how large windows are.

    Returns
    -------
    CascadeState
        Without stages.

    Examples
    --------
    >>> state = fresh_state(CascadeRecipe(name="mine"))
    >>> state.n_stages, state.false_positive_rate, state.left_over.shape
    (0, 1.0, (0, 24, 24))
    """
    return CascadeState(None, np.empty((0, recipe.window, recipe.window), np.uint8))


def save_state(state: CascadeState, recipe: CascadeRecipe, folder: Path) -> None:
    """Write the stages so far; a reader sees all of a stage or nothing.

    Parameters
    ----------
    state : CascadeState
        What is known.
    recipe : CascadeRecipe
        How it was trained.
    folder : Path
        Where to.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    make_folder(folder)
    if state.cascade is not None:
        write_atomically(folder / _cascade_file(state.n_stages), cascade_to_json(state.cascade))
    packed = io.BytesIO()
    np.savez_compressed(packed, windows=state.left_over)
    write_atomically(folder / _windows_file(state.n_stages), packed.getvalue())
    values = {
        "version": VERSION,
        "recipe": recipe.as_dict(),
        "stages": state.n_stages,
        "finished": state.finished,
        "history": state.history,
    }
    write_atomically(folder / STATE_FILE, f"{json.dumps(values)}\n".encode())
    # The state now names the new files; those of the stage before are of no more use.
    for name in (_cascade_file(state.n_stages - 1), _windows_file(state.n_stages - 1)):
        (folder / name).unlink(missing_ok=True)


def load_state(recipe: CascadeRecipe, folder: Path) -> CascadeState:
    """Return where a training stands.

    Parameters
    ----------
    recipe : CascadeRecipe
        How it is trained; the folder must be of the same recipe.
    folder : Path
        The run's folder.

    Returns
    -------
    CascadeState
        Without stages where nothing is there yet.

    Raises
    ------
    CheckpointError
        If the folder holds another training, or files are damaged.
    """
    path = folder / STATE_FILE
    if not path.is_file():
        return fresh_state(recipe)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        kept, n_stages = values["recipe"], int(values["stages"])
        history, finished = list(values["history"]), str(values["finished"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(str(path), "the state of a cascade's training", str(error)) from error
    if kept != recipe.as_dict():
        changed = [key for key, value in recipe.as_dict().items() if kept.get(key) != value]
        hint = "choose another folder with --out, or remove this one"
        raise CheckpointError(str(path), "a training of the same recipe", f"other {changed}", hint)
    return CascadeState(*_files(folder, n_stages), history, finished)


def _files(folder: Path, n_stages: int) -> tuple[BoostedCascade | None, ByteArray]:
    """Return cascade and windows of a stage."""
    try:
        cascade = read_cascade(folder / _cascade_file(n_stages)) if n_stages else None
        with np.load(folder / _windows_file(n_stages), allow_pickle=False) as arrays:
            return cascade, arrays["windows"]
    except (OSError, KeyError, LamplitError, ValueError) as error:
        raise CheckpointError(str(folder), f"the files of stage {n_stages}", str(error)) from error


def _cascade_file(n_stages: int) -> str:
    return f"stages-{n_stages:02d}.json"


def _windows_file(n_stages: int) -> str:
    return f"windows-{n_stages:02d}.npz"
