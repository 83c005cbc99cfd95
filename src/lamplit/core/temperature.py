"""By what the logits of a face are divided: a temperature that depends on what the light takes from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray

COLDEST, HOTTEST = 0.05, 20.0
"""No temperature is outside of these."""


@dataclass(frozen=True, slots=True)
class LightTemperature:
    """The temperature of each face, from what its light takes (`lamplit.expression.light_loss`).

    Parameters
    ----------
    good : float
        Where the light takes nothing; above 0.
    noise : float
        By how much 1 / temperature falls with each stop of contrast that is lost to noise.
    surround : float
        By how much 1 / temperature falls with the square of the stops of contrast that are lost to the
        surround.

    Notes
    -----
    1 / temperature = 1 / good - noise * (stops lost to noise) - surround * (stops lost to the surround)^2,
    kept within 1 / 20 and 1 / 0.05. Without the last two every face has the same temperature.

    Examples
    --------
    >>> temperature = LightTemperature(0.5, noise=0.25, surround=0.0625)
    >>> temperature.of(np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])).tolist()
    [0.5, 1.0, 1.0]
    """

    good: float
    noise: float = 0.0
    surround: float = 0.0

    def of(self, losses: AnyArray) -> FloatArray:
        """Return the temperatures of faces, shape (N,) float32, from their losses, shape (N, 2)."""
        lost_to_noise, lost_to_surround = np.asarray(losses, dtype=np.float64).T  # (N,) each
        inverse = 1.0 / self.good - self.noise * lost_to_noise - self.surround * lost_to_surround**2
        temperatures: FloatArray = (1.0 / np.clip(inverse, 1.0 / HOTTEST, 1.0 / COLDEST)).astype(np.float32)
        return temperatures
