"""Relighting on triangles small enough to compute by hand, and with the templates that lamplit ships."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.relighting import BRIGHTEST, LightTemplates, log_ratios_at, relight, unit_vectors
from lamplit.light.templates import load_templates, triangulate

Library = Callable[[np.ndarray], Any]

both = pytest.mark.parametrize("library", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])


def made(*lights: tuple[float, float, float], side: int = 4) -> LightTemplates:
    """Templates that are even over the face: (azimuth, elevation, log ratio) for each light."""
    azimuth, elevation, level = np.array(lights, np.float32).T
    log_ratios = np.repeat(level, side * side).reshape(-1, side, side)
    return LightTemplates(azimuth, elevation, log_ratios, triangulate(unit_vectors(azimuth, elevation)))


# Lights along the three axes: at the camera, to the subject's right, above.
CORNER = made((0, 0, 0.0), (90, 0, -1.0), (0, 90, -2.0))
CAMERA, RIGHT, ABOVE = 0.0, -1.0, -2.0


def level_at(azimuth: float, elevation: float, templates: LightTemplates = CORNER) -> float:
    level = log_ratios_at(np.array([azimuth]), np.array([elevation]), templates=templates, shape=(4, 4))
    assert level.shape == (1, 4, 4)
    assert np.ptp(level) == 0
    return float(level[0, 0, 0])


@pytest.mark.parametrize(
    ("azimuth", "elevation", "vector"),
    [
        (0, 0, (0, 0, 1)),
        (90, 0, (1, 0, 0)),
        (0, 90, (0, 1, 0)),
        (-90, 0, (-1, 0, 0)),
        (180, -30, (0, -0.5, -(0.75**0.5))),
    ],
)
def test_unit_vectors_by_hand(azimuth: float, elevation: float, vector: tuple[float, ...]) -> None:
    found = unit_vectors(np.array([azimuth]), np.array([elevation]))
    assert found.dtype == np.float32
    assert found.tolist()[0] == pytest.approx(vector, abs=1e-6)


class TestInterpolation:
    @pytest.mark.parametrize(("light", "level"), [((0, 0), CAMERA), ((90, 0), RIGHT), ((0, 90), ABOVE)])
    def test_at_a_light_it_is_that_light(self, light: tuple[float, float], level: float) -> None:
        assert level_at(*light) == pytest.approx(level, abs=1e-6)

    def test_halfway_between_two_lights_it_is_their_mean(self) -> None:
        assert level_at(45, 0) == pytest.approx((CAMERA + RIGHT) / 2, abs=1e-6)
        assert level_at(0, 45) == pytest.approx((CAMERA + ABOVE) / 2, abs=1e-6)
        assert level_at(90, 45) == pytest.approx((RIGHT + ABOVE) / 2, abs=1e-6)

    def test_in_the_middle_it_is_the_mean_of_three(self) -> None:
        # The direction (1, 1, 1): its elevation is asin(1 / sqrt(3)).
        assert level_at(45, 35.264390) == pytest.approx((CAMERA + RIGHT + ABOVE) / 3, abs=1e-6)

    def test_on_an_arc_shares_are_those_of_sine_and_cosine(self) -> None:
        # At 30 degrees the direction is 0.5 towards the right and 0.866 towards the camera.
        expected = (0.5 * RIGHT + 0.75**0.5 * CAMERA) / (0.5 + 0.75**0.5)
        assert level_at(30, 0) == pytest.approx(expected, abs=1e-6)

    @pytest.mark.parametrize(
        ("azimuth", "elevation", "nearest"),
        [
            (-60, 0, CAMERA),
            (0, -60, CAMERA),
            (-10, -10, CAMERA),
            (150, -10, RIGHT),
            (100, -60, RIGHT),
            (-90, 80, ABOVE),
            (-135, -30, ABOVE),  # behind, opposite to all three: least far from the one above
        ],
    )
    def test_beyond_all_lights_the_nearest_is_taken(
        self, azimuth: float, elevation: float, nearest: float
    ) -> None:
        assert level_at(azimuth, elevation) == pytest.approx(nearest, abs=1e-6)

    def test_beyond_an_edge_it_is_a_mixture_of_that_edge(self) -> None:
        # Below the arc from the camera to the right, in the middle of it.
        assert level_at(45, -20) == pytest.approx((CAMERA + RIGHT) / 2, abs=1e-6)

    def test_of_two_triangles_the_one_around_the_direction_counts(self) -> None:
        templates = made((0, 0, 0), (90, 0, -1), (0, 90, -2), (-90, 0, -4))
        assert len(templates.triangles) == 2
        assert level_at(45, 0, templates) == pytest.approx(-0.5, abs=1e-6)
        assert level_at(-45, 0, templates) == pytest.approx(-2, abs=1e-6)

    def test_templates_are_resampled_between_the_centres_of_their_pixels(self) -> None:
        ramp = np.array([[0.0, 1.0], [0.0, 1.0]], np.float32)
        templates = LightTemplates(
            CORNER.azimuth, CORNER.elevation, np.stack([ramp, ramp, ramp]), CORNER.triangles
        )
        found = log_ratios_at(np.array([20.0]), np.array([20.0]), templates=templates, shape=(3, 4))
        # Centres of four new pixels lie at -0.25, 0.25, 0.75 and 1.25 of the old ones; the edge goes on.
        expected = np.tile([0.0, 0.25, 0.75, 1.0], (1, 3, 1))
        np.testing.assert_allclose(found, expected, atol=1e-6)


class TestFormula:
    @pytest.mark.parametrize("light", [0, 5, 31, 63])
    @pytest.mark.parametrize("strength", [1.0, 0.4])
    def test_at_a_measured_light_it_is_that_of_the_template(self, light: int, strength: float) -> None:
        templates = load_templates()
        face = np.random.default_rng(light).random((48, 48))
        azimuth, elevation = float(templates.azimuth[light]), float(templates.elevation[light])
        ratio = strength * templates.log_ratios[light].astype(np.float64)
        expected = np.clip(face * np.exp(np.minimum(ratio, 0.7)), 0, 1)
        found = relight(face, azimuth, elevation, strength, templates=templates)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)

    def test_some_templates_would_brighten_more_than_is_let_through(self) -> None:
        # Or the limit in the test above would never be felt.
        assert BRIGHTEST == 0.7
        assert load_templates().log_ratios.max() > 0.7

    @both
    def test_strength_0_is_the_identity(self, library: Library) -> None:
        face = np.random.default_rng(0).random((3, 48, 48), dtype=np.float32)
        relit = relight(library(face), 70.0, 20.0, 0.0, templates=load_templates())
        np.testing.assert_array_equal(np.asarray(relit), face)

    def test_brightening_stops_at_twice_the_light_and_at_white(self) -> None:
        templates = made((0, 0, 5.0), (90, 0, 5.0), (0, 90, 5.0))
        face = np.array([[0.0, 0.1], [0.25, 0.9]])
        expected = [[0, 0.1 * np.exp(0.7)], [0.25 * np.exp(0.7), 1.0]]
        np.testing.assert_allclose(relight(face, 10.0, 10.0, templates=templates), expected)

    def test_strength_is_between_the_old_light_and_the_new(self) -> None:
        face = np.full((4, 4), 0.8)
        assert relight(face, 90.0, 0.0, 0.5, templates=CORNER)[0, 0] == pytest.approx(0.8 * np.exp(-0.5))


class TestShapes:
    @both
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_a_batch_is_the_faces_one_by_one(self, library: Library, dtype: type) -> None:
        random, templates = np.random.default_rng(0), load_templates()
        faces = random.random((5, 48, 48)).astype(dtype)
        azimuth = random.uniform(-130, 130, 5).astype(dtype)
        elevation = random.uniform(-40, 90, 5).astype(dtype)
        strength = random.random(5).astype(dtype)
        batch = relight(*map(library, (faces, azimuth, elevation, strength)), templates=templates)
        assert batch.dtype == library(faces).dtype
        for n in range(5):
            directions = (float(azimuth[n]), float(elevation[n]), float(strength[n]))
            alone = relight(library(faces[n]), *directions, templates=templates)
            np.testing.assert_allclose(np.asarray(batch[n]), np.asarray(alone), atol=2e-6)

    @both
    def test_any_number_of_axes_before_height_and_width(self, library: Library) -> None:
        faces = np.random.default_rng(0).random((2, 3, 8, 6))
        azimuth = np.array([[0.0, 30.0, 90.0], [-20.0, 60.0, 10.0]])
        relit = relight(library(faces), library(azimuth), 15.0, templates=CORNER)
        assert tuple(relit.shape) == faces.shape
        alone = relight(library(faces[1, 1]), 60.0, 15.0, templates=CORNER)
        np.testing.assert_allclose(np.asarray(relit[1, 1]), np.asarray(alone), atol=1e-12)

    def test_no_faces_are_no_faces(self) -> None:
        assert relight(np.zeros((0, 8, 8)), 30.0, 0.0, templates=CORNER).shape == (0, 8, 8)

    @both
    def test_the_input_is_left_as_it_is(self, library: Library) -> None:
        face = np.full((8, 8), 0.5)
        relight(library(face), 90.0, 0.0, templates=CORNER)
        assert (face == 0.5).all()


class TestRefusals:
    @both
    @pytest.mark.parametrize(
        ("face", "came"),
        [
            (np.zeros(8), r"\w+ float64 of shape \(8,\)"),
            (np.zeros((0, 8)), r"\w+ float64 of shape \(0, 8\)"),
            (
                np.zeros((8, 8), np.uint8),
                r"\w+ uint8 of shape \(8, 8\) \(divide grey levels of 8 bits by 255\)",
            ),
        ],
        ids=["row", "no pixel", "bytes"],
    )
    def test_what_is_no_face(self, library: Library, face: np.ndarray, came: str) -> None:
        required = r"face: needs an array of floats of shape \(\.\.\., H, W\), got "
        with pytest.raises(InvalidArgumentError, match=required + came + "$"):
            relight(library(face), 30.0, 0.0, templates=CORNER)

    def test_a_list_is_no_face(self) -> None:
        with pytest.raises(InvalidArgumentError, match=r"face: needs an array of floats .* got a list of 1$"):
            relight([[0.5]], 30.0, 0.0, templates=CORNER)  # type: ignore[type-var]

    @both
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ((np.nan, 0.0), "azimuth: needs a finite number, got nan"),
            ((0.0, np.inf), "elevation: needs a finite number, got inf"),
            ((0.0, 0.0, -0.1), "strength: needs a finite number of at least 0, got -0.1"),
            (
                (None, 0.0),
                r"azimuth: needs a finite number, or a \w+ array that broadcasts to \(2,\), got NoneType",
            ),
        ],
    )
    def test_settings_that_are_no_light(
        self, library: Library, settings: tuple[float, ...], message: str
    ) -> None:
        with pytest.raises(InvalidArgumentError, match=message):
            relight(library(np.zeros((2, 8, 8))), *settings, templates=CORNER)

    @both
    def test_settings_that_do_not_fit_the_faces(self, library: Library) -> None:
        faces, three = library(np.zeros((2, 8, 8))), library(np.zeros(3))
        message = r"elevation: needs a finite number, or a \w+ array that broadcasts to \(2,\), got .* \(3,\)"
        with pytest.raises(InvalidArgumentError, match=message):
            relight(faces, 0.0, three, templates=CORNER)

    def test_what_is_no_template(self) -> None:
        message = r"templates: needs LightTemplates, got NoneType \(lamplit\.light\.templates\.load_templates"
        with pytest.raises(InvalidArgumentError, match=message):
            relight(np.zeros((8, 8)), 0.0, 0.0, templates=None)  # type: ignore[arg-type]


def test_numpy_and_torch_give_the_same() -> None:
    random, templates = np.random.default_rng(1), load_templates()
    faces = random.random((40, 24, 24), dtype=np.float32)
    azimuth = random.uniform(-180, 180, 40).astype(np.float32)
    elevation = random.uniform(-90, 90, 40).astype(np.float32)
    strength = random.random(40, dtype=np.float32)
    ours = relight(faces, azimuth, elevation, strength, templates=templates)
    theirs = relight(*map(torch.from_numpy, (faces, azimuth, elevation, strength)), templates=templates)
    assert isinstance(ours, np.ndarray)
    assert isinstance(theirs, torch.Tensor)
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=2e-5, strict=True)


def test_the_shipped_lights_answer_for_every_direction() -> None:
    azimuth, elevation = (
        x.ravel() for x in np.meshgrid(np.arange(-180.0, 181, 15), np.arange(-90.0, 91, 15))
    )
    templates = load_templates()
    found = log_ratios_at(azimuth, elevation, templates=templates, shape=(48, 48))
    assert np.isfinite(found).all()
    # A mixture is never beyond what it is mixed from.
    assert (found >= templates.log_ratios.min(axis=0) - 1e-6).all()
    assert (found <= templates.log_ratios.max(axis=0) + 1e-6).all()


def test_a_small_step_of_the_light_is_a_small_change() -> None:
    azimuth = np.arange(-120.0, 120.0, 0.5)
    path = log_ratios_at(azimuth, np.full_like(azimuth, 12.0), templates=load_templates(), shape=(48, 48))
    assert np.abs(np.diff(path, axis=0)).max() < 0.15
    assert np.ptp(path, axis=0).max() > 3


def test_the_light_comes_from_where_it_is_said_to() -> None:
    face = np.full((48, 48), 0.5)
    for azimuth in (30.0, 60.0, 90.0):
        lit = relight(face, azimuth, 0.0, templates=load_templates())
        other = relight(face, -azimuth, 0.0, templates=load_templates())
        assert lit[:, :24].mean() > 1.3 * lit[:, 24:].mean(), "the subject's right is the left of the picture"
        assert other[:, :24].mean() < other[:, 24:].mean() / 1.3
