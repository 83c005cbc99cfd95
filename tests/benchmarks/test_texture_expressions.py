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
    stored: dict[str, Any] = {
        "table": {
            "ferplus-eight": {"lbp-svm": whole},
            "ferplus-six": {"lbp-svm": whole},
            "yale": {"lbp-svm": whole, "tuned": {"accuracy": {"good light": 0.8}}},
        },
        **{key: key for key in ("protocol", "near_copies", "settings")},
    }
    monkeypatch.setattr(texture_figures, "result", lambda name: stored)
    monkeypatch.setattr(texture_figures, "machine", lambda name: "here")
    lines = texture_figures.expressions().splitlines()
    first = "| lbp-svm | 0.500 | 0.250 | 0.500 | 0.250 | 0.500 | 0.250 | 0.400 | 8,000 | 2.5 MB | 1.2 |"
    assert lines[2] == first
    assert lines[3] == "| tuned | - | - | - | - | 0.800 | - | - | - | - | - |"
