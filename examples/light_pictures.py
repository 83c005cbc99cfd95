"""Draw the sample face in other lights: the pictures of docs/relighting.md and docs/light-gauntlet.md.

python examples/light_pictures.py docs/images
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.faces import CascadeFaceDetector
from lamplit.faces.framing import crop_face
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from lamplit.light.gauntlet import GAUNTLET
from lamplit.light.relighting import relight
from lamplit.light.templates import load_templates

PHOTO = Path(__file__).parent / "eileen-collins.jpg"
SIDE = 96
SEEN = 48
"""Side of the faces that the gauntlet is made for. Larger ones would look cleaner than what models see: each
pixel counts its own photons, and eyes even out the noise of small pixels."""
AZIMUTHS = (-95.0, -70.0, -45.0, -20.0, 0.0, 20.0, 45.0, 70.0, 95.0)
ELEVATIONS = (60.0, 30.0, 0.0, -30.0)
LEFT, TOP, GAP = 190, 26, 3


def sample_face(size: int) -> ByteArray:
    """Return the face of the sample photo, grey, framed as the networks want it."""
    photo = read_image(PHOTO)
    return grey_from_rgb(crop_face(photo, CascadeFaceDetector().detect(photo)[0].box, size=size))


def sheet(rows: list[tuple[str, list[ByteArray]]], heads: list[str]) -> ByteArray:
    """Put rows of faces on white, with a name before each row and a word above each column."""
    step = SIDE + GAP
    page = np.full((TOP + step * len(rows), LEFT + step * len(rows[0][1])), 255, np.uint8)
    for column, head in enumerate(heads):
        _write(page, head, LEFT + step * column + 4, TOP - 8)
    for number, (name, faces) in enumerate(rows):
        top = TOP + step * number
        _write(page, name, 6, top + SIDE // 2)
        for column, face in enumerate(faces):
            left = LEFT + step * column
            page[top : top + SIDE, left : left + SIDE] = face
    return page


def _write(page: ByteArray, words: str, x: int, y: int) -> None:
    """Write words on the page."""
    cv2.putText(page, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 30, 1, cv2.LINE_AA)


def relit(face: ByteArray) -> ByteArray:
    """Return the face under lights from all directions; the picture's left is the subject's right."""
    templates = load_templates()
    bright = face.astype(np.float32) / 255
    rows = []
    for elevation in ELEVATIONS:
        faces = [
            np.rint(255 * relight(bright, azimuth, elevation, templates=templates)).astype(np.uint8)
            for azimuth in AZIMUTHS
        ]
        rows.append((f"elevation {elevation:+.0f}", faces))
    return sheet(rows, [f"{azimuth:+.0f}" for azimuth in AZIMUTHS])


def gauntlet(face: ByteArray) -> ByteArray:
    """Return the face in every light of the gauntlet, each pixel enlarged to a square."""
    enlarge = np.ones((SIDE // SEEN, SIDE // SEEN), np.uint8)
    rows: dict[str, list[ByteArray]] = {}
    for light in GAUNTLET:
        # The first faces of a batch take their side lights from left and right in turn; this is the second.
        lit = light.apply(np.stack([face, face]))[1]
        rows.setdefault(light.condition, []).append(np.kron(lit, enlarge))
    return sheet(list(rows.items()), ["mild", "", "", "", "hard"])


def main() -> None:
    """Write both pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("results")
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / "relighting.png"), relit(sample_face(SIDE)))
    cv2.imwrite(str(folder / "gauntlet-faces.png"), gauntlet(sample_face(SEEN)))


if __name__ == "__main__":
    main()
