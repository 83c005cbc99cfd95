"""`lamplit weights quantize` and `lamplit evaluate cascade` on a data set of a few made-up pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ferplus_files import blobs, write_ferplus

from lamplit.core.arrays import AnyArray
from lamplit.core.labels import EKMAN_SIX, EXPRESSIONS
from lamplit.datasets.ferplus import SPLITS, read_ferplus
from lamplit.datasets.targets import majority_in
from lamplit.expression import ExpressionClassifier
from lamplit.expression.early_exit import ExpressionCascade
from lamplit.imaging.images import read_image
from lamplit.light.gauntlet import SEVEN_LIGHTS, Light

Run = Callable[..., Any]

PICTURES = {"training": 60, "validation": 24}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FER+ in its official layout: blobs, each with the votes for one expression."""
    rng = np.random.default_rng(0)
    pictures = {split: blobs(n, rng) for split, n in PICTURES.items()}
    return write_ferplus(tmp_path_factory.mktemp("data"), pictures)


@pytest.fixture(scope="module")
def weights(small_weights: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("weights")
    return [small_weights(folder, f"net{seed}", seed=seed) for seed in range(2)]


def test_quantising_leaves_a_file_and_a_card_with_its_own_figures(
    lamplit: Run, data: Path, weights: list[Path], tmp_path: Path
) -> None:
    result = lamplit("weights", "quantize", weights[0], "--data", data, "--out", tmp_path, "--faces", 46)
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net0-int8.json", "net0-int8.onnx"]
    card = json.loads((tmp_path / "net0-int8.json").read_text())
    assert [row["faces"] for row in card["metrics"]] == [24, 18]
    assert len(card["light"]) == 47
    assert card["quantization"]["parent"]["name"] == "net0"
    classifier = ExpressionClassifier(tmp_path / "net0-int8.onnx", threads=1)
    faces = np.stack(
        [read_image(path)[..., 0] for path in sorted((data / SPLITS["validation"][1]).iterdir())]
    )
    right = classifier.predict_proba(faces).argmax(axis=1) == [
        int(path.stem.removeprefix("validation")) % 8
        for path in sorted((data / SPLITS["validation"][1]).iterdir())
    ]
    assert card["metrics"][0]["accuracy"] == pytest.approx(right.mean(), abs=1e-6)
    assert "accuracy" in result.stdout
    assert f"wrote {tmp_path / 'net0-int8.onnx'}" in result.stderr


def test_quantising_can_be_quick_and_quiet(
    lamplit: Run, data: Path, weights: list[Path], tmp_path: Path
) -> None:
    words = ("--data", data, "--out", tmp_path, "--faces", 2, "--no-measure", "--quiet")
    result = lamplit("weights", "quantize", weights[0], *words)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert json.loads((tmp_path / "net0-int8.json").read_text())["metrics"] == []


def test_an_unknown_layer_is_told(lamplit: Run, data: Path, weights: list[Path], tmp_path: Path) -> None:
    words = ("--data", data, "--out", tmp_path, "--faces", 2, "--in-float", "nobody, else")
    result = lamplit("weights", "quantize", weights[0], *words)
    assert result.exit_code == 2
    assert "in_float: needs some, not all, of ['node_" in result.stderr
    assert "got ['else', 'nobody']" in result.stderr.replace("\n", "")


def test_a_cascade_is_measured_on_the_other_half(
    lamplit: Run, data: Path, weights: list[Path], tmp_path: Path
) -> None:
    words = ("--data", data, "--out", tmp_path, "--most-loss", 0.1, "--rule", "margin")
    result = lamplit("evaluate", "cascade", *weights, *words)
    assert result.exit_code == 0, result.stderr
    figures = json.loads((tmp_path / "cascade.json").read_text())
    assert sorted(figures["weights"]) == ["net0", "net1"]
    assert figures["faces"] == 24
    assert (figures["most_loss"], figures["rule"]) == (0.1, "margin")
    times = [timing["milliseconds"] for timing in figures["timings"]]
    assert times == sorted(times), "the fastest comes first"
    assert sum(figures["reported"]["shares"]) == pytest.approx(1.0)
    assert 12 * figures["reported"]["accuracy"] == pytest.approx(round(12 * figures["reported"]["accuracy"]))
    assert min(read_image(tmp_path / "cascade.png").shape[:2]) > 400
    for name in figures["weights"]:
        assert f"{name} alone" in result.stdout
    assert "the cascade" in result.stdout
    assert "over-exposed" in result.stdout


def test_a_cascade_in_bad_light_answers_as_one_does_that_is_asked_then(
    lamplit: Run, data: Path, weights: list[Path], tmp_path: Path
) -> None:
    words = ("--data", data, "--out", tmp_path, "--most-loss", 0.1, "-q")
    assert lamplit("evaluate", "cascade", *weights, *words).exit_code == 0
    figures = json.loads((tmp_path / "cascade.json").read_text())
    assert [row["name"] for row in figures["lights"]] == [light.name for light in SEVEN_LIGHTS]
    by_name = {path.stem: ExpressionClassifier(path, threads=1) for path in weights}
    models = [by_name[name] for name in figures["weights"]]
    cascade = ExpressionCascade(models, least=figures["chosen"]["least"])
    faces = read_ferplus(data, "validation")
    classes = majority_in(faces.votes, EXPRESSIONS)
    named = np.flatnonzero(classes >= 0)

    def answered(light: Light, half: AnyArray) -> tuple[AnyArray, AnyArray]:
        """Whose answers are right, and which the first network gave."""
        answers = cascade.answer(light.apply(faces.images[half]))
        return answers.probabilities.argmax(axis=1) == classes[half], answers.stage == 0

    for light, row in zip(SEVEN_LIGHTS, figures["lights"], strict=True):
        right, first = answered(light, named[1::2])
        assert right.mean() == pytest.approx(row["accuracy"])
        assert first.mean() == pytest.approx(row["shares"][0])
    assert figures["lights"][0]["accuracy"] == figures["reported"]["accuracy"]
    right, first = np.concatenate([answered(light, named[::2]) for light in SEVEN_LIGHTS], axis=1)
    assert right.mean() == pytest.approx(figures["chosen"]["accuracy"])
    assert first.mean() == pytest.approx(figures["chosen"]["shares"][0])


def test_a_cascade_needs_two_halves(lamplit: Run, weights: list[Path], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    data = write_ferplus(tmp_path, {split: blobs(1, rng) for split in PICTURES})
    result = lamplit("evaluate", "cascade", *weights, "--data", data, "--out", tmp_path)
    assert result.exit_code == 2
    assert "validation: needs at least two faces with a majority, got 1" in result.stderr.replace("\n", " ")


def test_a_cascade_as_json(lamplit: Run, data: Path, weights: list[Path], tmp_path: Path) -> None:
    result = lamplit("evaluate", "cascade", *weights, "--data", data, "--out", tmp_path, "--json", "-q")
    assert json.loads(result.stdout) == json.loads((tmp_path / "cascade.json").read_text())
    assert result.stderr == ""


def test_one_network_is_no_cascade(lamplit: Run, data: Path, weights: list[Path]) -> None:
    result = lamplit("evaluate", "cascade", weights[0], "--data", data)
    assert result.exit_code == 2
    assert "WEIGHTS: needs at least two, got 1" in result.stderr


def test_networks_with_other_labels_are_refused(
    lamplit: Run, data: Path, weights: list[Path], small_weights: Callable[..., Path], tmp_path: Path
) -> None:
    six = small_weights(tmp_path, "six", labels=EKMAN_SIX)
    result = lamplit("evaluate", "cascade", weights[0], six, "--data", data, "--out", tmp_path)
    assert result.exit_code == 2
    assert "needs files that speak the same labels" in result.stderr.replace("\n", " ")
