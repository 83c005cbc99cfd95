"""Features: what a picture holds, as numbers that a classifier can weigh."""

from lamplit.features.chi_square import chi_square_distances
from lamplit.features.local_binary_pattern import block_histograms, local_binary_pattern, uniform_patterns
from lamplit.features.muscle_motion import muscle_motion
from lamplit.features.muscle_regions import load_muscles
from lamplit.features.optical_flow import flow_confidence, optical_flow

__all__ = [
    "block_histograms",
    "chi_square_distances",
    "flow_confidence",
    "load_muscles",
    "local_binary_pattern",
    "muscle_motion",
    "optical_flow",
    "uniform_patterns",
]
