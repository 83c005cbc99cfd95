"""Features: what a picture holds, as numbers that a classifier can weigh."""

from lamplit.features.block_histograms import block_histograms
from lamplit.features.chi_square import chi_square_distances
from lamplit.features.haar_like import HAAR_FAMILIES, UPRIGHT_FAMILIES, HaarFeatures, haar_like_features
from lamplit.features.haar_values import HaarWindows, haar_like_values, haar_windows
from lamplit.features.integral_image import integral_image, squared_integral_image, tilted_integral_image
from lamplit.features.lbp_extractor import LBPExtractor
from lamplit.features.local_binary_pattern import local_binary_pattern
from lamplit.features.multi_block import (
    basic_local_binary_pattern,
    multi_block_local_binary_pattern,
    multi_block_patterns,
)
from lamplit.features.muscle_motion import muscle_motion
from lamplit.features.muscle_regions import load_muscles
from lamplit.features.optical_flow import flow_confidence, optical_flow
from lamplit.features.pattern_classes import (
    rotation_invariant_patterns,
    rotation_invariant_uniform_patterns,
    uniform_patterns,
)

__all__ = [
    "HAAR_FAMILIES",
    "UPRIGHT_FAMILIES",
    "HaarFeatures",
    "HaarWindows",
    "LBPExtractor",
    "basic_local_binary_pattern",
    "block_histograms",
    "chi_square_distances",
    "flow_confidence",
    "haar_like_features",
    "haar_like_values",
    "haar_windows",
    "integral_image",
    "load_muscles",
    "local_binary_pattern",
    "multi_block_local_binary_pattern",
    "multi_block_patterns",
    "muscle_motion",
    "optical_flow",
    "rotation_invariant_patterns",
    "rotation_invariant_uniform_patterns",
    "squared_integral_image",
    "tilted_integral_image",
    "uniform_patterns",
]
