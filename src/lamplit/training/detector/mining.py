"""False alarms on training pictures without faces: what the epochs to come look at more often."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from torch import nn

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import CheckpointError
from lamplit.core.files import write_atomically
from lamplit.training.detector.measure import detections_in

FOLDER = "false-alarms"

A_PICTURE = 4
"""Most places taken from one picture at a time, the surest first."""

MOST = 4000
"""Places that are kept, the latest first: what the network mistook long ago it has learnt since."""


def find_hard_places(
    network: nn.Module, pictures: tuple[ByteArray, ...], chosen: AnyArray, *, least: float
) -> FloatArray:
    """Collect what a network takes for faces where there are none.

    Parameters
    ----------
    network : torch.nn.Module
        The detector, in evaluation mode.
    pictures : tuple of ndarray of shape (H, W), uint8
        Pictures without faces.
    chosen : ndarray of shape (K,), int
        Which are looked at.
    least : float
        Score from which a detection counts.

    Returns
    -------
    ndarray of shape (M, 4), float32
        Number of the picture, middle (x, y) and side in its pixels.
    """
    places = []
    for number in chosen.tolist():
        for one in detections_in(network, pictures[number], threshold=max(least, 1e-3))[:A_PICTURE]:
            x, y = (one.box.x1 + one.box.x2) / 2, (one.box.y1 + one.box.y2) / 2
            places.append((number, x, y, one.box.width))
    return np.array(places, np.float32).reshape(-1, 4)


def save_hard_places(places: FloatArray, folder: Path, *, epoch: int) -> None:
    """Keep the false alarms of an epoch in the folder of the run.

    Parameters
    ----------
    places : ndarray of shape (M, 4), float32
        From `find_hard_places`.
    folder : Path
        The folder of the run.
    epoch : int
        After which they were found.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    save_epoch(places, folder / FOLDER, epoch=epoch)


def load_hard_places(folder: Path, *, before: int) -> FloatArray:
    """Read the false alarms of all epochs before one, so that a resumed epoch sees what it would have seen.

    Parameters
    ----------
    folder : Path
        The folder of the run.
    before : int
        The epoch that is about to begin.

    Returns
    -------
    ndarray of shape (M, 4), float32
        At most 4,000, the latest ones.

    Raises
    ------
    CheckpointError
        If a file is damaged.
    """
    epochs = load_epochs(folder / FOLDER, before=before, what="false alarms", row=(4,))
    return np.concatenate([np.zeros((0, 4), np.float32), *epochs])[:MOST]


def save_epoch(found: AnyArray, folder: Path, *, epoch: int) -> None:
    """Keep what was found after an epoch.

    Parameters
    ----------
    found : ndarray
        Numbers.
    folder : Path
        Where the files of all epochs are.
    epoch : int
        After which it was found.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    content = io.BytesIO()
    np.save(content, found, allow_pickle=False)
    write_atomically(_file(folder, epoch), content.getvalue())


def load_epochs(folder: Path, *, before: int, what: str, row: tuple[int, ...]) -> list[AnyArray]:
    """Read what was found after the epochs before one.

    Parameters
    ----------
    folder : Path
        Where the files of all epochs are.
    before : int
        The epoch that is about to begin.
    what : str
        What errors call what was found.
    row : tuple of int
        Shape of one of them: all arrays have the shape (N, *row).

    Returns
    -------
    list of ndarray
        The latest first; epochs without a file are left out.

    Raises
    ------
    CheckpointError
        If a file is damaged.
    """
    found = []
    for epoch in range(before - 1, 0, -1):
        path = _file(folder, epoch)
        if path.is_file():
            try:
                one = np.load(path, allow_pickle=False)
            except (OSError, ValueError, EOFError) as error:
                raise CheckpointError(str(path), f"{what} of an epoch", str(error)) from error
            if one.ndim != 1 + len(row) or one.shape[1:] != row:
                raise CheckpointError(str(path), f"{what} of an epoch", f"an array of shape {one.shape}")
            found.append(one)
    return found


def _file(folder: Path, epoch: int) -> Path:
    """Return where what was found after an epoch is kept."""
    return folder / f"epoch-{epoch:04d}.npy"
