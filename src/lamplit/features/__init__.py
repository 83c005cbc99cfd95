"""Features: what a picture holds, as numbers that a classifier can weigh."""

from lamplit.features.chi_square import chi_square_distances
from lamplit.features.local_binary_pattern import block_histograms, local_binary_pattern, uniform_patterns

__all__ = ["block_histograms", "chi_square_distances", "local_binary_pattern", "uniform_patterns"]
