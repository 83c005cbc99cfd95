"""Features: what a picture holds, as numbers that a classifier can weigh."""

from lamplit.features.block_histograms import block_histograms
from lamplit.features.chi_square import chi_square_distances
from lamplit.features.lbp_extractor import LBPExtractor
from lamplit.features.local_binary_pattern import local_binary_pattern
from lamplit.features.multi_block import (
    basic_local_binary_pattern,
    multi_block_local_binary_pattern,
    multi_block_patterns,
)
from lamplit.features.pattern_classes import (
    rotation_invariant_patterns,
    rotation_invariant_uniform_patterns,
    uniform_patterns,
)

__all__ = [
    "LBPExtractor",
    "basic_local_binary_pattern",
    "block_histograms",
    "chi_square_distances",
    "local_binary_pattern",
    "multi_block_local_binary_pattern",
    "multi_block_patterns",
    "rotation_invariant_patterns",
    "rotation_invariant_uniform_patterns",
    "uniform_patterns",
]
