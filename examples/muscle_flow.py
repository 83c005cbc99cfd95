"""Move the sample face by known amounts and draw the flow: the picture of docs/optical-flow.md.

python examples/muscle_flow.py docs/images
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.expression.face_motion import MuscleReader
from lamplit.faces import CascadeFaceDetector
from lamplit.faces.eyes import find_eyes
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image, write_image
from lamplit.report.flow_drawing import draw_flow

PHOTO = Path(__file__).parent / "eileen-collins.jpg"
Pull = tuple[float, float, float, float, float]
"""Where (x, y) and by how much (right, down) the skin is pulled, and how far around, in eye distances."""

CORNERS_DOWN: list[Pull] = [(0.5, 0.9, 0.02, 0.12, 0.22), (-0.5, 0.9, -0.02, 0.12, 0.22)]
BROWS_UP: list[Pull] = [(0.5, -0.34, 0.0, -0.13, 0.25), (-0.5, -0.34, 0.0, -0.13, 0.25)]
CHIN_DOWN: list[Pull] = [(0.0, 1.5, 0.0, 0.18, 0.3)]
SMIRK: list[Pull] = [(0.52, 0.88, 0.12, -0.12, 0.25)]


def moved(photo: ByteArray, pulls: list[Pull], *, tilt: float) -> ByteArray:
    """Pull the skin of a face, then tilt the whole picture by some degrees."""
    eyes = find_eyes(photo, CascadeFaceDetector().detect(photo)[0].box)
    if eyes is None:
        raise SystemExit("no eyes in the sample photo")
    (x0, y0), unit = eyes.mean(axis=0), float(np.hypot(*(eyes[1] - eyes[0])))
    rows, columns = np.indices(photo.shape, dtype=np.float32)
    x, y = columns.copy(), rows.copy()
    for at_x, at_y, right, down, reach in pulls:
        apart = ((columns - x0) / unit - at_x) ** 2 + ((rows - y0) / unit - at_y) ** 2
        near = unit * np.exp(-apart / (2 * reach**2))
        x -= np.float32(right) * near
        y -= np.float32(down) * near
    pulled = cv2.remap(photo, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    turn = cv2.getRotationMatrix2D((float(x0), float(y0)), tilt, 1.0)
    return cv2.warpAffine(pulled, turn, photo.shape[::-1], borderMode=cv2.BORDER_REPLICATE)


def main() -> None:
    """Write the picture."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("results")
    photo = grey_from_rgb(read_image(PHOTO))
    reader = MuscleReader()
    faces = [moved(photo, BROWS_UP + CHIN_DOWN + CORNERS_DOWN, tilt=4), moved(photo, SMIRK, tilt=0)]
    sheets = [draw_flow(reader.compare(photo, face), scale=2) for face in faces]
    write_image(folder / "muscle-flow.jpg", np.vstack(sheets), quality=88)


if __name__ == "__main__":
    main()
