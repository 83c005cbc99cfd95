"""Boosting: weak classifiers into strong ones, and strong ones in a cascade; matrices, never images."""

from lamplit.boosting.cascade import BoostedCascade, CascadeStage
from lamplit.boosting.cascade_features import HaarFeatures, LBPFeatures
from lamplit.boosting.cascade_files import read_cascade, write_cascade

__all__ = [
    "BoostedCascade",
    "CascadeStage",
    "HaarFeatures",
    "LBPFeatures",
    "read_cascade",
    "write_cascade",
]
