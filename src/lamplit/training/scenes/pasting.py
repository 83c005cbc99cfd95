"""Pasting one cutout into a scene, so that its edge tells nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.datasets.five_points import MIRRORED
from lamplit.training.scenes.masks import REACH, SIDE, head_masks
from lamplit.training.scenes.pictures import Cutout

CLONED = 0.04
"""Share of the cutouts of at most `MOST_CLONED` pixels whose gradients are pasted (Perez, Gangnet, Blake
2003, doi:10.1145/882262.882269), which leaves no edge at all but takes much longer."""

MOST_CLONED = 90

HAIR, SHOULDERS = 0.25, 0.35
"""Shares of the cutouts that get something like hair and shoulders."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how a cutout is pasted.

    Parameters
    ----------
    x, y : float
        Middle of its square, in pixels of the scene.
    side : float
        Side of its square there, in pixels.
    turn : float
        How far it is turned, clockwise on the screen, in radians.
    mirrored : bool
        Whether left and right change.
    """

    x: float
    y: float
    side: float
    turn: float = 0.0
    mirrored: bool = False

    def forward(self, cut: Cutout) -> FloatArray:
        """Return the (2, 3) matrix from pixels of the cutout's first level to those of the scene."""
        x, y, side, _ = cut.square.tolist()
        cos, sin = (self.side / side * turn for turn in (math.cos(self.turn), math.sin(self.turn)))
        a, c = (-cos, -sin) if self.mirrored else (cos, sin)
        rows = [[a, -sin, self.x - a * x + sin * y], [c, cos, self.y - c * x - cos * y]]
        return np.array(rows, np.float32)

    def points(self, cut: Cutout) -> FloatArray | None:
        """Return where the five points come to lie, (5, 2) in pixels of the scene."""
        if cut.points is None:
            return None
        matrix = self.forward(cut)
        moved = cut.points @ matrix[:, :2].T + matrix[:, 2]
        return moved[list(MIRRORED)] if self.mirrored else moved


def paste(
    scene: FloatArray,
    cut: Cutout,
    place: Place,
    random: np.random.Generator,
    *,
    level: float | None = None,
) -> None:
    """Blend a cutout into a scene, in place.

    Parameters
    ----------
    scene : ndarray of shape (H, W), float32
        Grey levels from 0 to 255.
    cut : Cutout
        What is pasted; a face or not, all steps are the same.
    place : Place
        Where.
    random : numpy.random.Generator
        Decides mask, tone, hair, shoulders and how the edge is made.
    level : float, optional
        Mean grey level that it gets; by default its own or one nearer to its surround's.
    """
    region = _region(scene.shape, place)
    if region is None:
        return
    part = scene[region]
    corner = (region[1].start, region[0].start)
    patch = _warped(cut, place, corner, part.shape)
    mask_number = int(random.integers(len(head_masks(cut.kind))))
    mask = _mask(cut, place, mask_number, corner, part.shape)
    weight = float(mask.sum())
    if weight < 1.0:
        return
    own = float((patch * mask).sum()) / weight
    wanted = (
        _level(own, float(cv2.mean(part)[0]), random) if level is None else level * random.uniform(0.85, 1.15)
    )
    patch, level = _toned(patch, own, float(wanted), random)
    if random.random() < SHOULDERS:
        _shoulders(scene, place, level, random)
    if random.random() < HAIR:
        _hair(part, cut, place, mask_number, corner, random)
    if random.random() < 0.5:  # the surround in the face's level: no bright rim gives the face away
        around = _mask(cut, place, mask_number, corner, part.shape, larger=float(random.uniform(1.02, 1.2)))
        part += (level - float(part.mean())) * float(random.uniform(0.3, 1.0)) * around
    if random.random() < CLONED and 8 <= min(part.shape) <= MOST_CLONED and cut.kind == 0:
        part[:] = _cloned(patch, part, mask)
    else:
        part += (patch - part) * mask


