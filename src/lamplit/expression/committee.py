"""The committee: several networks see every face, and the mean of what they say counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.expression.models import ExpressionModel, check_same_labels, strictest_card
from lamplit.weights.registry import SIZES


class ExpressionCommittee:
    """Ask all classifiers of every face.

    Parameters
    ----------
    classifiers : sequence of ExpressionModel
        At least two; all speak the same labels in the same order.

    Attributes
    ----------
    labels : tuple of str
        The expressions, in the order of the probabilities.
    card : WeightsCard
        That of the last classifier with the names of all, the strictest thresholds of any for what is no
        answer, and the largest input.

    Raises
    ------
    InvalidArgumentError
        If there are fewer than two classifiers, or their labels differ.

    References
    ----------
    Hansen, Salamon (1990), Neural network ensembles, doi:10.1109/34.58871; Lakshminarayanan, Pritzel,
    Blundell (2017), arXiv:1612.01474, section 2.4, which takes the mean of the probabilities.

    Examples
    --------
    >>> committee = ExpressionCommittee([ExpressionClassifier("nano"), ExpressionClassifier("base")])
    >>> committee.predict_proba(np.zeros((2, 48, 48), dtype=np.uint8)).shape
    (2, 8)
    """

    def __init__(self, classifiers: Sequence[ExpressionModel]) -> None:
        check_same_labels(classifiers)
        self.classifiers = tuple(classifiers)
        self.labels: tuple[str, ...] = tuple(classifiers[0].labels)
        cards = [classifier.card for classifier in classifiers]
        together = f"committee of {', '.join(card.name for card in cards)}"
        self.card = dataclasses.replace(strictest_card(cards), name=together, sha256="")

    def predict_proba(self, crops: AnyArray) -> FloatArray:
        """Return the probability of each expression for each crop.

        Parameters
        ----------
        crops : ndarray of shape (N, H, W) or (N, H, W, 3), uint8
            As `ExpressionClassifier.predict_proba` takes them; each network brings them to its own size.

        Returns
        -------
        ndarray of shape (N, K), float32
            The mean over the networks; rows sum to 1, columns follow `labels`.

        Raises
        ------
        InvalidArgumentError
            If the array has another shape or type.
        EmptyImageError
            If the crops have no pixels.
        """
        said = [classifier.predict_proba(crops) for classifier in self.classifiers]
        mean: FloatArray = np.mean(said, axis=0, dtype=np.float32)
        return mean

    @property
    def description(self) -> dict[str, Any]:
        """What the committee consists of: labels, and each classifier's name and hash."""
        cards = [classifier.card for classifier in self.classifiers]
        return {
            "labels": list(self.labels),
            "members": [
                {
                    "name": card.name,
                    "sha256": card.sha256,
                    "parameters": card.parameters,
                    "temperature": dataclasses.asdict(card.light_temperature),
                }
                for card in cards
            ],
        }


def usual_committee(*, device: str = "cpu", threads: int | None = None) -> ExpressionCommittee:
    """Return the committee of the networks that come with lamplit: one of each size.

    Parameters
    ----------
    device : str
        As for `ExpressionClassifier`.
    threads : int, optional
        As for `ExpressionClassifier`.

    Returns
    -------
    ExpressionCommittee
        More accurate than any of them alone, by day and by night, for the time of all three
        (docs/small-and-fast.md).

    Raises
    ------
    InvalidArgumentError
        If the device or the number of threads is not to be had.

    Examples
    --------
    >>> [member["parameters"] for member in usual_committee().description["members"]]
    [393880, 2045112, 2045112]
    """
    return ExpressionCommittee([ExpressionClassifier(size, device=device, threads=threads) for size in SIZES])
