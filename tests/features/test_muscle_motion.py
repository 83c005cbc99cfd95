from __future__ import annotations

import itertools

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.features.face_frame import HEIGHT, UNIT, WIDTH
from lamplit.features.muscle_motion import MuscleMotion, muscle_motion
from lamplit.features.muscle_regions import load_muscles, mirror_order

NAMES = [muscle.full_name for muscle in load_muscles()]
SURE = np.ones((HEIGHT, WIDTH), np.float32)


def motion_of(vectors: np.ndarray) -> MuscleMotion:
    return MuscleMotion(load_muscles(), vectors.astype(np.float32), np.ones(len(NAMES), np.float32))


@pytest.mark.parametrize("muscle", load_muscles(), ids=NAMES)
def test_every_row_of_the_table_is_sound(muscle) -> None:
    x1, y1, x2, y2 = muscle.window
    assert x1 < x2
    assert y1 < y2
    rows, columns = muscle.pixels
    assert 0 <= rows.start < rows.stop <= HEIGHT
    assert 0 <= columns.start < columns.stop <= WIDTH
    assert (rows.stop - rows.start) * (columns.stop - columns.start) > 100
    assert 0 <= muscle.axis < 360
    units = (*muscle.action_units, *muscle.opposite)
    assert muscle.action_units
    assert all(unit[:2] == "AU" and 1 <= int(unit[2:]) <= 45 for unit in units)
    assert muscle.mirrored().mirrored() == muscle


def test_left_is_the_subjects_and_sides_are_mirror_images() -> None:
    for muscle in load_muscles():
        middle = (muscle.window[0] + muscle.window[2]) / 2
        assert {"left": middle > 0, "right": middle < 0, "middle": middle == 0}[muscle.side]
    order = mirror_order()
    assert [order[place] for place in order] == list(range(len(NAMES)))
    assert len(set(NAMES)) == len(NAMES)


def test_a_window_that_moves_gives_its_muscle_alone() -> None:
    flow = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    place = NAMES.index("frontalis, lateral part, left")
    flow[load_muscles()[place].pixels] = (0, -3.2)  # up by a twentieth of the eye distance
    found = muscle_motion(flow, SURE)
    assert found.strengths[place] == pytest.approx(50, rel=1e-4)
    assert found.directions[place] == pytest.approx(90, rel=1e-4)
    assert found.along[place] == pytest.approx(50, rel=1e-4)
    assert found.across[place] == pytest.approx(0, abs=1e-3)
    assert found.strengths[NAMES.index("frontalis, lateral part, right")] == 0


def test_what_is_not_trusted_does_not_count() -> None:
    flow = np.full((HEIGHT, WIDTH, 2), 1.0, np.float32)
    flow[:, ::2] = 99
    confidence = SURE.copy()
    confidence[:, ::2] = 0
    found = muscle_motion(flow, confidence)
    np.testing.assert_allclose(found.vectors, 1000 / UNIT, rtol=1e-5)
    np.testing.assert_allclose(found.confidence, 0.5, atol=0.03)
    assert (muscle_motion(flow, 0 * SURE).vectors == 0).all()


@pytest.mark.parametrize(("vector", "direction"), [((5, 0), 0), ((0, -5), 90), ((-5, 0), 180), ((3, 3), 315)])
def test_directions_are_degrees_from_the_right_anticlockwise(vector, direction) -> None:
    found = motion_of(np.tile(vector, (len(NAMES), 1)))
    np.testing.assert_allclose(found.directions, direction, atol=1e-4)
    np.testing.assert_allclose(found.along**2 + found.across**2, found.strengths**2, rtol=1e-4)


def test_across_turns_the_same_way_on_both_sides() -> None:
    vectors = np.zeros((len(NAMES), 2))
    left, right = (NAMES.index(f"zygomaticus major, {side}") for side in ("left", "right"))
    vectors[left], vectors[right] = (0, -10), (0, -10)  # straight up; the axes lean out by 40 degrees
    found = motion_of(vectors)
    assert found.along[left] == pytest.approx(10 * np.cos(np.radians(40)), rel=1e-4)
    assert found.along[right] == pytest.approx(found.along[left])
    assert found.across[right] == pytest.approx(found.across[left])
    assert found.across[left] > 0


def test_features_do_not_know_left_from_right_but_one_side_from_both() -> None:
    random = np.random.default_rng(0)
    some = motion_of(random.normal(0, 50, (len(NAMES), 2)))
    assert some.features().shape == (2 * len(NAMES),)
    np.testing.assert_allclose(some.features(), some.mirrored().features(), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(some.mirrored().mirrored().vectors, some.vectors)
    vectors = {}
    for sides in (("left",), ("right",), ("left", "right")):
        vectors[sides] = np.zeros((len(NAMES), 2))
        for side in sides:
            vectors[sides][NAMES.index(f"levator palpebrae superioris, {side}")] = (0, 40 / len(sides))
    rows = {sides: motion_of(value).features() for sides, value in vectors.items()}
    np.testing.assert_allclose(rows[("left",)], rows[("right",)], atol=1e-4)
    assert np.abs(rows[("left",)] - rows[("left", "right")]).max() == pytest.approx(40)


def test_every_feature_can_differ_from_0() -> None:
    random = np.random.default_rng(1)
    rows = np.stack([motion_of(random.normal(0, 50, (len(NAMES), 2))).features() for _ in range(5)])
    assert (rows.std(axis=0) > 0).all()


def test_muscles_of_one_side_lie_below_one_another() -> None:
    tops = [
        muscle.window[1] for muscle in load_muscles() if muscle.name.startswith(("front", "zygo", "ment"))
    ]
    assert all(upper <= lower + 0.1 for upper, lower in itertools.pairwise(tops))


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="flow: needs shapes"):
        muscle_motion(np.zeros((10, 10, 2), np.float32), np.zeros((10, 10), np.float32))
    with pytest.raises(InvalidArgumentError, match="vectors: needs shapes"):
        MuscleMotion(load_muscles(), np.zeros((3, 2), np.float32), np.zeros(3, np.float32))
    part = MuscleMotion(load_muscles()[:2], np.zeros((2, 2), np.float32), np.zeros(2, np.float32))
    with pytest.raises(InvalidArgumentError, match="muscles: needs all of"):
        part.features()
