"""Checkpoints: tensors in one safetensors file, everything else as JSON in its header; written atomically."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from lamplit.core.errors import CheckpointError, OutputError

FILE_NAME = "checkpoint.safetensors"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a training after a whole epoch.

    Parameters
    ----------
    tensors : mapping of str to Tensor
        Weights, their average, with patience that of the best epoch, and the optimiser's moments, by name.
    details : mapping
        Plain values: recipe, commit, epochs done, history, optimiser and schedule settings. The states of
        random generators follow from two of them, the recipe's seed and the epochs done.
    """

    tensors: Mapping[str, Tensor]
    details: Mapping[str, Any]


def save_checkpoint(checkpoint: Checkpoint, folder: Path) -> None:
    """Write a checkpoint so that a crash at any moment leaves the old or the new one whole.

    Parameters
    ----------
    checkpoint : Checkpoint
        The state to keep.
    folder : Path
        The folder of the run; it must exist.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    target = folder / FILE_NAME
    partial = folder / f"{FILE_NAME}.partial"
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in checkpoint.tensors.items()}
    try:
        save_file(tensors, str(partial), metadata={"details": json.dumps(checkpoint.details)})
        # Without the flush the rename may reach the disk before the content does.
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(target)
    except (OSError, SafetensorError) as error:
        raise OutputError(str(target), "a place that can be written", str(error)) from error


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """Read the checkpoint of a run.

    Parameters
    ----------
    folder : Path
        The folder of the run.

    Returns
    -------
    Checkpoint or None
        None where there is none.

    Raises
    ------
    CheckpointError
        If the file is damaged.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    try:
        with safe_open(str(path), framework="pt") as file:
            details = json.loads(file.metadata()["details"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a dict
    except (OSError, SafetensorError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise CheckpointError(
            str(path), "a whole checkpoint", str(error), "start afresh in another folder, or delete this file"
        ) from error
    return Checkpoint(tensors, details)
