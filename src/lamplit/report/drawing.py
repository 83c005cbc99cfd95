"""Faces drawn into their picture: a box, a name tag and a panel with the bar of every probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from lamplit.core.arrays import ByteArray
from lamplit.core.labels import EXPRESSIONS
from lamplit.core.values import Box, Face
from lamplit.imaging.pixels import check_rgb
from lamplit.report.lettering import (
    SMALLEST_LETTERS,
    Colour,
    load_font,
    plate,
    text_width,
    usual_letters,
)
from lamplit.report.placement import Area, place_panel, place_tag

_WONG: tuple[Colour, ...] = (
    (204, 204, 204),  # instead of Wong's black, which a dark panel would swallow
    (240, 228, 66),
    (230, 159, 0),
    (86, 180, 233),
    (213, 94, 0),
    (0, 158, 115),
    (204, 121, 167),
    (0, 114, 178),
)
PALETTE: dict[str, Colour] = dict(zip(EXPRESSIONS, _WONG, strict=True))
"""The colour of each expression, RGB: Wong's colour-blind-safe palette (2011, doi:10.1038/nmeth.1618)."""

_BLACK: Colour = (0, 0, 0)
_WHITE: Colour = (255, 255, 255)
_GROUND = (34, 36, 44, 212)
_TEXT: Colour = (214, 214, 214)
_TRACK: Colour = (8, 9, 12)

_SMALLEST_LETTERS_IN_PANEL = 10
_SHRINKING = (1.0, 0.85, 0.7, 0.58)
_MOST_BARS = 16
_WIDEST_TAG = 1.7  # times the width of the face, while smaller letters are left
_TALLEST_PANEL = 2.5  # times the height of the face


def annotate(image: ByteArray, faces: Sequence[Face]) -> ByteArray:
    """Draw boxes, expressions and probabilities into a copy of a picture.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8
        The picture, RGB; it stays as it is.
    faces : sequence of Face
        The faces, boxes in pixels of the picture; one that lies outside of the picture is left out.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        The copy with the drawings.

    Raises
    ------
    InvalidArgumentError
        If the picture has another shape or type, or no pixels.

    Notes
    -----
    Lines and letters grow with the picture. The picture keeps its size, so only what fits is drawn. A panel
    stands beside its face where it covers no face, tag or other panel; where a face fills the picture, in a
    corner that leaves its middle free. All panels have letters of one size, the one at which most panels
    find room. A face for whose panel there is none, or that is small against the letters, has its name tag
    alone. In a picture of few pixels the tag loses its percent and then goes too, and the box remains, in
    the colour of the expression. Panels show the 16 most probable labels at most. In streams the tag begins
    with the number of the face.

    References
    ----------
    Wong (2011), doi:10.1038/nmeth.1618, for the colours.

    Examples
    --------
    >>> annotate(np.zeros((48, 48, 3), dtype=np.uint8), []).shape
    (48, 48, 3)
    """
    check_rgb(image)
    canvas = Image.fromarray(image).copy()
    sketch = _Sketch(canvas, [_Subject(face, _area(face.box, canvas)) for face in faces])
    sketch.draw_boxes()
    sketch.draw_labels()
    return np.array(canvas)


@dataclass(frozen=True)
class _Subject:
    """A face and the part of the picture that it takes."""

    face: Face
    area: Area

    @property
    def colour(self) -> Colour:
        return _colour(self.face.expression, self.face.labels)