def _region(shape: tuple[int, ...], place: Place) -> tuple[slice, slice] | None:
    """Return the rows and columns that a mask can reach; None where that is nothing."""
    half = 0.8 * place.side
    rows = max(0, int(place.y - half)), min(shape[0], int(np.ceil(place.y + half)))
    columns = max(0, int(place.x - half)), min(shape[1], int(np.ceil(place.x + half)))
    if rows[1] - rows[0] < 2 or columns[1] - columns[0] < 2:
        return None
    return slice(*rows), slice(*columns)


def _warped(cut: Cutout, place: Place, corner: tuple[int, int], shape: tuple[int, ...]) -> FloatArray:
    """Return the cutout as it lies over a region of the scene."""
    level, across, down = cut.level_for(place.side)
    x, y, side, _ = cut.square.tolist()
    a, b, c, d = _turned_back(place.turn, side / place.side)
    if place.mirrored:
        a, b = -a, -b
    linear = a * across, b * across, c * down, d * down
    at = place.x - corner[0], place.y - corner[1]
    return _sampled(level, linear, (x * across, y * down), at, shape, cv2.BORDER_REFLECT_101)


def _mask(
    cut: Cutout,
    place: Place,
    number: int,
    corner: tuple[int, int],
    shape: tuple[int, ...],
    *,
    larger: float = 1.0,
) -> FloatArray:
    """Return how much of each pixel of a region is the head."""
    own = float(cut.square[3])
    turn = place.turn + (-own if place.mirrored else own)
    linear = _turned_back(turn, SIDE / (REACH * place.side * larger))
    at = place.x - corner[0], place.y - corner[1]
    mask = head_masks(cut.kind)[number]
    return _sampled(mask, linear, (SIDE / 2, SIDE / 2), at, shape, cv2.BORDER_CONSTANT)


_Linear = tuple[float, float, float, float]
"""Rows of a (2, 2) matrix, one after the other."""


def _turned_back(turn: float, scale: float) -> _Linear:
    """Return the matrix that turns back and scales."""
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    return cos, sin, -sin, cos


