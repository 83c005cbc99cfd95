"""When an answer is worth nothing: too little light, or a network in doubt."""

from __future__ import annotations

from lamplit.core.light import LightReading
from lamplit.core.refusal import LeastProbability, kind_of

ANSWERED, UNSURE, UNUSABLE_LIGHT = "ok", "unsure", "unusable light"
"""What `Face.verdict` says: an answer that stands, a network in doubt, light that leaves nothing to read."""


def verdict_of_answer(probability: float, light: LightReading, least: LeastProbability) -> str:
    """Say whether an answer stands.

    Parameters
    ----------
    probability : float
        Calibrated probability of the expression that was named, in [0, 1].
    light : LightReading
        The light on the face.
    least : LeastProbability
        Below this the network is in doubt; it stands on the card of the weights and was chosen where the
        risk-coverage curve (El-Yaniv and Wiener 2010) of validation faces meets the risk that is allowed.

    Returns
    -------
    str
        "unusable light", "unsure" or "ok".

    References
    ----------
    El-Yaniv, Wiener (2010), On the foundations of noise-free selective classification, JMLR 11:1605-1641.

    Examples
    --------
    >>> import numpy as np
    >>> from lamplit.light import measure
    >>> black = measure(np.zeros((48, 48), np.uint8))
    >>> verdict_of_answer(0.9, black, LeastProbability(easy=0.5, hard=0.8))
    'unusable light'
    """
    if not light.usable:
        return UNUSABLE_LIGHT
    return UNSURE if probability < least.of_kind(kind_of(light)) else ANSWERED
