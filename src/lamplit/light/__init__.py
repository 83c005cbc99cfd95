"""Light: what a picture's histogram says about it, and how worse light is made."""

from lamplit.light.exposure import expose, sensor_noise, tone_curve
from lamplit.light.histogram import measure

__all__ = ["expose", "measure", "sensor_noise", "tone_curve"]
