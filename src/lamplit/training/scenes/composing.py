"""Composing scenes: backgrounds, who stands where, what is pasted beside the faces, and the targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.values import Box
from lamplit.faces.framing import face_box
from lamplit.training.scenes.backgrounds import background, seen
from lamplit.training.scenes.covering import cover
from lamplit.training.scenes.pasting import Place, paste, paste_tile
from lamplit.training.scenes.pictures import Cutout, piece_of, scrambled
from lamplit.training.scenes.spoiling import Spoiling, spoil
from lamplit.training.scenes.stock import SceneStock

SMALLEST, LARGEST = 12.0, 400.0
"""Sides in pixels of the squares that frame faces."""

LEAST_VISIBLE = 0.6
"""Share of a face's box that must lie within the scene for it to count."""

LEAST_CONTRAST = 2.0
"""Standard deviation in grey levels within a face's box below which nobody can see it: it does not count."""

LEAST_SCRAMBLED = 24.0
"""Side in pixels below which nobody can tell a face from one whose parts are in disorder."""

SHARP, COARSE = 105.0, 210.0
"""Sides in pixels up to which faces of few pixels look sharp, and up to which they are used at all."""

ENLARGED = 0.4
"""Share of the faces between these sides that have few pixels."""

AGAIN = 0.25
"""Share of the faces of few pixels that are among those to be seen more often, if there are any."""

PLAIN_ZOOM = 0.35
"""Logarithm by which pictures are enlarged or shrunk at most where nothing is put into them."""

TRIES = 12
"""Places tried for a face before it is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture whose faces are known.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8
        Grey.
    boxes : ndarray of shape (N, 4), float32
        As a detector shall give them (`lamplit.faces.framing.face_box`); they may reach beyond the scene.
    points : ndarray of shape (N, 5, 2), float32
        Five points in pixels; NaN where not known.
    counts : ndarray of shape (N,), bool
        False where a face is cut off so far, or so dark, that it is neither to be found nor to be missed.
    """

    image: ByteArray
    boxes: FloatArray
    points: FloatArray
    counts: AnyArray


@dataclass(slots=True)
class _Draft:
    """A scene in the making."""

    canvas: FloatArray
    random: np.random.Generator
    squares: list[tuple[float, float, float]] = field(default_factory=list)
    points: list[FloatArray] = field(default_factory=list)
    taken: list[tuple[float, float, float]] = field(default_factory=list)
    level: float | None = None  # of all faces alike, as one light on a group makes it

    def add(self, cut: Cutout, place: Place) -> None:
        """Note a face."""
        self.squares.append((place.x, place.y, place.side))
        points = place.points(cut)
        self.points.append(np.full((5, 2), np.nan, np.float32) if points is None else points)

    def is_free(self, x: float, y: float, side: float) -> bool:
        """Say whether a square would overlap another by no more than a little, and take its place if so."""
        if any(max(abs(x - a), abs(y - b)) < 0.42 * (side + s) for a, b, s in self.taken):
            return False
        self.taken.append((x, y, side))
        return True


def compose_scene(
    stock: SceneStock,
    size: int,
    random: np.random.Generator,
    *,
    spoiling: Spoiling | None = None,
    hard: FloatArray | None = None,
) -> Scene:
    """Compose a scene.

    Parameters
    ----------
    stock : SceneStock
        What it is composed of.
    size : int
        Its side in pixels.
    random : numpy.random.Generator
        Decides everything.
    spoiling : Spoiling, optional
        What spoils it; by default the usual.
    hard : ndarray of shape (M, 4), optional
        Places of false alarms: number of the picture, middle (x, y) and side in its pixels. Half of the
        backgrounds then show one of them.

    Returns
    -------
    Scene
        With 0 to some 40 faces.
    """
    draft = _Draft(background(stock, size, random, hard), random)
    layout = _LAYOUTS[int(np.searchsorted(_SHARES, random.random(), side="right"))]
    layout(draft, stock)
    smallest = min((side for _, _, side in draft.squares), default=40.0)
    image = spoil(draft.canvas, spoiling or Spoiling(), random, smallest=smallest)
    return _finished(image, draft)


def plain_scene(
    stock: SceneStock, size: int, random: np.random.Generator, *, spoiling: Spoiling | None = None
) -> Scene:
    """Return a picture without faces as it is, but spoilt.

    Parameters
    ----------
    stock : SceneStock
        With pictures.
    size : int
        Side of the scene in pixels; a picture that is smaller is mirrored at its border.
    random : numpy.random.Generator
        Decides everything.
    spoiling : Spoiling, optional
        What spoils it; by default the usual.

    Returns
    -------
    Scene
        Without faces.
    """
    picture = stock.pictures[int(random.integers(len(stock.pictures)))]
    zoom = float(np.exp(random.uniform(-PLAIN_ZOOM, PLAIN_ZOOM)))
    reaches = [min(size / zoom / 2, length / 2) for length in picture.shape]
    y, x = (float(random.uniform(r, max(n - r, r))) for r, n in zip(reaches, picture.shape, strict=True))
    canvas = seen(picture, size, (x, y), (size / 2, size / 2), zoom, random)
    image = spoil(canvas, spoiling or Spoiling(), random, smallest=40.0)
    return _finished(image, _Draft(canvas, random))


