from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EXPRESSIONS
from lamplit.core.values import Box, Face
from lamplit.light import measure
from lamplit.report.drawing import PALETTE, annotate

LIGHT = measure(np.full((8, 8), 128, dtype=np.uint8))


def face(
    *box: float,
    best: str = "happiness",
    probability: float = 0.86,
    labels: tuple[str, ...] = EXPRESSIONS.names,
) -> Face:
    rest = (1 - probability) / (len(labels) - 1)
    return Face(
        box=Box(*box),
        score=1.0,
        labels=labels,
        distribution=tuple(probability if label == best else rest for label in labels),
        light=LIGHT,
    )


def plain(height: int, width: int, level: int = 128) -> ByteArray:
    return np.full((height, width, 3), level, dtype=np.uint8)


def noise(height: int, width: int) -> ByteArray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def changed(before: ByteArray, after: ByteArray) -> NDArray[np.bool_]:
    return (before != after).any(axis=2)


def has_colour(pixels: ByteArray, colour: tuple[int, int, int]) -> int:
    return int((pixels == np.array(colour, dtype=np.uint8)).all(axis=2).sum())


def luminance(pixels: ByteArray) -> NDArray[np.float64]:
    c = pixels / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def ratio(a: float, b: float) -> float:
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def panel_beside(picture: ByteArray, right: int) -> ByteArray:
    """Cut out the panel right of a face: the rows of label, bar and percent without the edge."""
    marks = changed(picture, annotate(picture, [FACE]))
    marks[:, : right + 4] = False
    rows, columns = np.nonzero(marks.any(axis=1))[0], np.nonzero(marks.any(axis=0))[0]
    return annotate(picture, [FACE])[rows[0] + 3 : rows[-1] - 2, columns[0] + 3 : columns[-1] - 2]


FACE = face(60, 80, 180, 220)


@pytest.mark.parametrize("shape", [(1, 1), (48, 48), (20, 300), (300, 20), (400, 500)])
def test_shape_and_type_stay_and_the_input_is_not_touched(shape: tuple[int, int]) -> None:
    picture = noise(*shape)
    before = picture.copy()
    out = annotate(picture, [face(0, 0, shape[1], shape[0]), face(0.2, 0.2, 5, 5)])
    assert (out.shape, out.dtype) == (picture.shape, np.uint8)
    assert np.array_equal(picture, before)
    assert not np.shares_memory(out, picture)


def test_without_faces_the_copy_is_equal_and_can_be_written() -> None:
    picture = noise(40, 50)
    picture.flags.writeable = False
    out = annotate(picture[:, ::-1], [])
    assert np.array_equal(out, picture[:, ::-1])
    out[0, 0] = 0


def test_the_face_itself_is_left_as_it_is() -> None:
    picture = noise(400, 500)
    assert np.array_equal(annotate(picture, [FACE])[80:220, 60:180], picture[80:220, 60:180])


def test_the_box_has_a_coloured_line_and_a_dark_one_around_it() -> None:
    out = annotate(plain(400, 500), [FACE])
    assert out[150, 59].tolist() == list(PALETTE["happiness"])
    assert out[220, 120].tolist() == list(PALETTE["happiness"])
    left = out[150, :60].tolist()
    first = next(x for x, pixel in enumerate(left) if pixel != [128, 128, 128])
    assert left[first] == [0, 0, 0]
    assert left[first + 1 :] == [list(PALETTE["happiness"])] * (59 - first)


def test_lines_grow_with_the_picture() -> None:
    def width(scale: int) -> int:
        out = annotate(plain(400 * scale, 500 * scale), [face(*(scale * x for x in (60, 80, 180, 220)))])
        return has_colour(out[150 * scale : 150 * scale + 1, : 60 * scale], PALETTE["happiness"])

    assert 1 <= width(1) < width(4) < width(8)


