"""Motion drawn on a face: the flow as arrows, and one arrow for each muscle, coloured by direction."""

from __future__ import annotations

import colorsys
import math
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lamplit.core.arrays import ByteArray
from lamplit.core.checks import check_integer
from lamplit.expression.face_motion import FaceMotion
from lamplit.features.face_frame import HEIGHT, UNIT, WIDTH
from lamplit.features.muscle_motion import THOUSANDTHS

Colour: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]

ENLARGED = 2.0
"""How much longer than the motion itself the arrows of muscles are; those of the flow are as long as it."""

LEAST_STRENGTH = 10.0
"""Motion below this many thousandths of the eye distance has a dot and no arrow."""

_STEP = 8
_SMOOTHING = 2
_CAPTION = 22
_UNSURE = 0.3
_WINDOW: Colour = (255, 255, 255)
_INK: Colour = (235, 235, 235)
_GROUND: Colour = (34, 36, 44)


def draw_flow(motion: FaceMotion, *, scale: int = 3) -> ByteArray:
    """Draw a motion: the first face with the flow, the second, and the windows of muscles with their arrows.

    Parameters
    ----------
    motion : FaceMotion
        What to draw.
    scale : int
        Pixels for each pixel of the framed face, from 2 to 8.

    Returns
    -------
    ndarray of shape (192 scale + 22, 432 scale, 3), uint8
        RGB; three faces side by side over a line of captions, and a wheel that says which colour is which
        direction.

    Raises
    ------
    InvalidArgumentError
        If the scale is out of range.

    Notes
    -----
    Arrows of the flow are as long as the motion; those of muscles twice as long. Where the confidence is
    below 0.3, arrows are left out; below 10 thousandths of the eye distance there is a dot.

    Examples
    --------
    >>> from lamplit.features.muscle_motion import muscle_motion
    >>> face, still = np.zeros((192, 144), np.uint8), np.zeros((192, 144, 2), np.float32)
    >>> sure, frame = np.ones((192, 144), np.float32), np.eye(2, 3, dtype=np.float32)
    >>> motion = FaceMotion(before=face, after=face, flow=still, confidence=sure, eyes_from="box",
    ...                     muscles=muscle_motion(still, sure), frames=(frame, frame))
    >>> draw_flow(motion, scale=2).shape
    (406, 864, 3)
    """
    check_integer("scale", scale, low=2, high=8)
    panels = [
        (_flow_panel(motion, scale), "before, with the flow"),
        (_enlarged(motion.after, scale), "after, aligned"),
        (_muscle_panel(motion, scale), f"muscles, arrows x {ENLARGED:g}"),
    ]
    sheet = Image.new("RGB", (3 * WIDTH * scale, HEIGHT * scale + _CAPTION), _GROUND)
    write = ImageDraw.Draw(sheet)
    for number, (panel, caption) in enumerate(panels):
        left = number * WIDTH * scale
        smooth = panel.resize((WIDTH * scale, HEIGHT * scale), Image.Resampling.LANCZOS)
        sheet.paste(smooth, (left, 0))
        write.text((left + 8, HEIGHT * scale + 3), caption, fill=_INK, font=_font())
    wheel = _wheel(14 * scale)
    sheet.paste(wheel, (3 * WIDTH * scale - wheel.width - 4, 4), wheel)
    return np.array(sheet)


def direction_colour(degrees: float) -> Colour:
    """Return the colour of a direction.

    Parameters
    ----------
    degrees : float
        0 to the right of the picture, 90 up.

    Returns
    -------
    tuple of 3 int
        RGB: red to the right, yellow-green up, cyan to the left, violet down, through the wheel of hues.

    Examples
    --------
    >>> direction_colour(0), direction_colour(180)
    ((255, 77, 77), (77, 255, 255))
    """
    red, green, blue = colorsys.hsv_to_rgb(degrees % 360 / 360, 0.7, 1.0)
    return round(255 * red), round(255 * green), round(255 * blue)


def _enlarged(face: ByteArray, scale: int) -> Image.Image:
    """Return a grey face as a canvas, large enough for smooth lines."""
    size = (WIDTH * scale * _SMOOTHING, HEIGHT * scale * _SMOOTHING)
    return Image.fromarray(face).resize(size, Image.Resampling.BICUBIC).convert("RGB")


def _flow_panel(motion: FaceMotion, scale: int) -> Image.Image:
    """Draw the flow of every eighth pixel."""
    panel = _enlarged((motion.before * 0.6).astype(np.uint8), scale)
    draw = ImageDraw.Draw(panel)
    zoom = scale * _SMOOTHING
    for y in range(_STEP // 2, HEIGHT, _STEP):
        for x in range(_STEP // 2, WIDTH, _STEP):
            if motion.confidence[y, x] >= _UNSURE:
                right, down = (float(part) for part in motion.flow[y, x])
                _arrow(
                    draw, ((x + 0.5) * zoom, (y + 0.5) * zoom), (right * zoom, down * zoom), width=_SMOOTHING
                )
    return panel


def _muscle_panel(motion: FaceMotion, scale: int) -> Image.Image:
    """Draw the windows of the muscles and the mean motion in each."""
    panel = _enlarged((motion.before * 0.6).astype(np.uint8), scale)
    draw = ImageDraw.Draw(panel, "RGBA")
    zoom = scale * _SMOOTHING
    for muscle in motion.muscles.muscles:
        (left, top), (right, bottom) = (muscle.corners * zoom).tolist()
        draw.rectangle((left, top, right, bottom), outline=(*_WINDOW, 90), width=_SMOOTHING)
    long = ENLARGED * UNIT / THOUSANDTHS * zoom
    found = motion.muscles
    for muscle, vector, sure in zip(found.muscles, found.vectors, found.confidence, strict=True):
        if sure >= _UNSURE:
            x, y = (muscle.corners.mean(axis=0) * zoom).tolist()
            _arrow(draw, (x, y), (float(vector[0]) * long, float(vector[1]) * long), width=3 * _SMOOTHING)
    return panel


def _arrow(draw: ImageDraw.ImageDraw, start: Point, along: Point, *, width: int) -> None:
    """Draw an arrow in the colour of its direction, or a dot where it would be too short to see."""
    length = math.hypot(*along)
    colour = direction_colour(math.degrees(math.atan2(-along[1], along[0])))
    x, y = start
    if length < 2.0 * width:
        draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=colour)
        return
    head = min(0.45 * length, 4.0 * width)
    right, down = along[0] / length, along[1] / length
    tip = (x + along[0], y + along[1])
    neck = (tip[0] - right * head, tip[1] - down * head)
    draw.line((start, neck), fill=colour, width=width)
    half = 0.5 * head
    draw.polygon(
        (
            tip,
            (neck[0] - down * half, neck[1] + right * half),
            (neck[0] + down * half, neck[1] - right * half),
        ),
        fill=colour,
    )


def _wheel(radius: int) -> Image.Image:
    """Draw the colours of the directions as a ring of arrows, RGBA."""
    large = radius * _SMOOTHING
    wheel = Image.new("RGBA", (2 * large, 2 * large), (0, 0, 0, 0))
    draw = ImageDraw.Draw(wheel)
    draw.ellipse((0, 0, 2 * large - 1, 2 * large - 1), fill=(*_GROUND, 190))
    for degrees in range(0, 360, 45):
        right, up = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        start = (large + 0.25 * large * right, large - 0.25 * large * up)
        _arrow(draw, start, (0.65 * large * right, -0.65 * large * up), width=max(2, large // 14))
    return wheel.reduce(_SMOOTHING)


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Load Pillow's own font."""
    return ImageFont.load_default(14)
