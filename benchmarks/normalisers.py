"""What each normalisation of the light costs on one thread, beside what OpenCV and scikit-image have.

The face is the one in examples/, cut out at 256 x 256 and at the 168 x 192 of Extended Yale B. Time is
processor time of the one thread, so that other programs do not count; the median over rounds is quoted.
Rounds of lamplit and of the other library alternate, and the ratio is the median within rounds.

    python benchmarks/normalisers.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import thread_time
from typing import Any

import cv2
import numpy as np
from skimage import exposure
from threadpoolctl import threadpool_limits

from lamplit.core.values import Box
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.geometry import crop_square
from lamplit.imaging.images import read_image
from lamplit.light.normalization import normalization_method, normalization_methods
from lamplit.light.normalization_chain import BEST_CHAIN
from results import ROOT, write_result

ROUNDS = 31
SECONDS_PER_ROUND = 0.02
FACE = Box(165, 55, 285, 175)

OTHERS: dict[str, dict[str, Callable[[np.ndarray, np.ndarray], object]]] = {
    "clahe": {
        "OpenCV createCLAHE": lambda grey, x: cv2.createCLAHE(2.0, (8, 8)).apply(grey),
        "scikit-image equalize_adapthist": lambda grey, x: exposure.equalize_adapthist(x),
    },
    "denoise": {
        "OpenCV fastNlMeansDenoising": lambda grey, x: cv2.fastNlMeansDenoising(grey, None, 8.0, 7, 21)
    },
    "histogram-equalisation": {
        "OpenCV equalizeHist": lambda grey, x: cv2.equalizeHist(grey),
        "scikit-image equalize_hist": lambda grey, x: exposure.equalize_hist(grey),
    },
    "logarithm": {"scikit-image adjust_log": lambda grey, x: exposure.adjust_log(x)},
}
"""They do the same, but for denoising: another way to the same end. Each gets bytes or floats as it likes."""


def milliseconds(run: Callable[[], object], repeats: int) -> float:
    """Return the mean processor time of a call over some repeats."""
    started = thread_time()
    for _ in range(repeats):
        run()
    return 1000 * (thread_time() - started) / repeats


def repeats_for(run: Callable[[], object]) -> int:
    """Return how often a call fits into a round."""
    run()
    return max(1, round(1000 * SECONDS_PER_ROUND / max(milliseconds(run, 1), 1e-3)))


def time_of(run: Callable[[], object], other: Callable[[], object] | None = None) -> tuple[float, float]:
    """Return the median time of a call, and the median of its ratio to the other's time."""
    calls = [run] if other is None else [run, other]
    repeats = [repeats_for(call) for call in calls]
    rounds = [[milliseconds(call, n) for call, n in zip(calls, repeats, strict=True)] for _ in range(ROUNDS)]
    return median(times[0] for times in rounds), median(times[0] / times[-1] for times in rounds)


def measure(grey: np.ndarray) -> dict[str, Any]:
    """Return the times of all methods on one face."""
    x = grey.astype(np.float32) / np.float32(255)
    rows: dict[str, Any] = {}
    for name in normalization_methods():
        function = normalization_method(name)
        rows[name] = {"milliseconds": round(time_of(lambda: function(x))[0], 4)}  # noqa: B023
        for theirs, other in OTHERS.get(name, {}).items():
            ratio = time_of(lambda: function(x), lambda: other(grey, x))[1]  # noqa: B023
            rows[name].setdefault("time_relative_to", {})[theirs] = round(ratio, 3)
    rows[BEST_CHAIN.name] = {"milliseconds": round(time_of(lambda: BEST_CHAIN.apply(x))[0], 4)}
    return rows


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    photo = grey_from_rgb(read_image(ROOT / "examples" / "eileen-collins.jpg"))
    square = crop_square(photo, FACE, 256)
    figures: dict[str, Any] = {"rounds": ROUNDS, "clock": "processor time of one thread"}
    cv2.setNumThreads(1)
    with threadpool_limits(1):
        figures["256x256"] = measure(square)
        figures["168x192"] = measure(cv2.resize(square, (168, 192), interpolation=cv2.INTER_AREA))
    write_result("normalisers", figures)


if __name__ == "__main__":
    main()
