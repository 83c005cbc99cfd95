"""Landmarks and poses drawn into a picture: points joined to features, and three arrows from the nose."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.head_pose import HeadPose
from lamplit.core.landmarks import LEFT_EYE, RIGHT_EYE
from lamplit.core.values import Face
from lamplit.imaging.pixels import check_rgb
from lamplit.report.lettering import Colour, load_font, plate, text_width, usual_letters

AXES: dict[str, Colour] = {"left": (230, 159, 0), "up": (0, 158, 115), "forward": (86, 180, 233)}
"""The arrows: to the subject's left, up, where the face looks; Wong's colours (doi:10.1038/nmeth.1618)."""

FEATURES = (
    (range(17), False),
    (range(17, 22), False),
    (range(22, 27), False),
    (range(27, 31), False),
    (range(31, 36), False),
    (range(36, 42), True),
    (range(42, 48), True),
    (range(48, 60), True),
    (range(60, 68), True),
)
"""Landmarks that are joined, and whether the last is joined to the first."""

_DARK: Colour = (20, 20, 24)
_POINT: Colour = (255, 255, 255)
_GROUND = (34, 36, 44, 212)
_SUBPIXEL = 4  # bits
_JOINED_FROM = 24.0  # pixels between the eyes
_NOSE = 30


def draw_geometry(image: ByteArray, faces: Sequence[Face], *, legend: bool = True) -> ByteArray:
    """Draw the landmarks and poses of faces into a copy of a picture.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8
        The picture, RGB; it stays as it is.
    faces : sequence of Face
        Those without landmarks are left out, those without a pose have no arrows.
    legend : bool
        Whether the colours of the arrows are named in a corner, where there is room.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        The copy; `lamplit.report.drawing.annotate` may draw boxes and names over it.

    Raises
    ------
    InvalidArgumentError
        If the picture has another shape or type, or no pixels.

    Notes
    -----
    Lines and points grow with the face; where it is small, points are single pixels. The arrows start at the
    tip of the nose and are as long as the eyes are apart; one that points to the camera is a ring. The nearer
    ones lie over the farther ones.

    Examples
    --------
    >>> draw_geometry(np.zeros((48, 48, 3), dtype=np.uint8), []).shape
    (48, 48, 3)
    """
    check_rgb(image)
    canvas = np.ascontiguousarray(image).copy()
    for face in faces:
        if face.landmarks is not None:
            _draw_points(canvas, face.landmarks)
            if face.pose is not None:
                _draw_axes(canvas, face.landmarks, face.pose)
    posed = any(face.pose is not None and face.landmarks is not None for face in faces)
    return _with_legend(canvas) if legend and posed else canvas


def _eye_distance(points: AnyArray) -> float:
    """Return the pixels from eye to eye, as a face seen from ahead would have them."""
    right, left, mouth = (points[part].mean(axis=0) for part in (RIGHT_EYE, LEFT_EYE, slice(48, 60)))
    # Eyes come together as the head turns; the mouth stays about as far below them as they are apart.
    return float(max(np.hypot(*(left - right)), np.hypot(*(mouth - (left + right) / 2)), 1.0))


def _draw_points(canvas: ByteArray, points: AnyArray) -> None:
    """Draw landmarks as dots, joined by lines where the face is large enough."""
    apart = _eye_distance(points)
    if apart < _JOINED_FROM:  # dots of one pixel are all there is room for
        inside = ((points >= 0) & (points < canvas.shape[1::-1])).all(axis=1)
        columns, rows = points[inside].astype(int).T
        canvas[rows, columns] = _POINT
        return
    width = max(1, round(apart / 60))
    for numbers, closed in FEATURES:
        line = _fixed(points[list(numbers)])
        for colour, extra in ((_DARK, 1), (_POINT, 0)):
            cv2.polylines(canvas, [line], closed, colour, width + extra, cv2.LINE_AA, _SUBPIXEL)
    for x, y in _fixed(points).tolist():
        for colour, radius in ((_DARK, apart / 36 + 0.7), (_POINT, apart / 36)):
            size = round(radius * 2**_SUBPIXEL)
            cv2.circle(canvas, (x, y), size, colour, cv2.FILLED, cv2.LINE_AA, _SUBPIXEL)


def _draw_axes(canvas: ByteArray, points: AnyArray, pose: HeadPose) -> None:
    """Draw the three axes of the head as arrows from the tip of the nose, the farthest first."""
    apart = _eye_distance(points)
    width = max(1, round(apart / 18))
    axes = dict(zip(AXES, pose.rotation.T, strict=True))
    for name in sorted(axes, key=lambda name: -axes[name][2]):
        for colour, extra in ((_DARK, min(width, 2)), (AXES[name], 0)):
            _draw_arrow(canvas, points[_NOSE], apart * axes[name][:2], (colour, width, extra))


def _draw_arrow(canvas: ByteArray, foot: AnyArray, way: AnyArray, pen: tuple[Colour, int, int]) -> None:
    """Draw an arrow, or a ring where it points to the camera; `pen` is colour, width and margin."""
    colour, width, margin = pen
    length = float(np.hypot(*way))
    head = 3.2 * width
    if length < 1.5 * head:
        (x, y), radius = _fixed(foot).tolist(), round(1.5 * width * 2**_SUBPIXEL)
        cv2.circle(canvas, (x, y), radius, colour, width + margin, cv2.LINE_AA, _SUBPIXEL)
        return
    along = way / length
    across = np.array([-along[1], along[0]])
    tip, neck = foot + way, foot + way - head * along
    grown = margin / 2
    start, end = _fixed(np.stack([foot, neck])).tolist()
    cv2.line(canvas, start, end, colour, width + margin, cv2.LINE_AA, _SUBPIXEL)
    wings = (0.5 * head + grown) * across
    corners = np.stack(
        [tip + 1.5 * grown * along, neck + wings - grown * along, neck - wings - grown * along]
    )
    cv2.fillConvexPoly(canvas, _fixed(corners), colour, cv2.LINE_AA, _SUBPIXEL)


def _with_legend(canvas: ByteArray) -> ByteArray:
    """Name the colours of the arrows in the lower left corner, if they fit into a third of the picture."""
    page = Image.fromarray(canvas)
    letters = usual_letters(page.size)
    font, row = load_font(letters), round(1.3 * letters)
    margin, dash = round(0.6 * letters), 2 * letters
    width = margin + dash + margin + max(text_width(name, font) for name in AXES) + margin
    height = row * len(AXES) + 2 * round(0.45 * letters)
    if 2 * width > page.width or 3 * height > page.height:
        return canvas
    panel = plate((width, height), fill=_GROUND, edge=(*_DARK, 255), letters=letters)
    draw = ImageDraw.Draw(panel)
    for number, (name, colour) in enumerate(AXES.items()):
        baseline = round(0.45 * letters) + number * row + round(0.98 * letters)
        middle = baseline - round(0.34 * letters)
        draw.line((margin, middle, margin + dash, middle), fill=colour, width=max(2, letters // 5))
        draw.text((2 * margin + dash, baseline), name, fill=(214, 214, 214), font=font, anchor="ls")
    page.paste(panel, (letters // 2, page.height - height - letters // 2), panel)
    return np.array(page)


def _fixed(points: AnyArray) -> AnyArray:
    """Return points as OpenCV draws them: whole numbers with some bits for parts of pixels.

    OpenCV counts from the middle of the first pixel.
    """
    shifted: AnyArray = np.rint((np.asarray(points) - 0.5) * 2**_SUBPIXEL).astype(np.int32)
    return shifted
