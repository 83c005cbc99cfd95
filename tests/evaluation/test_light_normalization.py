from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.datasets.yale_b import YaleB, read_yale_b
from lamplit.evaluation.light_normalization import (
    NIGHT_SUBSETS,
    Features,
    evaluate_light_normalization,
    pictures_per_chain,
    recognise_people,
)
from lamplit.light.normalization_chain import BEST_CHAIN, Chain, Step

LIGHTS = [(0, 0), (5, 10), (20, 10), (35, 15), (60, 20), (110, 15)]
SUBSETS = [1, 1, 2, 3, 4, 5]
SMALL = Features(radius=1, block=8)


def made_up_faces(people: tuple[int, ...] = (1, 11, 39), lights: list[tuple[int, int]] = LIGHTS) -> YaleB:
    """Faces that differ in texture, under light that falls off to one side."""
    images, person, azimuth, elevation = [], [], [], []
    for number in people:
        texture = np.random.default_rng(number).uniform(0.2, 1, (12, 10)).repeat(4, axis=0).repeat(4, axis=1)
        for at, above in lights:
            shade = np.exp(-np.radians(at) * np.linspace(0, 1, texture.shape[1]))
            images.append(np.rint(255 * texture * shade))
            person.append(number)
            azimuth.append(at)
            elevation.append(above)
    return YaleB(
        np.array(images, np.uint8),
        np.array(person),
        np.array(azimuth, np.float32),
        np.array(elevation, np.float32),
    )


def test_the_made_up_lights_are_of_the_subsets_meant() -> None:
    assert made_up_faces().subset.tolist() == SUBSETS * 3


def test_people_who_differ_in_texture_are_recognised_whatever_the_light() -> None:
    result = recognise_people(
        made_up_faces(), Chain((Step("weberfaces", {"sigma": 0.5}),)), features=SMALL, seed=None
    )
    assert result.person.tolist() == [1] * 4 + [11] * 4 + [39] * 4
    assert result.subset.tolist() == [2, 3, 4, 5] * 3
    everybody = np.ones(12, bool)
    for gallery in ("subset 1", "frontal"):
        rates = result.rates(gallery, among=everybody)
        assert [rates[key] for key in ("2", "3", "4", "5", "2-5")] == [1.0] * 5
        assert rates["night"] is None
        assert rates["margin"] > 0


def test_a_swapped_label_is_an_error_in_its_subset_alone() -> None:
    faces = made_up_faces()
    faces.person[[3, 9]] = faces.person[[9, 3]]  # subset 3 of the first two people
    result = recognise_people(faces, Chain(), features=SMALL, seed=None)
    rates = result.rates("subset 1", among=np.ones(12, bool))
    assert rates["2"] == 1.0
    assert rates["3"] == pytest.approx(1 / 3, abs=1e-6)
    others = result.rates("subset 1", among=result.person == 39)
    assert others["3"] == 1.0
    nobody = result.rates("subset 1", among=np.zeros(12, bool))
    assert set(nobody.values()) == {None}


def test_margins_are_logarithms_of_ratios_of_distances() -> None:
    faces = made_up_faces((1, 2), [(0, 0), (20, 10)])
    result = recognise_people(faces, Chain(), features=SMALL, seed=None)
    first = [SMALL.of(Chain().apply(image)).astype(np.float64) for image in faces.images]

    def distance(one: int, other: int) -> float:
        a, b = first[one], first[other]
        filled = a + b > 0
        return float(((a - b)[filled] ** 2 / (a + b)[filled]).sum())

    expected = [np.log(distance(1, 2) / distance(1, 0)), np.log(distance(3, 0) / distance(3, 2))]
    np.testing.assert_allclose(result.margin["frontal"], expected, rtol=1e-4)


def test_night_pictures_come_after_the_others_and_are_the_same_for_every_chain() -> None:
    faces = made_up_faces()
    calls: list[None] = []
    result = recognise_people(faces, Chain(), features=SMALL, seed=0, on_picture=lambda: calls.append(None))
    assert len(calls) == pictures_per_chain(faces) == 18 + 6
    assert result.night.tolist() == [False] * 12 + [True] * 6
    assert set(result.subset[result.night].tolist()) == set(NIGHT_SUBSETS)
    again = recognise_people(faces, Chain(), features=SMALL, seed=0)
    other = recognise_people(faces, Chain(), features=SMALL, seed=1)
    assert (again.margin["frontal"] == result.margin["frontal"]).all()
    assert (other.margin["frontal"][:12] == result.margin["frontal"][:12]).all()
    assert (other.margin["frontal"][12:] != result.margin["frontal"][12:]).any()


def test_figures_say_how_they_came_about_and_are_plain() -> None:
    figures = evaluate_light_normalization(made_up_faces(), [Chain(), BEST_CHAIN], features=SMALL)
    assert json.loads(json.dumps(figures)) == figures
    assert figures["people"] == 3
    assert figures["people_for_choosing"] == [11]
    assert figures["pictures"] == {"1": 6, "2": 3, "3": 3, "4": 3, "5": 3}
    assert figures["galleries"] == {"subset 1": 6, "frontal": 3}
    assert figures["features"] == {"points": 8, "radius": 1, "block": 8}
    assert [chain["name"] for chain in figures["chains"]] == ["none", BEST_CHAIN.name]
    assert figures["chains"][1]["steps"][-1] == {"method": "tan-triggs", "inner": 2.0, "outer": 4.0}
    rates = figures["chains"][0]
    mean = (2 * rates["others"]["frontal"]["2-5"] + rates["people_for_choosing"]["frontal"]["2-5"]) / 3
    assert rates["all"]["frontal"]["2-5"] == pytest.approx(mean, abs=1e-5)


@pytest.mark.parametrize(
    ("faces", "came"),
    [
        (made_up_faces(lights=LIGHTS[:2]), "3 people, 0 pictures to ask about"),
        (made_up_faces(people=(5,)), "1 people, 4 pictures to ask about"),
        (made_up_faces(lights=LIGHTS[1:]), r"none of \[1, 11, 39\]"),
    ],
    ids=["nobody to ask about", "one person", "no frontal light"],
)
def test_data_that_cannot_be_measured_on_is_refused(faces: YaleB, came: str) -> None:
    with pytest.raises(DatasetError, match=f"needs the frontal light of two people or more.*got {came}"):
        recognise_people(faces, Chain(), features=SMALL)


@pytest.mark.parametrize(("radius", "block", "name"), [(0.0, 8, "radius"), (1.0, 0, "block")])
def test_features_that_cannot_be_are_refused(radius: float, block: int, name: str) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{name}: needs"):
        Features(radius, block)


def test_on_extended_yale_b_tan_triggs_recognises_whom_the_plain_picture_does_not(data_dir: Path) -> None:
    if not (data_dir / "CroppedYale.zip").is_file():
        pytest.skip("no CroppedYale.zip in the data folder")
    faces = read_yale_b(data_dir)
    few = faces.choose(faces.frontal | (faces.azimuth <= -120))
    everybody = np.ones(len(few) - 38, bool)
    rates = {
        chain.name: recognise_people(few, chain, seed=None).rates("frontal", among=everybody)
        for chain in (Chain(), BEST_CHAIN)
    }
    assert rates["none"]["5"] < 0.3
    assert rates[BEST_CHAIN.name]["5"] > 0.95