@pytest.mark.parametrize("level", [0, 60, 128, 255])
def test_text_of_the_panel_can_be_read_on_any_ground(level: int) -> None:
    light = luminance(panel_beside(plain(400, 500, level), right=180))
    ground = float(np.median(light))
    rows_of_text = np.sort(light[:, : light.shape[1] // 4].ravel())
    assert ratio(float(rows_of_text[-20]), ground) >= 4.5


@pytest.mark.parametrize("label", EXPRESSIONS)
def test_bars_and_tags_stand_out(label: str) -> None:
    colour = luminance(np.array([[PALETTE[label]]], dtype=np.uint8)).item()
    out = annotate(plain(400, 500), [face(60, 80, 180, 220, best=label)])
    tag = luminance(out[58:75, 64:90])  # inside the tag: its letters on the colour
    assert max(ratio(float(tag.min()), colour), ratio(float(tag.max()), colour)) >= 4.5
    track = luminance(out[80:, 186:]).min()
    assert ratio(track, colour) >= 3.0


def test_a_bar_is_as_long_as_its_probability() -> None:
    def longest_run(probability: float) -> int:
        out = annotate(plain(400, 500), [face(60, 80, 180, 220, probability=probability)])
        same = (out[90:, 190:] == np.array(PALETTE["happiness"], dtype=np.uint8)).all(axis=2)
        rows = same[:, 20:-20].sum(axis=1)
        return int(np.sort(rows[rows < 100])[-1])

    whole = longest_run(1.0)
    assert whole >= 50
    assert longest_run(0.5) == pytest.approx(whole / 2, abs=1)
    assert longest_run(0.25) == pytest.approx(whole / 4, abs=1)


@pytest.mark.parametrize(
    ("box", "side"),
    [
        ((20, 150, 120, 250), (slice(None), slice(126, None))),
        ((380, 150, 480, 250), (slice(None), slice(0, 374))),
        ((150, 10, 350, 160), (slice(185, None), slice(None))),
        ((150, 240, 350, 390), (slice(0, 235), slice(None))),
    ],
    ids=["right of it", "left of it", "below it", "above it"],
)
def test_the_panel_stands_where_there_is_room(
    box: tuple[int, int, int, int], side: tuple[slice, slice]
) -> None:
    picture = plain(400, 500)
    drawn = changed(picture, annotate(picture, [face(*box)]))
    assert drawn[side].sum() > 15_000
    assert drawn.sum() - drawn[side].sum() < 6_000


@pytest.mark.parametrize(
    "box",
    [(-40, -40, 80, 90), (430, -30, 560, 90), (-40, 330, 90, 460), (430, 330, 560, 460)],
    ids=["upper left", "upper right", "lower left", "lower right"],
)
def test_a_face_across_the_border_has_line_tag_and_panel_inside(box: tuple[int, int, int, int]) -> None:
    picture = plain(400, 500)
    out = annotate(picture, [face(*box)])
    drawn = changed(picture, out)
    assert drawn.sum() > 15_000
    assert has_colour(out, PALETTE["happiness"]) > 1_000


@pytest.mark.parametrize("box", [(600, 10, 700, 90), (-90, 10, 0, 90), (10.1, 10.1, 10.3, 10.3)])
def test_a_face_outside_or_without_a_pixel_is_left_out(box: tuple[float, ...]) -> None:
    picture = noise(400, 500)
    assert np.array_equal(annotate(picture, [face(*box)]), picture)


def test_twenty_faces_are_all_visible_with_their_colour() -> None:
    picture = noise(800, 1000)
    names = EXPRESSIONS.names
    boxes = [(200 * c + 50, 200 * r + 45, 200 * c + 150, 200 * r + 165) for r in range(4) for c in range(5)]
    out = annotate(picture, [face(*b, best=names[n % 8]) for n, b in enumerate(boxes)])
    for number, (x1, y1, x2, y2) in enumerate(boxes):
        assert np.array_equal(out[y1:y2, x1:x2], picture[y1:y2, x1:x2])
        assert has_colour(out[y1 - 45 : y1, x1 : x2 + 40], PALETTE[names[number % 8]]) > 500


def test_panels_of_neighbours_do_not_cover_faces() -> None:
    picture = noise(400, 700)
    boxes = [(200, 100, 320, 240), (345, 100, 465, 240)]
    out = annotate(picture, [face(*b) for b in boxes])
    for x1, y1, x2, y2 in boxes:
        assert np.array_equal(out[y1:y2, x1:x2], picture[y1:y2, x1:x2])
    drawn = changed(picture, out)
    assert drawn[:, :190].sum() > 10_000
    assert drawn[:, 475:].sum() > 10_000


def test_a_small_face_has_its_name_and_no_panel() -> None:
    picture = plain(800, 1000)
    drawn = changed(picture, annotate(picture, [face(500, 400, 530, 430)]))
    rows, columns = np.nonzero(drawn)
    assert 20 < columns.max() - columns.min() < 200
    assert rows.max() - rows.min() < 70


def test_a_close_up_keeps_its_middle_free() -> None:
    picture = noise(500, 500)
    out = annotate(picture, [face(20, 20, 480, 480)])
    assert np.array_equal(out[100:430, 165:335], picture[100:430, 165:335])
    assert changed(picture, out).sum() > 15_000


def test_a_tiny_picture_keeps_most_of_its_face() -> None:
    picture = noise(48, 48)
    out = annotate(picture, [face(8, 8, 40, 40)])
    assert has_colour(out, PALETTE["happiness"]) > 60
    assert changed(picture, out)[8:40, 8:40].mean() < 0.5
    smallest = annotate(noise(12, 12), [face(2, 2, 10, 10)])
    assert smallest[1, 1:11].tolist() == [list(PALETTE["happiness"])] * 10


def test_labels_of_another_set_have_eight_colours_in_turn() -> None:
    labels = tuple(f"state {n}" for n in range(16))
    out = annotate(plain(700, 900), [face(60, 80, 260, 320, best="state 9", labels=labels)])
    assert out[150, 59].tolist() == list(PALETTE["happiness"])


def test_more_than_sixteen_labels_show_the_sixteen_most_probable() -> None:
    def panel_height(n: int) -> int:
        labels = tuple(f"state {number}" for number in range(n))
        drawn = changed(picture, annotate(picture, [face(60, 80, 360, 480, best="state 0", labels=labels)]))
        return int(drawn[:, 380:].any(axis=1).sum())

    picture = plain(700, 900)
    assert panel_height(8) < panel_height(16) == panel_height(30)


def test_the_palette_has_a_colour_per_expression() -> None:
    assert list(PALETTE) == list(EXPRESSIONS)
    assert len(set(PALETTE.values())) == 8


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((40, 40), dtype=np.uint8),
        np.zeros((40, 40, 4), dtype=np.uint8),
        np.zeros((40, 40, 3), dtype=np.float32),
        np.zeros((0, 40, 3), dtype=np.uint8),
    ],
    ids=["grey", "with alpha", "float", "without pixels"],
)
def test_other_pictures_are_refused(picture: ByteArray) -> None:
    with pytest.raises(InvalidArgumentError, match=r"image: needs uint8 of shape \(H, W, 3\), got "):
        annotate(picture, [])