def crowd(stock: SceneStock, faces: Sequence[Cutout], size: int, random: np.random.Generator) -> Scene:
    """Put certain faces into one scene, in rows, upright, uncovered and unspoilt.

    Parameters
    ----------
    stock : SceneStock
        With the pictures that are behind them.
    faces : sequence of Cutout
        Who; 25 have room in 416 pixels.
    size : int
        Side of the scene in pixels.
    random : numpy.random.Generator
        Decides everything else.

    Returns
    -------
    Scene
        Its boxes in the order of the faces.
    """
    draft = _Draft(background(stock, size, random, None), random)
    across = int(np.ceil(np.sqrt(len(faces))))
    room = size / max(across, 1)
    for number, cut in enumerate(faces):
        row, column = divmod(number, across)
        square = ((column + 0.5) * room, (row + 0.5) * room, room * float(random.uniform(0.4, 0.9)))
        _paste_cut(draft, cut, square, is_face=True, upright=True)
    return _finished(draft.canvas.clip(0, 255).astype(np.uint8), draft)


def _finished(image: ByteArray, draft: _Draft) -> Scene:
    """Return the scene with its targets."""
    boxes = np.zeros((len(draft.squares), 4), np.float32)
    for number, (x, y, side) in enumerate(draft.squares):
        boxes[number] = face_box(Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)).xyxy
    height, width = image.shape
    inside = np.clip(boxes, 0, [width, height, width, height])
    areas, shown = (np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, inside))
    points = np.stack(draft.points) if draft.points else np.zeros((0, 5, 2), np.float32)
    visible = np.array([_contrast(image, box) >= LEAST_CONTRAST for box in inside], bool)
    counts = visible & (shown >= LEAST_VISIBLE * np.maximum(areas, 1e-6))
    return Scene(image, boxes, points.astype(np.float32), counts)


