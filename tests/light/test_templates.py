"""Building, packing and tiling of light templates on cases that can be derived by hand."""

from __future__ import annotations

import io

import numpy as np
import pytest

from lamplit.core.errors import DatasetError, InvalidArgumentError, WeightsCorruptError
from lamplit.light.point_operations import GREY_LEVEL
from lamplit.light.relighting import LightTemplates, unit_vectors
from lamplit.light.templates import (
    build_templates,
    load_templates,
    log_ratios_to_frontal,
    templates_from_bytes,
    templates_to_bytes,
    triangulate,
)

# Camera, subject's right, above, subject's left.
AZIMUTH, ELEVATION = np.array([0.0, 90, 0, -90], np.float32), np.array([0.0, 0, 90, 0], np.float32)


def even(*levels: int) -> np.ndarray:
    return np.array(levels, np.uint8)[:, None, None].repeat(6, axis=1).repeat(6, axis=2)


def ratio(level: float, frontal: float) -> float:
    return float(np.log((level + 1) / (frontal + 1)))  # one of 255 grey levels is added to both


class TestLogRatios:
    def test_even_pictures_by_hand(self) -> None:
        ratios = log_ratios_to_frontal(
            even(99, 49, 0, 199), np.ones(4), np.array([True, False, False, False])
        )
        expected = [0, ratio(49, 99), ratio(0, 99), ratio(199, 99)]
        assert ratios.dtype == np.float32
        np.testing.assert_allclose(ratios[:, 2, 3], expected, rtol=1e-5, atol=1e-6)
        assert np.ptp(ratios, axis=(1, 2)).max() < 1e-6, "smoothing leaves what is even"

    def test_each_person_has_an_own_frontal_picture(self) -> None:
        person, frontal = np.array([7, 3, 7, 3]), np.array([True, True, False, False])
        ratios = log_ratios_to_frontal(even(99, 199, 49, 49), person, frontal)
        np.testing.assert_allclose(
            ratios[:, 0, 0], [0, 0, ratio(49, 99), ratio(49, 199)], rtol=1e-5, atol=1e-6
        )

    def test_of_several_frontal_pictures_the_mean_of_logarithms_counts(self) -> None:
        ratios = log_ratios_to_frontal(even(99, 24, 49), np.ones(3), np.array([True, True, False]))
        np.testing.assert_allclose(ratios[2, 0, 0], np.log(50 / np.sqrt(100 * 25)), atol=1e-6)

    def test_smoothing_keeps_the_sum_and_spreads_with_the_size(self) -> None:
        images = np.full((2, 48, 48), 99, np.uint8)
        images[1, 24, 24] = 0
        (small,) = log_ratios_to_frontal(images, np.ones(2), np.array([True, False]))[1:]
        assert small.sum() == pytest.approx(ratio(0, 99), rel=1e-3)
        # A Gaussian of one pixel: 1 / (2 pi) of the whole in the middle.
        assert small[24, 24] == pytest.approx(ratio(0, 99) / (2 * np.pi), rel=0.02)
        images = np.full((2, 96, 96), 99, np.uint8)
        images[1, 48, 48] = 0
        (large,) = log_ratios_to_frontal(images, np.ones(2), np.array([True, False]))[1:]
        assert large[48, 48] == pytest.approx(ratio(0, 99) / (2 * np.pi * 4), rel=0.02)

    def test_who_has_no_frontal_picture_is_named(self) -> None:
        with pytest.raises(DatasetError, match="person 3: needs a picture with the light at the camera"):
            log_ratios_to_frontal(even(9, 9), np.array([2, 3]), np.array([True, False]))


class TestBuilding:
    def test_the_mean_over_people_by_hand(self) -> None:
        images = even(99, 49, 24, 74, 199, 99, 9, 149)
        built = build_templates(images, np.repeat([1, 2], 4), np.tile(AZIMUTH, 2), np.tile(ELEVATION, 2))
        assert built.azimuth.tolist() == [-90, 0, 0, 90]
        assert built.elevation.tolist() == [0, 0, 90, 0]
        expected = [
            (ratio(74, 99) + ratio(149, 199)) / 2,
            0,
            (ratio(24, 99) + ratio(9, 199)) / 2,
            (ratio(49, 99) + ratio(99, 199)) / 2,
        ]
        np.testing.assert_allclose(built.log_ratios[:, 0, 0], expected, rtol=1e-5, atol=1e-6)
        assert {a.dtype for a in (built.azimuth, built.elevation, built.log_ratios)} == {np.dtype(np.float32)}
        assert built.triangles.tolist() == [[0, 1, 2], [1, 2, 3]]

    def test_people_who_miss_a_light_do_not_count_there(self) -> None:
        images = even(99, 49, 24, 74, 199)
        built = build_templates(
            images, np.array([1, 1, 1, 1, 2]), np.append(AZIMUTH, 0), np.append(ELEVATION, 0)
        )
        np.testing.assert_allclose(built.log_ratios[3, 0, 0], ratio(49, 99), rtol=1e-5)

    def test_the_order_of_pictures_does_not_matter(self) -> None:
        images, person = even(99, 49, 24, 74), np.ones(4)
        order = np.array([2, 0, 3, 1])
        first = build_templates(images, person, AZIMUTH, ELEVATION)
        second = build_templates(images[order], person, AZIMUTH[order], ELEVATION[order])
        np.testing.assert_array_equal(first.log_ratios, second.log_ratios)

    def test_without_frontal_pictures_there_is_nothing_to_compare_with(self) -> None:
        with pytest.raises(DatasetError, match="person 1: needs a picture with the light at the camera"):
            build_templates(even(1, 2, 3, 4), np.ones(4, np.int64), AZIMUTH + 5, ELEVATION)

    def test_lights_on_one_arc_span_nothing(self) -> None:
        with pytest.raises(DatasetError, match="the lights: needs directions that span a triangle, got 2"):
            build_templates(even(9, 9), np.ones(2), AZIMUTH[:2], ELEVATION[:2])

    def test_black_stays_finite(self) -> None:
        built = build_templates(even(0, 0, 255, 0), np.ones(4), AZIMUTH, ELEVATION)
        assert pytest.approx(1 / 255) == GREY_LEVEL
        assert built.log_ratios.max() == pytest.approx(np.log(256), rel=1e-5)
        assert built.log_ratios.min() == 0


