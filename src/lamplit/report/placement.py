"""Where labels go in a picture, so that they cover no face and no other label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Area(NamedTuple):
    """A rectangle of whole pixels, half-open.

    Parameters
    ----------
    left, top : int
        The first column and row inside.
    right, bottom : int
        The first column and row outside.

    Examples
    --------
    >>> Area(0, 0, 10, 10).overlap(Area(8, 5, 20, 20))
    10
    """

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top

    def overlap(self, other: Area) -> int:
        """Count the pixels that both rectangles hold."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0) * max(height, 0)

    def clipped(self, frame: Area) -> Area:
        """Return the part inside another rectangle; without width or height where there is none."""
        left, top = max(self.left, frame.left), max(self.top, frame.top)
        right, bottom = min(self.right, frame.right), min(self.bottom, frame.bottom)
        return Area(left, top, max(left, right), max(top, bottom))

    def grown(self, by: int) -> Area:
        """Return the rectangle with a margin added on every side."""
        return Area(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def joined(self, other: Area) -> Area:
        """Return the smallest rectangle that holds both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        return Area(left, top, max(self.right, other.right), max(self.bottom, other.bottom))

    def moved_into(self, frame: Area) -> Area:
        """Return the rectangle moved by as little as puts it inside a frame that is large enough."""
        left = max(frame.left, min(self.left, frame.right - self.width))
        top = max(frame.top, min(self.top, frame.bottom - self.height))
        return Area(left, top, left + self.width, top + self.height)


def place_tag(size: tuple[int, int], own: Area, taken: Sequence[Area], *, frame: Area) -> Area | None:
    """Find the place of a name tag: above its face, below it, or inside its upper edge.

    Parameters
    ----------
    size : tuple of int
        Width and height of the tag, in pixels.
    own : Area
        The face that the tag belongs to.
    taken : sequence of Area
        Other faces and their tags.
    frame : Area
        The picture.

    Returns
    -------
    Area or None
        The place that covers the fewest pixels of faces and tags, the first of those above among equals;
        None where the tag does not fit into the picture or would cover half of its own face.

    Examples
    --------
    >>> place_tag((30, 10), Area(20, 20, 60, 60), [], frame=Area(0, 0, 100, 100))
    Area(left=20, top=10, right=50, bottom=20)
    """
    width, height = size
    if width > frame.width or height > frame.height:
        return None
    corners = ((own.left, own.top - height), (own.left, own.bottom), (own.left, own.top))
    places = [Area(x, y, x + width, y + height).moved_into(frame) for x, y in corners]
    best = min(places, key=lambda place: _covered(place, [own, *taken]))
    return best if best.overlap(own) * 2 <= own.width * own.height else None


def place_panel(
    size: tuple[int, int],
    own: Area,
    taken: Sequence[Area],
    *,
    frame: Area,
    gap: int,
    tag: Area | None = None,
) -> Area | None:
    """Find the place of a panel: right of its face, left, below or above, else in a corner of the picture.

    Parameters
    ----------
    size : tuple of int
        Width and height of the panel, in pixels.
    own : Area
        The face that the panel belongs to.
    taken : sequence of Area
        Other faces, tags and panels, none of which may be covered.
    frame : Area
        The picture.
    gap : int
        Pixels between face and panel.
    tag : Area, optional
        The name tag of the face, among those taken: where it is in the way, the panel stands beyond it.

    Returns
    -------
    Area or None
        The first place that covers nothing. Failing that, the corner of the picture that covers least of the
        face, if it leaves the middle of the face free. None where there is neither.

    Examples
    --------
    >>> place_panel((30, 20), Area(20, 20, 60, 60), [], frame=Area(0, 0, 100, 100), gap=5)
    Area(left=65, top=20, right=95, bottom=40)
    """
    if size[0] > frame.width or size[1] > frame.height:
        return None
    anchors = [own] if tag is None else [own, own.joined(tag)]
    beside = (place for anchor in anchors for place in _beside(size, anchor, frame, gap))
    free = next((place for place in beside if not _covers_any(place, [own, *taken])), None)
    if free is not None:
        return free
    middle, near = _middle(own), own.grown(gap)
    corners = [place for place in _corners(size, frame) if place.overlap(near) and not place.overlap(middle)]
    return min((c for c in corners if not _covers_any(c, taken)), key=own.overlap, default=None)


def _beside(size: tuple[int, int], own: Area, frame: Area, gap: int) -> Iterator[Area]:
    """Yield the places around a face, moved into the picture, the preferred first."""
    width, height = size
    rows = (own.top, own.bottom - height, (own.top + own.bottom - height) // 2)
    columns = (own.left, own.right - width, (own.left + own.right - width) // 2)
    beside = [(x, y) for x in (own.right + gap, own.left - gap - width) for y in rows]
    stacked = [(x, y) for y in (own.bottom + gap, own.top - gap - height) for x in columns]
    for x, y in beside + stacked:
        yield Area(x, y, x + width, y + height).moved_into(frame)


def _corners(size: tuple[int, int], frame: Area) -> Iterator[Area]:
    """Yield the places in the corners of the picture, the lower ones first."""
    width, height = size
    for y in (frame.bottom - height, frame.top):
        for x in (frame.right - width, frame.left):
            yield Area(x, y, x + width, y + height)


def _middle(face: Area) -> Area:
    """Return the part of a face that holds eyes, nose and mouth: two fifths of its width."""
    left, right = face.left + round(0.3 * face.width), face.right - round(0.3 * face.width)
    return Area(left, face.top + round(0.15 * face.height), right, face.bottom - round(0.1 * face.height))


def _covered(place: Area, areas: Iterable[Area]) -> int:
    """Count the pixels of some rectangles that a place covers."""
    return sum(place.overlap(area) for area in areas)


def _covers_any(place: Area, areas: Iterable[Area]) -> bool:
    """Say whether a place covers any of some rectangles."""
    return any(place.overlap(area) for area in areas)
