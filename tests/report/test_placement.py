from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamplit.report.placement import Area, place_panel, place_tag

FRAME = Area(0, 0, 100, 80)


@pytest.mark.parametrize(
    ("other", "pixels"),
    [
        (Area(5, 5, 20, 20), 25),
        (Area(10, 0, 20, 10), 0),
        (Area(30, 30, 40, 40), 0),
        (Area(2, 3, 4, 6), 6),
    ],
)
def test_overlap_counts_pixels_half_open(other: Area, pixels: int) -> None:
    assert Area(0, 0, 10, 10).overlap(other) == pixels
    assert other.overlap(Area(0, 0, 10, 10)) == pixels


def test_clipping_keeps_what_is_inside() -> None:
    assert Area(-5, 70, 20, 90).clipped(FRAME) == Area(0, 70, 20, 80)
    outside = Area(120, 10, 140, 20).clipped(FRAME)
    assert outside.width * outside.height == 0


@pytest.mark.parametrize(
    ("own", "place"),
    [
        (Area(20, 20, 60, 60), Area(20, 10, 50, 20)),
        (Area(20, 0, 60, 40), Area(20, 40, 50, 50)),
        (Area(90, 20, 100, 40), Area(70, 10, 100, 20)),
        (Area(0, 0, 100, 80), Area(0, 0, 30, 10)),
    ],
    ids=["above", "below at the upper border", "moved in at the right border", "inside a face that fills"],
)
def test_a_tag_goes_above_or_below_or_inside(own: Area, place: Area) -> None:
    assert place_tag((30, 10), own, [], frame=FRAME) == place


def test_a_tag_avoids_another_face() -> None:
    assert place_tag((30, 10), Area(20, 30, 60, 60), [Area(20, 0, 60, 28)], frame=FRAME) == Area(
        20, 60, 50, 70
    )


def test_a_tag_that_would_hide_its_face_is_left_out() -> None:
    assert place_tag((30, 10), Area(0, 0, 12, 12), [], frame=Area(0, 0, 12, 12)) is None
    assert place_tag((12, 8), Area(0, 0, 12, 12), [], frame=Area(0, 0, 12, 12)) is None
    assert place_tag((12, 6), Area(0, 0, 12, 12), [], frame=Area(0, 0, 12, 12)) == Area(0, 0, 12, 6)


@pytest.mark.parametrize(
    ("own", "place"),
    [
        (Area(10, 20, 40, 60), Area(45, 20, 75, 50)),
        (Area(65, 20, 95, 60), Area(30, 20, 60, 50)),
        (Area(20, 5, 80, 35), Area(20, 40, 50, 70)),
        (Area(20, 45, 80, 75), Area(20, 10, 50, 40)),
        (Area(10, 60, 40, 80), Area(45, 50, 75, 80)),
    ],
    ids=["right", "left", "below", "above", "right and moved up"],
)
def test_a_panel_goes_right_then_left_below_above(own: Area, place: Area) -> None:
    assert place_panel((30, 30), own, [], frame=FRAME, gap=5) == place


def test_a_panel_gives_way_to_other_faces() -> None:
    own, other = Area(35, 20, 60, 60), Area(70, 10, 90, 70)
    assert place_panel((28, 30), own, [other], frame=FRAME, gap=5) == Area(2, 20, 30, 50)
    assert place_panel((28, 30), own, [other, Area(0, 0, 28, 80)], frame=FRAME, gap=5) is None


def test_a_panel_takes_a_corner_but_not_the_middle_of_a_face() -> None:
    own = Area(2, 2, 98, 78)  # its middle: columns 31 to 69, rows 13 to 70
    assert place_panel((25, 20), own, [], frame=FRAME, gap=5) == Area(75, 60, 100, 80)
    assert place_panel((40, 20), own, [], frame=FRAME, gap=5) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(0, 70), st.integers(3, 60), st.integers(3, 60)),
        min_size=1,
        max_size=6,
    ),
    st.tuples(st.integers(1, 110), st.integers(1, 90)),
)
def test_places_lie_in_the_picture_and_panels_cover_nothing(
    boxes: list[tuple[int, int, int, int]], size: tuple[int, int]
) -> None:
    own, *others = (Area(x, y, x + w, y + h).clipped(FRAME) for x, y, w, h in boxes)
    tag = place_tag(size, own, others, frame=FRAME)
    panel = place_panel(size, own, others, frame=FRAME, gap=2)
    for place in (tag, panel):
        assert place is None or (place == place.clipped(FRAME) and (place.width, place.height) == size)
    assert panel is None or not any(panel.overlap(other) for other in others)
