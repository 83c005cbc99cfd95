"""Faces that a detector in training misses: what the epochs to come see more often.

Most faces are found after a few epochs. Profiles, heads bent far down, faces behind hands are rare, and would
have to wait for their turn as long as the easy ones. As with the false alarms, the network says itself which
are hard (Shrivastava, Gupta, Girshick 2016, doi:10.1109/CVPR.2016.89).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from torch import nn

from lamplit.core.arrays import AnyArray, IntArray
from lamplit.core.boxes import iou
from lamplit.core.errors import CheckpointError
from lamplit.training.detector.measure import OVERLAP, detections_in
from lamplit.training.detector.mining import load_epochs, save_epoch
from lamplit.training.scenes.composing import Scene, crowd
from lamplit.training.scenes.stock import SceneStock

FOLDER = "missed-faces"

SIZE, A_SCENE = 416, 25
"""Side of the scenes in pixels, and faces in each."""

FAINT = 0.05
"""Score below which nothing counts as found; a recipe cannot ask for less."""

MOST = 2000
"""Faces that are kept, the latest first."""


def find_missed_faces(
    network: nn.Module, stock: SceneStock, chosen: AnyArray, random: np.random.Generator, *, least: float
) -> IntArray:
    """Collect faces that a network does not find, or hardly.

    Parameters
    ----------
    network : torch.nn.Module
        The detector, in evaluation mode.
    stock : SceneStock
        With the faces, and pictures to put them into.
    chosen : ndarray of shape (K,), int
        Numbers of the faces of few pixels that are looked for.
    random : numpy.random.Generator
        Decides where they are put.
    least : float
        Score below which a face is missed.

    Returns
    -------
    ndarray of shape (M,), int64
        Numbers of the missed ones, but for those that nobody could see.
    """
    missed: list[int] = []
    for start in range(0, len(chosen), A_SCENE):
        some = chosen[start : start + A_SCENE]
        scene = crowd(stock, [stock.small[int(number)] for number in some], SIZE, random)
        unseen = (_scores_of(scene, network) < least) & scene.counts
        missed += some[unseen].tolist()
    return np.array(missed, np.int64)


def _scores_of(scene: Scene, network: nn.Module) -> AnyArray:
    """Return the score (N,) at which each face of a scene is found; 0 where it is not."""
    found = detections_in(network, scene.image, threshold=FAINT)
    if not found:
        return np.zeros(len(scene.boxes))
    overlap = iou(np.stack([one.box.xyxy for one in found]), scene.boxes)  # (found, faces)
    scores = np.array([one.score for one in found])[:, None]
    best: AnyArray = np.where(overlap >= OVERLAP, scores, 0.0).max(axis=0)
    return best


def save_missed_faces(missed: IntArray, folder: Path, *, epoch: int) -> None:
    """Keep the missed faces of an epoch in the folder of the run.

    Parameters
    ----------
    missed : ndarray of shape (M,), int64
        From `find_missed_faces`.
    folder : Path
        The folder of the run.
    epoch : int
        After which they were missed.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    save_epoch(missed, folder / FOLDER, epoch=epoch)


def with_missed_faces(stock: SceneStock, folder: Path, *, before: int) -> SceneStock:
    """Return a stock whose hard faces are those missed in all epochs before one.

    Parameters
    ----------
    stock : SceneStock
        Whose numbers of faces were kept.
    folder : Path
        The folder of the run.
    before : int
        The epoch that is about to begin.

    Returns
    -------
    SceneStock
        With at most 2,000, the latest ones, and none twice.

    Raises
    ------
    CheckpointError
        If a file is damaged, or of other faces.
    """
    epochs = load_epochs(folder / FOLDER, before=before, what="missed faces", row=())
    numbers = dict.fromkeys(int(number) for numbers in epochs for number in numbers)
    if any(not 0 <= number < len(stock.small) for number in numbers):
        required, came = f"numbers of {len(stock.small)} faces", f"{min(numbers)} to {max(numbers)}"
        raise CheckpointError(str(folder / FOLDER), required, came)
    return replace(stock, hard=tuple(stock.small[number] for number in list(numbers)[:MOST]))
