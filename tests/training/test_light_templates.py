"""From pictures under known lights to the file of templates and its card."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import DatasetError, OutputError
from lamplit.datasets.yale_b import HEIGHT, SOURCE, TERMS, WIDTH, YaleB
from lamplit.light.templates import DEFAULT, templates_from_bytes
from lamplit.training.light_templates import publish_templates, templates_from_yale_b
from lamplit.weights.assets import read_asset_card


def faces(n_people: int = 2) -> YaleB:
    """Even faces under four lights, of which the frontal one is twice as bright as the others."""
    azimuth, elevation = np.tile(np.array([(0, 0), (90, 0), (0, 90), (-90, 0)], np.float32), (n_people, 1)).T
    levels = np.tile([199, 99, 99, 99], n_people).astype(np.uint8)
    images = levels[:, None, None].repeat(HEIGHT, axis=1).repeat(WIDTH, axis=2)
    return YaleB(images, np.repeat(np.arange(n_people) + 1, 4), azimuth, elevation)


def test_templates_are_framed_like_ferplus() -> None:
    templates = templates_from_yale_b(faces())
    assert templates.log_ratios.shape == (4, 48, 48)
    assert templates.azimuth.tolist() == [-90, 0, 0, 90]
    # Half of the light everywhere, and none lost in the frontal one.
    expected = np.array([-np.log(2), 0, -np.log(2), -np.log(2)])
    np.testing.assert_allclose(templates.log_ratios, np.tile(expected[:, None, None], (1, 48, 48)), atol=1e-5)


def test_file_and_card_belong_together(tmp_path: Path) -> None:
    metrics = [{"relit": 1.0, "nothing": 2.0}]
    card = publish_templates(faces(), tmp_path / "new", name="made-up-v1", metrics=metrics)
    content = (tmp_path / "new" / "made-up-v1.npz").read_bytes()
    assert read_asset_card(tmp_path / "new" / "made-up-v1.asset.json") == card
    assert (card.name, card.file) == ("made-up-v1", "made-up-v1.npz")
    assert (card.sha256, card.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert card.metrics == metrics
    templates = templates_from_bytes(content, where="here")
    np.testing.assert_allclose(templates.log_ratios, templates_from_yale_b(faces()).log_ratios, atol=1e-3)
    with np.load(tmp_path / "new" / "made-up-v1.npz") as arrays:
        assert set(arrays) == set(card.content)
        for name, words in card.content.items():
            assert words.startswith(f"{arrays[name].shape} {arrays[name].dtype}"), name


def test_the_card_names_data_and_terms(tmp_path: Path) -> None:
    card = publish_templates(faces(3), tmp_path)
    assert card.name == DEFAULT
    assert card.source_data == [
        {"name": "Extended Yale B, cropped", "pictures": 12, "people": 3, "source": SOURCE, "terms": TERMS}
    ]
    assert card.commit
    assert list(card.metrics) == []


def test_the_same_pictures_give_the_same_file(tmp_path: Path) -> None:
    first, again = (publish_templates(faces(), tmp_path / place) for place in ("a", "b"))
    assert first.sha256 == again.sha256


def test_a_person_without_a_frontal_picture_is_named_before_anything_is_written(tmp_path: Path) -> None:
    lacking = faces().choose(np.arange(8) != 4)
    with pytest.raises(DatasetError, match="person 2: needs a picture with the light at the camera"):
        publish_templates(lacking, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="needs a folder that can be written"):
        publish_templates(faces(), tmp_path / "file")
