"""Which cells answer for which face."""

from __future__ import annotations

import numpy as np

from lamplit.core.detector_grid import cells_of
from lamplit.training.detector.targets import assign
from lamplit.training.scenes.composing import Scene


def scene(*boxes: tuple[float, ...], size: tuple[int, int] = (64, 64), counts: bool = True) -> Scene:
    array = np.array(boxes, np.float32).reshape(-1, 4)
    points = np.zeros((len(array), 5, 2), np.float32) + np.arange(len(array))[:, None, None]
    return Scene(np.zeros(size, np.uint8), array, points, np.full(len(array), counts))


def positive(of: Scene) -> set[tuple[float, float, float]]:
    middles, strides = cells_of(*of.image.shape)
    return {(*middles[i].tolist(), float(strides[i])) for i in np.flatnonzero(assign(of).weights)}


def test_a_small_face_has_the_cell_at_its_middle() -> None:
    # Ten pixels around (20, 20), the middle of a cell of 8 pixels.
    assert positive(scene((15, 15, 25, 25))) == {(20, 20, 8)}


def test_between_two_cells_both_answer_and_count_less() -> None:
    # Its middle is (24, 20), on the edge between the cells of 20 and 28.
    between = scene((19, 15, 29, 25))
    assert positive(between) == {(20, 20, 8), (28, 20, 8)}
    np.testing.assert_allclose(assign(between).weights.max(), 1 / np.sqrt(2))


def test_a_level_answers_for_sizes_of_its_own() -> None:
    assert {s for *_, s in positive(scene((32, 32, 92, 92), size=(128, 128)))} == {16}
    assert {s for *_, s in positive(scene((14, 14, 114, 114), size=(128, 128)))} == {32}
    assert {s for *_, s in positive(scene((16, 16, 48, 48)))} == {8, 16}  # 32 pixels: both


def test_nothing_is_asked_without_a_face() -> None:
    targets = assign(scene())
    assert not targets.weights.any()
    assert not targets.ignored.any()


def test_the_nearer_face_gets_a_cell() -> None:
    # Both claim the cell at (20, 20); it lies nearer to the middle of the first.
    targets = assign(scene((14, 14, 26, 26), (18, 18, 30, 30)))
    cell = np.flatnonzero((cells_of(64, 64)[0] == 20).all(axis=1))[0]
    np.testing.assert_array_equal(targets.boxes[cell], [14, 14, 26, 26])
    assert targets.points[cell].max() == 0


def test_cells_around_a_face_are_neither_right_nor_wrong() -> None:
    # 30 pixels around (28, 28): cells within 5.4 pixels answer, those within 9 are not taught, others are.
    targets = assign(scene((13, 13, 43, 43)))
    middles, strides = cells_of(64, 64)
    fine = strides == 8
    away = np.abs(middles - 28).max(axis=1)
    assert targets.ignored[fine & (away == 8)].all()
    assert not targets.ignored[fine & (away == 16)].any()
    assert not (targets.ignored & (targets.weights > 0)).any()


def test_a_face_that_does_not_count_is_not_taught_either_way() -> None:
    targets = assign(scene((16, 16, 48, 48), counts=False))
    middles, _ = cells_of(64, 64)
    inside = np.abs(middles - 32).max(axis=1) <= 16
    assert not targets.weights.any()
    np.testing.assert_array_equal(targets.ignored, inside)
