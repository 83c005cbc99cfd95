"""Landmarks at run time: answers brought to the picture, faces by the batch, and what is refused."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError, WeightsMissingError
from lamplit.core.values import Box
from lamplit.faces.framing import face_box, face_square, landmark_square
from lamplit.faces.landmarks import OUTPUTS, LandmarkModel
from lamplit.nets.export import export_onnx
from lamplit.weights.assets import AssetCard, write_asset
from lamplit.weights.registry import DEFAULT_LANDMARKS, FOLDER


class Brightest(nn.Module):
    """Says that all points are where the light is; spreads of 1/8; a face where the crop is bright."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        place = (torch.arange(x.shape[-1]) + 0.5) / x.shape[-1]
        total = x.sum(dim=(1, 2, 3)) + 1e-6
        centre = torch.stack([(x[:, 0].sum(dim=1) * place).sum(1), (x[:, 0].sum(dim=2) * place).sum(1)], 1)
        points = (centre / total[:, None])[:, None, :].expand(-1, 68, -1)
        spread = points[..., 0] * 0.0 + math.log(0.125)
        return points, spread, x.mean(dim=(1, 2, 3)) * 1000.0 - 1.0


def written(folder: Path, network: nn.Module, outputs: tuple[str, ...] = OUTPUTS) -> Path:
    path = folder / "landmarks-bright-v1.onnx"
    export_onnx(network, path, size=64, outputs=outputs)
    content = path.read_bytes()
    card = AssetCard(
        name="landmarks-bright-v1",
        file=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        what="a test",
        content={},
        source_data=[],
        licence="none",
        command="none",
        commit="none",
    )
    write_asset(card, content, folder)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LandmarkModel:
    return LandmarkModel(written(tmp_path_factory.mktemp("bright"), Brightest()), threads=1)


def with_a_spot(x: int, y: int) -> np.ndarray:
    picture = np.zeros((200, 300), np.uint8)
    picture[y - 3 : y + 3, x - 3 : x + 3] = 255
    return picture


def test_points_come_back_to_where_they_are_in_the_picture(model: LandmarkModel) -> None:
    box = Box(100, 50, 180, 130)
    for image in (with_a_spot(140, 90), np.repeat(with_a_spot(140, 90)[..., None], 3, axis=2)):
        marks = model.locate(image, box)
        np.testing.assert_allclose(marks.points, np.broadcast_to([140.0, 90.0], (68, 2)), atol=0.3)
        side = landmark_square(face_square(box)).width
        np.testing.assert_allclose(marks.spread, side / 8, rtol=1e-4)
        assert marks.score > 0.5
        np.testing.assert_allclose(marks.five, np.broadcast_to([140.0, 90.0], (5, 2)), atol=0.3)


def test_a_face_at_the_edge_of_the_picture_is_read_too(model: LandmarkModel) -> None:
    marks = model.locate(with_a_spot(10, 30), Box(-30, 0, 40, 70))
    np.testing.assert_allclose(marks.points[0], [10.0, 30.0], atol=0.3)


def test_the_crop_of_a_training_picture_is_that_of_training(model: LandmarkModel) -> None:
    # A box such that the face fills the picture as FER+ frames it.
    image = np.random.default_rng(0).integers(0, 256, (96, 96), dtype=np.uint8)
    marks = model.locate(image, face_box(Box(0, 0, 96, 96)))
    from lamplit.imaging.geometry import crop_square

    crop = crop_square(image, landmark_square(Box(0, 0, 96, 96)), 64)
    (expected,) = model.read_crops(crop[None])
    np.testing.assert_allclose(marks.points, expected.points / 64 * 120 + [-12, -6.24], atol=0.02)


def test_several_faces_are_read_as_each_alone(model: LandmarkModel) -> None:
    image = np.random.default_rng(1).integers(0, 256, (200, 300), dtype=np.uint8)
    boxes = [Box(0, 0, 90, 90), Box(100, 20, 200, 120), Box(210, 90, 290, 190)]
    for marks, box in zip(model.locate_all(image, boxes), boxes, strict=True):
        np.testing.assert_allclose(marks.points, model.locate(image, box).points, atol=1e-3)
    assert model.locate_all(image, []) == []
    assert model.read_crops(np.zeros((0, 64, 64), np.uint8)) == []


def test_a_dark_crop_has_a_low_score(model: LandmarkModel) -> None:
    (marks,) = model.read_crops(np.zeros((1, 64, 64), np.uint8))
    assert marks.score == pytest.approx(1 / (1 + math.e), abs=1e-4)


def test_other_crops_are_refused(model: LandmarkModel) -> None:
    for crops in (np.zeros((1, 48, 48), np.uint8), np.zeros((64, 64), np.uint8), np.zeros((1, 64, 64))):
        with pytest.raises(InvalidArgumentError, match=r"crops: needs uint8 of shape \(N, 64, 64\), got"):
            model.read_crops(crops)


def test_a_box_outside_of_the_picture_is_refused(model: LandmarkModel) -> None:
    with pytest.raises(InvalidArgumentError, match="box: needs a box that touches the picture"):
        model.locate(np.zeros((100, 100), np.uint8), Box(400, 400, 450, 450))


def test_weights_that_are_not_there_say_what_to_run(tmp_path: Path) -> None:
    missing = [tmp_path / "mine.onnx"]
    if not (FOLDER / f"{DEFAULT_LANDMARKS}.onnx").exists():
        missing.append(None)  # type: ignore[arg-type]
    for weights in missing:
        with pytest.raises(WeightsMissingError, match=r"landmark weights.*lamplit train landmarks-heatmap"):
            LandmarkModel(weights)


def test_another_network_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, Brightest(), ("logits", "more", "most"))
    with pytest.raises(WeightsCorruptError, match=r"needs a network with the outputs \['points'.*'logits'"):
        LandmarkModel(path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, Brightest())
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(WeightsCorruptError, match="needs the hash on its card"):
        LandmarkModel(path)
