"""Readers of data sets, one per corpus, and the protocols that turn people's votes into labels."""

from lamplit.datasets.copies import have_copies
from lamplit.datasets.ferplus import FerPlus, read_ferplus
from lamplit.datasets.votes import Distribution, Majority
from lamplit.datasets.yale_b import YaleB, read_yale_b

__all__ = ["Distribution", "FerPlus", "Majority", "YaleB", "have_copies", "read_ferplus", "read_yale_b"]
