"""Every number on the cards of the face detector and the landmarks is true, and both do what they are for."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.boxes import iou
from lamplit.datasets import Majority, read_ferplus
from lamplit.datasets.composites import Composite, compose
from lamplit.datasets.no_faces import read_no_faces
from lamplit.faces import NetFaceDetector
from lamplit.faces.framing import face_box
from lamplit.faces.landmarks import LandmarkModel
from lamplit.light.gauntlet import SEVEN_LIGHTS, Light
from lamplit.nets.export import count_parameters
from lamplit.training.detector.recipe import load_detector_recipe
from lamplit.training.landmarks.data import read_unlabelled_faces
from lamplit.training.landmarks.measuring import point_errors, usual_crops, usual_points
from lamplit.training.landmarks.recipe import LandmarkRecipe, load_landmark_recipe
from lamplit.weights.assets import AssetCard, list_assets, load_asset
from lamplit.weights.registry import DEFAULT_DETECTOR, DEFAULT_LANDMARKS, FOLDER

MOST = {DEFAULT_DETECTOR: (300_000, 2_000_000), DEFAULT_LANDMARKS: (1_000_000, 4_000_000)}
"""Most parameters and bytes."""

N_SCENES = 60


@pytest.fixture(params=[DEFAULT_DETECTOR, DEFAULT_LANDMARKS])
def card(request: pytest.FixtureRequest) -> AssetCard:
    return load_asset(request.param)[0]


def test_the_file_is_what_the_card_says(card: AssetCard) -> None:
    content = (FOLDER / card.file).read_bytes()
    assert card in list_assets()
    assert hashlib.sha256(content).hexdigest() == card.sha256
    assert len(content) == card.size_bytes <= MOST[card.name][1]
    parameters = count_parameters(FOLDER / card.file)
    assert parameters == int(card.content["parameters"].replace(",", ""))
    assert parameters <= MOST[card.name][0]
    assert re.fullmatch(r"[0-9a-f]{7,}", card.commit)


def test_the_recipe_is_the_one_that_comes_with_lamplit(card: AssetCard) -> None:
    name = str(card.recipe["name"])
    load = load_detector_recipe if name.startswith("detector-") else load_landmark_recipe
    assert card.recipe == load(name).as_dict()
    assert card.name == f"{name}-v1"
    assert card.command == f"lamplit train {name} --data DIR"
    assert len(card.history) == card.recipe["epochs"]


def test_sources_and_terms_are_named(card: AssetCard) -> None:
    assert all(row["terms"] and row["source"] and row["pictures"] for row in card.source_data)
    assert "FER+, training split" in [row["name"] for row in card.source_data]


@pytest.fixture(scope="module")
def scenes(data_dir: Path) -> list[Composite]:
    """Faces and pictures that neither network has learnt from, one face to a picture."""
    faces = read_ferplus(data_dir, "validation")
    chosen = faces.images[Majority().classes(faces.votes) >= 0]
    random = np.random.default_rng(5)
    pictures = [p for p in read_no_faces(data_dir, "held-out").images if min(p.shape) >= 160]
    return [
        compose(chosen[int(random.integers(len(chosen)))], picture, random) for picture in pictures[:N_SCENES]
    ]


@pytest.mark.parametrize(("light", "least"), [(SEVEN_LIGHTS[0], 0.9), (SEVEN_LIGHTS[2], 0.85)], ids=str)
def test_the_detector_finds_faces_and_little_else(
    scenes: list[Composite], light: Light, least: float
) -> None:
    detector, hits, others = NetFaceDetector(threads=1), 0, 0
    for scene in scenes:
        found = detector.detect(light.apply(scene.image[None])[0])
        wanted = np.stack([scene.square.xyxy, face_box(scene.square).xyxy])
        right = [bool(iou(one.box.xyxy[None], wanted).max() >= 0.4) for one in found]
        hits += any(right)
        others += len(right) - sum(right)
    assert hits / len(scenes) >= least
    assert others / len(scenes) <= 0.15


def test_landmarks_are_as_near_as_the_card_says(data_dir: Path) -> None:
    model = LandmarkModel(threads=1)
    recipe = LandmarkRecipe(name="test", size=model.size, least_score=0.9)
    _, faces = read_unlabelled_faces(recipe, data_dir)
    some = slice(0, 120)
    found = model.read_crops(usual_crops(faces.images[some, 0].numpy(), model.size))
    points = np.stack([marks.points for marks in found]) / model.size
    errors = point_errors(points, usual_points(faces.points[some].numpy()))
    assert errors.mean() == pytest.approx(model.card.metrics[0]["error"], abs=0.006)
    assert (errors > 0.1).mean() <= 0.05
    assert np.mean([marks.score > 0.5 for marks in found]) > 0.9
