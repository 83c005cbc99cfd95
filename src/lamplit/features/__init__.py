"""Features: what a picture holds, as numbers that a classifier can weigh."""

from lamplit.features.chi_square import chi_square_distances
from lamplit.features.haar_like import HAAR_FAMILIES, UPRIGHT_FAMILIES, HaarFeatures, haar_like_features
from lamplit.features.haar_values import HaarWindows, haar_like_values, haar_windows
from lamplit.features.integral_image import integral_image, squared_integral_image, tilted_integral_image
from lamplit.features.local_binary_pattern import block_histograms, local_binary_pattern, uniform_patterns
from lamplit.features.muscle_motion import muscle_motion
from lamplit.features.muscle_regions import load_muscles
from lamplit.features.optical_flow import flow_confidence, optical_flow

__all__ = [
    "HAAR_FAMILIES",
    "UPRIGHT_FAMILIES",
    "HaarFeatures",
    "HaarWindows",
    "block_histograms",
    "chi_square_distances",
    "flow_confidence",
    "haar_like_features",
    "haar_like_values",
    "haar_windows",
    "integral_image",
    "load_muscles",
    "local_binary_pattern",
    "muscle_motion",
    "optical_flow",
    "squared_integral_image",
    "tilted_integral_image",
    "uniform_patterns",
]
