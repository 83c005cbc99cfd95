"""What the numbers of a light reading amount to, in words."""

from __future__ import annotations

from lamplit.core.light import LightReading

# "FER+" below: 3,000 random training faces as they are. Accuracy: of the shipped weights on these faces in
# the lights of the gauntlet. benchmarks/light_verdicts.py measures both; docs/light-reading.md has the
# figures.

DARK_MEAN, DARK_P95 = 0.12, 0.25
"""Darker than any face of FER+ (the darkest has 0.14), or hardly a pixel above a quarter (0.1 %)."""

DIM_MEAN, DIM_P95 = 0.25, 0.50
"""2.0 % and 2.7 % of FER+, 3.4 % together; at half of full scale nearly all faces are dim."""

OVER_EXPOSED_CLIPPED, OVER_EXPOSED_MEAN = 0.15, 0.85
"""0.7 % and 0.2 % of FER+. The mean finds what was clipped below full scale, as video often is."""

FLAT_STOPS = 2.5
"""0.1 % of FER+, whose median is 6.7; three tenths of the contrast leave less in nearly all faces."""

NOISY_RATIO = 5.0
"""Contrast over noise; 0.1 % of FER+ lie below, whose median is 18."""

SIDE_LIT_STOPS = 2.0
"""A factor of four; 3.4 % of FER+, and 87 % of the faces of Extended Yale B that are lit from 26 to 50
degrees. Accuracy falls beyond."""

BACKLIT_STOPS = 1.5
"""0.4 % of FER+, and none of 448 ordinary pictures with a face (at most 1.4, median -0.4)."""

LEAST_RATIO = 1.2
"""Contrast over noise below which there is little but noise: six in ten answers are right at best, even on
faces that the network was trained on."""

MOST_CLIPPED = 0.92
"""Share of pixels, black and white together, above which about as few answers are right."""


def verdict_of(reading: LightReading) -> tuple[str, ...]:
    """Name what is remarkable about the light.

    Parameters
    ----------
    reading : LightReading
        The numbers; its own verdict is not looked at.

    Returns
    -------
    tuple of str
        ("good",), or all that hold of "dark" (or else "dim"), "over-exposed", "flat", "noisy", "side-lit" and
        "backlit", in this order.

    Notes
    -----
    Grey levels cannot tell dark skin from little light. The thresholds for "dark" and "dim" are low for this
    reason, and neither word makes a reading unusable.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import numpy as np
    >>> from lamplit.light import measure
    >>> reading = measure(np.arange(256, dtype=np.uint8).reshape(16, 16))
    >>> verdict_of(reading)
    ('good',)
    >>> verdict_of(replace(reading, mean=0.2, noise=0.1, left_right=-2.5))
    ('dim', 'noisy', 'side-lit')
    """
    dark = reading.mean < DARK_MEAN or reading.p95 < DARK_P95
    dim = reading.mean < DIM_MEAN or reading.p95 < DIM_P95
    over = reading.clipped_bright > OVER_EXPOSED_CLIPPED or reading.mean > OVER_EXPOSED_MEAN
    found = {
        "dark": dark,
        "dim": dim and not dark,
        "over-exposed": over,
        "flat": reading.dynamic_range < FLAT_STOPS,
        "noisy": reading.contrast < NOISY_RATIO * reading.noise,
        "side-lit": abs(reading.left_right) > SIDE_LIT_STOPS,
        "backlit": reading.backlight is not None and reading.backlight > BACKLIT_STOPS,
    }
    return tuple(word for word, holds in found.items() if holds) or ("good",)


def is_usable(reading: LightReading) -> bool:
    """Tell whether enough is left of a face for an answer that can be trusted.

    Parameters
    ----------
    reading : LightReading
        The numbers; its own `usable` is not looked at.

    Returns
    -------
    bool
        False where all pixels are alike, where the contrast is hardly more than noise, or where nearly all
        pixels are clipped.

    Examples
    --------
    >>> import numpy as np
    >>> from lamplit.light import measure
    >>> is_usable(measure(np.zeros((16, 16), dtype=np.uint8)))
    False
    """
    clipped = reading.clipped_dark + reading.clipped_bright
    return reading.contrast > LEAST_RATIO * reading.noise and clipped <= MOST_CLIPPED
