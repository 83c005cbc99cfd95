"""Features: what a picture holds, as numbers that a classifier can weigh."""

from lamplit.features.chi_square import chi_square_distances
from lamplit.features.haar_like import HAAR_FAMILIES, UPRIGHT_FAMILIES, HaarFeatures, haar_like_features
from lamplit.features.haar_values import HaarWindows, haar_like_values, haar_windows
from lamplit.features.integral_image import integral_image, squared_integral_image, tilted_integral_image
from lamplit.features.local_binary_pattern import block_histograms, local_binary_pattern, uniform_patterns

__all__ = [
    "HAAR_FAMILIES",
    "UPRIGHT_FAMILIES",
    "HaarFeatures",
    "HaarWindows",
    "block_histograms",
    "chi_square_distances",
    "haar_like_features",
    "haar_like_values",
    "haar_windows",
    "integral_image",
    "local_binary_pattern",
    "squared_integral_image",
    "tilted_integral_image",
    "uniform_patterns",
]
