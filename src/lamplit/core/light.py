"""The light reading: what is known of the light on a face or picture."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

_NOT_NUMBERS = ("histogram", "verdict", "usable")


@dataclass(frozen=True, slots=True, kw_only=True)
class LightReading:
    """What the grey levels of a picture say about its light; `lamplit.light.measure` makes it.

    Parameters
    ----------
    histogram : tuple of 256 int
        Number of pixels at grey level 0 to 255; empty where it was not kept.
    mean : float
        Mean grey level, in [0, 1].
    median : float
        Median grey level, in [0, 1].
    p01, p05, p95, p99 : float
        Percentiles of the grey level, in [0, 1].
    contrast : float
        Root-mean-square contrast: standard deviation of the grey level, in [0, 0.5].
    contrast_range : float
        p95 - p05, in [0, 1]: what contrast is left when a few odd pixels are left out.
    dynamic_range : float
        Light at p99 over light at p01, in stops, from 0 to 11.7.
    entropy : float
        Shannon entropy of the histogram, in bits, from 0 (one level) to 8 (all 256 levels alike).
    clipped_dark, clipped_bright : float
        Shares of pixels at level 0 and at level 255, in [0, 1].
    noise : float
        Standard deviation of the noise, in grey levels from 0 to 1.
    left_right : float
        Light on the subject's left (the picture's right half) over that on the right, in stops; positive
        where the subject's left is brighter.
    up_down : float
        Light on the upper half over that on the lower, in stops; positive where the upper is brighter.
    backlight : float or None
        Light of the surround over that of the face, in stops; None where there is no surround.
    verdict : tuple of str
        What the numbers amount to: "good" alone, or any of "dark", "dim", "over-exposed", "flat", "noisy",
        "side-lit" and "backlit"; empty where nobody judged.
    usable : bool
        False where so little is left of the face that no answer can be trusted.

    Examples
    --------
    >>> reading = LightReading(mean=0.5, median=0.5, p01=0.0, p05=0.1, p95=0.9, p99=1.0, contrast=0.2,
    ...                        contrast_range=0.8, dynamic_range=11.7, entropy=7.0, clipped_dark=0.0,
    ...                        clipped_bright=0.02, noise=0.01, left_right=0.0, up_down=0.5)
    >>> reading.as_dict()["mean"], reading.p50, reading.backlight
    (0.5, 0.5, None)
    """

    histogram: tuple[int, ...] = field(default=(), repr=False)
    mean: float
    median: float
    p01: float
    p05: float
    p95: float
    p99: float
    contrast: float
    contrast_range: float
    dynamic_range: float
    entropy: float
    clipped_dark: float
    clipped_bright: float
    noise: float
    left_right: float
    up_down: float
    backlight: float | None = None
    verdict: tuple[str, ...] = ()
    usable: bool = True

    @property
    def p50(self) -> float:
        """The 50th percentile, which is the median."""
        return self.median

    def as_dict(self) -> dict[str, float | None]:
        """Return the numbers by name, in a fixed order: all but the histogram, the verdict and `usable`."""
        return {name: getattr(self, name) for name in STATISTICS}


STATISTICS: tuple[str, ...] = tuple(f.name for f in fields(LightReading) if f.name not in _NOT_NUMBERS)
"""Names of a reading's numbers, in order."""