def _sampled(
    image: AnyArray,
    linear: _Linear,
    to: tuple[float, float],
    at: tuple[float, float],
    shape: tuple[int, ...],
    border: int,
) -> FloatArray:
    """Sample a picture for a region by the matrix that leads back, with a place of the region and its own."""
    a, b, c, d = linear
    dx, dy = 0.5 - at[0], 0.5 - at[1]  # places count from edges, cv2 from the middles of pixels
    matrix = np.array(
        [[a, b, a * dx + b * dy + to[0] - 0.5], [c, d, c * dx + d * dy + to[1] - 0.5]], np.float32
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    found = cv2.warpAffine(image, matrix, (shape[1], shape[0]), flags=flags, borderMode=border)
    sampled: FloatArray = found.astype(np.float32, copy=False)
    return sampled


def _level(own: float, around: float, random: np.random.Generator) -> float:
    """Return the level that a patch gets: its own, one nearer to its surround, or that of another light."""
    draw = random.random()
    if draw < 0.6:
        return own + float(random.uniform(0.2, 1.0)) * (around - own)
    return own * float(np.exp(random.uniform(-1.4, 0.5))) if draw < 0.7 else own


def _toned(
    patch: FloatArray, own: float, wanted: float, random: np.random.Generator
) -> tuple[FloatArray, float]:
    """Bring a patch to a level, with the contrast that goes with it; return the level as well."""
    wanted = min(max(wanted, 12.0), 225.0)
    contrast = min(wanted / max(own, 1.0), 1.6) * float(random.uniform(0.75, 1.15))
    return np.clip((patch - own) * contrast + wanted, 0, 255), wanted


def _hair(
    part: FloatArray,
    cut: Cutout,
    place: Place,
    number: int,
    corner: tuple[int, int],
    random: np.random.Generator,
) -> None:
    """Lay something like hair or a hat around and above the head."""
    up = float(random.uniform(0.02, 0.12)) * place.side
    above = Place(place.x, place.y - up, place.side, place.turn, place.mirrored)
    mask = _mask(cut, above, number, corner, part.shape, larger=float(random.uniform(1.02, 1.2)))
    tone = float(random.choice((random.uniform(5, 70), random.uniform(40, 230))))
    rough = random.normal(0, 9, (4, 4)).astype(np.float32)
    texture = cv2.resize(rough, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_CUBIC)
    part += (tone + texture - part) * mask * float(random.uniform(0.6, 1.0))


def _shoulders(scene: FloatArray, place: Place, level: float, random: np.random.Generator) -> None:
    """Draw a neck in the face's level, and shoulders below."""
    s, x, y = place.side, place.x, place.y
    top, bottom = int(max(y, 0)), int(min(y + 2.4 * s, scene.shape[0]))
    left, right = int(max(x - 1.2 * s, 0)), int(min(x + 1.2 * s, scene.shape[1]))
    if bottom - top < 3 or right - left < 3:
        return
    part = scene[top:bottom, left:right]
    neck, chest = np.zeros((2, *part.shape), np.uint8)
    ends = (int(x - left - 0.17 * s), int(y - top)), (int(x - left + 0.17 * s), int(y - top + 0.75 * s))
    cv2.rectangle(neck, *ends, 255, -1)
    wide, high = (max(int(s * random.uniform(*limits)), 1) for limits in ((0.7, 1.05), (0.4, 0.7)))
    middle = (int(x - left), int(y - top + float(random.uniform(0.6, 0.72)) * s + high))
    cv2.ellipse(chest, middle, (wide, high), 0, 180, 360, 255, -1)
    cv2.rectangle(chest, (middle[0] - wide, middle[1]), (middle[0] + wide, part.shape[0]), 255, -1)
    # Towards its lower end the body fades out: an edge there would come with faces alone.
    fading = np.clip((part.shape[0] - np.arange(part.shape[0])) / s, 0, 1).astype(np.float32)[:, None]
    texture = np.float32(random.uniform(0, 0.4)) * (part - part.mean())
    for mask, value in ((neck, level * 0.85), (chest, float(random.uniform(5, 240)))):
        share = cv2.blur(mask, (_odd(0.08 * s),) * 2).astype(np.float32) * np.float32(1 / 255)
        if mask is chest and bottom < scene.shape[0]:
            share *= fading
        part += (value + texture - part) * share


def _odd(length: float) -> int:
    """Return the odd number near a length, at least 3."""
    return 2 * max(round(length / 2), 1) + 1


def _cloned(patch: FloatArray, part: FloatArray, mask: FloatArray) -> FloatArray:
    """Paste the gradients of a patch."""
    inside = np.zeros(part.shape, np.uint8)
    inside[1:-1, 1:-1] = np.where(mask[1:-1, 1:-1] > 0.5, 255, 0)
    if cv2.countNonZero(inside) < 16:
        return part + (patch - part) * mask
    x, y, width, height = cv2.boundingRect(inside)
    middle = (x + width // 2, y + height // 2)
    source, target = (_three(one) for one in (patch, part))
    try:
        cloned = cv2.seamlessClone(source, target, inside, middle, cv2.NORMAL_CLONE)
    except cv2.error:  # of masks of some shapes; which, OpenCV does not say
        return part + (patch - part) * mask
    result: FloatArray = cloned[:, :, 0].astype(np.float32)
    return result


def _three(image: FloatArray) -> ByteArray:
    """Return three equal channels of 8 bits."""
    levels = image.clip(0, 255).astype(np.uint8)
    three: ByteArray = cv2.merge([levels, levels, levels])
    return three


def paste_tile(tile: FloatArray, cut: Cutout, place: Place, corner: tuple[int, int]) -> None:
    """Fill a part of a scene with a whole picture, in place.

    Parameters
    ----------
    tile : ndarray of shape (H, W), float32
        The part: a view of the scene.
    cut : Cutout
        The picture.
    place : Place
        Where its square comes to lie, in pixels of the scene.
    corner : (int, int)
        Left and upper edge of the part.
    """
    tile[:] = _warped(cut, place, corner, tile.shape)
