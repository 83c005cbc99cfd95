"""The sample photo in six lights: what is found in each, with landmarks, head pose and expression.

python examples/faces_in_bad_light.py DIR
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from lamplit import Analyzer
from lamplit.core.arrays import ByteArray
from lamplit.imaging.images import read_image, write_image
from lamplit.light.gauntlet import SEVEN_LIGHTS
from lamplit.report.drawing import annotate
from lamplit.report.geometry_drawing import draw_geometry

PHOTO = Path(__file__).parent / "eileen-collins.jpg"
PART = (slice(0, 300), slice(75, 375))
IN_A_ROW = 3


def shown(analyzer: Analyzer, picture: ByteArray) -> ByteArray:
    """Return a picture with what is found in it."""
    faces = analyzer.analyze(picture).faces
    return annotate(draw_geometry(picture, faces, legend=False), faces)


def main() -> None:
    """Write the picture."""
    folder = Path(sys.argv[1])
    photo = np.ascontiguousarray(read_image(PHOTO)[PART])
    photo = cv2.resize(photo, (420, 420), interpolation=cv2.INTER_CUBIC)
    analyzer = Analyzer()
    lights = [light for light in SEVEN_LIGHTS if "side light, ten" not in light.name]
    views = [shown(analyzer, light.apply(photo[None])[0]) for light in lights]
    rows = [np.hstack(views[start : start + IN_A_ROW]) for start in range(0, len(views), IN_A_ROW)]
    write_image(folder / "faces-in-bad-light.jpg", np.vstack(rows))


if __name__ == "__main__":
    main()
