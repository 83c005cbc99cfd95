"""What is behind the faces of a scene: a part of a picture, or of four, or an even wall."""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.training.scenes.stock import SceneStock


def background(
    stock: SceneStock, size: int, random: np.random.Generator, hard: FloatArray | None
) -> FloatArray:
    """Return a part of a picture without faces, or of four, or an even wall.

    Parameters
    ----------
    stock : SceneStock
        With the pictures.
    size : int
        Side of the scene in pixels.
    random : numpy.random.Generator
        Decides everything.
    hard : ndarray of shape (M, 4), optional
        Places of false alarms, as for `lamplit.training.scenes.composing.compose_scene`.

    Returns
    -------
    ndarray of shape (size, size), float32
        Grey levels from 0 to 255.
    """
    draw = random.random()
    if hard is not None and len(hard) and draw < 0.5:
        number, x, y, side = hard[int(random.integers(len(hard)))].tolist()
        zoom = float(random.uniform(0.7, 1.5))
        reach = zoom * side / 2
        to = [float(random.uniform(min(reach, size / 2), max(size - reach, size / 2))) for _ in range(2)]
        return seen(stock.pictures[int(number)], size, (x, y), (to[0], to[1]), zoom, random)
    if draw > 0.93:
        return _wall(size, random)
    if draw > 0.8:
        half = (size + 1) // 2
        quarters = [_anywhere(stock, half, random) for _ in range(4)]
        return np.block([quarters[:2], quarters[2:]])[:size, :size].astype(np.float32)
    return _anywhere(stock, size, random)


def _anywhere(stock: SceneStock, size: int, random: np.random.Generator) -> FloatArray:
    """Return any part of any picture, at about its own size."""
    picture = stock.pictures[int(random.integers(len(stock.pictures)))]
    height, width = picture.shape
    least = size / min(height, width)
    zoom = least * float(np.exp(random.uniform(-0.25, 0.6)))
    reach = min(size / zoom / 2, height / 2, width / 2)
    centre = (float(random.uniform(reach, width - reach)), float(random.uniform(reach, height - reach)))
    return seen(picture, size, centre, (size / 2, size / 2), zoom, random)


def seen(
    picture: ByteArray,
    size: int,
    centre: tuple[float, float],
    to: tuple[float, float],
    zoom: float,
    random: np.random.Generator,
) -> FloatArray:
    """Return a picture zoomed so that a place of it comes to another; beyond its border it is mirrored.

    Parameters
    ----------
    picture : ndarray of shape (H, W), uint8
        Grey.
    size : int
        Side of the scene in pixels.
    centre, to : (float, float)
        A place (x, y) in pixels of the picture, and where it comes to in pixels of the scene.
    zoom : float
        Pixels of the scene for one of the picture.
    random : numpy.random.Generator
        Decides whether left and right change.

    Returns
    -------
    ndarray of shape (size, size), float32
        Grey levels from 0 to 255.
    """
    flip = -1.0 if random.random() < 0.5 else 1.0
    matrix = np.array(
        [[flip * zoom, 0, to[0] - flip * zoom * centre[0]], [0, zoom, to[1] - zoom * centre[1]]], np.float32
    )
    way = cv2.INTER_LINEAR
    seen = cv2.warpAffine(picture, matrix, (size, size), flags=way, borderMode=cv2.BORDER_REFLECT_101)
    background: FloatArray = seen.astype(np.float32)
    return background


def _wall(size: int, random: np.random.Generator) -> FloatArray:
    """Return an even wall in uneven light."""
    coarse = random.uniform(0, 255) + random.normal(0, random.uniform(0, 50), (3, 3))
    wall = cv2.resize(coarse.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
    wall += random.standard_normal((size, size), dtype=np.float32) * np.float32(random.uniform(0, 6))
    even: FloatArray = np.clip(wall, 0, 255).astype(np.float32)
    return even
