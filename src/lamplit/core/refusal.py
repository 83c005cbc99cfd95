"""How sure an answer must be to stand, by the light on the face."""

from __future__ import annotations

from dataclasses import dataclass

from lamplit.core.light import LightReading

EASY, HARD, BACKLIT = "easy", "hard", "backlit"
"""Kinds of light: what takes nothing from a face; what takes something; a light behind the head, which takes
most of the grey levels."""

EASY_WORDS = frozenset({"good", "dim"})
"""Words of the verdict on light that takes nothing from a face."""


def kind_of(light: LightReading) -> str:
    """Name the kind of light by what it takes from a face.

    Parameters
    ----------
    light : LightReading
        The light on the face.

    Returns
    -------
    str
        "easy", "hard" or "backlit".

    Examples
    --------
    >>> from dataclasses import replace
    >>> light = LightReading(mean=0.5, median=0.5, p01=0.1, p05=0.1, p95=0.9, p99=0.9, contrast=0.2,
    ...                      contrast_range=0.8, dynamic_range=6.0, entropy=7.0, clipped_dark=0.0,
    ...                      clipped_bright=0.0, noise=0.0, left_right=0.0, up_down=0.0, verdict=("dim",))
    >>> kind_of(light), kind_of(replace(light, verdict=("dim", "noisy")))
    ('easy', 'hard')
    """
    if "backlit" in light.verdict:
        return BACKLIT
    return EASY if EASY_WORDS.issuperset(light.verdict) else HARD


@dataclass(frozen=True, slots=True)
class LeastProbability:
    """The probability below which a network is in doubt, by the kind of light.

    Parameters
    ----------
    easy, hard, backlit : float
        In light of that kind (see `kind_of`), in [0, 1].

    Examples
    --------
    >>> LeastProbability(easy=0.4, hard=0.8, backlit=0.9).of_kind("hard")
    0.8
    """

    easy: float = 0.0
    hard: float = 0.0
    backlit: float = 0.0

    def of_kind(self, kind: str) -> float:
        """Return the probability that an answer needs in a kind of light."""
        return {EASY: self.easy, HARD: self.hard, BACKLIT: self.backlit}[kind]


NO_DOUBT = LeastProbability()
"""That of a model for which none was chosen: every answer stands."""
