"""What `lamplit evaluate` measures: lamplit's weights, or a function of the user's own."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EXPRESSIONS, LabelSet
from lamplit.core.refusal import NO_DOUBT, LeastProbability
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.expression.models import ExpressionModel


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model with what reports say of it; for a function `sha256` is empty and no answer is refused."""

    name: str
    sha256: str
    labels: LabelSet
    predict_proba: Callable[[ByteArray], FloatArray]
    least_probability: LeastProbability = NO_DOUBT


def model_of(classifier: ExpressionModel) -> NamedModel:
    """Return what the gauntlet needs of a classifier."""
    card = classifier.card
    return NamedModel(card.name, card.sha256, card.speaks, classifier.predict_proba, card.least_probability)


def model_from(
    weights: str | None, function: str | None, *, device: str, labels: str | None = None
) -> NamedModel:
    """Return the model that the options name: a function if there is one, else weights."""
    if function is None and labels is not None:
        came = f"{labels!r} and no --model"
        raise InvalidArgumentError("--labels", "a --model beside it", came, "weights say theirs on the card")
    if function is None:
        return model_of(ExpressionClassifier(weights, device=device))
    if weights is not None:
        raise InvalidArgumentError("--model", "no --weights beside it", repr(weights), "give one of the two")
    return NamedModel(function.replace(":", "."), "", _label_set(labels), _imported(function))


def _label_set(labels: str | None) -> LabelSet:
    """Return what a function's columns are: some of the eight expressions, in its own order."""
    if labels is None:
        return EXPRESSIONS
    names = tuple(name.strip() for name in labels.split(","))
    if set(names) - set(EXPRESSIONS) or len(set(names)) != len(names):
        required = f"some of {', '.join(EXPRESSIONS)}, each once, with commas"
        raise InvalidArgumentError("--labels", required, repr(labels))
    return LabelSet("given labels", names)


def _imported(function: str) -> Callable[[ByteArray], FloatArray]:
    """Import what MODULE:FUNCTION names, from the working folder or from what is installed."""
    module_name, _, name = function.partition(":")
    if not module_name or not name or module_name.startswith("."):
        raise InvalidArgumentError("--model", "MODULE:FUNCTION", repr(function))
    if "" not in sys.path:
        sys.path.insert(0, "")  # as `python -m` does, so that a file in the working folder is found
    try:
        found: Any = getattr(importlib.import_module(module_name), name)
    except Exception as error:  # the module is the user's own: anything may happen while it is imported
        came = f"{type(error).__name__}: {error}"
        raise InvalidArgumentError("--model", "a function that can be imported", came) from error
    if not callable(found):
        raise InvalidArgumentError("--model", "a function", type(found).__name__)
    predict: Callable[[ByteArray], FloatArray] = found
    return predict
