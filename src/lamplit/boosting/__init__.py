"""Boosting: weak classifiers into strong ones, and strong ones in a cascade; matrices, never images."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lamplit.boosting.cascade import BoostedCascade, CascadeStage
from lamplit.boosting.cascade_features import HaarRectangles, LBPRectangles
from lamplit.boosting.cascade_files import read_cascade, write_cascade
from lamplit.boosting.selection import Stump, StumpRound, select_stumps
from lamplit.boosting.sorting import SortedFeatures, sort_features
from lamplit.boosting.tree import Tree, grow_tree

if TYPE_CHECKING:
    from lamplit.boosting.adaboost import AdaBoostClassifier as AdaBoostClassifier
    from lamplit.boosting.cascaded_classifier import CascadedClassifier as CascadedClassifier

# Estimators need scikit-learn, which a cascade at run time does not: they are loaded when first used.
_HOME = {
    "AdaBoostClassifier": "lamplit.boosting.adaboost",
    "CascadedClassifier": "lamplit.boosting.cascaded_classifier",
}

__all__ = [
    "AdaBoostClassifier",
    "BoostedCascade",
    "CascadeStage",
    "CascadedClassifier",
    "HaarRectangles",
    "LBPRectangles",
    "SortedFeatures",
    "Stump",
    "StumpRound",
    "Tree",
    "grow_tree",
    "read_cascade",
    "select_stumps",
    "sort_features",
    "write_cascade",
]


def __getattr__(name: str) -> Any:
    """Load an estimator when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'lamplit.boosting' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
