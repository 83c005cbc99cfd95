"""A stock of drawn faces, so that scenes can be composed without data."""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.datasets.five_points import USUAL
from lamplit.training.scenes.pictures import NEAR, Cutout
from lamplit.training.scenes.stock import SceneStock


def drawn_face(side: int, *, skin: int = 190) -> ByteArray:
    """Draw a face as plain as can be: two eyes, a nose and a mouth on an oval."""
    face = np.full((side, side), 90, np.uint8)
    cv2.ellipse(face, (side // 2, side // 2), (round(0.4 * side), round(0.47 * side)), 0, 0, 360, skin, -1)
    right, left, nose, corner, other = (tuple(round(float(n) * side) for n in point) for point in USUAL)
    for eye in (right, left):
        cv2.circle(face, eye, max(side // 12, 1), 20, -1)
    cv2.circle(face, nose, max(side // 24, 1), 120, -1)
    cv2.line(face, corner, other, 40, max(side // 16, 1))
    return face


def face_cutout(side: int = 48, **drawn: int) -> Cutout:
    """Return a drawn face with its points."""
    return Cutout.of(drawn_face(side, **drawn), (side / 2, side / 2, side, 0.0), USUAL * side)


def drawn_stock() -> SceneStock:
    """Return faces of two kinds and pictures of waves."""
    rows, columns = np.mgrid[:160, :200]
    waves = [
        np.rint(127 + 60 * np.sin(rows / a) * np.cos(columns / b)).astype(np.uint8)
        for a, b in ((7, 11), (23, 5), (13, 17))
    ]
    small = tuple(face_cutout(skin=skin) for skin in (140, 170, 200, 230))
    large = tuple(face_cutout(128, skin=skin) for skin in (150, 210))
    lit = (Cutout.of(drawn_face(96), (48, 48, 96, 0.0), kind=NEAR),)
    return SceneStock(small, large, lit, tuple(waves))
