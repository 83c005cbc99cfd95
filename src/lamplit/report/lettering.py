"""Letters and plates for drawings in pictures."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Colour: TypeAlias = tuple[int, int, int]
Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont

SMALLEST_LETTERS = 8
"""Pixels; smaller ones cannot be read."""

_SMOOTHING = 3


def usual_letters(size: tuple[int, int]) -> int:
    """Return how tall letters are in a picture.

    Parameters
    ----------
    size : (int, int)
        Width and height of the picture, in pixels.

    Returns
    -------
    int
        Pixels: they grow with the picture.

    Examples
    --------
    >>> usual_letters((640, 480)), usual_letters((48, 48))
    (14, 8)
    """
    return max(SMALLEST_LETTERS, round(6 + 0.016 * min(size)))


def plate(
    size: tuple[int, int], *, fill: tuple[int, int, int, int], edge: tuple[int, int, int, int], letters: int
) -> Image.Image:
    """Draw a rectangle with an edge and smooth round corners.

    Parameters
    ----------
    size : (int, int)
        Width and height, in pixels.
    fill, edge : tuple of 4 int
        Colours, RGBA.
    letters : int
        Height of the letters that it is for; edge and corners go with them.

    Returns
    -------
    Image
        RGBA, transparent beyond the corners.

    Examples
    --------
    >>> plate((30, 20), fill=(0, 0, 0, 255), edge=(0, 0, 0, 255), letters=10).size
    (30, 20)
    """
    large = Image.new("RGBA", (size[0] * _SMOOTHING, size[1] * _SMOOTHING), (*edge[:3], 0))
    width = max(1, letters // 14) * _SMOOTHING
    corners = (0, 0, large.width - 1, large.height - 1)
    radius = 0.3 * letters * _SMOOTHING
    ImageDraw.Draw(large).rounded_rectangle(corners, radius, fill=fill, outline=edge, width=width)
    return large.reduce(_SMOOTHING)


def text_width(text: str, font: Font) -> int:
    """Return the width of a text.

    Parameters
    ----------
    text : str
        The text, one line.
    font : Font
        The font, from `load_font`.

    Returns
    -------
    int
        Whole pixels.

    Examples
    --------
    >>> text_width("", load_font(12))
    0
    """
    return int(np.ceil(font.getlength(text)))


@lru_cache(maxsize=32)
def load_font(letters: int) -> Font:
    """Load Pillow's own font.

    Parameters
    ----------
    letters : int
        Height of the letters, in pixels.

    Returns
    -------
    Font
        The font.

    Examples
    --------
    >>> load_font(12) is load_font(12)
    True
    """
    return ImageFont.load_default(letters)
