"""What several networks that answer together are made of, and what they must share."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.weights.cards import WeightsCard


@runtime_checkable
class ExpressionModel(Protocol):
    """What answers for a face: `ExpressionClassifier`, or anything with its face."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The expressions, in the order of the probabilities."""

    @property
    def card(self) -> WeightsCard:
        """What the weights are."""

    def predict_proba(self, crops: AnyArray) -> FloatArray:
        """Return the probability of each expression for each crop; shape (N, K)."""


def strictest_card(cards: Sequence[WeightsCard]) -> WeightsCard:
    """Return the card under which several networks answer.

    Parameters
    ----------
    cards : sequence of WeightsCard
        Theirs, at least one.

    Returns
    -------
    WeightsCard
        The last one, with the strictest thresholds of all for what is no answer, and the largest input.

    Examples
    --------
    >>> from lamplit.weights import list_weights
    >>> cards = list_weights()
    >>> strictest_card(cards).name == cards[-1].name
    True
    """
    kinds = [dataclasses.asdict(card.least_probability) for card in cards]
    strictest = {kind: max(each[kind] for each in kinds) for kind in kinds[0]}
    return dataclasses.replace(
        cards[-1],
        input_size=max(card.input_size for card in cards),
        refusal={**cards[-1].refusal, "least_probability": strictest},
    )


def check_same_labels(classifiers: Sequence[ExpressionModel]) -> None:
    """Refuse fewer than two classifiers, and some that speak different labels.

    Parameters
    ----------
    classifiers : sequence of ExpressionModel
        Those that are to answer together.

    Raises
    ------
    InvalidArgumentError
        If they cannot.
    """
    if len(classifiers) < 2:
        raise InvalidArgumentError("classifiers", "at least two", str(len(classifiers)))
    first = tuple(classifiers[0].labels)
    for classifier in classifiers[1:]:
        if tuple(classifier.labels) != first:
            came = f"{classifier.card.name} with {list(classifier.labels)}"
            raise InvalidArgumentError("classifiers", f"the same labels in the same order: {first}", came)
