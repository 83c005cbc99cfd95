"""How well templates predict people they were built without: cases with known errors."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lamplit.core.errors import DatasetError
from lamplit.datasets.yale_b import HEIGHT, WIDTH, YaleB
from lamplit.evaluation.relighting import leave_person_out

LIGHTS = ((0.0, 0.0), (90.0, 0.0), (0.0, 90.0), (-90.0, 0.0))
FRONTAL = (100, 140, 200)


def people(*factors: np.ndarray, frontal: tuple[int, ...] = FRONTAL) -> YaleB:
    """Even faces of several people; a light multiplies each by the same factors."""
    n = len(frontal)
    levels = np.array(frontal)[:, None, None, None] * np.stack([np.ones((HEIGHT, WIDTH)), *factors])[None]
    azimuth, elevation = np.tile(np.array(LIGHTS[: 1 + len(factors)], np.float32), (n, 1)).T
    images = levels.reshape(-1, HEIGHT, WIDTH).round().astype(np.uint8)
    return YaleB(images, np.repeat(np.arange(n) + 1, 1 + len(factors)), azimuth, elevation)


def even(factor: float) -> np.ndarray:
    return np.full((HEIGHT, WIDTH), factor)


def rms(*differences: float) -> float:
    return float(np.sqrt(np.mean(np.square(differences))))


@pytest.fixture(scope="module")
def half_lit() -> np.ndarray:
    """The left half of the picture in full light, the right half in a quarter of it."""
    factor = np.ones((HEIGHT, WIDTH))
    factor[:, WIDTH // 2 :] = 0.25
    return factor


def test_errors_by_hand(half_lit: np.ndarray) -> None:
    error = leave_person_out(people(half_lit, even(0.5), even(0.1)))
    assert (error.azimuth.tolist(), error.elevation.tolist()) == ([-90, 0, 0, 90], [0, 0, 90, 0])
    assert error.people == 3
    # Light does the same to everybody, so others predict it, but for the grey level that is added to both
    # pictures and for what smoothing costs at the edge of the half-lit face.
    assert error.relit[:3] == pytest.approx([0, 0, 0], abs=1.5)
    assert error.relit[3] < 15
    # Doing nothing is wrong by what the light takes.
    assert error.nothing[0] == pytest.approx(rms(90, 126, 180), abs=0.1)
    assert error.nothing[1] == pytest.approx(0, abs=1e-3)
    assert error.nothing[2] == pytest.approx(rms(50, 70, 100), abs=0.1)
    assert error.nothing[3] == pytest.approx(rms(75, 105, 150) / np.sqrt(2), rel=0.03)
    # The best exposure is right where the light is even; on a half-lit face it is 5/8, and off by 3/8.
    assert error.exposed[:3] == pytest.approx([0, 0, 0], abs=0.1)
    assert error.exposed[3] == pytest.approx(3 / 8 * rms(*FRONTAL), rel=0.03)


def test_pixels_beyond_the_picture_do_not_count() -> None:
    # A bright frame around the picture, one pixel wide, is repeated into a third of the framed face.
    framed = even(0.5)
    framed[[0, -1]] = framed[:, [0, -1]] = 1.0
    error = leave_person_out(people(framed, even(0.5)))
    assert error.nothing[2] == pytest.approx(rms(50, 70, 100), rel=0.05)


def test_one_person_is_predicted_from_the_others_alone() -> None:
    # Light does nothing to the third person.
    faces = people(even(0.5), even(0.5), frontal=(100, 100, 100))
    faces.images[faces.person == 3] = 100
    error = leave_person_out(faces)
    # Persons 1 and 2 are predicted by one other like them and one that stays: sqrt(0.5) of the light.
    by_two = 100 * np.sqrt(0.5) - 50
    assert error.relit[1] == pytest.approx(rms(by_two, by_two, 50), abs=1)


def test_progress_counts_people() -> None:
    told: list[tuple[int, int]] = []
    leave_person_out(people(even(0.5), even(0.5)), on_person=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_figures_as_plain_types(half_lit: np.ndarray) -> None:
    error = leave_person_out(people(half_lit, even(0.5), even(0.1)))
    plain = json.loads(json.dumps(error.as_dict(), allow_nan=False))
    assert (plain["people"], len(plain["lights"])) == (3, 4)
    assert [row["angle"] for row in plain["lights"]] == [90, 0, 90, 90]
    assert plain["lights"][3]["azimuth"] == 90
    assert plain["lights"][2]["nothing"] == pytest.approx(rms(50, 70, 100), abs=0.1)


def test_the_summary_leaves_the_frontal_light_out(half_lit: np.ndarray) -> None:
    error = leave_person_out(people(half_lit, even(0.5), even(0.1)))
    summary = error.summary()
    moved = [0, 2, 3]
    assert summary["lights"] == 3
    for key in ("relit", "nothing", "exposed"):
        assert summary[key] == pytest.approx(float(getattr(error, key)[moved].mean()), abs=0.005)
    assert summary["lights_better_than_nothing"] == 3
    assert summary["lights_better_than_exposed"] == 1, "even light is a matter of exposure"
    assert "each of 3 people" in summary["protocol"]


def test_a_person_alone_cannot_be_left_out() -> None:
    with pytest.raises(DatasetError, match="the faces: needs at least two people, got 1"):
        leave_person_out(people(even(0.5), even(0.5), frontal=(100,)))


@pytest.mark.parametrize("person", [1, 3])
def test_who_has_no_frontal_picture_is_named(person: int) -> None:
    faces = people(even(0.5), even(0.5))
    lacking = faces.choose(~((faces.person == person) & faces.frontal))
    with pytest.raises(DatasetError, match=f"person {person}: needs a picture with the light at the camera"):
        leave_person_out(lacking)
