"""What the ablations share, and the tables that are made of their results."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def load(repository: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    return importlib.import_module


@pytest.fixture
def ablations(load) -> ModuleType:
    return load("ablations")


@pytest.mark.parametrize(
    ("curve", "epoch"),
    [([0.5, 0.6, 0.7], 2), ([0.7, 0.5, 0.5], 1), ([0.5, 0.59], None), ([], None), ([0.5, 0.6, 0.5], 2)],
)
def test_the_first_epoch_that_reaches_an_accuracy(
    ablations: ModuleType, curve: list[float], epoch: int | None
) -> None:
    assert ablations.epochs_to_reach(curve, 0.6) == epoch


def test_mean_and_spread_are_those_of_a_sample(ablations: ModuleType) -> None:
    assert ablations.mean_and_spread([0.5, 0.6, 0.7]) == {"mean": 0.6, "spread": 0.1}


def test_what_is_done_is_not_done_again(ablations: ModuleType, tmp_path: Path) -> None:
    path, calls = tmp_path / "run" / "run.json", []

    def measure() -> dict[str, float]:
        calls.append(1)
        return {"accuracy": 0.5}

    for _ in range(2):
        assert ablations.kept(path, measure) == {"accuracy": 0.5}
    assert len(calls) == 1
    assert json.loads(path.read_text(encoding="utf-8")) == {"accuracy": 0.5}


def test_ways_of_fusion_cost_the_same(load) -> None:
    fusion = load("fusion_ablation")
    differences = fusion.differences()
    assert list(differences) == list(fusion.STUDY.ways)
    assert max(abs(share) for share in differences.values()) <= fusion.MOST_DIFFERENCE == 0.02


def test_the_ways_of_a_study_differ_in_nothing_but_their_settings(load) -> None:
    study = load("normalization_ablation").OURS
    plain, divisive = (study.recipe_of(way, 1).as_dict() for way in ("none", "divisive"))
    assert {key for key in plain if plain[key] != divisive[key]} == {"name", "settings"}
    assert plain["settings"] | {"normalization": "divisive"} == divisive["settings"]
    assert plain["seed"] == 1
    assert plain["name"] == "fusion-none-1"


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ([3, 2, 4], "2, 3, 4"),
        ([3, None, 4], "3, 4; 1 not reached"),
        ([None, None, None], "not reached"),
    ],
)
def test_epochs_in_words(load, found: list[int | None], text: str) -> None:
    assert load("ablation_figures").epochs(found) == text


RESULT = {
    "seeds": [0, 1, 2],
    "training_faces": 1234,
    "validation_faces": 99,
    "epochs": 3,
    "reach": [0.6],
    "ways": {
        "none": {
            "way": "no fusion",
            "settings": {"widths": [1, 2, 3, 4]},
            "multiply_adds": 47_400_000,
            "parameters": 430_000,
            "epochs_to_reach": {"0.6": [2, 3, None]},
            "accuracy": {
                "good light": {"mean": 0.7, "spread": 0.01},
                "mean of the six bad lights": {"mean": 0.55, "spread": 0.02},
            },
        }
    },
}


def stored(name: str, figures: dict[str, object], root: Path) -> None:
    folder = root / "benchmarks" / "results"
    folder.mkdir(parents=True, exist_ok=True)
    values = {"figures": figures, "machine": {"cpu": "a CPU", "cores": 2}, "commit": "abc"}
    (folder / f"{name}.json").write_text(json.dumps(values), encoding="utf-8")


def test_the_tables_of_results(load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = load("ablation_figures").TABLES
    monkeypatch.setattr(load("stored"), "ROOT", tmp_path)
    stored("fusion_ablation", RESULT, tmp_path)
    stored("normalization_ablation", {"seeds": [0, 1, 2], "networks": {"Small": RESULT}}, tmp_path)
    row = "2, 3; 1 not reached | 0.700 ± 0.010 | 0.550 ± 0.020"
    assert f"| no fusion | 1, 2, 3, 4 | 47.4 M | 0.43 M | {row} |" in tables["fusions"]()
    assert f"| no fusion | {row} |" in tables["normalisations"]()
    assert "1,234 training faces, 3 epochs" in tables["fusions"]()
    assert "Small:\n\n| normalisation |" in tables["normalisations"]()
    assert "(images/normalization-ablation.png)" in tables["normalisations"]()


def test_without_results_the_tables_say_what_to_run(
    load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = load("ablation_figures").TABLES
    monkeypatch.setattr(load("stored"), "ROOT", tmp_path)
    command = "Not measured yet: `python benchmarks/fusion_ablation.py --data DIR`.\n"
    assert tables["fusions"]() == command
