"""How long a light reading of a 256 x 256 grey face takes on one thread, beside plain ways to a part of it.

Plain readings for comparison: the same histogram, percentiles, mean, deviation, entropy, halves and noise
with NumPy functions alone, as anybody would write them; and OpenCV's bare `calcHist` with mean and deviation,
which is the least that any reading costs. The face is that of the sample photo, enlarged. Rounds of all
alternate, so that a drift of the machine's speed meets each; medians over rounds, and ratios within rounds.

    python benchmarks/light_reading.py
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.values import Box
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.geometry import crop_square
from lamplit.imaging.images import read_image
from lamplit.light import measure
from lamplit.light.noise import noise_sigma
from results import ROOT, write_result

ROUNDS, REPEATS = 31, 20
SIDE = 256
BOX = Box(177, 66, 274, 163)
"""The face on the sample photo."""


def numpy_reading(grey: ByteArray) -> tuple[object, ...]:
    """Compute what a light reading holds with NumPy functions alone, without a verdict."""
    histogram = np.bincount(grey.ravel(), minlength=256)
    share = histogram / grey.size
    x = grey / 255
    percentiles = np.percentile(grey, [1, 5, 50, 95, 99], method="inverted_cdf") / 255
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    half = SIDE // 2
    left_right = np.log2(linear[:, half:].mean() / linear[:, :half].mean())
    up_down = np.log2(linear[:half].mean() / linear[half:].mean())
    filled = share[share > 0]
    first = np.diff(grey.astype(np.float64), 2, axis=0)
    noise = np.median(np.abs(np.diff(first, 2, axis=1))) / (6 * 0.6745 * 255)
    entropy = -(filled * np.log2(filled)).sum()
    return histogram, x.mean(), x.std(), percentiles, entropy, left_right, up_down, noise


def opencv_histogram(grey: ByteArray) -> tuple[object, ...]:
    """Compute histogram, mean and deviation alone."""
    return cv2.calcHist([grey], [0], None, [256], [0, 256]), cv2.meanStdDev(grey)


def milliseconds(run: Callable[[], object]) -> float:
    """Return the mean time of a call over some repeats."""
    started = perf_counter()
    for _ in range(REPEATS):
        run()
    return 1000 * (perf_counter() - started) / REPEATS


def main() -> None:
    cv2.setNumThreads(1)
    picture = read_image(ROOT / "examples" / "eileen-collins.jpg")
    face = grey_from_rgb(crop_square(picture, BOX, SIDE))
    # The same face in the middle of a picture four times as large, so that it has a surround.
    around = grey_from_rgb(crop_square(picture, Box(129, 18, 322, 211), 2 * SIDE))
    middle = Box(SIDE / 2, SIDE / 2, SIDE * 3 / 2, SIDE * 3 / 2)
    readings: dict[str, Callable[[], object]] = {
        "light_reading": lambda: measure(face),
        "light_reading_48x48": lambda: measure(face[:48, :48]),
        "light_reading_with_surround": lambda: measure(around, middle),
        "noise_alone": lambda: noise_sigma(face),
        "plain_numpy": lambda: numpy_reading(face),
        "opencv_histogram_alone": lambda: opencv_histogram(face),
    }
    rounds = [{name: milliseconds(run) for name, run in readings.items()} for _ in range(ROUNDS)]
    figures: dict[str, object] = {"side": SIDE, "threads": 1, "rounds": ROUNDS, "repeats": REPEATS}
    for name in readings:
        times = [times[name] for times in rounds]
        figures[name] = {
            "milliseconds": round(median(times), 4),
            "fastest_round": round(min(times), 4),
            "slowest_round": round(max(times), 4),
        }
    for other in ("plain_numpy", "opencv_histogram_alone"):
        ratio = median(times["light_reading"] / times[other] for times in rounds)
        figures[f"time_relative_to_{other}"] = round(ratio, 3)
    write_result("light_reading", figures)


if __name__ == "__main__":
    main()
