"""Whole trainings of sketched faces: learnt by heart, killed and resumed, written with a true card."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
import pytest
import sketches
import torch
from blobs import assert_same_run

from lamplit.core.errors import CheckpointError, DatasetError
from lamplit.datasets.no_faces import part_of
from lamplit.faces.landmarks import LandmarkModel
from lamplit.training.landmarks.data import PointedFaces, is_held_out, read_landmark_data
from lamplit.training.landmarks.measuring import point_errors, usual_crops, usual_points
from lamplit.training.landmarks.session import train_landmarks
from lamplit.training.landmarks.task import LandmarkTask, answers_of
from lamplit.training.task_loop import run_task
from lamplit.weights.assets import AssetCard, read_asset_card


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> tuple[AssetCard, Path]:
    folder = tmp_path_factory.mktemp("landmarks") / "run"
    card = train_landmarks(sketches.recipe(), sketches.data(), folder, observer=sketches.Silent())
    return card, folder


@pytest.mark.parametrize("stop_at", [(1, 2), (3, 1)])
def test_interrupted_and_resumed_equals_uninterrupted(
    tmp_path: Path, straight: tuple[AssetCard, Path], stop_at: tuple[int, int]
) -> None:
    recipe, data = sketches.recipe(), sketches.data()
    with pytest.raises(KeyboardInterrupt):
        train_landmarks(recipe, data, tmp_path, observer=sketches.Silent(stop_at))
    card = train_landmarks(recipe, data, tmp_path, observer=sketches.Silent())
    assert_same_run(tmp_path, straight[1])
    assert card.sha256 == straight[0].sha256


def test_another_recipe_or_other_faces_do_not_go_on(straight: tuple[AssetCard, Path]) -> None:
    with pytest.raises(CheckpointError, match=r"other values of \['tempering'\]"):
        train_landmarks(
            sketches.recipe(tempering=0.1), sketches.data(), straight[1], observer=sketches.Silent()
        )
    with pytest.raises(CheckpointError, match=r"other values of \['faces'\]"):
        train_landmarks(sketches.recipe(), sketches.data(11), straight[1], observer=sketches.Silent())


def test_the_log_says_how_good_it_is(straight: tuple[AssetCard, Path]) -> None:
    history = straight[0].history
    assert len(history) == 3
    figures = {"error", "dark_error", "ferplus_error", "spread_ratio", "face_accuracy"}
    assert figures < set(history[-1])
    assert {name: round(history[-1][name], 4) for name in figures} == {
        name: value for name, value in straight[0].metrics[0].items() if name in figures
    }


def test_the_card_is_true(straight: tuple[AssetCard, Path]) -> None:
    card, folder = straight
    content = (folder / card.file).read_bytes()
    assert card.file == "landmarks-sketches-v1.onnx"
    assert hashlib.sha256(content).hexdigest() == card.sha256
    assert len(content) == card.size_bytes
    assert read_asset_card(folder / "landmarks-sketches-v1.asset.json") == card
    graph = onnx.load_from_string(content).graph
    used = {name for node in graph.node if node.op_type in ("Conv", "Gemm", "MatMul") for name in node.input}
    parameters = sum(int(np.prod(tensor.dims)) for tensor in graph.initializer if tensor.name in used)
    assert card.content["parameters"] == f"{parameters:,}"
    assert card.recipe == sketches.recipe().as_dict()
    assert [row["pictures"] for row in card.source_data] == [12, 12, 6]
    assert all(row["terms"] and row["source"] for row in card.source_data)


def test_the_file_says_what_the_network_says(straight: tuple[AssetCard, Path]) -> None:
    card, folder = straight
    network = run_task(
        LandmarkTask(sketches.recipe(), sketches.data()),
        sketches.recipe().schedule,
        folder,
        observer=sketches.Silent(),
    )
    crops = usual_crops(sketches.faces(5).images[:, 0].numpy(), 32)
    expected = answers_of(network, torch.from_numpy(crops)[:, None])
    for number, marks in enumerate(LandmarkModel(folder / card.file, threads=1).read_crops(crops)):
        np.testing.assert_allclose(marks.points, 32 * expected.points[number].numpy(), atol=2e-3)
        np.testing.assert_allclose(marks.spread, 32 * expected.log_spread[number].exp().numpy(), rtol=1e-3)
        assert marks.score == pytest.approx(float(torch.sigmoid(expected.face[number])), abs=1e-4)


def test_a_handful_of_faces_is_learnt_by_heart(tmp_path: Path) -> None:
    recipe = sketches.recipe(
        epochs=1,
        steps=120,
        fine=8,
        coarse=2,
        shrunk=0.0,
        learning_rate=0.02,
        augment={"rotation": 5, "scale": 0.05, "shift": 0.02, "flip": 0.0, "erase": 0.0, "light": 0.0},
    )
    data = sketches.data(4)
    network = run_task(LandmarkTask(recipe, data), recipe.schedule, tmp_path, observer=sketches.Silent())
    crops = torch.from_numpy(usual_crops(data.fine.images[:, 0].numpy(), 32))[:, None]
    answer = answers_of(network, crops)
    errors = point_errors(answer.points.numpy(), usual_points(data.fine.points.numpy()))
    assert errors.mean() < 0.06, "a pixel and a half of 32, where the eyes are 9 apart"
    assert answer.log_spread.exp().mean() < 0.03
    scenes = torch.from_numpy(usual_crops(data.scenes[:, 0].numpy(), 32))[:, None]
    assert answer.face.min() > answers_of(network, scenes).face.max()


def test_data_are_read_split_and_free_of_copies(tmp_path: Path) -> None:
    sketches.write_data(tmp_path)
    told: list[tuple[int, int]] = []
    data = read_landmark_data(sketches.recipe(), tmp_path, on_picture=lambda n, of: told.append((n, of)))
    apart = [is_held_out(f"face{number:05}.png") for number in range(1, 20)]  # the first has no good score
    # Of those, scenes show some.
    measured = [
        is_held_out(name) and part_of(name) != "training"
        for name in map("face{:05}.png".format, range(1, 20))
    ]
    assert (len(data.held_out), len(data.fine)) == (sum(measured), 19 - sum(apart))
    assert len(data.held_out) > 0
    assert (len(data.coarse), len(data.validation)) == (19, 5)
    assert data.fine.images.shape[1:] == (1, 32, 32)
    assert data.coarse.images.shape[1:] == (1, 48, 48)
    assert len(data.scenes) + len(data.held_out_scenes) <= 40
    assert (20, 20) in told


def test_a_copy_of_a_held_out_face_does_not_train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faces = sketches.faces

    def alike(n: int, side: int = 48, seed: int = 0) -> PointedFaces:
        """Draw training and validation faces of FER+ alike, as far as the fewer go."""
        return faces(20, side, 4).subset(torch.arange(n)) if seed in (4, 5) else faces(n, side, seed)

    monkeypatch.setattr(sketches, "faces", alike)
    data = read_landmark_data(sketches.recipe(), sketches.write_data(tmp_path))
    assert len(data.validation) == 5
    assert len(data.coarse) == 20 - 6


def test_missing_data_are_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="ferplus"):
        read_landmark_data(sketches.recipe(), tmp_path)