class TestTriangles:
    def test_an_octahedron_has_eight_faces(self) -> None:
        axes = np.concatenate([np.eye(3), -np.eye(3)])
        tiles = triangulate(axes)
        assert tiles.dtype == np.int64
        # Opposite corners, 0 and 3, 1 and 4, 2 and 5, never meet in a face.
        assert sorted(map(tuple, tiles.tolist())) == [
            (0, 1, 2), (0, 1, 5), (0, 2, 4), (0, 4, 5), (1, 2, 3), (1, 3, 5), (2, 3, 4), (3, 4, 5)
        ]  # fmt: skip

    def test_no_light_lies_within_a_tile_of_others(self) -> None:
        lights = unit_vectors(np.array([0, 90, 0, 45.0]), np.array([0, 0, 90, 35.264]))
        assert [0, 1, 2] not in triangulate(lights).tolist()
        assert len(triangulate(lights)) == 3

    def test_four_lights_on_a_circle_give_overlapping_tiles(self) -> None:
        lights = unit_vectors(np.array([20.0, 20, -20, -20]), np.array([20.0, -20, 20, -20]))
        assert len(triangulate(lights)) == 4

    @pytest.mark.parametrize("azimuth", [[], [0], [0, 40], [0, 40, 80], [0, 90, 180, -90]])
    def test_fewer_than_three_or_all_on_one_arc_are_refused(self, azimuth: list[float]) -> None:
        lights = unit_vectors(np.array(azimuth), np.zeros(len(azimuth)))
        with pytest.raises(DatasetError, match=rf"span a triangle, got {len(azimuth)} that do not"):
            triangulate(lights)


def packed(**arrays: object) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def one_array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


def damaged() -> bytes:
    content = bytearray(templates_to_bytes(load_templates()))
    content[2000] ^= 0xFF
    return bytes(content)


class TestPacking:
    def test_there_and_back_costs_half_precision(self) -> None:
        random = np.random.default_rng(0)
        templates = LightTemplates(
            AZIMUTH,
            ELEVATION,
            random.normal(size=(4, 5, 5)).astype(np.float32),
            np.array([[0, 1, 2], [1, 2, 3]]),
        )
        back = templates_from_bytes(templates_to_bytes(templates), where="here")
        np.testing.assert_array_equal(back.azimuth, templates.azimuth)
        np.testing.assert_array_equal(back.elevation, templates.elevation)
        np.testing.assert_array_equal(back.triangles, templates.triangles)
        np.testing.assert_allclose(back.log_ratios, templates.log_ratios, rtol=2**-11)
        assert (back.log_ratios.dtype, back.triangles.dtype) == (np.float32, np.int64)

    @pytest.mark.parametrize("n_lights", [256, 257])
    def test_lights_are_numbered_in_one_byte(self, n_lights: int) -> None:
        angles = np.zeros(n_lights, np.float32)
        tiles = np.array([[0, 1, n_lights - 1]])
        templates = LightTemplates(angles, angles, np.zeros((n_lights, 1, 1), np.float32), tiles)
        if n_lights <= 256:
            back = templates_from_bytes(templates_to_bytes(templates), where="here")
            assert back.triangles.tolist() == tiles.tolist()
        else:
            with pytest.raises(InvalidArgumentError, match="templates: needs at most 256 lights, got 257"):
                templates_to_bytes(templates)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"hello",
            b"PK\x03\x04 and no zip",
            damaged()[:1000],
            damaged(),
            one_array(),
            packed(azimuth=np.zeros(3)),
            packed(azimuth=np.array([None]), elevation=None, log_ratios=None, triangles=None),
        ],
        ids=["empty", "text", "head", "cut off", "damaged", "one array", "array missing", "objects"],
    )  # fmt: skip
    def test_what_is_no_template_is_refused(self, content: bytes) -> None:
        with pytest.raises(WeightsCorruptError, match=r"here: needs light templates \(NPZ\), got"):
            templates_from_bytes(content, where="here")

    def test_the_shipped_ones_are_loaded_once(self) -> None:
        assert load_templates() is load_templates()