class _Sketch:
    """One picture with its faces, and what has been placed so far."""

    def __init__(self, canvas: Image.Image, subjects: Sequence[_Subject]) -> None:
        self.canvas = canvas
        self.frame = Area(0, 0, *canvas.size)
        self.letters = usual_letters(canvas.size)
        self.line = max(1, round(self.letters / 7))
        self.halo = max(1, self.line // 2)
        self.subjects = [subject for subject in subjects if subject.area.width and subject.area.height]
        self.outlines = [subject.area.grown(self.line + self.halo) for subject in self.subjects]

    def draw_boxes(self) -> None:
        """Draw each box around the face, not on it: a coloured line with a dark one outside."""
        draw = ImageDraw.Draw(self.canvas)
        for subject, outline in zip(self.subjects, self.outlines, strict=True):
            left, top, right, bottom = outline.clipped(self.frame)
            draw.rectangle((left, top, right - 1, bottom - 1), outline=_BLACK, width=self.halo)
            left, top, right, bottom = outline.grown(-self.halo).clipped(self.frame)
            draw.rectangle((left, top, right - 1, bottom - 1), outline=subject.colour, width=self.line)

    def draw_labels(self) -> None:
        """Place tags before panels, which need more room; draw them after, so that they stay whole."""
        tags = self._tags()
        panels = self._panels([place for _, place in tags])
        for label, place in panels + [(tag, place) for tag, place in tags if place is not None]:
            self.canvas.paste(label, (place.left, place.top), label)

    def _tags(self) -> list[tuple[Image.Image, Area | None]]:
        """Make a name tag per face, with its place if there is one."""
        tags: list[tuple[Image.Image, Area | None]] = []
        for subject, own in zip(self.subjects, self.outlines, strict=True):
            others = [area for area in self.outlines if area is not own]
            tags.append(self._tag(subject, own, others + [place for _, place in tags if place]))
        return tags

    def _tag(self, subject: _Subject, own: Area, taken: list[Area]) -> tuple[Image.Image, Area | None]:
        """Make one name tag: letters that keep it narrow, and the percent if the picture has room for it."""
        face = subject.face
        name = face.expression if face.track is None else f"#{face.track} {face.expression}"
        *larger, smallest = self._sizes(SMALLEST_LETTERS)
        name += "" if face.verdict == "ok" else "?"
        for text in (f"{name} {face.probability:.0%}", name):
            narrow = (letters for letters in larger if _tag_size(text, letters)[0] <= _WIDEST_TAG * own.width)
            tag = _draw_tag(text, subject.colour, next(narrow, smallest))
            place = place_tag(tag.size, own, taken, frame=self.frame)
            if place is not None:
                break
        return tag, place

    def _panels(self, tags: list[Area | None]) -> list[tuple[Image.Image, Area]]:
        """Make the panels, in letters of the size at which most of them find a place."""
        plans = [self._plan(letters, tags) for letters in self._sizes(_SMALLEST_LETTERS_IN_PANEL)]
        return [(panel.draw(), place) for panel, place in max(plans, key=len)]

    def _plan(self, letters: int, tags: list[Area | None]) -> list[tuple[_Panel, Area]]:
        """Place the panels in letters of one size, best detection first."""
        plan: list[tuple[_Panel, Area]] = []
        for subject, own, tag in zip(self.subjects, self.outlines, tags, strict=True):
            panel = _Panel(subject.face, letters)
            if panel.size[1] > _TALLEST_PANEL * own.height:
                continue
            taken = [area for area in self.outlines if area is not own]
            taken += [area for area in tags if area] + [place for _, place in plan]
            place = place_panel(panel.size, own, taken, frame=self.frame, gap=letters // 2, tag=tag)
            if place is not None:
                plan.append((panel, place))
        return plan

    def _sizes(self, smallest: int) -> list[int]:
        """Return the sizes of letters to try, in pixels, largest first."""
        sizes = {max(round(self.letters * factor), smallest) for factor in _SHRINKING}
        return sorted(sizes, reverse=True)


class _Panel:
    """The probabilities of one face as rows of label, bar and percent."""

    def __init__(self, face: Face, letters: int) -> None:
        self.face = face
        self.letters = letters
        ranked = sorted(face.probabilities, key=lambda label: -face.probabilities[label])[:_MOST_BARS]
        self.labels = [label for label in face.labels if label in ranked]
        font = load_font(letters)
        self.margin = round(0.6 * letters)
        self.row = round(1.3 * letters)
        self.bar_left = self.margin + max(text_width(label, font) for label in self.labels) + self.margin
        self.bar_right = self.bar_left + 5 * letters
        width = self.bar_right + round(0.4 * letters) + text_width("100%", font) + self.margin
        self.size = (width, self.row * len(self.labels) + 2 * round(0.45 * letters))

    def draw(self) -> Image.Image:
        """Draw the panel, RGBA."""
        edge = (*_colour(self.face.expression, self.face.labels), 255)
        panel = plate(self.size, fill=_GROUND, edge=edge, letters=self.letters)
        draw = ImageDraw.Draw(panel)
        for number, label in enumerate(self.labels):
            self._draw_row(draw, label, round(0.45 * self.letters) + number * self.row)
        return panel

    def _draw_row(self, draw: ImageDraw.ImageDraw, label: str, top: int) -> None:
        """Draw one row: the label, its bar on a track, its percent."""
        probability = self.face.probabilities[label]
        ink = _WHITE if label == self.face.expression else _TEXT
        baseline = top + round(0.98 * self.letters)
        font = load_font(self.letters)
        draw.text((self.margin, baseline), label, fill=ink, font=font, anchor="ls")
        draw.text(
            (self.size[0] - self.margin, baseline), f"{probability:.0%}", fill=ink, font=font, anchor="rs"
        )
        bar_top, bar_bottom = baseline - round(0.68 * self.letters), baseline - 1
        draw.rectangle((self.bar_left, bar_top, self.bar_right - 1, bar_bottom), fill=_TRACK)
        length = round(probability * (self.bar_right - self.bar_left))
        if length:
            end = self.bar_left + length - 1
            draw.rectangle((self.bar_left, bar_top, end, bar_bottom), fill=_colour(label, self.face.labels))


def _draw_tag(text: str, colour: Colour, letters: int) -> Image.Image:
    """Draw a name tag, RGBA: black or white letters, whichever reads better, on the colour."""
    font = load_font(letters)
    tag = plate(_tag_size(text, letters), fill=(*colour, 255), edge=(*_BLACK, 255), letters=letters)
    ink = _BLACK if _luminance(colour) > 0.179 else _WHITE
    ImageDraw.Draw(tag).text((letters // 2, round(1.06 * letters)), text, fill=ink, font=font, anchor="ls")
    return tag


def _tag_size(text: str, letters: int) -> tuple[int, int]:
    """Return the width and height of a name tag in pixels."""
    return text_width(text, load_font(letters)) + letters, round(1.45 * letters)


def _area(box: Box, canvas: Image.Image) -> Area:
    """Return the whole pixels of a box that lie in the picture."""
    whole = Area(round(box.x1), round(box.y1), round(box.x2), round(box.y2))
    return whole.clipped(Area(0, 0, *canvas.size))


def _colour(label: str, labels: Sequence[str]) -> Colour:
    """Return the colour of a label; labels of other sets take the colours in turn."""
    return PALETTE[label] if label in PALETTE else _WONG[labels.index(label) % len(_WONG)]


def _luminance(colour: Colour) -> float:
    """Return the relative luminance of an sRGB colour, in [0, 1] (WCAG 2.1)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in np.array(colour) / 255]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