def _contrast(image: ByteArray, box: FloatArray) -> float:
    """Return the standard deviation of the grey levels within a box."""
    x1, y1, x2, y2 = box.astype(int).tolist()
    step = max((x2 - x1) // 24, 1)
    part = image[y1:y2:step, x1:x2:step]
    return float(cv2.meanStdDev(np.ascontiguousarray(part))[1][0, 0]) if part.size else 0.0


def _scattered(draft: _Draft, stock: SceneStock) -> None:
    """Put a few faces and as many other things anywhere."""
    size, random = len(draft.canvas), draft.random
    others = int(random.integers(0, 5))
    faces = int(random.choice((1, 1, 2, 2, 3, 4, 6, 9)))
    for is_face in random.permutation([True] * faces + [False] * others):
        side = _side(size, random, many=faces > 4)
        _put(draft, stock, side, is_face=bool(is_face))


def _rows(draft: _Draft, stock: SceneStock) -> None:
    """Put many small faces of about one size in rows, as groups stand for a photograph."""
    size, random = len(draft.canvas), draft.random
    side = float(np.exp(random.uniform(np.log(SMALLEST), np.log(34))))
    apart, below = side * float(random.uniform(1.1, 2.2)), side * float(random.uniform(1.2, 2.4))
    n_rows = min(int(random.integers(1, 6)), max(int(size / below - 1), 1))
    first = float(random.uniform(side, max(size - n_rows * below, side + 1)))
    missing = float(random.choice((0.05, 0.2, 0.5)))
    draft.level = float(random.uniform(60, 210)) if random.random() < 0.6 else None
    for row in range(n_rows):
        offset = float(random.uniform(0, apart))
        for column in range(int(size / apart) + 1):
            jitter = random.normal(0, 0.08 * side, 2)
            x, y = offset + column * apart + float(jitter[0]), first + row * below + float(jitter[1])
            own = side * float(np.exp(random.normal(0, 0.07)))
            if 0.3 * own < x < size - 0.3 * own and draft.is_free(x, y, own):
                _paste_one(draft, stock, (x, y, own), is_face=random.random() > missing, upright=True)


def _sheet(draft: _Draft, stock: SceneStock) -> None:
    """Lay whole pictures side by side: faces with their own surround, and pictures without."""
    size, random = len(draft.canvas), draft.random
    n = int(random.choice((1, 1, 2, 2, 3, 4, 6)))
    edges = np.linspace(0, size, n + 1).round().astype(int).tolist()
    share = float(random.choice((0.3, 0.7, 1.0)))
    for top, bottom in pairwise(edges):
        for left, right in pairwise(edges):
            is_face = random.random() < share
            length = right - left
            cut = (
                _face(stock, length, random, whole=True) if is_face else _other(stock, random, scramble=False)
            )
            place = _filling(cut, (left, top), max(length, bottom - top), random)
            paste_tile(draft.canvas[top:bottom, left:right], cut, place, (left, top))
            if is_face:
                draft.add(cut, place)


def _filling(cut: Cutout, corner: tuple[int, int], length: int, random: np.random.Generator) -> Place:
    """Return a place at which a picture fills a tile, so that nothing of it is mirrored."""
    height, width = cut.levels[0].shape
    zoom = length / min(height, width) * float(random.uniform(1.0, 1.25))
    x, y = (float(random.random()) * max(size * zoom - length, 0.0) for size in (width, height))
    mirrored = bool(random.random() < 0.5)
    across, down = zoom * float(cut.square[0]), zoom * float(cut.square[1])
    if mirrored:
        across = width * zoom - across
    return Place(corner[0] - x + across, corner[1] - y + down, zoom * float(cut.square[2]), 0.0, mirrored)


def _empty(draft: _Draft, stock: SceneStock) -> None:
    """Paste things that are no faces, or nothing at all."""
    size, random = len(draft.canvas), draft.random
    for _ in range(int(random.choice((0, 0, 2, 4, 8)))):
        _put(draft, stock, _side(size, random, many=True), is_face=False)


Layout = Callable[[_Draft, SceneStock], None]

_LAYOUTS: tuple[Layout, ...] = (_scattered, _rows, _sheet, _empty)
_SHARES = np.cumsum((0.5, 0.17, 0.2))
"""How often each is chosen; what is left falls to the last."""


def _side(size: int, random: np.random.Generator, *, many: bool) -> float:
    """Draw a side, evenly on a logarithmic scale."""
    most = min(LARGEST, size * (0.35 if many else 1.0))
    return float(np.exp(random.uniform(np.log(SMALLEST), np.log(max(most, SMALLEST + 1)))))


def _put(draft: _Draft, stock: SceneStock, side: float, *, is_face: bool) -> None:
    """Find room for a cutout and paste it; one in eight may be cut by the border."""
    size, random = len(draft.canvas), draft.random
    margin = side * (0.25 if random.random() < 0.125 else 0.5)
    low, high = min(margin, size / 2), max(size - margin, size / 2)
    for _ in range(TRIES):
        x, y = (float(random.uniform(low, high)) for _ in range(2))
        if draft.is_free(x, y, side):
            _paste_one(draft, stock, (x, y, side), is_face=is_face)
            return


def _paste_one(
    draft: _Draft,
    stock: SceneStock,
    square: tuple[float, float, float],
    *,
    is_face: bool,
    upright: bool = False,
) -> None:
    """Paste a face or something else at a place (x, y) with a side."""
    random, side = draft.random, square[2]
    cut = _face(stock, side, random) if is_face else _other(stock, random, scramble=side >= LEAST_SCRAMBLED)
    place = _paste_cut(draft, cut, square, is_face=is_face, upright=upright)
    cover(draft.canvas, place, place.points(cut), stock, random)


def _paste_cut(
    draft: _Draft,
    cut: Cutout,
    square: tuple[float, float, float],
    *,
    is_face: bool,
    upright: bool,
) -> Place:
    """Paste a cutout at a place (x, y) with a side, and return where it lies."""
    random, (x, y, side) = draft.random, square
    side = min(side, cut.most)
    place = Place(x, y, side, _turn(random, upright=upright), bool(random.random() < 0.5))
    paste(draft.canvas, cut, place, random, level=draft.level)
    if is_face:
        draft.add(cut, place)
    return place


def _turn(random: np.random.Generator, *, upright: bool) -> float:
    """Draw a turn in radians: mostly small, up to 40 degrees."""
    degrees = random.uniform(-40, 40) if random.random() < 0.2 and not upright else random.normal(0, 9)
    return float(np.radians(np.clip(degrees, -40, 40)))


def _face(stock: SceneStock, side: float, random: np.random.Generator, *, whole: bool = False) -> Cutout:
    """Draw a face that may have this side."""
    draw = random.random()
    enlarged = SHARP < side <= COARSE and random.random() < ENLARGED
    if not enlarged and (side > SHARP or draw < (0.6 if whole else 0.25)):
        lit = not whole and draw < 0.25 * (0.4 if side <= SHARP else 0.8)
        pool = stock.lit if lit and stock.lit else stock.large
    else:
        pool = stock.hard if stock.hard and random.random() < AGAIN else stock.small
    pool = pool or stock.small or stock.large
    return pool[int(random.integers(len(pool)))]


def _other(stock: SceneStock, random: np.random.Generator, *, scramble: bool) -> Cutout:
    """Draw something that is no face: a piece of a picture, or a face whose parts are in disorder."""
    if scramble and random.random() < 0.4:
        pool = stock.large if stock.large and random.random() < 0.4 else stock.small or stock.large
        return scrambled(pool[int(random.integers(len(pool)))], random)
    return piece_of(stock.pictures[int(random.integers(len(stock.pictures)))], random)
