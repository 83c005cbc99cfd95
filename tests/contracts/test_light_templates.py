"""Every number on the card of the shipped light templates is true, and the file can be built anew."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from lamplit.datasets.yale_b import SOURCE, TERMS, ZIP_FILE, YaleB, read_yale_b
from lamplit.evaluation.relighting import leave_person_out
from lamplit.light.relighting import LightTemplates
from lamplit.light.templates import DEFAULT, load_templates, templates_from_bytes, templates_to_bytes
from lamplit.training.light_templates import templates_from_yale_b
from lamplit.weights.assets import list_assets, load_asset
from lamplit.weights.registry import FOLDER

MOST_BYTES = 1_000_000
HALF_PRECISION = 2e-3
"""Log ratios reach 5 or so, where neighbours in half precision are 0.004 apart."""

CARD, CONTENT = load_asset(DEFAULT)


def test_the_file_is_what_the_card_says() -> None:
    assert CARD in list_assets()
    assert (FOLDER / CARD.file).read_bytes() == CONTENT
    assert hashlib.sha256(CONTENT).hexdigest() == CARD.sha256
    assert len(CONTENT) == CARD.size_bytes <= MOST_BYTES
    assert CARD.file == f"{CARD.name}.npz"


def test_arrays_have_the_shapes_and_types_on_the_card() -> None:
    with np.load(FOLDER / CARD.file, allow_pickle=False) as arrays:
        assert set(arrays) == set(CARD.content)
        for name, words in CARD.content.items():
            assert words.startswith(f"{arrays[name].shape} {arrays[name].dtype}"), name


def test_terms_and_the_way_to_build_it_are_there() -> None:
    (data,) = CARD.source_data
    assert (data["source"], data["terms"]) == (SOURCE, TERMS)
    assert "acknowledged" in data["terms"]
    assert (data["pictures"], data["people"]) == (2414, 38)
    assert CARD.licence
    assert CARD.command.startswith("lamplit light build-templates --data")
    assert re.match(r"[0-9a-f]{7,}", CARD.commit)


def test_lights_are_those_of_the_laboratory() -> None:
    templates = load_templates()
    lights = set(zip(templates.azimuth.tolist(), templates.elevation.tolist(), strict=True))
    assert len(lights) == len(templates.azimuth) == 64
    # The 64 lights stand symmetrically.
    assert {(-azimuth, elevation) for azimuth, elevation in lights} == lights
    assert np.isfinite(templates.log_ratios).all()
    frontal = (templates.azimuth == 0) & (templates.elevation == 0)
    assert not templates.log_ratios[frontal].any()


def test_light_from_a_side_falls_on_that_side() -> None:
    templates = load_templates()
    left, right = (half.mean(axis=(1, 2)) for half in np.split(templates.log_ratios, 2, axis=2))
    side = np.abs(templates.azimuth) >= 20
    assert (np.sign(left - right) == np.sign(templates.azimuth))[side].all()


def test_packing_and_unpacking_give_the_same_file() -> None:
    assert templates_to_bytes(templates_from_bytes(CONTENT, where="the file")) == CONTENT


@pytest.fixture(scope="module")
def faces(data_dir: Path) -> YaleB:
    if not (data_dir / ZIP_FILE).is_file():
        pytest.skip(f"no {ZIP_FILE} in {data_dir}")
    return read_yale_b(data_dir)


def test_the_pictures_give_these_templates(faces: YaleB) -> None:
    built = templates_from_yale_b(faces)
    shipped: LightTemplates = load_templates()
    # Not the hash: another build of the compressor packs the same numbers in other bytes.
    np.testing.assert_array_equal(built.azimuth, shipped.azimuth)
    np.testing.assert_array_equal(built.elevation, shipped.elevation)
    np.testing.assert_array_equal(built.triangles, shipped.triangles)
    np.testing.assert_allclose(built.log_ratios, shipped.log_ratios, rtol=0, atol=HALF_PRECISION)


def test_people_are_predicted_who_were_left_out(faces: YaleB) -> None:
    measured = leave_person_out(faces).summary()
    # All lights but the frontal one gain by it, even over the best exposure.
    assert measured["lights"] == measured["lights_better_than_nothing"] == 63
    assert measured["lights_better_than_exposed"] == 63
    assert measured["relit"] < 27
    assert measured["nothing"] > 2.5 * measured["relit"]
    assert CARD.metrics, "the proof stands on the card"
    for metric in CARD.metrics:
        assert set(metric) == set(measured)
        for key, value in measured.items():
            assert metric[key] == (pytest.approx(value, abs=0.05) if isinstance(value, float) else value), key
