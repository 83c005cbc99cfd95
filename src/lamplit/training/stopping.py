"""Early stopping: when a training ends before its last epoch, and which epoch is its result.

The measure is the loss on held-out training faces and never on the validation split, whose figures would
otherwise be chosen and no longer measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from lamplit.training.recipe import Recipe

Rows = Sequence[Mapping[str, float]]
"""The log of a training, one row per epoch."""


def watched(history: Rows, loss: float, recipe: Recipe) -> dict[str, float]:
    """Return what the log says of an epoch that may be the last one.

    Parameters
    ----------
    history : sequence of mapping
        The rows of the epochs before.
    loss : float
        The epoch's loss on held-out faces.
    recipe : Recipe
        Its `patience`, above 0.

    Returns
    -------
    dict of str to float
        `holdout_loss`; `best_epoch`, the one with the least loss so far (the first of equals); and
        `patience_left`, how many more epochs may pass without a better one. At 0 the training ends.

    Notes
    -----
    Epochs in which the learning rate still rises do not count as waiting: at its peak a network moves too far
    at each step to settle, which says nothing of over-fitting.

    Examples
    --------
    >>> recipe = Recipe(name="short", epochs=10, warmup=0.1, patience=3)
    >>> first = watched([], 1.5, recipe)
    >>> watched([first], 1.6, recipe)
    {'holdout_loss': 1.6, 'best_epoch': 1.0, 'patience_left': 2.0}
    """
    epoch = len(history) + 1
    best = result_epoch(history) if history else epoch
    least = history[best - 1]["holdout_loss"] if history else loss
    if loss < least or math.isnan(least):
        best = epoch
    rising = min(math.ceil(recipe.warmup * recipe.epochs), epoch)
    waited = epoch - max(best, rising)
    return {
        "holdout_loss": loss,
        "best_epoch": float(best),
        "patience_left": float(recipe.patience - waited),
    }


def is_over(history: Rows, epochs: int) -> bool:
    """Return whether a training has ended: all epochs are done, or none was better for too long.

    Parameters
    ----------
    history : sequence of mapping
        All rows so far.
    epochs : int
        Epochs that the recipe asks for.

    Returns
    -------
    bool
        True where nothing is left to do.

    Examples
    --------
    >>> is_over([{"epoch": 1}], 2), is_over([{"epoch": 1, "patience_left": 0.0}], 2)
    (False, True)
    """
    return len(history) >= epochs or has_stopped(history)


def has_stopped(history: Rows) -> bool:
    """Return whether a training has lost patience.

    Parameters
    ----------
    history : sequence of mapping
        All rows so far.

    Returns
    -------
    bool
        True at the end of patience, be that in the last epoch.
    """
    return bool(history) and history[-1].get("patience_left") == 0


def result_epoch(history: Rows) -> int:
    """Return the epoch whose averaged weights are the result.

    Parameters
    ----------
    history : sequence of mapping
        All rows so far, at least one.

    Returns
    -------
    int
        The last epoch, or with patience the one with the least loss on held-out faces.

    Examples
    --------
    >>> result_epoch([{"epoch": 1}, {"epoch": 2}])
    2
    """
    return int(history[-1].get("best_epoch", len(history)))


def outcome(history: Rows, epochs: int) -> str:
    """Say which epoch is the result, and why.

    Parameters
    ----------
    history : sequence of mapping
        All rows of a training that is over.
    epochs : int
        Epochs that the recipe asked for.

    Returns
    -------
    str
        A sentence without its full stop.

    Examples
    --------
    >>> outcome([{"best_epoch": 1.0, "patience_left": 1.0}, {"best_epoch": 1.0, "patience_left": 0.0}], 9)
    'the result is epoch 1, which had the least loss on held-out faces; stopped after 2 of 9 epochs'
    """
    if "best_epoch" not in history[-1]:
        return f"the result is epoch {len(history)}, the last"
    short = len(history) < epochs
    end = f"stopped after {len(history)} of {epochs} epochs" if short else f"all {epochs} epochs were trained"
    return f"the result is epoch {result_epoch(history)}, which had the least loss on held-out faces; {end}"
