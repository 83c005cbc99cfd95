"""Who trains, who is held out: no face on both sides, none of them among those that are measured on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import ByteArray
from lamplit.datasets.copies import have_copies
from lamplit.datasets.ferplus import FerPlus
from lamplit.datasets.near_duplicates import have_near_copies
from lamplit.training.faces import split_holdout

NEAR_COPIES = ("keep", "drop")
"""What recipes may say of near copies; copies pixel for pixel never train."""


def split_without_leaks(
    training: FerPlus, validation: FerPlus, *, holdout: float, seed: int, near_copies: str
) -> tuple[FerPlus, FerPlus]:
    """Split training faces into those that train and those held out, and leave out who stands elsewhere, too.

    Parameters
    ----------
    training, validation : FerPlus
        The splits.
    holdout : float
        Share of the training faces held out, in [0, 0.5].
    seed : int
        Seed of which those are.
    near_copies : str
        "keep": no face that trains stands pixel for pixel in validation or among the held-out ones. "drop":
        none has a near copy there (mirrored, cropped, brightened, compressed again;
        `lamplit.datasets.near_duplicates`), nor has a held-out one in validation.

    Returns
    -------
    (FerPlus, FerPlus)
        The faces to train on, and those to fit temperatures on and, with patience, to choose the epoch by.
    """
    kept, held_out = split_holdout(training, holdout, seed)
    kept = without_copies(kept, validation.images, near_copies=near_copies)
    if near_copies == "drop":
        held_out = without_copies(held_out, validation.images, near_copies=near_copies)
        held_out = without_copies(held_out, kept.images, near_copies=near_copies)
    return kept, held_out


def without_copies(faces: FerPlus, among: ByteArray, *, near_copies: str) -> FerPlus:
    """Return the faces that have no copy among pictures.

    Parameters
    ----------
    faces : FerPlus
        The faces.
    among : ndarray of shape (M, 48, 48), uint8
        The pictures.
    near_copies : str
        "keep" asks for copies pixel for pixel, "drop" for near ones as well.

    Returns
    -------
    FerPlus
        Those without.
    """
    return faces.subset(~which_have_copies(faces.images, among, near_copies=near_copies))


def which_have_copies(images: ByteArray, among: ByteArray, *, near_copies: str) -> NDArray[np.bool_]:
    """Tell which pictures have a copy among others.

    Parameters
    ----------
    images, among : ndarray of shape (N, H, W) and (M, H, W), uint8
        Grey pictures.
    near_copies : str
        "keep" asks for copies pixel for pixel, "drop" for near ones as well.

    Returns
    -------
    ndarray of shape (N,), bool
        True where there is one.
    """
    search = have_copies if near_copies == "keep" else have_near_copies
    return search(images, among=among)
