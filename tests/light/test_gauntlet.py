"""The light gauntlet: the same pixels for everybody, and worse from strength to strength."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets.archive import Archive
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from lamplit.light import gauntlet
from lamplit.light.darkness import motion_blur
from lamplit.light.gauntlet import DIRECTIONS, FULL_WELL, GAUNTLET, GOOD, SEVEN_LIGHTS, Light
from lamplit.light.relighting import relight
from lamplit.light.templates import load_templates

CONDITIONS = {
    condition: tuple(lights)
    for condition, lights in itertools.groupby(GAUNTLET, lambda light: light.condition)
}
NOISY = {"night", "dark side light", "backlight", "flat light", "shaken in the dark"}

every_light = pytest.mark.parametrize("light", GAUNTLET, ids=lambda light: light.name)
every_condition = pytest.mark.parametrize("condition", CONDITIONS)


def light_of(condition: str, strength: float) -> Light:
    return next(light for light in CONDITIONS[condition] if light.strength == strength)


def made_faces(n: int = 6, side: int = 48) -> np.ndarray:
    """Smooth grey pictures with all tones: sums of a few waves."""
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[:side, :side]
    waves = [
        np.cos(random.uniform(-0.5, 0.5) * rows + random.uniform(-0.5, 0.5) * columns + random.uniform(0, 6))
        for _ in range(8 * n)
    ]
    pictures = np.array(waves).reshape(n, 8, side, side).sum(axis=1)
    return (130 + 45 * pictures / pictures.std()).clip(0, 255).astype(np.uint8)


FACES = made_faces()


def distance(lit: np.ndarray) -> float:
    """Return the mean absolute difference to the faces as they were."""
    return float(np.abs(lit.astype(float) - FACES).mean())


def likeness(lit: np.ndarray) -> float:
    """Return the mean correlation with the faces as they were: what no change of exposure can bring back."""
    pairs = zip(FACES.reshape(len(FACES), -1), lit.reshape(len(lit), -1), strict=True)
    return float(np.mean([np.corrcoef(before, after)[0, 1] for before, after in pairs]))


class TestTheList:
    def test_nine_conditions_of_five_strengths(self) -> None:
        assert list(CONDITIONS) == [
            "dark tones",
            "dim",
            "night",
            "over-exposed",
            "side light",
            "dark side light",
            "backlight",
            "flat light",
            "shaken in the dark",
        ]
        assert {len(lights) for lights in CONDITIONS.values()} == {5}
        assert len({light.name for light in GAUNTLET}) == 45

    def test_strengths_stand_from_a_little_bad_to_hardly_possible(self) -> None:
        falling = {"dim", "night", "dark side light", "flat light"}
        for condition, lights in CONDITIONS.items():
            steps = np.diff([light.strength for light in lights])
            assert (steps < 0).all() if condition in falling else (steps > 0).all(), condition

    def test_seven_lights_are_good_light_and_six_bad_ones_of_the_gauntlet(self) -> None:
        assert [light.name for light in SEVEN_LIGHTS] == [
            "good light",
            "dark tones, 3 gamma",
            "dim, 0.2 of full scale",
            "night, 0.12 of full scale",
            "over-exposed, 2.2 times full scale",
            "side light, ten directions",
            "dark side light, 0.35 of full scale",
        ]
        assert SEVEN_LIGHTS[0] == GOOD
        assert [light.condition for light in SEVEN_LIGHTS if light not in GAUNTLET] == [
            "good light",
            "side light, ten directions",
        ]

    def test_ten_directions_are_lights_that_were_measured(self) -> None:
        templates = load_templates()
        measured = set(zip(templates.azimuth.tolist(), templates.elevation.tolist(), strict=True))
        assert len(set(DIRECTIONS)) == 10
        assert set(DIRECTIONS) <= measured
        assert {(-azimuth, elevation) for azimuth, elevation in DIRECTIONS} == set(DIRECTIONS)


@every_condition
def test_each_strength_is_worse_than_the_one_before(condition: str) -> None:
    lit = [light.apply(FACES) for light in CONDITIONS[condition]]
    if condition == "shaken in the dark":  # all of the same brightness, and blurred over ever longer paths
        assert (np.diff([likeness(faces) for faces in lit]) < 0).all()
    else:
        assert (np.diff([distance(faces) for faces in lit]) > 0).all()


@pytest.mark.parametrize("condition", ["dark tones", "dim", "night", "over-exposed", "flat light"])
def test_less_and_less_can_be_brought_back_by_exposure(condition: str) -> None:
    found = [likeness(light.apply(FACES)) for light in CONDITIONS[condition]]
    assert (np.diff(found) < 0).all()
    assert 0.9 < found[0] < 1


class TestPixels:
    def test_good_light_returns_the_same_pixels(self) -> None:
        everything = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
        np.testing.assert_array_equal(GOOD.apply(everything), everything)
        np.testing.assert_array_equal(GOOD.apply(FACES), FACES)

    @every_light
    def test_shape_and_type_stay_and_the_input_is_left_alone(self, light: Light) -> None:
        before = FACES[:2].copy()
        lit = light.apply(before)
        assert (lit.shape, lit.dtype) == (before.shape, np.uint8)
        np.testing.assert_array_equal(before, FACES[:2])
        assert (lit != before).any()

    @pytest.mark.parametrize(
        ("light", "levels"),
        [
            (light_of("dark tones", 2.0), [0, 4, 65, 255]),  # 32^2 / 255 and 129^2 / 255
            (light_of("dim", 0.2), [0, 6, 26, 51]),
            (light_of("dim", 0.05), [0, 2, 6, 13]),
            (light_of("over-exposed", 2.2), [0, 70, 255, 255]),
        ],
        ids=lambda value: getattr(value, "name", ""),
    )
    def test_lights_without_chance_by_hand(self, light: Light, levels: list[int]) -> None:
        faces = np.array([[[0, 32, 129, 255]]], np.uint8)
        assert light.apply(faces).tolist() == [[levels]]

    def test_side_light_comes_from_both_sides_in_turn(self) -> None:
        even = np.full((4, 48, 48), 128, np.uint8)
        lit = light_of("side light", 70.0).apply(even)
        left, right = lit[:, :, :24].mean(axis=(1, 2)), lit[:, :, 24:].mean(axis=(1, 2))
        assert (left > right).tolist() == [False, True, False, True]
        np.testing.assert_array_equal(lit[0], lit[2])

    def test_ten_directions_come_in_turn(self) -> None:
        even = np.full((12, 48, 48), 128, np.uint8)
        lit = SEVEN_LIGHTS[5].apply(even)
        assert len(np.unique(lit, axis=0)) == 10
        np.testing.assert_array_equal(lit[:2], lit[10:])
        azimuth, elevation = DIRECTIONS[3]
        expected = relight(np.float32(even[3] / 255), azimuth, elevation, templates=load_templates())
        np.testing.assert_allclose(lit[3], expected * 255, atol=0.51)

    def test_night_has_the_mean_and_the_noise_of_its_sensor(self) -> None:
        # Half of full scale at 0.12: 200 * 0.12 * 128 / 255 electrons, and one of read noise.
        lit = light_of("night", 0.12).apply(np.full((20, 48, 48), 128, np.uint8)) / 255
        electrons = FULL_WELL * 0.12 * 128 / 255
        assert lit.mean() == pytest.approx(0.12 * 128 / 255, rel=0.01)
        # Eight bits add the variance of rounding, 1/12 of a level squared.
        expected = (electrons + 1) * (0.12 / (FULL_WELL * 0.12)) ** 2 + 1 / 12 / 255**2
        assert lit.var() == pytest.approx(expected, rel=0.03)

    def test_dark_side_light_is_night_on_a_side_lit_face(self) -> None:
        even = np.full((10, 48, 48), 200, np.uint8)
        side = SEVEN_LIGHTS[5].apply(even).astype(float)
        dark = light_of("dark side light", 0.35).apply(even).astype(float)
        for n in range(10):
            assert np.corrcoef(side[n].ravel(), dark[n].ravel())[0, 1] > 0.9
            assert dark[n].mean() == pytest.approx(0.35 * side[n].mean(), rel=0.03)

    def test_backlight_darkens_the_face_and_whitens_the_rest(self) -> None:
        even = np.full((10, 48, 48), 200, np.uint8)
        lit = light_of("backlight", 3.0).apply(even)
        assert (lit[:, [0, 0, -1, -1], [0, -1, 0, -1]] > 230).all()
        inner = lit[:, 12:36, 14:34].mean() / 255
        assert inner == pytest.approx(200 / 255 / 8 * 0.98 + 0.02, rel=0.02)

    def test_flat_light_keeps_the_brightness_and_takes_the_contrast(self) -> None:
        faces = np.zeros((1, 48, 48), np.uint8)
        faces[:, :, 24:] = 255
        lit = light_of("flat light", 0.2).apply(faces) / 255
        assert lit.mean() == pytest.approx(0.5, abs=0.01)
        assert lit[:, :, 24:].mean() - lit[:, :, :24].mean() == pytest.approx(0.2, abs=0.01)

    def test_a_shaken_picture_is_moved_and_dark(self) -> None:
        faces = np.zeros((3, 48, 48), np.uint8)
        faces[:, 20:28, 20:28] = 255
        lit = light_of("shaken in the dark", 0.12).apply(faces) / 255
        directions = np.arange(3) * np.float32(67.5)
        moved = motion_blur(np.float32(faces / 255), np.full(3, 0.12 * 48, np.float32), directions)
        for n in range(3):
            assert np.corrcoef(moved[n].ravel(), lit[n].ravel())[0, 1] > 0.97
        assert lit.mean() == pytest.approx(0.25 * moved.mean(), rel=0.1)


class TestSameForEverybody:
    @every_light
    def test_a_seed_decides_everything(self, light: Light) -> None:
        faces = FACES[:2]
        first, again, other = (light.apply(faces, seed=seed) for seed in (3, 3, 4))
        np.testing.assert_array_equal(first, again)
        assert (first != other).any() == (light.condition in NOISY)

    @every_condition
    def test_what_ran_before_does_not_matter(self, condition: str) -> None:
        light = CONDITIONS[condition][2]
        alone = light.apply(FACES[:2])
        np.random.default_rng(0).random(5)
        for other in CONDITIONS["night"]:
            other.apply(FACES[:3])
        np.testing.assert_array_equal(light.apply(FACES[:2]), alone)

    @every_condition
    def test_faces_look_the_same_whether_or_not_others_follow(self, condition: str) -> None:
        light = CONDITIONS[condition][3]
        np.testing.assert_array_equal(light.apply(FACES)[:2], light.apply(FACES[:2]))

    def test_a_chunk_holds_whole_rounds_of_all_turns(self) -> None:
        # Side light takes two turns, the blur eight directions, side light from all around ten.
        assert gauntlet.CHUNK % 40 == 0

    @pytest.mark.parametrize("light", [GOOD, *GAUNTLET, SEVEN_LIGHTS[5]], ids=lambda light: light.name)
    def test_pixels_are_the_same_in_chunks(self, light: Light, monkeypatch: pytest.MonkeyPatch) -> None:
        # The last chunk holds a single face, for which matrix products take a path of their own.
        faces = np.concatenate([FACES, FACES[::-1, ::-1], FACES[:, :, ::-1]] * 5)[:81]
        at_once = light.apply(faces, seed=2)
        monkeypatch.setattr(gauntlet, "CHUNK", 40)
        np.testing.assert_array_equal(light.apply(faces, seed=2), at_once)

    def test_colours_are_the_same_in_chunks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pictures = np.stack([FACES, FACES[::-1], FACES // 2], axis=-1).repeat(8, axis=0)
        light = light_of("shaken in the dark", 0.06)
        at_once = light.apply(pictures)
        monkeypatch.setattr(gauntlet, "CHUNK", 40)
        np.testing.assert_array_equal(light.apply(pictures), at_once)

    def test_another_light_has_other_noise(self) -> None:
        # Black shows read noise alone. Scaled to electrons it would be the same in both, were it one draw.
        black = np.zeros((4, 48, 48), np.uint8)
        noise = [light_of("night", strength).apply(black).ravel() for strength in (0.5, 0.25)]
        assert all(n.any() for n in noise)
        assert abs(np.corrcoef(*noise)[0, 1]) < 0.05

    def test_faces_have_noise_of_their_own(self) -> None:
        lit = light_of("night", 0.12).apply(np.full((2, 48, 48), 128, np.uint8))
        assert abs(np.corrcoef(lit[0].ravel(), lit[1].ravel())[0, 1]) < 0.1


class TestColour:
    @every_condition
    def test_each_channel_is_lit_alike(self, condition: str) -> None:
        light = CONDITIONS[condition][1]
        pictures = np.stack([FACES, FACES[::-1], FACES // 2], axis=-1)
        lit = light.apply(pictures)
        assert (lit.shape, lit.dtype) == (pictures.shape, np.uint8)
        np.testing.assert_array_equal(lit[..., 0], light.apply(FACES))
        if condition not in NOISY:
            for channel in (1, 2):
                np.testing.assert_array_equal(
                    lit[..., channel], light.apply(np.ascontiguousarray(pictures[..., channel]))
                )

    def test_channels_have_noise_of_their_own(self) -> None:
        lit = light_of("night", 0.12).apply(np.full((1, 48, 48, 3), 128, np.uint8)).reshape(-1, 3)
        correlation = np.corrcoef(lit.T)
        assert np.abs(correlation - np.eye(3)).max() < 0.1


class TestWrongInput:
    @pytest.mark.parametrize(
        ("faces", "came"),
        [
            (np.zeros((2, 8, 8)), "float64 of shape (2, 8, 8)"),
            (np.zeros((8, 8), np.uint8), "uint8 of shape (8, 8)"),
            (np.zeros((2, 8, 8, 4), np.uint8), "uint8 of shape (2, 8, 8, 4)"),
            (np.zeros((2, 8, 8, 3, 1), np.uint8), "uint8 of shape (2, 8, 8, 3, 1)"),
            ([[[1, 2]]], "list of shape (1, 1, 2)"),
            (np.zeros((2, 0, 8), np.uint8), "uint8 of shape (2, 0, 8)"),
            (np.zeros((2, 8, 0), np.uint8), "uint8 of shape (2, 8, 0)"),
            (np.zeros((0, 0, 0, 3), np.uint8), "uint8 of shape (0, 0, 0, 3)"),
        ],
    )
    def test_other_faces_are_refused(self, faces: object, came: str) -> None:
        required = "uint8 of shape (N, H, W) or (N, H, W, 3) with H and W of at least 1"
        message = f"faces: needs {required}, got {came}"
        with pytest.raises(InvalidArgumentError, match=re.escape(message)):
            GOOD.apply(faces)  # type: ignore[arg-type]

    @pytest.mark.parametrize("seed", [-1, 1.5, "1"])
    def test_another_seed_is_refused(self, seed: object) -> None:
        with pytest.raises(InvalidArgumentError, match="seed: needs a whole number of at least 0"):
            GOOD.apply(FACES, seed=seed)  # type: ignore[arg-type]

    def test_no_faces_are_no_faces(self) -> None:
        for light in (GOOD, *GAUNTLET[::5], SEVEN_LIGHTS[5]):
            assert light.apply(np.zeros((0, 48, 48), np.uint8)).shape == (0, 48, 48)

    def test_faces_need_not_have_48_pixels(self) -> None:
        for light in GAUNTLET[::5]:
            assert light.apply(made_faces(2, side=24)).shape == (2, 24, 24)


@pytest.fixture(scope="module")
def real_faces(data_dir: Path) -> np.ndarray:
    path = data_dir / "ferplus.zip"
    if not path.is_file():
        pytest.skip(f"no ferplus.zip in {data_dir}")
    with Archive(path) as files:
        names = [name for name in files.names() if re.search(r"FER2013Valid/.*\.png$", name)][:24]
        return np.stack([grey_from_rgb(read_image(files.read(name))) for name in names])


@every_condition
def test_real_faces_lose_more_at_each_strength(condition: str, real_faces: np.ndarray) -> None:
    lit = [light.apply(real_faces).astype(float) for light in CONDITIONS[condition]]
    assert (np.diff([np.abs(faces - real_faces).mean() for faces in lit]) > 0).all()
