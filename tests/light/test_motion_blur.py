"""A camera that moves, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.darkness import motion_blur

Library = Callable[[np.ndarray], Any]

both = pytest.mark.parametrize("library", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])


def nine_places(faces: Any, length: Any, angle: Any) -> Any:
    """The mean over nine places on the path, in the order of operations that published figures come from."""
    xp = torch if isinstance(faces, torch.Tensor) else np
    turn = angle * (np.pi / 180.0)

    def weights(offset: Any, size: int) -> Any:
        place = xp.arange(size, dtype=faces.dtype)
        source = xp.clip(place[None, :] + offset[:, None], 0.0, float(size - 1))
        return xp.clip(1.0 - xp.abs(source[:, :, None] - place[None, None, :]), 0.0, None)

    blurred = xp.zeros_like(faces)
    for place in range(9):
        path = (place / 8 - 0.5) * length
        rows, columns = weights(path * xp.sin(turn), 48), weights(path * xp.cos(turn), 48)
        blurred = blurred + rows @ faces @ xp.swapaxes(columns, 1, 2)
    return blurred / 9


class TestMotionBlur:
    @both
    def test_no_movement_is_the_identity(self, library: Library) -> None:
        faces = np.random.default_rng(0).random((2, 6, 7))
        still = motion_blur(library(faces), library(np.zeros(2)), library(np.array([0.0, 77.0])))
        np.testing.assert_allclose(np.asarray(still), faces, atol=1e-12)

    @both
    def test_a_dot_becomes_a_line(self, library: Library) -> None:
        # Nine places from -4 to 4: each pixel of the line gets a ninth.
        face = np.zeros((1, 11, 15))
        face[0, 5, 7] = 9.0
        moved = np.asarray(motion_blur(library(face), library(np.array([8.0])), library(np.array([0.0]))))
        expected = np.zeros((11, 15))
        expected[5, 3:12] = 1.0
        np.testing.assert_allclose(moved[0], expected, atol=1e-12)

    def test_angles_go_round(self) -> None:
        face = np.zeros((1, 15, 15))
        face[0, 7, 7] = 9.0
        length = np.array([8.0])
        rows, columns = np.nonzero(motion_blur(face, length, np.array([90.0]))[0] > 0.5)
        assert (rows.tolist(), set(columns.tolist())) == (list(range(3, 12)), {7})
        # Along the diagonal the ends lie 4 / sqrt(2) = 2.83 off in rows and columns.
        rows, columns = np.nonzero(motion_blur(face, length, np.array([45.0]))[0] > 1e-9)
        assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 10, 4, 10)
        there, back = (motion_blur(face, length, np.array([a])) for a in (30.0, 210.0))
        np.testing.assert_allclose(there, back, atol=1e-12)

    def test_between_pixels_it_is_interpolated(self) -> None:
        # Places from -0.5 to 0.5 in eighths: at distance d a share d goes to the pixel beside.
        face = np.zeros((1, 3, 5))
        face[0, 1, 2] = 1.0
        moved = motion_blur(face, np.array([1.0]), np.array([0.0]))[0, 1]
        side = sum(n / 8 for n in range(1, 5)) / 9
        np.testing.assert_allclose(moved, [0, side, 1 - 2 * side, side, 0], atol=1e-12)

    def test_beyond_the_border_its_pixels_go_on(self) -> None:
        face = np.zeros((1, 3, 9))
        face[0, :, 0] = 1.0
        moved = motion_blur(face, np.array([8.0]), np.array([0.0]))[0, 1]
        # Column 0 sees itself at five of nine places; column c sees it at 5 - c.
        np.testing.assert_allclose(moved, [5 / 9, 4 / 9, 3 / 9, 2 / 9, 1 / 9, 0, 0, 0, 0], atol=1e-12)
        even = np.full((1, 8, 8), 0.3)
        np.testing.assert_allclose(motion_blur(even, np.array([4.0]), np.array([33.0])), even)

    def test_every_face_moves_its_own_way(self) -> None:
        faces = np.random.default_rng(0).random((3, 10, 12))
        length, angle = np.array([0.0, 3.0, 5.0]), np.array([0.0, 45.0, 110.0])
        together = motion_blur(faces, length, angle)
        for n in range(3):
            alone = motion_blur(faces[n : n + 1], length[n : n + 1], angle[n : n + 1])
            np.testing.assert_allclose(together[n], alone[0], atol=1e-12)

    @both
    @pytest.mark.parametrize("share", [0.02, 0.04, 0.06, 0.09, 0.12])
    def test_short_paths_have_nine_places_to_the_last_bit(self, library: Library, share: float) -> None:
        faces = np.random.default_rng(0).random((2, 48, 48), dtype=np.float32)
        length, angle = np.full(2, share * 48, np.float32), np.array([67.5, 157.5], np.float32)
        moved = motion_blur(library(faces), library(length), library(angle))
        assert (np.asarray(moved) == np.asarray(nine_places(*map(library, (faces, length, angle))))).all()

    @both
    def test_long_paths_have_no_gaps(self, library: Library) -> None:
        # 0.12 of 224 pixels: 28 places, not one pixel apart, so every pixel on the way gets its share.
        face = np.zeros((1, 3, 224))
        face[0, 1, 112] = 1.0
        moved = motion_blur(library(face), library(np.array([0.12 * 224])), library(np.zeros(1)))
        line = np.asarray(moved)[0, 1]
        np.testing.assert_allclose(line[100:125], 1 / 26.88, rtol=0.04)
        assert not line[:98].any()
        assert not line[127:].any()
        assert line.sum() == pytest.approx(1.0)

    def test_a_long_path_changes_no_face_beside_it(self) -> None:
        faces = np.random.default_rng(0).random((3, 40, 40))
        length, angle = np.array([3.0, 40.0, 17.5]), np.array([10.0, 45.0, 110.0])
        together = motion_blur(faces, length, angle)
        for n in range(3):
            alone = motion_blur(faces[n : n + 1], length[n : n + 1], angle[n : n + 1])
            np.testing.assert_allclose(together[n], alone[0], atol=1e-12)

    @both
    def test_no_faces_are_no_faces(self, library: Library) -> None:
        none = library(np.zeros(0))
        assert motion_blur(library(np.zeros((0, 6, 7))), none, none).shape == (0, 6, 7)

    @both
    @pytest.mark.parametrize("length", [np.nan, np.inf, 7.5, -8.0])
    def test_paths_without_end_are_refused(self, library: Library, length: float) -> None:
        message = "length: needs finite numbers of pixels, at most the longer side of 7, got"
        with pytest.raises(InvalidArgumentError, match=message):
            motion_blur(library(np.zeros((2, 6, 7))), library(np.array([length, 1.0])), library(np.zeros(2)))

    @both
    def test_what_does_not_fit_is_refused(self, library: Library) -> None:
        faces, two, three = (library(np.zeros(shape)) for shape in ((2, 6, 7), 2, 3))
        with pytest.raises(InvalidArgumentError, match=r"face: needs .* of shape \(N, H, W\), got .* \(2,\)"):
            motion_blur(two, two, two)
        for name, arguments in (("length", (three, two)), ("angle", (two, three))):
            with pytest.raises(InvalidArgumentError, match=rf"{name}: needs .* shape \(2,\), got .* \(3,\)"):
                motion_blur(faces, *arguments)
        with pytest.raises(InvalidArgumentError, match=r"angle: needs a .* array of floats .* got 45"):
            motion_blur(faces, two, 45.0)

    def test_numpy_and_torch_give_the_same(self) -> None:
        random = np.random.default_rng(0)
        arrays = [
            a.astype(np.float32) for a in (random.random((3, 12, 12)), 4 * random.random(3), np.arange(3.0))
        ]
        theirs = motion_blur(*map(torch.from_numpy, arrays))
        assert isinstance(theirs, torch.Tensor)
        np.testing.assert_allclose(motion_blur(*arrays), theirs.numpy(), atol=1e-6, strict=True)
