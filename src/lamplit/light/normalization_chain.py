"""Several methods of normalisation one after the other, with their settings, under one name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lamplit.core.arrays import FloatArray
from lamplit.imaging.images import ImageSource
from lamplit.light.normalization import grey_levels, normalization_method, normalization_methods, normalize


@dataclass(frozen=True, slots=True)
class Step:
    """One method with the settings that differ from its defaults.

    Parameters
    ----------
    method : str
        One of `lamplit.light.normalization_methods()`.
    settings : mapping
        Settings by name.

    Raises
    ------
    InvalidArgumentError
        If there is no such method.

    Examples
    --------
    >>> str(Step("tan-triggs", {"inner": 2.0, "outer": 4.0}))
    'tan-triggs (inner 2, outer 4)'
    """

    method: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        normalization_method(self.method)  # a name that is wrong is said before pictures are read

    def __str__(self) -> str:
        shown = ", ".join(f"{name} {value:g}" for name, value in self.settings.items())
        return f"{self.method} ({shown})" if shown else self.method


@dataclass(frozen=True, slots=True)
class Chain:
    """Methods that are applied in order; without any, a picture only becomes grey.

    Parameters
    ----------
    steps : tuple of Step
        The methods. All but the last must give grey levels in [0, 1], as "denoise" does.

    Examples
    --------
    >>> import numpy as np
    >>> chain = Chain((Step("denoise"), Step("tan-triggs")))
    >>> chain.name, chain.apply(np.zeros((8, 8), np.uint8)).max()
    ('denoise, tan-triggs', np.float32(0.0))
    """

    steps: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        """The methods with their settings; "none" without any."""
        return ", ".join(map(str, self.steps)) or "none"

    def apply(self, image: ImageSource) -> FloatArray:
        """Normalise a picture; as `lamplit.light.normalize` for each step."""
        grey = grey_levels(image)
        for step in self.steps:
            grey = normalize(grey, step.method, **step.settings)
        return grey


_WIDE_BAND = Step("tan-triggs", {"inner": 2.0, "outer": 4.0})

BEST_CHAIN = Chain((Step("noise-aware"), _WIDE_BAND))
"""What tells people apart best whatever the light, for faces of about 200 pixels."""


def standard_chains() -> tuple[Chain, ...]:
    """Return what comparisons run: nothing, each method with its defaults, and the best chain with its half.

    Returns
    -------
    tuple of Chain
        The chains.

    Examples
    --------
    >>> [chain.name for chain in standard_chains()][:2]
    ['none', 'adaptive-gamma']
    """
    methods = (Chain((Step(method),)) for method in normalization_methods())
    return (Chain(), *methods, Chain((_WIDE_BAND,)), BEST_CHAIN)
