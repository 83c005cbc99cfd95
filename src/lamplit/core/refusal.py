"""How sure an answer must be to stand, by the light on the face."""

from __future__ import annotations

from dataclasses import dataclass

from lamplit.core.light import LightReading

HARD_LIGHT = frozenset({"over-exposed", "flat", "noisy", "side-lit", "backlit"})
"""Words of the verdict on light that takes something from the face. A face that is only dim or dark is read
nearly as well as one in good light."""


def is_hard(light: LightReading) -> bool:
    """Tell whether the light takes something from the face.

    Parameters
    ----------
    light : LightReading
        The light on the face.

    Returns
    -------
    bool
        Whether its verdict has a word of `HARD_LIGHT`.

    Examples
    --------
    >>> from dataclasses import replace
    >>> light = LightReading(mean=0.5, median=0.5, p01=0.1, p05=0.1, p95=0.9, p99=0.9, contrast=0.2,
    ...                      contrast_range=0.8, dynamic_range=6.0, entropy=7.0, clipped_dark=0.0,
    ...                      clipped_bright=0.0, noise=0.0, left_right=0.0, up_down=0.0, verdict=("dim",))
    >>> is_hard(light), is_hard(replace(light, verdict=("dim", "noisy")))
    (False, True)
    """
    return not HARD_LIGHT.isdisjoint(light.verdict)


@dataclass(frozen=True, slots=True)
class LeastProbability:
    """The probability below which a network is in doubt.

    Parameters
    ----------
    easy : float
        On faces whose light takes nothing from them, in [0, 1].
    hard : float
        On faces in light that does (see `HARD_LIGHT`).

    Examples
    --------
    >>> LeastProbability(easy=0.4, hard=0.8)
    LeastProbability(easy=0.4, hard=0.8)
    """

    easy: float = 0.0
    hard: float = 0.0

    def for_light(self, light: LightReading) -> float:
        """Return the probability that an answer needs in a light."""
        return self.hard if is_hard(light) else self.easy


NO_DOUBT = LeastProbability()
"""That of a model for which none was chosen: every answer stands."""
