"""Light from somewhere: behind the head, of another colour, from two lamps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.relighting import relight
from lamplit.light.scenes import FACE_RADII, backlight, coloured_light, mixed_light
from lamplit.light.templates import load_templates

Library = Callable[[np.ndarray], Any]

both = pytest.mark.parametrize("library", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])


def random_faces(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape, dtype=np.float32)


class TestBacklight:
    @both
    @pytest.mark.parametrize(("stops", "level"), [(0.0, 0.8), (1.0, 0.4), (3.0, 0.1)])
    def test_within_the_head_each_stop_halves(self, library: Library, stops: float, level: float) -> None:
        scene = np.asarray(backlight(library(np.full((48, 48), 0.8)), stops))
        np.testing.assert_allclose(scene[8:40, 12:36], level, atol=1e-6)
        for corner in (scene[0, 0], scene[0, -1], scene[-1, 0], scene[-1, -1]):
            assert corner == 1.0

    def test_the_head_is_an_ellipse_with_a_soft_edge(self) -> None:
        size = 400
        scene = backlight(np.zeros((size, size)), 2.0)
        centres = (np.arange(size) + 0.5) / size - 0.5
        # On the row through the middle: black to 0.95 of the radius, white from 1.15 of it, half between.
        row = scene[size // 2]
        np.testing.assert_allclose(
            row, np.clip((np.abs(centres) / FACE_RADII[1] - 0.95) / 0.2, 0, 1), atol=0.01
        )
        column = scene[:, size // 2]
        np.testing.assert_allclose(
            column, np.clip((np.abs(centres) / FACE_RADII[0] - 0.95) / 0.2, 0, 1), atol=0.01
        )

    def test_flare_lifts_the_face_and_leaves_white_white(self) -> None:
        scene = backlight(np.full((48, 48), 0.8), 3.0, flare=0.1)
        assert scene[24, 24] == pytest.approx(0.1 * 0.9 + 0.1)
        assert scene[0, 0] == pytest.approx(1.0)

    @both
    def test_one_value_per_face(self, library: Library) -> None:
        faces, stops = random_faces(3, 12, 10), np.array([0.0, 1.0, 4.0], np.float32)
        flare = np.array([0.0, 0.1, 0.3], np.float32)
        together = backlight(
            library(faces), library(stops[:, None, None]), flare=library(flare[:, None, None])
        )
        for n in range(3):
            alone = backlight(faces[n], float(stops[n]), flare=float(flare[n]))
            np.testing.assert_allclose(np.asarray(together[n]), alone, atol=1e-6)


class TestColouredLight:
    @both
    def test_each_channel_has_its_own_gain_and_clips(self, library: Library) -> None:
        picture = np.array([[[0.5, 0.5, 0.5], [0.2, 0.4, 0.9]]])
        lit = coloured_light(library(picture), library(np.array([1.0, 0.5, 1.5])))
        np.testing.assert_allclose(np.asarray(lit), [[[0.5, 0.25, 0.75], [0.2, 0.2, 1.0]]])

    @both
    def test_white_changes_nothing(self, library: Library) -> None:
        picture = random_faces(4, 5, 3)
        np.testing.assert_array_equal(
            np.asarray(coloured_light(library(picture), library(np.ones(3, np.float32)))), picture
        )

    def test_each_picture_may_have_its_own_lamp(self) -> None:
        pictures, lamps = random_faces(2, 4, 5, 3), np.array([[1, 0.5, 0.2], [0.3, 1, 1]], np.float32)
        together = coloured_light(pictures, lamps[:, None, None, :])
        for n in range(2):
            np.testing.assert_array_equal(together[n], coloured_light(pictures[n], lamps[n]))


class TestMixedLight:
    @both
    @pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
    def test_light_adds_up(self, library: Library, share: float) -> None:
        faces, templates = random_faces(2, 24, 24), load_templates()
        mixed = mixed_light(library(faces), (-70.0, 50.0), (0.0, 20.0), share, templates=templates)
        first = relight(faces, -70.0, 0.0, templates=templates)
        second = relight(faces, 50.0, 20.0, templates=templates)
        np.testing.assert_allclose(np.asarray(mixed), share * first + (1 - share) * second, atol=1e-5)

    def test_two_lamps_at_one_place_are_one(self) -> None:
        faces, templates = random_faces(2, 24, 24), load_templates()
        mixed = mixed_light(faces, (35.0, 35.0), (15.0, 15.0), 0.7, templates=templates)
        np.testing.assert_allclose(mixed, relight(faces, 35.0, 15.0, templates=templates), atol=1e-6)

    def test_each_face_may_have_its_own_lamps_and_share(self) -> None:
        faces, templates = random_faces(2, 24, 24), load_templates()
        azimuth = np.array([-70.0, 20.0], np.float32), np.array([50.0, -35.0], np.float32)
        share = np.array([0.2, 0.9], np.float32)
        together = mixed_light(faces, azimuth, (0.0, 20.0), share[:, None, None], templates=templates)
        for n in range(2):
            own = (float(azimuth[0][n]), float(azimuth[1][n]))
            alone = mixed_light(faces[n], own, (0.0, 20.0), float(share[n]), templates=templates)
            np.testing.assert_allclose(together[n], alone, atol=1e-5)


LAMPS = {"azimuth": (-70.0, 70.0), "elevation": (0.0, 0.0), "share": 0.5}


class TestRefusals:
    @both
    def test_bytes_are_no_picture(self, library: Library) -> None:
        grey, templates = library(np.zeros((4, 4), np.uint8)), load_templates()
        with pytest.raises(InvalidArgumentError, match=r"face: needs an array of floats .* uint8 of shape"):
            backlight(grey, 1.0)
        with pytest.raises(InvalidArgumentError, match=r"face: needs an array of floats .* uint8 of shape"):
            mixed_light(grey, **LAMPS, templates=templates)
        with pytest.raises(
            InvalidArgumentError, match=r"image: needs an array of floats of shape \(\.\.\., 3\)"
        ):
            coloured_light(library(np.zeros((4, 3), np.uint8)), library(np.ones(3)))

    @pytest.mark.parametrize("shape", [(3, 4), (4,), ()])
    def test_three_channels_make_a_colour(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(
            InvalidArgumentError, match=r"image: needs .* shape \(\.\.\., 3\), got numpy float64"
        ):
            coloured_light(np.zeros(shape), np.ones(3))

    @both
    def test_a_colour_that_does_not_fit(self, library: Library) -> None:
        with pytest.raises(InvalidArgumentError, match=r"colour: .* broadcasts to \(5, 3\), got .* \(4,\)"):
            coloured_light(library(np.zeros((5, 3))), library(np.ones(4)))

    @pytest.mark.parametrize(
        ("stops", "flare", "message"),
        [
            (-1.0, 0.0, "stops: needs a finite number of at least 0, got -1.0"),
            (np.nan, 0.0, "stops: needs a finite number of at least 0, got nan"),
            (1.0, 1.5, "flare: needs a finite number from 0 to 1, got 1.5"),
            (
                np.zeros((3, 1, 1)),
                0.0,
                r"stops: .* broadcasts to \(2, 4, 4\), got numpy float64 of shape \(3, 1, 1\)",
            ),
        ],
    )
    def test_backlight_out_of_range(self, stops: Any, flare: Any, message: str) -> None:
        with pytest.raises(InvalidArgumentError, match=message):
            backlight(np.zeros((2, 4, 4)), stops, flare=flare)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"azimuth": 70.0}, r"azimuth: needs a pair, got 70\.0"),
            ({"azimuth": (1.0, 2.0, 3.0)}, "azimuth: needs a pair, got a tuple of 3"),
            ({"elevation": (0.0, np.nan)}, "elevation: needs a finite number, got nan"),
            ({"share": 1.01}, r"share: needs a finite number from 0 to 1, got 1\.01"),
        ],
    )
    def test_two_lamps_are_two_directions_and_a_share(self, change: dict[str, Any], message: str) -> None:
        with pytest.raises(InvalidArgumentError, match=message):
            mixed_light(np.zeros((4, 4)), **(LAMPS | change), templates=load_templates())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numpy_and_torch_give_the_same_and_stay_within_limits(dtype: type) -> None:
    faces, templates = random_faces(3, 24, 24).astype(dtype), load_templates()
    colour = np.array([1.4, 0.7, 0.3], dtype)
    pictures = faces.reshape(24, 24, 3)
    cases: list[tuple[Callable[..., Any], np.ndarray]] = [
        (lambda x: backlight(x, 2.5, flare=0.05), faces),
        (lambda x: mixed_light(x, (-80.0, 35.0), (10.0, 0.0), 0.6, templates=templates), faces),
        (lambda x: coloured_light(x, torch.from_numpy(colour) if torch.is_tensor(x) else colour), pictures),
    ]
    for change, x in cases:
        ours, theirs = change(x), change(torch.from_numpy(x))
        assert isinstance(ours, np.ndarray)
        assert isinstance(theirs, torch.Tensor)
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=2e-5, strict=True)
        assert ours.dtype == dtype
        assert 0 <= ours.min() <= ours.max() <= 1
