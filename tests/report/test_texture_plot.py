from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import basic_local_binary_pattern, uniform_patterns
from lamplit.report.texture_plot import _telling_place, plot_texture


def noise(shape: tuple[int, int] = (64, 64)) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def test_the_same_face_gives_the_same_file(tmp_path: Path) -> None:
    png = plot_texture(noise(), tmp_path / "face.png", title="somebody")
    assert (tmp_path / "face.png").read_bytes() == png == plot_texture(noise(), title="somebody")
    assert png[1:4] == b"PNG"


@pytest.mark.parametrize("face", [np.zeros((8, 8), np.uint8), noise((97, 130)), noise((40, 33))])
def test_any_shape_with_room_for_a_block(face: np.ndarray) -> None:
    assert plot_texture(face, block=max(8, -(-max(face.shape) // 12)))[1:4] == b"PNG"


def test_the_pixel_shown_has_contrast_and_a_uniform_code() -> None:
    face = noise()
    face[30:33, 20:23] = [[0, 0, 0], [0, 100, 255], [0, 0, 0]]  # one bit: uniform
    classes = uniform_patterns(basic_local_binary_pattern(face))
    row, column = _telling_place(face, classes)
    assert classes[row, column] != 58
    assert np.ptp(face[row - 1 : row + 2, column - 1 : column + 2]) >= 250
    assert 16 <= row < 48
    assert 16 <= column < 48


@pytest.mark.parametrize(
    ("face", "block", "message"),
    [
        (noise(), 7, "block: needs a whole number of at least 8 and at most 64, got 7"),
        (noise(), 65, "block: needs a whole number of at least 8 and at most 64, got 65"),
        (noise((300, 300)), 24, "block: needs a whole number of at least 25"),
        (np.zeros((64, 64, 3), np.uint8), 32, r"face: needs shape \(H, W\)"),
    ],
)
def test_blocks_that_nobody_could_see_are_refused(face: np.ndarray, block: int, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        plot_texture(face, block=block)
