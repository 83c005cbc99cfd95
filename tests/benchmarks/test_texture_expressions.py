"""The table of expressions from texture: what would stop a long run late is found here."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from lamplit.core.labels import EXPRESSIONS
from lamplit.expression.texture_models import get_texture_model, list_texture_models
from lamplit.light.gauntlet import SEVEN_LIGHTS


@pytest.fixture
def texture_expressions(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    return importlib.import_module("texture_expressions")


@pytest.fixture
def texture_figures(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    return importlib.import_module("texture_figures")


@pytest.mark.parametrize("name", list_texture_models())
def test_every_candidate_can_be_built(texture_expressions: ModuleType, name: str) -> None:
    assert texture_expressions.MOST_FACES[name] >= texture_expressions.CHOOSING_FACES
    for settings in texture_expressions.CANDIDATES[name]:
        assert hasattr(get_texture_model(name, **settings), "fit")


def test_only_cascades_say_how_many_weak_classifiers_a_face_takes(texture_expressions: ModuleType) -> None:
    faces = np.random.default_rng(0).integers(0, 256, (12, 48, 48), dtype=np.uint8)
    faces[::2] = faces[::2, :1]
    cascades = get_texture_model("cascaded-lbp", sizes=(24,)).fit(faces, [0, 1] * 6)
    expected = {"of_a_face": 2.0, "of_a_face_by_class": [1.0, 1.0], "all": 2, "all_by_class": [1, 1]}
    assert texture_expressions.weak_classifiers_of(cascades, faces) == {"weak_classifiers": expected}
    assert texture_expressions.weak_classifiers_of(get_texture_model("lbp-svm"), faces) == {}


def test_every_array_counts_once(texture_expressions: ModuleType) -> None:
    class Model:
        def __init__(self) -> None:
            self.weights = np.zeros(10)
            self.parts = [self.weights, {"bias": np.zeros(3, np.float32)}]
            self.itself = self

    assert texture_expressions.size_of(Model()) == 92


def test_scores_say_what_happens_in_bad_light(texture_expressions: ModuleType) -> None:
    classes = np.arange(16) % 8
    right = np.eye(8)[classes]
    answers = {light.name: right for light in SEVEN_LIGHTS}
    answers[SEVEN_LIGHTS[-1].name] = np.roll(right, 1, axis=1)
    row = texture_expressions.scores(answers, classes, EXPRESSIONS)
    assert row["accuracy"]["good light"] == 1.0
    assert row["mean_of_six_bad_lights"] == round(5 / 6, 4)


def test_optical_flow_has_a_row_where_it_was_measured(
    texture_figures: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = {"protocols": {"six": {"pairs": 89, "accuracy": 0.6742}}}
    monkeypatch.setattr(texture_figures, "result", {"optical_flow": flow}.__getitem__)
    row = {"accuracy": {"good light": 0.6742}}
    assert texture_figures._optical_flow() == {"optical flow, from a neutral picture, 89 pairs": row}
    monkeypatch.setattr(texture_figures, "result", {}.__getitem__)
    assert texture_figures._optical_flow() == {}


def test_a_row_without_bad_light_leaves_its_place_empty(
    texture_figures: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {
        "faces": 10,
        "accuracy": {"good light": 0.5},
        "mean_of_six_bad_lights": 0.25,
        "macro_f1": 0.4,
        "training_faces": 8000,
        "bytes": 2_500_000,
        "milliseconds": 1.25,
    }
    cascade = whole | {"weak_classifiers": {"of_a_face": 377.8, "all": 1050}}
    stored: dict[str, Any] = {
        "table": {
            "ferplus-eight": {"lbp-svm": whole, "cascaded-lbp": cascade},
            "ferplus-six": {"lbp-svm": whole, "cascaded-lbp": whole},
            "yale": {"lbp-svm": whole, "cascaded-lbp": whole, "tuned": {"accuracy": {"good light": 0.8}}},
        },
        **{key: key for key in ("protocol", "near_copies", "settings")},
    }
    monkeypatch.setattr(texture_figures, "result", lambda name: stored)
    monkeypatch.setattr(texture_figures, "machine", lambda name: "here")
    lines = texture_figures.expressions().splitlines()
    first = "0.500 | 0.250 | 0.500 | 0.250 | 0.500 | 0.250 | 0.400 | 8,000 | 2.5 MB | 1.2"
    assert lines[2] == f"| lbp-svm | {first} | - |"
    assert lines[3] == f"| cascaded-lbp | {first} | 378 of 1,050 |"
    assert lines[4] == "| tuned | - | - | - | - | 0.800 | - | - | - | - | - | - |"
