"""Choosing a head's settings by cross-validation over the training faces, never on those of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lamplit.core.arrays import IntArray
from lamplit.core.steps import OnStep
from lamplit.expression.calibration import fit_temperature
from lamplit.training.features import Features
from lamplit.training.finetuning import Finetuning
from lamplit.training.head import Head, fit_heads, weights_by_class

LEAST_FACES_FOR_TEMPERATURE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What cross-validation chose.

    Parameters
    ----------
    size : int
        Side of the input in pixels.
    copies : int
        How often each face was shown: as it is, mirrored, varied.
    strength : float
        Penalty on the head's weights.
    temperature : float
        Fitted to the answers that each fold's faces got from a head that never saw them; 1 for few faces.
    log_loss, accuracy : float
        Of those answers, with that temperature.
    tried : tuple of mapping
        The figures of everything that was tried.
    """

    size: int
    copies: int
    strength: float
    temperature: float
    log_loss: float
    accuracy: float
    tried: tuple[Mapping[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadData:
    """What heads are fitted to.

    Parameters
    ----------
    classes : ndarray of shape (N,), int64
        The class of each face.
    n_classes : int
        Number of labels.
    balance : float
        How far rare classes count more, in [0, 1].
    """

    classes: IntArray
    n_classes: int
    balance: float

    def heads(
        self, features: Features, rows: IntArray, strengths: Sequence[float], *, copies: int
    ) -> list[Head]:
        """Fit heads to the first copies of some faces, one for each strength of the penalty."""
        shown = features.values[:copies, rows].flatten(0, 1)  # (copies * n, D)
        classes = torch.from_numpy(self.classes[rows])
        weights = weights_by_class(classes, self.n_classes, self.balance)
        everything = classes.repeat(copies)
        return fit_heads(shown, everything, weights, block_widths=features.block_widths, strengths=strengths)


def choose(
    data: HeadData,
    features: Mapping[int, Features],
    folds: Sequence[IntArray],
    tuning: Finetuning,
    *,
    on_step: OnStep,
) -> Choice:
    """Try every size with every number of copies and every strength on every fold.

    Parameters
    ----------
    data : HeadData
        The faces.
    features : mapping of int to Features
        Their features by input size.
    folds : sequence of ndarray
        Positions of the faces that are left out together; other faces take no part.
    tuning : Finetuning
        Copies and strengths to try.
    on_step : callable
        Told (what is done, fits done, fits in all).

    Returns
    -------
    Choice
        With the least log loss, each at its best temperature.
    """
    rows = np.sort(np.concatenate(folds))
    settings = [(size, copies) for size in features for copies in tuning.copies]
    tried = []
    for done, (size, copies) in enumerate(settings, start=1):
        answers = torch.empty(len(tuning.strengths), len(data.classes), data.n_classes)
        for fold in folds:
            seen, others = features[size], np.setdiff1d(rows, fold)
            for place, head in enumerate(data.heads(seen, others, tuning.strengths, copies=copies)):
                answers[place, fold] = head.logits(seen.values[0, fold])
        for strength, logits in zip(tuning.strengths, answers[:, rows], strict=True):
            setting = {"size": size, "copies": copies, "strength": strength}
            tried.append(setting | _scored(logits, data.classes[rows]))
        on_step("choosing size, copies and penalty", done, len(settings))
    best = min(tried, key=lambda row: row["log_loss"])
    return Choice(
        size=int(best["size"]),
        copies=int(best["copies"]),
        strength=best["strength"],
        temperature=best["temperature"],
        log_loss=best["log_loss"],
        accuracy=best["accuracy"],
        tried=tuple(tried),
    )


def _scored(logits: Tensor, classes: IntArray) -> dict[str, float]:
    """Return the figures of one setting."""
    enough = len(classes) >= LEAST_FACES_FOR_TEMPERATURE
    temperature = fit_temperature(logits.numpy(), classes) if enough else 1.0
    true = torch.from_numpy(classes)
    return {
        "temperature": round(temperature, 4),
        "log_loss": round(float(functional.cross_entropy(logits / temperature, true)), 6),
        "accuracy": round(float((logits.argmax(dim=1) == true).float().mean()), 6),
    }
