"""Light: what a picture's histogram says about it, how it is normalised, and how worse light is made."""

from lamplit.light.darkness import night
from lamplit.light.exposure import expose, tone_curve
from lamplit.light.normalization import normalization_methods, normalize, stretch_to_bytes
from lamplit.light.reading import measure

__all__ = [
    "expose",
    "measure",
    "night",
    "normalization_methods",
    "normalize",
    "stretch_to_bytes",
    "tone_curve",
]
