"""How long a boosted cascade takes on 640 x 480: lamplit's window and OpenCV's detectMultiScale in turn.

One thread each, the same XML, the same picture (the sample photo, its left side repeated on the right),
windows before grouping, from 24 pixels on in steps of 1.1. Rounds alternate, so that a drift of the machine's
speed meets both; times are processor time of the one thread, so that other work on the machine does not
count; the median over rounds is quoted, and that of the ratio within rounds. That both find the same windows
is checked first. The cascade over local binary patterns is the one that scikit-image brings.

    python benchmarks/cascade_speed.py
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import thread_time
from typing import Any

import cv2
import numpy as np
import skimage

from lamplit.boosting import read_cascade
from lamplit.core.arrays import ByteArray
from lamplit.faces.candidate_windows import WindowSearch
from lamplit.faces.opencv_windows import OpenCVWindow
from lamplit.faces.sliding_window import SlidingWindow
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from results import ROOT, write_result

ROUNDS = 25
STEP, SMALLEST = 1.1, 24
NAMES = ("frontalface_default", "frontalface_alt", "frontalface_alt2", "profileface", "upperbody")


def picture() -> ByteArray:
    """Return the sample photo as 480 x 640 grey levels."""
    grey = grey_from_rgb(read_image(ROOT / "examples" / "eileen-collins.jpg"))
    return np.ascontiguousarray(np.hstack([grey[:480], grey[:480, :128]]))


def lbp_cascade(folder: Path) -> Path:
    """Write scikit-image's cascade without the slip of the pen at which OpenCV stops."""
    content = Path(skimage.__file__).parent.joinpath("data", "lbpcascade_frontalface_opencv.xml").read_bytes()
    path = folder / "lbpcascade_frontalface.xml"
    path.write_bytes(content.replace(b"featuhreParams", b"featureParams"))
    return path


def compare(path: Path, grey: ByteArray) -> dict[str, Any]:
    """Time both on one cascade."""
    cascade = read_cascade(path)
    ours, search = SlidingWindow(cascade), WindowSearch(ratio=STEP, smallest=SMALLEST)
    theirs = cv2.CascadeClassifier(str(path))
    found = ours.windows(grey, search)
    np.testing.assert_array_equal(found.xywh, OpenCVWindow(cascade).windows(grey, search).xywh)
    rounds = []
    for _ in range(ROUNDS):
        start = thread_time()
        ours.windows(grey, search)
        middle = thread_time()
        theirs.detectMultiScale(grey, scaleFactor=STEP, minNeighbors=0, minSize=(SMALLEST, SMALLEST))
        rounds.append((middle - start, thread_time() - middle))
    return {
        "windows": len(found),
        "made_of": f"{cascade.kind}, {'stumps' if cascade.is_of_stumps else 'trees'}",
        "milliseconds": round(1000 * median(a for a, _ in rounds), 1),
        "opencv_milliseconds": round(1000 * median(b for _, b in rounds), 1),
        "time_relative_to_opencv": round(median(a / b for a, b in rounds), 3),
    }


def main() -> None:
    cv2.setNumThreads(1)
    grey = picture()
    paths = [Path(cv2.data.haarcascades, f"haarcascade_{name}.xml") for name in NAMES]
    with TemporaryDirectory() as folder:
        paths.append(lbp_cascade(Path(folder)))
        figures = {path.stem: compare(path, grey) for path in paths}
    write_result(
        "cascade_speed",
        {
            "picture": "640 x 480",
            "rounds": ROUNDS,
            "opencv": cv2.__version__,
            "worst_ratio": max(row["time_relative_to_opencv"] for row in figures.values()),
            "cascades": figures,
        },
    )


if __name__ == "__main__":
    main()
