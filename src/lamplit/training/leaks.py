"""What a training may not see: pictures that it is measured on, and held-out ones among its own."""

from __future__ import annotations

from lamplit.datasets.copies import have_copies
from lamplit.datasets.ferplus import FerPlus
from lamplit.datasets.near_duplicates import have_near_copies

NEAR_COPIES = ("keep", "drop")
"""What recipes may say of near copies; copies pixel for pixel are left out by all."""


def without_leaks(
    training: FerPlus, held_out: FerPlus, validation: FerPlus, *, near_copies: str
) -> tuple[FerPlus, FerPlus]:
    """Leave out training faces that stand in validation, and held-out faces that stand in training.

    Parameters
    ----------
    training, held_out : FerPlus
        From `lamplit.training.faces.split_holdout`, which sees to copies between these two.
    validation : FerPlus
        The validation split.
    near_copies : str
        "keep" leaves out copies pixel for pixel alone; "drop" also those that are mirrored, cropped,
        brightened or compressed again (`lamplit.datasets.near_duplicates`).

    Returns
    -------
    (FerPlus, FerPlus)
        The faces to train on and those to fit the temperature on.
    """
    if near_copies == "keep":
        return training.subset(~have_copies(training.images, among=validation.images)), held_out
    training = training.subset(~have_near_copies(training.images, among=validation.images))
    return training, held_out.subset(~have_near_copies(held_out.images, among=training.images))
