"""What covers a part of a pasted face: something held before it, a bar over the eyes."""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.training.scenes.pasting import Place, paste
from lamplit.training.scenes.pictures import piece_of
from lamplit.training.scenes.stock import SceneStock

HELD, GLASSES = 0.12, 0.05
"""How often each is there."""

LEAST = 20.0
"""Sides in pixels below which faces stay free."""


def cover(
    scene: FloatArray, place: Place, points: FloatArray | None, stock: SceneStock, random: np.random.Generator
) -> None:
    """Cover a part of what stands at a place, sometimes, in place.

    Parameters
    ----------
    scene : ndarray of shape (H, W), float32
        Grey levels from 0 to 255.
    place : Place
        Where a face stands, or something that was pasted alike.
    points : ndarray of shape (5, 2), optional
        Its points.
    stock : SceneStock
        Whose pictures cover it.
    random : numpy.random.Generator
        Decides.
    """
    if place.side < LEAST:
        return
    draw = random.random()
    if draw < HELD:
        piece = piece_of(stock.pictures[int(random.integers(len(stock.pictures)))], random)
        angle = float(random.uniform(0, 2 * np.pi))
        away = float(random.uniform(0.5, 0.65)) * place.side
        x, y = place.x + away * np.cos(angle), place.y + away * np.sin(angle)
        paste(scene, piece, Place(float(x), float(y), place.side * float(random.uniform(0.4, 0.75))), random)
    elif draw < HELD + GLASSES and points is not None:
        _dark_glasses(scene, points, random)


def _dark_glasses(scene: FloatArray, points: FloatArray, random: np.random.Generator) -> None:
    """Draw dark glasses over the eyes."""
    right, left = points[0], points[1]
    apart = float(np.linalg.norm(left - right))
    tone = float(random.uniform(0, 60))
    glasses = np.zeros(scene.shape, np.uint8)
    angle = float(np.degrees(np.arctan2(*(left - right)[::-1])))
    radii = (max(round(0.34 * apart), 1), max(round(random.uniform(0.18, 0.28) * apart), 1))
    for eye in (right, left):
        middle = (round(float(eye[0])), round(float(eye[1])))
        cv2.ellipse(glasses, middle, radii, angle, 0, 360, 255, -1)
    ends = [(round(float(p[0])), round(float(p[1]))) for p in (right, left)]
    cv2.line(glasses, ends[0], ends[1], 255, max(round(0.05 * apart), 1))
    share = cv2.GaussianBlur(glasses, (0, 0), max(0.02 * apart, 0.5)).astype(np.float32) * np.float32(1 / 255)
    scene += (tone - scene) * share * float(random.uniform(0.8, 1.0))
